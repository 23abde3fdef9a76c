"""From rows to what the rule is told about an event (detect.facts), bounded whatever its size."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min

from monitor.detect.facts import ANSWER, ArticleFacts, Cue, EventView, MatterFact
from monitor.models import Article
from monitor.pipeline.knowledge import Lore
from monitor.text.casualties import Casualties

FIRST, NEWEST, NOTEWORTHY, OFFICIAL = 20, 40, 40, 10
"""Articles of an event that are judged: its first, its newest, the newest with matters, official ones."""
ANSWERS = 20
ANSWER_WINDOW = timedelta(days=7)
CUE_KINDS = {"official": ANSWER}
"""Where the reader's word for a cue is not the rule's."""


def view(event: int, lore: Lore, now: datetime) -> EventView | None:
    """The event as it stands, or None when it has no articles (all moved to another event)."""
    articles = Article.objects.filter(event_id=event, analysed_edition__gt=0).order_by()
    counts = articles.aggregate(
        total=Count("id"),
        sources=Count("source", distinct=True),
        first=Min("published"),
        last=Max("published"),
    )
    if not counts["total"]:
        return None
    slugs = articles.values_list("source", flat=True).distinct()
    known = facts(_chosen(articles, lore), lore)
    return EventView(
        event=event,
        articles=known,
        total=counts["total"],
        sources=counts["sources"],
        platforms=tuple(sorted({_platform(slug, lore) for slug in slugs})),
        first=counts["first"],
        last=counts["last"],
        growth=articles.filter(published__gt=now - timedelta(hours=1), published__lte=now).count(),
        answers=facts(_answers(event, counts["first"], lore), lore),
    )


def _chosen(articles: Any, lore: Lore) -> set[int]:
    """Ids of the articles that are looked at."""
    if articles[FIRST + NEWEST : FIRST + NEWEST + 1].count() == 0:
        return set(articles.values_list("id", flat=True))
    newest = articles.order_by("-published", "-id")
    return {
        *articles.order_by("published", "id").values_list("id", flat=True)[:FIRST],
        *newest.values_list("id", flat=True)[:NEWEST],
        *newest.filter(analysis__noteworthy=True).values_list("id", flat=True)[:NOTEWORTHY],
        *newest.filter(source__in=_official(lore)).values_list("id", flat=True)[:OFFICIAL],
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
