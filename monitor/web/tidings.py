"""What came of telling people, in the few words that a list has room for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from monitor.models import Alert, ChannelState, Delivery, Notice

REASONS = 3


@dataclass(frozen=True, slots=True)
class State:
    """One state of an alert's deliveries: `kind` names its colour, `words` say how many."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One alert of the list with its weightiest reasons and the state of its deliveries."""

    alert: Alert
    reasons: tuple[str, ...]
    states: tuple[State, ...]
    grown: int


def rows(alerts: Iterable[Alert]) -> list[Row]:
    found = list(alerts)
    states = _states([alert.pk for alert in found])
    grown = dict(
        Notice.objects.filter(alert__in=found)
        .exclude(kind="alert")
        .order_by()
        .values_list("alert")
        .annotate(n=Count("id"))
    )
    return [
        Row(
            alert=alert,
            reasons=weightiest(alert.reasons),
            states=states.get(alert.pk) or (_untold(alert),),
            grown=grown.get(alert.pk, 0),
        )
        for alert in found
    ]


def weightiest(reasons: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The words of the reasons with most points."""
    ordered = sorted(reasons, key=lambda reason: -reason["points"])
    return tuple(reason["words"] for reason in ordered[:REASONS] if reason["points"] > 0)


def _untold(alert: Alert) -> State:
    if not alert.pushed:
        return State("quiet", "仅记录，未推送")
    return State("wait", "没有可用的渠道")


def _states(alerts: Sequence[int]) -> dict[int, tuple[State, ...]]:
    stopped = Q(channel__in=ChannelState.objects.exclude(stopped=None).values("slug"))
    waiting = Q(state=Delivery.QUEUED)
    sums = (
        Delivery.objects.filter(notice__alert__in=alerts)
        .order_by()
        .values_list("notice__alert")
        .annotate(
            sent=Count("id", filter=Q(state=Delivery.SENT)),
            sending=Count("id", filter=Q(state=Delivery.SENDING)),
            halted=Count("id", filter=waiting & stopped),
            again=Count("id", filter=waiting & ~stopped & Q(failures__gt=0)),
            queued=Count("id", filter=waiting & ~stopped & Q(failures=0)),
            failed=Count("id", filter=Q(state=Delivery.FAILED)),
        )
    )
    found: dict[int, tuple[State, ...]] = defaultdict(tuple)
    for alert, sent, sending, halted, again, queued, failed in sums:
        kinds = (
            ("bad", "失败", failed),
            ("bad", "渠道停用待发", halted),
            ("wait", "重试中", again),
            ("wait", "发送中", sending),
            ("wait", "待发送", queued),
            ("good", "已送达", sent),
        )
        found[alert] = tuple(State(kind, f"{words} {n}") for kind, words, n in kinds if n)
    return found
