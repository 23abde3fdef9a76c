"""deliver: queued deliveries → the channel's own success code → a receipt.

The ledger says "sending" before anything leaves the house and the outcome afterwards. A
process that dies between the channel's yes and our commit leaves a Sending without an end,
and only then can a message go out twice.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, transaction
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from monitor.models import ChannelState, Delivery, Sending
from monitor.models.claims import Claim, Lane
from monitor.models.illness import repeated
from monitor.notify import (
    Channel,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    given_up,
    mistakes,
    next_try,
    send,
)
from monitor.notify.backoff import WAITS_S
from monitor.pipeline import buckets, knowledge, meters, wake
from monitor.pipeline.arrivals import arrivals
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.step import LEASE_SLACK, Step, Waiting, waiting
from monitor.text.legible import legible

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=20)
SEND_S = 15.0
"""One send's own deadline, well inside the limit."""
BATCH = 8
FARTHEST = timedelta(seconds=1.5 * max(WAITS_S))
"""No delivery is ever due later: such a date was written while the clock stood wrong."""

WAITING = "monitor_delivery.state IN ('queued', 'sending')"
LANE = Lane(
    Delivery,
    "deliver",
    # Parts go out in order; a stopped channel's deliveries wait until a person resumes it.
    f"{WAITING} AND (due <= %s OR due > %s)"  # noqa: S608 - our own words
    " AND channel NOT IN (SELECT slug FROM monitor_channelstate WHERE stopped IS NOT NULL)"
    " AND (part = 1 OR NOT EXISTS (SELECT 1 FROM monitor_delivery earlier"
    " WHERE earlier.notice_id = monitor_delivery.notice_id"
    " AND earlier.channel = monitor_delivery.channel"
    " AND earlier.recipient = monitor_delivery.recipient"
    " AND earlier.part < monitor_delivery.part AND earlier.state IN ('queued', 'sending')))",
    "due, id",
    LIMIT + LEASE_SLACK,
    mark=", state = 'failed', code = 'died',"
    " words = '发送时处理进程连续多次中途退出，是否送达不明，请人工核实'",
)

Outcome = Receipt | TemporaryFailure | PermanentFailure
WORDS: dict[type[Outcome], str] = {
    Receipt: "sent",
    TemporaryFailure: "temporary",
    PermanentFailure: "permanent",
}
GONE = "此渠道已不在目录中，请在目录中恢复或改用其他渠道"


@dataclass(frozen=True, slots=True)
class Departure:
    """One delivery about to leave: everything that sending needs, nothing read later."""

    claim: Claim
    delivery: Delivery
    channel: Channel


def batch() -> int:
    """Send up to BATCH due deliveries; returns how many were claimed.

    Those that a full bucket holds back count too: behind them may stand another channel's.
    """
    claimed, departures = _depart()
    # Each outcome is written as it arrives: a receipt must not wait for a channel that hangs.
    for departure, outcome in _outcomes(departures):
        _record_surely(departure, outcome)
    return claimed


def _depart() -> tuple[int, list[Departure]]:
    """Claim, take tokens and write "sending", in one transaction; also how many were claimed."""
    lore = knowledge.current()
    departures = []
    with transaction.atomic():
        now = timezone.now()  # inside: a lease must not begin before the lock was waited for
        claims = LANE.claim(now, BATCH, [now, now + FARTHEST])
        rows = Delivery.objects.in_bulk([claim.key for claim in claims])
        stopped = buckets.hold({row.channel for row in rows.values()}, now)
        now = timezone.now()  # another process may have held the buckets meanwhile
        for claim in claims:
            delivery = rows[claim.key]
            _note_death(delivery)
            if delivery.channel in stopped:
                _requeue(delivery, now)
                continue
            channel = _usable(delivery, lore, now)
            if channel is None:
                continue
            wait = buckets.take_token(channel, now)
            if wait:
                _requeue(delivery, now + timedelta(seconds=wait))
                continue
            Delivery.objects.filter(pk=claim.key).update(state=Delivery.SENDING)
            Sending.objects.create(delivery=delivery, token=claim.token, began=now)
            departures.append(Departure(claim, delivery, channel))
    return len(claims), departures


def _usable(delivery: Delivery, lore: Lore, now: datetime) -> Channel | None:
    """The delivery's channel if it can send; else the delivery fails, or waits for its channel."""
    slug = delivery.channel
    channel = lore.channels.get(slug)
    if channel is None:
        _fail(delivery, "no_channel", GONE)
        return None
    wrong = lore.faulty.get(slug) or "；".join(mistakes(channel))
    if not wrong:
        return channel
    # The settings are at fault, not the message: it leaves when a person has mended them.
    buckets.stop(slug, "settings", wrong, now)
    _requeue(delivery, now)
    return None


def _note_death(delivery: Delivery) -> None:
    """An earlier attempt without an end: the process died during it, its outcome is unknown."""
    if delivery.state == Delivery.SENDING:
        delivery.sendings.filter(ended=None, outcome="").update(
            outcome="died", words="发送途中处理进程退出，对方是否收到不明，已再次发送"
        )


def _requeue(delivery: Delivery, due: datetime) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.QUEUED, due=due, until=None, owner="", attempts=0
    )


def _fail(delivery: Delivery, code: str, words: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.FAILED, code=code, words=words[:500], until=None, owner=""
    )


def _outcomes(departures: Sequence[Departure]) -> Iterator[tuple[Departure, Outcome]]:
    async def ask(tell: Callable[[tuple[Departure, Outcome]], None]) -> None:
        async def one(departure: Departure) -> None:
            began = time.monotonic()
            outcome = await _send(departure)
            meters.sent(departure.channel.slug, WORDS[type(outcome)], time.monotonic() - began)
            tell((departure, outcome))

        await asyncio.gather(*(one(departure) for departure in departures))

    return arrivals(ask, LIMIT.total_seconds()) if departures else iter(())


async def _send(departure: Departure) -> Outcome:
    try:
        return await send(
            departure.channel,
            departure.delivery.body,
            delivery_id=str(departure.delivery.pk),
            now=timezone.now(),
            timeout=SEND_S,
            recipient=departure.delivery.recipient or None,
            proxy=settings.YUQING.proxy_url,
        )
    except (TemporaryFailure, PermanentFailure) as failure:
        return failure
    except Exception as error:
        # A fault of ours with one message must not leave its neighbours without their outcome.
        log.exception("送达 %d 出错", departure.delivery.pk, extra=_about(departure.delivery))
        return TemporaryFailure("internal", f"系统自身出错（{type(error).__name__}），将再试")


def _record_surely(departure: Departure, outcome: Outcome) -> None:
    """Try hard to write an outcome: what is not written will be sent a second time."""
    try:
        repeated(lambda: record(departure, outcome))
    except Error:
        log.exception(
            "送达 %d 的结果没有写成", departure.delivery.pk, extra=_about(departure.delivery)
        )


def record(departure: Departure, outcome: Outcome) -> None:
    """Write what came of a send, where our token still stands."""
    now = timezone.now()
    claim, delivery = departure.claim, departure.delivery
    with transaction.atomic():
        sending = Sending.objects.filter(delivery=delivery, token=claim.token)
        if not LANE.mine([claim]):
            # Somebody else has it by now; what we know of our attempt still belongs in the ledger.
            sending.update(ended=now, outcome="late", **_said(outcome))
            return
        change = _change(delivery, outcome, now)
        Delivery.objects.filter(pk=delivery.pk).update(owner="", until=None, attempts=0, **change)
        sending.update(
            ended=now,
            outcome="sent" if isinstance(outcome, Receipt) else "failed",
            **_said(outcome),
        )
        if isinstance(outcome, PermanentFailure) and outcome.stops_channel:
            buckets.stop(delivery.channel, outcome.code, outcome.words, now)


def _said(outcome: Outcome) -> dict[str, object]:
    """What the channel said, a stranger's words, as a row takes it."""
    return {"code": legible(outcome.code)[:64], "words": legible(outcome.words)[:500]}


def _change(delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, object]:
    said = _said(outcome)
    if isinstance(outcome, Receipt):
        return said | {"state": Delivery.SENT, "sent": now}
    log.warning(
        "送达 %d（%s）未成：%s",
        delivery.pk,
        delivery.channel,
        outcome.words,
        extra=_about(delivery),
    )
    failures = delivery.failures + 1
    if isinstance(outcome, PermanentFailure):
        # A stopped channel is at fault, not this message: it leaves when the channel is resumed.
        state = Delivery.QUEUED if outcome.stops_channel else Delivery.FAILED
        return said | {"state": state, "failures": failures, "due": now}
    due = next_try(failures, delivery.created, now, outcome.retry_after)
    if due is None:
        end = given_up(failures, outcome.words)
        return {
            "state": Delivery.FAILED,
            "failures": failures,
            **_said(end),
        }
    return said | {"state": Delivery.QUEUED, "failures": failures, "due": due}


def _about(delivery: Delivery) -> dict[str, object]:
    return {
        "delivery": delivery.pk,
        "notice": delivery.notice_id,
        "channel": delivery.channel,
    }


def resend(pk: int) -> bool:
    """Queue a failed delivery again; False when it has not failed."""
    with transaction.atomic():
        now = timezone.now()
        queued = (
            Delivery.objects.filter(pk=pk, state=Delivery.FAILED)
            .exclude(body="")
            .update(
                state=Delivery.QUEUED, due=now, created=now, failures=0, attempts=0, quarantined=""
            )
        )
        if queued:
            wake.hint("deliver")
        return bool(queued)


def due(now: datetime) -> QuerySet[Delivery]:
    stopped = ChannelState.objects.exclude(stopped=None).values("slug")
    # Spelled out: SQLite finds the partial index by the words of its condition, and cannot know
    # that parameters say the same.
    open_ = RawSQL(WAITING, (), BooleanField())  # noqa: S611 - our own constant
    rows = Delivery.objects.filter(
        Q(due__lte=now) | Q(due__gt=now + FARTHEST), open_, quarantined=""
    )
    # A part that stands behind one that is to be tried again later is not late: it is not its turn.
    earlier = Delivery.objects.filter(
        notice=OuterRef("notice"),
        channel=OuterRef("channel"),
        recipient=OuterRef("recipient"),
        part__lt=OuterRef("part"),
        state__in=[Delivery.QUEUED, Delivery.SENDING],
    )
    return rows.exclude(channel__in=stopped).filter(~Exists(earlier)).order_by("due", "id")


def look(now: datetime) -> Waiting:
    return waiting(due(now), "due", now)


STEP = Step("deliver", "notify", LIMIT, batch, look, due)
