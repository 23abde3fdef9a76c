"""The registry of channel kinds: a new kind is one file here and one line below."""

from typing import Any

from monitor.notify.channels.mail import Mail
from monitor.notify.channels.webhook import Webhook
from monitor.notify.channels.wecom import WeCom
from monitor.notify.kind import ChannelKind

CHANNELS: dict[str, ChannelKind[Any]] = {kind.name: kind for kind in (WeCom(), Mail(), Webhook())}
