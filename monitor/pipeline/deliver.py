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
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from monitor.models import ChannelState, Delivery, Sending
from monitor.models.claims import Claim, Lane
from monitor.notify import (
    Channel,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    given_up,
    mistakes,
    next_try,
    rate,
    send,
    take,
)
from monitor.notify.backoff import WAITS_S
from monitor.pipeline import knowledge, wake
from monitor.pipeline.arrivals import arrivals
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.step import LEASE_SLACK, Step, Waiting, waiting

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=20)
SEND_S = 15.0
"""One send's own deadline, well inside the limit."""
BATCH = 8
FARTHEST = timedelta(seconds=1.5 * max(WAITS_S))
"""No delivery is ever due later: such a date was written while the clock stood wrong."""
RECORD_AGAIN_S = (0.2, 1.0)

LANE = Lane(
    Delivery,
    "deliver",
    # Parts go out in order; a stopped channel's deliveries wait until a person resumes it.
    "state IN ('queued', 'sending') AND (due <= %s OR due > %s)"
    " AND channel NOT IN (SELECT slug FROM monitor_channelstate WHERE stopped IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM monitor_delivery earlier"
    " WHERE earlier.notice_id = monitor_delivery.notice_id"
    " AND earlier.channel = monitor_delivery.channel"
    " AND earlier.recipient = monitor_delivery.recipient"
    " AND earlier.part < monitor_delivery.part AND earlier.state IN ('queued', 'sending'))",
    "due, id",
    LIMIT + LEASE_SLACK,
    mark=", state = 'failed', code = 'died',"
    " words = '发送时处理进程连续多次中途退出，是否送达不明，请人工核实'",
)

Outcome = Receipt | TemporaryFailure | PermanentFailure
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
        for claim in claims:
            delivery = rows[claim.key]
            _note_death(delivery)
            channel = _usable(delivery, lore, now)
            if channel is None:
                continue
            wait = _take_token(channel, now)
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
    ChannelState.objects.get_or_create(slug=slug, defaults={"updated": now, "tokens": 1})
    stop(slug, "settings", wrong, now)
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


def _take_token(channel: Channel, now: datetime) -> float:
    """Seconds to wait for the channel's bucket; 0 when a token was taken."""
    allowance = rate(channel)
    row, _ = ChannelState.objects.get_or_create(
        slug=channel.slug, defaults={"tokens": allowance.burst, "updated": now}
    )
    taken = take(row.tokens, row.updated, now, allowance)
    row.tokens, row.updated = taken.tokens, now
    row.save(update_fields=["tokens", "updated"])
    return 0.0 if taken.allowed else taken.wait_s


def _outcomes(departures: Sequence[Departure]) -> Iterator[tuple[Departure, Outcome]]:
    async def ask(tell: Callable[[tuple[Departure, Outcome]], None]) -> None:
        async def one(departure: Departure) -> None:
            tell((departure, await _send(departure)))

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
        log.exception("送达 %d 出错", departure.delivery.pk)
        return TemporaryFailure("internal", f"系统自身出错（{type(error).__name__}），将再试")


def _record_surely(departure: Departure, outcome: Outcome) -> None:
    """Try hard to write an outcome: what is not written will be sent a second time."""
    for patience_s in (*RECORD_AGAIN_S, None):
        try:
            return record(departure, outcome)
        except DatabaseError:
            log.exception("送达 %d 的结果没有写成", departure.delivery.pk)
            if patience_s is not None:
                time.sleep(patience_s)
    return None


def record(departure: Departure, outcome: Outcome) -> None:
    """Write what came of a send, where our token still stands."""
    now = timezone.now()
    claim, delivery = departure.claim, departure.delivery
    with transaction.atomic():
        sending = Sending.objects.filter(delivery=delivery, token=claim.token)
        if not LANE.mine([claim]):
            # Somebody else has it by now; what we know of our attempt still belongs in the ledger.
            sending.update(ended=now, outcome="late", code=outcome.code, words=outcome.words[:500])
            return
        change = _change(delivery, outcome, now)
        Delivery.objects.filter(pk=delivery.pk).update(owner="", until=None, attempts=0, **change)
        sending.update(
            ended=now,
            outcome="sent" if isinstance(outcome, Receipt) else "failed",
            code=outcome.code[:64],
            words=outcome.words[:500],
        )
        if isinstance(outcome, PermanentFailure) and outcome.stops_channel:
            stop(delivery.channel, outcome.code, outcome.words, now)


def _change(delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, object]:
    said = {"code": outcome.code[:64], "words": outcome.words[:500]}
    if isinstance(outcome, Receipt):
        return said | {"state": Delivery.SENT, "sent": now}
    log.warning("送达 %d（%s）未成：%s", delivery.pk, delivery.channel, outcome.words)
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
            "code": end.code,
            "words": end.words[:500],
        }
    return said | {"state": Delivery.QUEUED, "failures": failures, "due": due}


def stop(channel: str, code: str, words: str, now: datetime) -> None:
    """Nothing more goes to this channel until a person has mended it and resumes it."""
    log.error("渠道 %s 已停用：%s", channel, words)
    ChannelState.objects.filter(slug=channel).update(stopped=now, code=code[:64], words=words[:500])


def resume(channel: str) -> int:
    """Let a stopped channel send again; returns how many deliveries were waiting for it."""
    with transaction.atomic():
        ChannelState.objects.filter(slug=channel).update(stopped=None, code="", words="")
        return Delivery.objects.filter(channel=channel, state=Delivery.QUEUED).update(
            due=timezone.now()
        )


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


def look(now: datetime) -> Waiting:
    stopped = ChannelState.objects.exclude(stopped=None).values("slug")
    due = Delivery.objects.filter(
        Q(due__lte=now) | Q(due__gt=now + FARTHEST),
        state__in=[Delivery.QUEUED, Delivery.SENDING],
    ).exclude(channel__in=stopped)
    return waiting(due, "due", now)


STEP = Step("deliver", "notify", LIMIT, batch, look)
