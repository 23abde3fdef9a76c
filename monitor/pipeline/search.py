"""Search as people meet it: a query's text in, hits with titles, highlights and alerts out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from monitor.index import Cursor, Facets, GenerationMissing, Page
from monitor.models import Alert, ArticleText
from monitor.pipeline import knowledge
from monitor.pipeline.index import search_index, state
from monitor.query import Highlights, Query, highlights, parse
from monitor.words import Sentiment


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
    events they fold into where they are folded."""

    query: Query
    hits: tuple[Hit, ...]
    total: int
    facets: Facets | None
    next: Cursor | None
    folded: int | None


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
    return Results(query, hits, page.total, page.facets, page.next, page.folded)


def _page(query: Query, **how: Any) -> Page:
    """Ask the active generation; a rebuild may swap it between our reading its name and asking."""
    try:
        return search_index().search(state().active, query, **how)
    except GenerationMissing:
        return search_index().search(state().active, query, **how)


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
