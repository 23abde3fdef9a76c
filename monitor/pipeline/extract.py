"""What a query finds, as rows to export: batch by batch in the order of the index.

The index tells which articles and in which order, at one moment; the texts are the database's. An
article whose row is gone meanwhile is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import F

from monitor.catalog import Values
from monitor.export import Labels, Row
from monitor.index import Cursor, GenerationMissing, Hit
from monitor.models import Article, ArticleText
from monitor.pipeline.index import search_index, state
from monitor.pipeline.step import CHARACTERS
from monitor.query import Query
from monitor.words import Level, Sentiment

HITS = 500
"""Articles asked of the database at once; fewer where their texts are long."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows in order, and the place in the index after the last of them."""

    rows: tuple[Row, ...]
    position: str


def labels(values: Values) -> Labels:
    """What the catalogue calls its things."""
    return Labels(
        sources={slug: one.name for slug, one in values.sources.items()},
        topics={slug: one.name for slug, one in values.topics.items()},
        units={slug: one.name for slug, one in values.units.items()},
    )


def batches(query: Query, position: str = "") -> Iterator[Batch]:
    """All that the query finds after a place, newest first, in constant memory.

    Raises IndexUnavailable, and ValueError for a place that no batch had.
    """
    hits = _hits(query, Cursor.parse(position) if position else None)
    while found := list(islice(hits, HITS)):
        for some in _affordable(found):
            rows = _rows([hit.id for hit in some])
            last = Cursor(some[-1].published, some[-1].id)
            yield Batch(tuple(rows[hit.id] for hit in some if hit.id in rows), str(last))


def _hits(query: Query, before: Cursor | None) -> Iterator[Hit]:
    """A rebuild may swap the generation under a scan: then it goes on in the new one."""
    while True:
        generation = state().active
        try:
            for hit in search_index().scan(generation, query, before=before):
                before = Cursor(hit.published, hit.id)
                yield hit
        except GenerationMissing:
            if state().active == generation:
                raise
        else:
            return


def _affordable(hits: Sequence[Hit]) -> Iterator[list[Hit]]:
    """The hits in runs whose texts together stay below CHARACTERS (a run of one may not)."""
    sizes = dict(Article.objects.filter(pk__in=[hit.id for hit in hits]).values_list("pk", "size"))
    run: list[Hit] = []
    total = 0
    for hit in hits:
        total += sizes.get(hit.id, 0)
        if run and total > CHARACTERS:
            yield run
            run, total = [], sizes.get(hit.id, 0)
        run.append(hit)
    yield run


def _rows(ids: Sequence[int]) -> dict[int, Row]:
    found = ArticleText.objects.filter(
        article__in=ids, edition=F("article__analysed_edition")
    ).values_list(
        "article_id",
        "title",
        "body",
        "article__source",
        "article__outlet",
        "article__author",
        "article__published",
        "article__sentiment",
        "article__negative",
        "article__level",
        "article__event_id",
        "article__event__title",
        "article__event__alert__number",
        "article__analysis__topics",
        "article__analysis__units",
        "article__link",
    )
    return {row[0]: _row(*row) for row in found}


def _row(
    pk: int,
    title: str,
    body: str,
    source: str,
    outlet: str,
    author: str,
    published: datetime,
    sentiment: str,
    negative: float | None,
    level: int | None,
    event: int | None,
    event_title: str | None,
    alert: str | None,
    topics: str | None,
    units: str | None,
    link: str,
) -> Row:
    return Row(
        id=pk,
        title=title,
        body=body,
        source=source,
        outlet=outlet,
        author=author,
        published=published,
        sentiment=Sentiment(sentiment) if sentiment else None,
        negative=negative,
        level=Level(level) if level else None,
        event=event,
        event_title=event_title or "",
        alert=alert or "",
        topics=tuple((topics or "").split()),
        units=tuple((units or "").split()),
        link=link,
    )
