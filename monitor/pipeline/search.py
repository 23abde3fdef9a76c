"""Search as people meet it: a query's text in, hits with titles, highlights and alerts out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import F

from monitor.index import Cursor, Facets, GenerationMissing, HotWord, Page
from monitor.models import Alert, Article, ArticleText
from monitor.pipeline import knowledge
from monitor.pipeline.index import search_index, state
from monitor.query import Highlights, Query, highlights, parse
from monitor.query.tree import positive
from monitor.text.pieces import stream
from monitor.words import Sentiment

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found. `count` is how many hits its event has (1 where hits are not folded)."""

    id: int
    title: str
    body: str
    url: str
    source: str
    outlet: str
    published: datetime
    negative: float
    sentiment: Sentiment
    event: int | None
    alert: str
    count: int
    highlights: Highlights


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits, newest first, with the exact number of all matching articles, and of the
    events they fold into where they are folded: exact too, unless it is `estimated`."""

    query: Query
    hits: tuple[Hit, ...]
    total: int
    facets: Facets | None
    next: Cursor | None
    folded: int | None
    estimated: bool


def search(
    text: str,
    *,
    size: int = 20,
    before: Cursor | None = None,
    facets: bool = False,
    fold: bool = False,
) -> Results:
    """Find articles; raises query.QueryError for a mistake in the query, IndexUnavailable."""
    query = parse(text, knowledge.current().names)
    page = _page(query, size=size, before=before, facets=facets, fold=fold)
    found = _rows([hit.id for hit in page.hits])
    numbers = dict(
        Alert.objects.filter(event_id__in={hit.event for hit in page.hits}).values_list(
            "event_id", "number"
        )
    )
    hits = tuple(
        _hit(query, found[hit.id], numbers, hit.count) for hit in page.hits if hit.id in found
    )
    return Results(query, hits, page.total, page.facets, page.next, page.folded, page.estimated)


def count(query: Query) -> int:
    """How many articles a query finds, exactly; raises IndexUnavailable."""
    return _page(query, size=1).total


def trend(text: str) -> Mapping[date, int]:
    """How many articles each Shanghai day has, in order of days, those without any left out.

    Raises QueryError and IndexUnavailable, as all of these do.
    """
    query = parse(text, knowledge.current().names)
    days = _active(lambda generation: search_index().trend(generation, query))
    return {day: days[day] for day in sorted(days)}


def hot_words(text: str, *, size: int = 20) -> list[HotWord]:
    """The words that tell the articles found from all others, highest score first, without
    those that the query itself is made of."""
    query = parse(text, knowledge.current().names)
    asked = [phrase.stream for phrase in positive(query.tree)]
    # A typed word is seldom more than two of the dictionary's; those left out must not be missed.
    many = size + 2 * len(asked)
    hot = _active(lambda generation: search_index().hot_words(generation, query, size=many))
    return [one for one in hot if not any(stream(one.word) in typed for typed in asked)][:size]


def unseen() -> int:
    """How many articles have been taken in and cannot be found yet."""
    return Article.objects.filter(indexed_rev=0, quarantined="").count()


def _page(query: Query, **how: Any) -> Page:
    return _active(lambda generation: search_index().search(generation, query, **how))


def _active(ask: Callable[[str], Answer]) -> Answer:
    """Ask the active generation; a rebuild may swap it between our reading its name and asking."""
    try:
        return ask(state().active)
    except GenerationMissing:
        return ask(state().active)


def _rows(ids: list[int]) -> dict[int, ArticleText]:
    rows = ArticleText.objects.filter(
        article__in=ids, edition=F("article__analysed_edition")
    ).select_related("article")
    return {row.article_id: row for row in rows}


def _hit(query: Query, row: ArticleText, numbers: dict[int, str], count: int) -> Hit:
    article = row.article
    return Hit(
        id=article.pk,
        title=row.title,
        body=row.body,
        url=article.link,
        source=article.source,
        outlet=article.outlet,
        published=article.published,
        negative=article.negative or 0.0,
        sentiment=Sentiment(article.sentiment),
        event=article.event_id,
        alert=numbers.get(article.event_id, ""),
        count=count,
        highlights=highlights(query, row.title, row.body),
    )
