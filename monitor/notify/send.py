"""One part to one channel: the only door of this room that leads outside."""

from datetime import datetime

from monitor.notify.bucket import Rate
from monitor.notify.kind import Delivery
from monitor.notify.message import Channel
from monitor.notify.outcome import PermanentFailure, Receipt, TemporaryFailure, scrub
from monitor.notify.render import kind_of

TIMEOUT_S = 15.0
"""Overall limit of a send: five seconds inside the hard limit of a deliver task."""


async def send(
    channel: Channel,
    part_body: str,
    *,
    delivery_id: str,
    now: datetime,
    timeout: float = TIMEOUT_S,
    recipient: str | None = None,
    proxy: str = "",
) -> Receipt:
    """Send a `Part.body`; ends within about `timeout` seconds whatever the peer does.

    `delivery_id` (1..128 of A-Z a-z 0-9 . _ : -) reaches the receiver and stays equal over
    repeats. `recipient` is one of `recipients(channel)`; None means all of them. `proxy` leads
    robots and webhooks outside; mail goes to its own server. Raises TemporaryFailure or
    PermanentFailure, whose words hold no key, password or secret.
    """
    kind = kind_of(channel)
    settings = kind.read(channel.settings)
    delivery = Delivery(id=delivery_id, now=now, timeout=timeout, recipient=recipient, proxy=proxy)
    secrets = settings.secrets()
    failure: TemporaryFailure | PermanentFailure
    try:
        receipt = await kind.deliver(part_body, settings, delivery)
    except TemporaryFailure as told:
        failure = TemporaryFailure(told.code, scrub(told.words, secrets), told.retry_after)
    except PermanentFailure as told:
        failure = PermanentFailure(told.code, scrub(told.words, secrets), told.stops_channel)
    else:
        refused = tuple((who, scrub(why, secrets)) for who, why in receipt.refused)
        return Receipt(receipt.code, scrub(receipt.words, secrets), refused)
    raise failure


def mistakes(channel: Channel) -> tuple[str, ...]:
    """What is wrong with a channel's settings, each with its cure; empty when sound."""
    try:
        return kind_of(channel).mistakes(channel.settings)
    except PermanentFailure as failure:
        return (failure.words,)


def recipients(channel: Channel) -> tuple[str, ...]:
    """Those who each deserve a delivery row of their own: addresses of a mail channel, ("",)
    for a robot or webhook (pass None or "" to `send`)."""
    kind = kind_of(channel)
    return kind.recipients(kind.read(channel.settings))


def rate(channel: Channel) -> Rate:
    """The token bucket's rate of a channel: its kind's, or its own `per_minute`."""
    kind = kind_of(channel)
    return kind.rate(kind.read(channel.settings))
