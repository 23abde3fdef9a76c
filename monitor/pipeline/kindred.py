"""Events that may be the same as one, for a person who is to decide it."""

from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from monitor.detect.events import SPAN
from monitor.detect.story import Rows, Story, compare, rows_of
from monitor.models import Article, Event

OFFERED = 3
LOOKED_AT = 300
"""Events around one that are looked at, the newest."""
OWN = 8
COMPARED = 600
"""Articles of the event, its first, and of those around it, the newest, that are compared."""
WORTH = -2.5
"""Points (see `Story`) from which an event is offered: the machine did not join it by itself."""
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class _Told:
    """Articles as they are compared: whose they are, their stories and moments."""

    events: list[int]
    stories: Rows
    days: NDArray[np.float64]


def similar(event: Event) -> list[Event]:
    """Of the events around this one those most like it, the likest first."""
    near = Event.objects.filter(
        last_published__gte=event.first_published - SPAN,
        first_published__lte=event.last_published + SPAN,
        merged_into=None,
        articles_count__gt=0,
    ).exclude(pk=event.pk)
    ours = _told(Article.objects.filter(event=event).order_by("id")[:OWN])
    around = list(near.order_by("-last_published").values_list("pk", flat=True)[:LOOKED_AT])
    theirs = _told(Article.objects.filter(event__in=around).order_by("-id")[:COMPARED])
    mine, others = np.divmod(
        np.arange(len(ours.events) * len(theirs.events)), len(theirs.events) or 1
    )
    days = ours.days[mine] - theirs.days[others]
    compared = compare(ours.stories[mine], theirs.stories[others], days)
    points = compared.at_most(ours.stories["nats"][mine])
    best: dict[int, float] = {}
    for at in np.flatnonzero(points >= WORTH).tolist():
        pk = theirs.events[others[at]]
        best[pk] = max(best.get(pk, WORTH), float(points[at]))
    likest = sorted(best, key=lambda pk: (-best[pk], pk))[:OFFERED]
    rows = Event.objects.in_bulk(likest)
    return [rows[pk] for pk in likest]


def _told(articles: QuerySet[Article]) -> _Told:
    rows = list(articles.values_list("event", "analysis__story", "published"))
    return _Told(
        [event for event, _, _ in rows],
        rows_of([story if story and Story.legible(story) else "" for _, story, _ in rows]),
        np.array([published.timestamp() / _DAY_S for _, _, published in rows]),
    )
