"""Send one part in a test and see how it ended, how long it took and what it gave away."""

import asyncio
import time
import traceback

import pytest

from monitor.notify import Channel, DeliveryFailure, Receipt, send
from monitor.notify.kind import Settings
from monitor.notify.render import kind_of, render
from tests.notify.county import ALERT, NOW


def send_alert(channel: Channel, message=ALERT, **how) -> Receipt:
    """Render and send the first part."""
    how = {"delivery_id": "n12-duty-1", "now": NOW, "timeout": 5.0} | how
    body = render(message, channel)[0].body
    return asyncio.run(send(channel, body, **how))


def failing(kind: type[DeliveryFailure], channel: Channel, *, within: float = 20.0, **how):
    """The failure of a send, which has to be of this kind, in time and without secrets."""
    began = time.monotonic()
    with pytest.raises(DeliveryFailure) as caught:
        send_alert(channel, **how)
    took = time.monotonic() - began
    failure = caught.value
    assert type(failure) is kind, failure
    assert took < within, f"{took:.1f} s"
    shown = "".join(traceback.format_exception(failure)) + repr(failure)
    given_away = [secret for secret in secrets_of(channel) if secret in shown]
    assert given_away == []
    assert failure.__cause__ is None
    assert failure.__context__ is None
    return failure


def secrets_of(channel: Channel) -> list[str]:
    """Every non-empty secret of the channel's settings."""
    settings: Settings = kind_of(channel).read(channel.settings)
    return [secret for secret in settings.secrets() if secret]
