"""The moving part of the channels: their token buckets, and which are stopped."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from monitor.models import ChannelState, Delivery
from monitor.notify import Channel, rate, take
from monitor.text.legible import legible

log = logging.getLogger(__name__)

FULL = 1e6
"""A new bucket's tokens; one never gives more than its burst."""


def hold(channels: set[str], now: datetime) -> set[str]:
    """Lock these channels' buckets until the transaction ends; returns those that are stopped.

    All at once and by name: two processes that send through the same channels then wait for each
    other, and never in a circle.
    """
    ChannelState.objects.bulk_create(
        (ChannelState(slug=slug, tokens=FULL, updated=now) for slug in sorted(channels)),
        ignore_conflicts=True,
    )
    rows = ChannelState.objects.select_for_update(no_key=True).filter(slug__in=channels)
    return {row.slug for row in rows.order_by("slug") if row.stopped}


def take_token(channel: Channel, now: datetime) -> float:
    """Seconds to wait for the channel's bucket, which we hold; 0 when a token was taken."""
    row = ChannelState.objects.get(pk=channel.slug)
    taken = take(row.tokens, row.updated, now, rate(channel))
    row.tokens, row.updated = taken.tokens, now
    row.save(update_fields=["tokens", "updated"])
    return 0.0 if taken.allowed else taken.wait_s


def stop(channel: str, code: str, words: str, now: datetime) -> None:
    """Nothing more goes to this channel until a person has mended it and resumes it."""
    log.error("渠道 %s 已停用：%s", channel, words, extra={"channel": channel})
    said = {"code": legible(code)[:64], "words": legible(words)[:500]}
    ChannelState.objects.filter(slug=channel).update(stopped=now, **said)


def resume(channel: str) -> int:
    """Let a stopped channel send again; returns how many deliveries were waiting for it."""
    with transaction.atomic():
        # Deliveries before their channel, as whoever sends them locks them.
        queued = Delivery.objects.filter(channel=channel, state=Delivery.QUEUED)
        rows = queued.update(due=timezone.now())
        ChannelState.objects.filter(slug=channel).update(stopped=None, code="", words="")
        return rows
