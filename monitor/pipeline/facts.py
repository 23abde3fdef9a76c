"""From rows to what the rule is told about an event (detect.facts), bounded whatever its size."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.detect.facts import ArticleFacts, EventView
from monitor.detect.reported import ANSWER_WINDOW, ANSWERS, facts_of, looked_at, platform_of
from monitor.models import Article
from monitor.models.correction import Verdict, verdicts
from monitor.pipeline.knowledge import Lore

MOST = 5_000
"""Articles of an event of which anything is read at all."""


class _Narrow(NamedTuple):
    """The little of an article that decides whether it is looked at."""

    id: int
    source: str
    published: datetime
    noteworthy: bool


def view(event: int, lore: Lore, now: datetime) -> EventView | None:
    """The event as it stands, or None when it has no articles (all moved to another event)."""
    rows = Article.objects.filter(event_id=event, analysed_edition__gt=0)
    newest = [
        _Narrow(*row)
        for row in rows.order_by("-published", "-id").values_list(
            "id", "source", "published", "analysis__noteworthy"
        )[:MOST]
    ]
    if not newest:
        return None
    total, first = len(newest), newest[-1].published
    if total == MOST:  # a story of a lifetime: its oldest articles count, but are not looked at
        total = rows.count()
        first = rows.order_by("published").values_list("published", flat=True)[0]
    chosen = looked_at(newest, frozenset(_official(lore)))
    answers = _answers(event, first, lore)
    known = facts(chosen | answers, lore)
    sources = {row.source for row in newest}
    return EventView(
        event=event,
        articles=tuple(fact for fact in known if fact.article in chosen),
        total=total,
        sources=len(sources),
        platforms=tuple(sorted({platform_of(lore.sources.get(slug)) for slug in sources})),
        first=first,
        last=newest[0].published,
        growth=sum(now - timedelta(hours=1) < row.published <= now for row in newest),
        answers=tuple(fact for fact in known if fact.article in answers),
    )


def _answers(event: int, first: datetime, lore: Lore) -> set[int]:
    """Official articles of the days after, which may answer the event from outside it."""
    rows = (
        Article.objects.filter(
            source__in=_official(lore),
            published__gte=first,
            published__lte=first + ANSWER_WINDOW,
            analysis__noteworthy=True,
        )
        .exclude(event_id=event)
        .order_by("published")
    )
    return set(rows.values_list("id", flat=True)[:ANSWERS])


def _official(lore: Lore) -> list[str]:
    return [slug for slug, source in lore.sources.items() if source.official]


def facts(articles: Iterable[int], lore: Lore) -> tuple[ArticleFacts, ...]:
    """What was read in each of these articles, in order of publication, and corrected by people."""
    wanted = list(articles)
    said = verdicts(wanted)
    rows = (
        Article.objects.filter(pk__in=wanted, analysis__isnull=False)
        .order_by("published", "id")
        .values_list(
            "id", "source", "published", "title", "negative", "reprint_of_id", "analysis__reading"
        )
    )
    return tuple(
        _corrected(
            facts_of(
                pk,
                source,
                lore.sources.get(source),
                published,
                title,
                negative or 0.0,
                json.loads(reading),
                lore.values.matters,
                reprint,
            ),
            said[pk],
            lore,
        )
        for pk, source, published, title, negative, reprint, reading in rows
    )


def _corrected(fact: ArticleFacts, said: Verdict, lore: Lore) -> ArticleFacts:
    """What people say of place and units stands above what was read."""
    known = lore.values.units
    units = fact.units
    if said.units is not None:
        units = tuple(known[slug].name if slug in known else slug for slug in said.units)
    return replace(fact, home=said.at_home(fact.home), units=units)
