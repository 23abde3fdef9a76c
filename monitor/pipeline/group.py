"""group: one lane in which analysed articles join events or open new ones.

The lane's row carries a version that moves in the transaction that writes the assignments.
Each process keeps a window of recent members; what other processes assigned since is read
from the rows (`grouped_in`), so the window is never a second truth.
"""

import logging
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from monitor.detect.events import Member, Placement, Window, readable
from monitor.models import Article, Event, GroupCursor, bulk
from monitor.models.claims import Claim, Lane
from monitor.models.illness import ILL, mend, repeated
from monitor.pipeline import meters, wake
from monitor.pipeline.recount import recount
from monitor.pipeline.step import FAILURE_CHARACTERS, LEASE_SLACK, Step, Waiting, some, waiting

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=10)
BATCH = 400

LANE = Lane(GroupCursor, "group", "id = 1", "id", LIMIT + LEASE_SLACK, endless=True)

EVENT_DEFAULTS = bulk.defaults(Event, ("id", "title", "first_published", "last_published"))
EVENT_COLUMNS = ("id", "title", "first_published", "last_published", *EVENT_DEFAULTS)


class LaneLost(Exception):  # noqa: N818 - reads as what happened
    """What we decided on is no longer so; nothing of ours was written."""


@dataclass
class _Memory:
    """This process's window and the cursor version it reflects; None: nothing read yet."""

    window: Window
    version: int | None = None


_memory = _Memory(Window())


def batch() -> int:
    """Assign the oldest ungrouped articles to events; 0 when none, or when the lane is taken."""
    now = timezone.now()
    if not some(due(now)):
        return 0
    GroupCursor.objects.get_or_create(pk=1)
    claims = LANE.claim(now, 1)
    if not claims:
        return 0
    try:
        return _assign(claims[0], now)
    except (LaneLost, *ILL) as error:
        _memory.window.forget()
        log.info("归并让出：%s", error)
        return 0
    except Exception:
        meters.failed(STEP.name, meters.ERROR)
        log.exception("归并一批出错，逐篇查找原因")
        _memory.window.forget()
        return _isolate()
    finally:
        mend()
        repeated(lambda: LANE.release(claims))


def _isolate() -> int:
    """Quarantine the articles of the next batch that cannot be placed even by themselves, so
    that one of them does not stop the lane for all; returns how many."""
    bad = 0
    now = timezone.now()
    for pk in _next(now):
        try:
            _memory.window.place(_members([pk]), now=now)
        except Exception:  # noqa: BLE001 - kept on the row with its traceback
            bad += Article.objects.filter(pk=pk).update(
                quarantined=STEP.name, failure=traceback.format_exc()[-FAILURE_CHARACTERS:]
            )
        finally:
            _memory.window.forget()
    return bad


def due(_now: datetime) -> QuerySet[Article]:
    rows = Article.objects.filter(grouped_edition__lt=F("analysed_edition"), quarantined="")
    return rows.order_by("id")


def _next(now: datetime) -> list[int]:
    return list(due(now).values_list("pk", flat=True)[:BATCH])


def _assign(claim: Claim, now: datetime) -> int:
    version = GroupCursor.objects.values_list("version", flat=True).get(pk=1)
    newcomers = _members(_next(now))
    _catch_up(version, newcomers, now)
    placements = _memory.window.place(newcomers, now=now)
    with transaction.atomic():
        moved = GroupCursor.objects.filter(pk=1, version=version, token=claim.token).update(
            version=version + 1, attempts=0
        )
        if not moved:
            raise LaneLost("另一进程已先归并")
        events = _write(placements, newcomers, version + 1, now)
    _memory.window.remember(events)
    _memory.version = version + 1
    wake.hint("index", "alert")
    return len(newcomers)


def _catch_up(version: int, newcomers: Sequence[Member], now: datetime) -> None:
    """Read what other processes assigned since this process last looked, and whatever else the
    newcomers have to be compared with: the outcome must not depend on who holds the lane."""
    grouped = Article.objects.filter(event__isnull=False)
    if _memory.version is not None and _memory.version > version:
        _memory.window, _memory.version = Window(), None  # the database is an older one now
    if _memory.version is not None and _memory.version < version:
        news = grouped.filter(grouped_in__gt=_memory.version)
        _memory.window.add(_readable(news), now=now)
    for stretch in _memory.window.expect(newcomers, now=now):
        rows = grouped.filter(published__gte=stretch.since, published__lte=stretch.until)
        _memory.window.add(_readable(rows), now=now, covers=stretch)
    _memory.version = version


def _readable(rows: QuerySet[Article]) -> list[Member]:
    """Members of the window; one that cannot be read is compared with nothing."""
    members = _read(rows.order_by("published", "id"))
    kept = [member for member in members if readable(member)]
    if len(kept) < len(members):
        log.error("有 %d 篇已归并文章的指纹读不了，不再参与比对", len(members) - len(kept))
    return kept


def _members(ids: Sequence[int]) -> list[Member]:
    return _read(Article.objects.filter(pk__in=ids).order_by("id"))


def _read(articles: QuerySet[Article]) -> list[Member]:
    rows = articles.values_list(
        "id",
        "event_id",
        "analysis__signature",
        "published",
        "title",
        "analysis__length",
        "analysis__marks",
        "analysis__story",
    )
    return [
        Member(pk, event, bytes(signature), published, title, length, marks, story)
        for pk, event, signature, published, title, length, marks, story in rows.iterator(2000)
    ]


def _write(
    placements: Sequence[Placement], newcomers: Sequence[Member], version: int, now: datetime
) -> dict[int, int]:
    """Write events and assignments; returns every newcomer's event."""
    by_article = {member.article: member for member in newcomers}
    events = _open_events(placements, by_article)
    for placement in placements:
        if placement.event is not None:
            events[placement.article] = placement.event
        elif placement.with_article is not None:
            events[placement.article] = events[placement.with_article]
    _hold(set(events.values()))
    bulk.update(
        Article,
        (
            "event_id = %s",
            "reprint_of_id = COALESCE(reprint_of_id, %s)",
            "grouped_edition = analysed_edition",
            "grouped_in = %s",
            "rev = rev + 1",
        ),
        [
            (events[placement.article], placement.nearest, version, placement.article)
            for placement in placements
        ],
        where=("id",),
    )
    recount(set(events.values()), now, Counter(events.values()))
    return events


def _hold(events: set[int]) -> None:
    """Lock the events before their articles, as alert does; LaneLost when one is gone (pruned),
    for then the window remembers what is no more."""
    rows = Event.objects.select_for_update(no_key=True).filter(pk__in=events).order_by("pk")
    if len(rows.values_list("pk", flat=True)) < len(events):
        raise LaneLost("内存中的事件已被清理")


def _open_events(placements: Sequence[Placement], members: dict[int, Member]) -> dict[int, int]:
    openers = [
        members[placement.article]
        for placement in placements
        if placement.event is None and placement.with_article is None
    ]
    # Only this lane opens events, so it may number them; asking for each row's id costs more
    # than everything else that is written here.
    first = (Event.objects.aggregate(last=Max("id"))["last"] or 0) + 1
    bulk.insert(
        Event,
        EVENT_COLUMNS,
        [
            (number, member.title, member.published, member.published, *EVENT_DEFAULTS.values())
            for number, member in enumerate(openers, first)
        ],
        unique=("id",),
    )
    return {member.article: number for number, member in enumerate(openers, first)}


def overtake() -> int:
    """Take part in the lane's turn from outside it, in a transaction: who decides at this moment
    writes nothing, and the articles whose `grouped_in` is set to the version that is returned are
    read anew by every process."""
    GroupCursor.objects.get_or_create(pk=1)
    cursor = GroupCursor.objects.select_for_update(no_key=True).get(pk=1)
    GroupCursor.objects.filter(pk=1).update(version=cursor.version + 1)
    return cursor.version + 1


def open_event(title: str, published: datetime) -> int:
    """A new event, in a transaction that has overtaken the lane: only who holds its turn may
    number events."""
    number = (Event.objects.aggregate(last=Max("id"))["last"] or 0) + 1
    moments = {"first_published": published, "last_published": published}
    Event.objects.create(pk=number, title=title, **moments)
    return number


def look(now: datetime) -> Waiting:
    return waiting(due(now), "seen", now)


STEP = Step("group", "text", LIMIT, batch, look, due)
