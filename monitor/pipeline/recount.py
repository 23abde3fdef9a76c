"""What an event's row says of its articles: how many, since when, and the title of all of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count, Max, Min, Q

from monitor.detect.headline import CONSIDERED, central
from monitor.detect.story import Story
from monitor.models import Article, Event, bulk


def recount(touched: set[int], now: datetime, joined: Mapping[int, int] | None = None) -> None:
    """Recount the touched events; only those that can need a response become due for alert.

    `joined` says how many articles are new in each, None that any may have come or gone."""
    figures = {
        row["event_id"]: row
        for row in Article.objects.filter(event_id__in=touched)
        .order_by()
        .values("event_id")
        .annotate(
            n=Count("id"),
            sources=Count("source", distinct=True),
            first=Min("published"),
            last=Max("published"),
            noteworthy=Count("id", filter=Q(analysis__noteworthy=True)),
        )
    }
    titles = _titles(
        [event for event, row in figures.items() if _untitled(row["n"], event, joined)]
    )
    bulk.update(
        Event,
        (
            "articles_count = %s",
            "sources_count = %s",
            "title = COALESCE(%s, title)",
            "first_published = %s",
            "last_published = %s",
            "assessed_rev = CASE WHEN %s THEN assessed_rev ELSE rev + 1 END",
            "rev = rev + 1",
            "touched = %s",
            # What is new may be a call for rescue: it must be judged, whatever went wrong before.
            "quarantined = ''",
            "attempts = 0",
        ),
        [
            (
                row["n"],
                row["sources"],
                titles.get(event),
                row["first"],
                row["last"],
                bool(row["noteworthy"]),
                now,
                event,
            )
            for event, row in figures.items()
        ],
        where=("id",),
    )


def _untitled(count: int, event: int, joined: Mapping[int, int] | None) -> bool:
    """Whether the event's title is still to be chosen: its first articles are not all there."""
    if joined is None:
        return True
    return count > 1 and count - joined.get(event, 0) < CONSIDERED


def _titles(events: Sequence[int]) -> dict[int, str]:
    """The most central headline of each event, among its first articles to come."""
    rows = Article.objects.filter(event_id__in=events).order_by("id")
    first: dict[int, list[tuple[str, str]]] = defaultdict(list)
    columns = ("event_id", "title", "analysis__story")
    for event, title, story in rows.values_list(*columns).iterator(2000):
        if len(first[event]) < CONSIDERED:
            first[event].append((title, story))
    return {event: _title(told) for event, told in first.items()}


def _title(told: Sequence[tuple[str, str]]) -> str:
    if len(told) == 1:
        return told[0][0]
    # A story that another version wrote otherwise tells nothing here; rescore writes it anew.
    stories = [Story.from_line(story) if Story.legible(story) else Story() for _, story in told]
    return told[central([(title, of) for (title, _), of in zip(told, stories, strict=True)])][0]
