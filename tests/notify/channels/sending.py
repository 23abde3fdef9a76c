"""Send one part in a test and see how it ended, how long it took and what it gave away."""

import asyncio
import time
import traceback

from monitor.notify import Channel, DeliveryFailure, Receipt, send
from monitor.notify.kind import Settings
from monitor.notify.render import kind_of, render
from tests.notify.county import ALERT, NOW


def send_alert(channel: Channel, message=ALERT, **how) -> Receipt:
    """Render and send the first part."""
    how = {"delivery_id": "n12-duty-1", "now": NOW, "timeout": 5.0} | how
    body = render(message, channel)[0].body
    return asyncio.run(send(channel, body, **how))


def failing(kind: type[DeliveryFailure], channel: Channel, *, within: float = 5.0, **how):
    """The failure of a send, which has to be of this kind, in time and without secrets."""
    began = time.monotonic()
    try:
        receipt = send_alert(channel, **how)
    except DeliveryFailure as failure:
        took = time.monotonic() - began
        assert type(failure) is kind, failure
        assert took < within, f"{took:.1f} s"
        settings: Settings = kind_of(channel).read(channel.settings)
        shown = "".join(traceback.format_exception(failure)) + repr(failure) + failure.words
        for secret in settings.secrets():
            assert not secret or secret not in shown
        assert failure.__cause__ is None and failure.__context__ is None
        return failure
    raise AssertionError(f"no failure but {receipt}")
