"""From rows to what the rule is told about an event (detect.facts), bounded whatever its size."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from monitor.detect.facts import ANSWER, ArticleFacts, Cue, EventView, MatterFact
from monitor.models import Article
from monitor.pipeline.knowledge import Lore
from monitor.text.casualties import Casualties

FIRST, NEWEST, NOTEWORTHY, OFFICIAL = 20, 40, 40, 10
"""Articles of an event that are judged: its first, its newest, the newest noteworthy, official."""
MOST = 5_000
"""Articles of an event of which anything is read at all."""
ANSWERS = 20
ANSWER_WINDOW = timedelta(days=7)
CUE_KINDS = {"official": ANSWER}
"""Where the reader's word for a cue is not the rule's."""


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
    chosen, answers = _chosen(newest, lore), _answers(event, first, lore)
    known = facts(chosen | answers, lore)
    sources = {row.source for row in newest}
    return EventView(
        event=event,
        articles=tuple(fact for fact in known if fact.article in chosen),
        total=total,
        sources=len(sources),
        platforms=tuple(sorted({_platform(slug, lore) for slug in sources})),
        first=first,
        last=newest[0].published,
        growth=sum(now - timedelta(hours=1) < row.published <= now for row in newest),
        answers=tuple(fact for fact in known if fact.article in answers),
    )


def _chosen(newest: Sequence[_Narrow], lore: Lore) -> set[int]:
    """Ids of the articles that are looked at, of an event's articles from the newest back."""
    official = set(_official(lore))
    return {
        row.id
        for part in (
            newest[:NEWEST],
            newest[-FIRST:],
            [row for row in newest if row.noteworthy][:NOTEWORTHY],
            [row for row in newest if row.source in official][:OFFICIAL],
        )
        for row in part
    }


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


def _platform(slug: str, lore: Lore) -> str:
    source = lore.sources.get(slug)
    return source.platform if source else "其他"


def facts(articles: Iterable[int], lore: Lore) -> tuple[ArticleFacts, ...]:
    """What was read in each of these articles, in order of publication."""
    rows = (
        Article.objects.filter(pk__in=list(articles), analysis__isnull=False)
        .order_by("published", "id")
        .values_list(
            "id", "source", "published", "title", "negative", "reprint_of_id", "analysis__reading"
        )
    )
    return tuple(
        _facts(pk, source, published, title, negative, reprint, json.loads(reading), lore)
        for pk, source, published, title, negative, reprint, reading in rows
    )


def _facts(
    pk: int,
    slug: str,
    published: datetime,
    title: str,
    negative: float | None,
    reprint: int | None,
    reading: dict[str, Any],
    lore: Lore,
) -> ArticleFacts:
    source = lore.sources.get(slug)
    places = _names(reading["places"])
    home: bool | None = True if places else (False if reading["elsewhere"] else None)
    return ArticleFacts(
        article=pk,
        source=source.name if source else slug,
        tier=source.tier if source else 4,
        official=bool(source and source.official),
        platform=source.platform if source else "其他",
        published=published,
        title=title,
        negative=negative or 0.0,
        matters=_matters(reading["matters"], lore),
        home=home,
        home_source=bool(source and source.region == "home"),
        places=places,
        units=_names(reading["units"]),
        cues=tuple(
            Cue(CUE_KINDS.get(cue["slug"], cue["slug"]), cue["text"], cue["field"])
            for cue in reading["cues"]
        ),
        casualties=Casualties(**reading["casualties"]),
        reprint_of=reprint,
    )


def _matters(found: Sequence[dict[str, Any]], lore: Lore) -> tuple[MatterFact, ...]:
    known = lore.values.matters
    return tuple(
        MatterFact(
            slug=one["slug"],
            name=one["name"],
            weight=known[one["slug"]].weight,
            rescue=known[one["slug"]].rescue,
            casualty=known[one["slug"]].casualty,
            text=one["text"],
            field=one["field"],
        )
        for one in found
        if one["slug"] in known  # a matter may have left the catalogue since
    )


def _names(found: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one["name"] for one in found))
