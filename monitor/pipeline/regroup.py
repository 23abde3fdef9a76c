"""regroup: a person merges events and splits them, and the machine keeps to it.

    merge → the articles move to the oldest event, the others point to it
    split → some articles move to an event of their own, or back to the one that was merged

It happens in the turn of the group lane: whoever decides at that moment writes nothing, and every
process reads the moved articles anew. An article that has an event keeps it, so what a person took
apart no machine puts together again. Each is undone by its opposite, which is a row of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from monitor.detect.news import Snapshot
from monitor.models import Alert, Article, Correction, Event
from monitor.models.correction import Kind
from monitor.pipeline import correct, group, wake
from monitor.pipeline.correct import Refused
from monitor.pipeline.recount import recount

MOST_EVENTS = 20
MOST_ARTICLES = 5_000
"""Articles that one merge or split moves; each is recorded."""


@dataclass(frozen=True, slots=True)
class _Move:
    """Articles that leave one event for another."""

    source: int
    target: int
    articles: tuple[int, ...]


def merge_events(events: Iterable[int], by: str, remark: str = "") -> Correction:
    """These events are one, the oldest of them. Raises Refused."""
    numbers = sorted(set(events))
    if not 2 <= len(numbers) <= MOST_EVENTS:
        raise Refused(f"请给出 2 到 {MOST_EVENTS} 个不同的事件号")
    with transaction.atomic():
        version = group.overtake()
        _hold(numbers)
        return _merge(numbers, version, by, remark)


def split_event(event: int, articles: Iterable[int], by: str, remark: str = "") -> Correction:
    """These articles of the event are another event. Raises Refused."""
    wanted = sorted(set(articles))
    with transaction.atomic():
        version = group.overtake()
        _hold([event])
        move = _Move(event, _opened(event, wanted), tuple(wanted))
        _carry([move], version)
        return correct.record(
            Kind.SPLIT, event, by, remark, now={"event": move.target, "articles": wanted}
        )


def undo(correction: int, by: str, remark: str = "") -> Correction:
    """Take a correction back: what was merged is split again, what was split is merged again, and
    all others as `correct.undo` does. Raises Refused."""
    row = Correction.objects.filter(pk=correction).first()
    if row is None or row.undoes_id is not None or row.kind not in (Kind.MERGE, Kind.SPLIT):
        return correct.undo(correction, by, remark)
    with transaction.atomic():
        version = group.overtake()
        done = correct.take_back(row, by, remark)
        if row.kind == Kind.MERGE:
            _unmerge(row, version)
        else:
            _unsplit(row, version)
        return done


def _merge(numbers: Sequence[int], version: int, by: str, remark: str) -> Correction:
    oldest, absorbed = numbers[0], numbers[1:]
    moves = [_Move(number, oldest, _articles_of(number)) for number in absorbed]
    if sum(len(move.articles) for move in moves) > MOST_ARTICLES:
        raise Refused(f"一次最多移动 {MOST_ARTICLES} 篇文章，请先拆分再合并")
    moved = _carry_alert(oldest, absorbed)
    _carry(moves, version)
    Event.objects.filter(merged_into__in=absorbed).update(merged_into=oldest)
    Event.objects.filter(pk__in=absorbed).update(merged_into=oldest)
    was = [{"event": move.source, "articles": list(move.articles)} for move in moves]
    return correct.record(Kind.MERGE, oldest, by, remark, was=was, now=moved)


def _unmerge(row: Correction, version: int) -> None:
    """Every event that was merged gets back those of its articles that are still here."""
    event = row.event_id or 0
    parts = {part["event"]: part["articles"] for part in row.was}
    _hold([event])
    here = set(_articles_of(event))
    moves, revived = [], {}
    for number, articles in parts.items():
        left = tuple(pk for pk in articles if pk in here)
        if left:
            revived[number] = _revived(number, left)
            moves.append(_Move(event, revived[number], left))
    if not moves or len(here) == sum(len(move.articles) for move in moves):
        raise Refused("这些文章后来又移动过，不能原样拆开；请在事件页选文章拆分")
    for number, back in revived.items():
        Event.objects.filter(pk__in=_within(number), merged_into=event).update(merged_into=back)
    # The alert stays where its event gets nothing back: nobody looks at an event without articles.
    if row.now in revived:
        Alert.objects.filter(event=event).update(event=revived[row.now])
    _carry(moves, version)


def _unsplit(row: Correction, version: int) -> None:
    """What was split off comes back, and the event that it became with it."""
    target, source = row.event_id or 0, row.now["event"]
    _hold(sorted({target, source}))
    _carry_alert(target, [source])
    _carry([_Move(source, target, _articles_of(source))], version)
    Event.objects.filter(Q(pk=source) | Q(merged_into=source)).update(merged_into=target)


def _within(event: int) -> list[int]:
    """The events that had been merged into this one, and into those."""
    found: list[int] = []
    front = [event]
    while front:
        rows = Correction.objects.standing().filter(kind=Kind.MERGE, event__in=front)
        front = [part["event"] for row in rows for part in row.was]
        found += front
    return found


def _hold(numbers: Sequence[int]) -> None:
    """The events, locked, all there and none merged into another."""
    held = Event.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")
    into = dict(held.values_list("pk", "merged_into"))
    for number in numbers:
        if number not in into:
            raise Refused(f"没有第 {number} 号事件")
        if into[number] is not None:
            raise Refused(f"第 {number} 号事件已并入第 {into[number]} 号事件，请到那里操作")


def _opened(event: int, wanted: Sequence[int]) -> int:
    """A new event for these articles of this one."""
    if not 1 <= len(wanted) <= MOST_ARTICLES:
        raise Refused(f"请选 1 到 {MOST_ARTICLES} 篇要拆出的文章")
    rows = Article.objects.filter(pk__in=wanted, event=event).order_by("published", "id")
    told = list(rows.values_list("title", "published"))
    if len(told) < len(wanted):
        raise Refused(f"有的文章不在第 {event} 号事件里，请刷新页面后再选")
    if not Article.objects.filter(event=event).exclude(pk__in=wanted).exists():
        raise Refused("不能把全部文章都拆出去，原事件至少要留一篇")
    return group.open_event(*told[0])


def _revived(number: int, articles: Sequence[int]) -> int:
    """The event that was merged; a new one where it has been cleared away since."""
    if Event.objects.filter(pk=number).update(merged_into=None):
        return number
    first = Article.objects.filter(pk__in=articles).order_by("published", "id")
    return group.open_event(*first.values_list("title", "published")[0])


def _articles_of(event: int) -> tuple[int, ...]:
    return tuple(Article.objects.filter(event=event).order_by("pk").values_list("pk", flat=True))


def _carry(moves: Sequence[_Move], version: int) -> None:
    """Write the moves, and have both ends counted, judged and shown anew."""
    now = timezone.now()
    ends: set[int] = set()
    for move in moves:
        ends |= {move.source, move.target}
        alert = Alert.objects.filter(event=move.target, false_alarm=False)
        Article.objects.filter(pk__in=move.articles, event=move.source).update(
            event=move.target,
            level=alert.values_list("level", flat=True).first(),
            grouped_in=version,
            rev=F("rev") + 1,
        )
    recount(ends, now)
    Event.objects.filter(pk__in=ends, articles=None).update(
        articles_count=0, sources_count=0, rev=F("rev") + 1, assessed_rev=F("rev") + 1
    )
    said = Correction.objects.standing().filter(kind=Kind.MISSED)
    if said.filter(Q(event__in=ends) | Q(event__merged_into__in=ends)).exists():
        # A person asked for a response: judged, whether the articles can need one or not.
        Event.objects.filter(pk__in=ends).exclude(articles=None).update(rev=F("rev") + 1)
    # A claim that is out was made on what the events were.
    Event.objects.filter(pk__in=ends).update(token=F("token") + 1, owner="", until=None)
    wake.hint("index", "alert")


def _carry_alert(target: int, absorbed: Sequence[int]) -> int | None:
    """One event, one alert: its own, else the oldest of the others, which stands for all of them
    from now on; returns the event that had it where it is another."""
    alerts = list(Alert.objects.filter(event__in=[target, *absorbed]).order_by("pk"))
    if not alerts:
        return None
    kept = next((alert for alert in alerts if alert.event_id == target), alerts[0])
    before = kept.event_id
    kept.event_id = target
    for other in alerts:
        if other is not kept:
            _stand_for(kept, other)
    kept.save(update_fields=["event", "false_alarm", "level", "score", "told"])
    return before if before != target else None


def _stand_for(kept: Alert, other: Alert) -> None:
    """What is no false alarm makes the alert none; what people were told stays told."""
    if not other.false_alarm:
        kept.false_alarm = False
        kept.level = min(kept.level, other.level)
        kept.score = max(kept.score, other.score)
    if other.pushed:
        told = Snapshot.from_json(kept.told).told(Snapshot.from_json(other.told))
        kept.told = told.to_json()
