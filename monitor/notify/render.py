"""A message as the parts that one channel is to be sent."""

from monitor.notify.channels import CHANNELS
from monitor.notify.detail import told
from monitor.notify.kind import ChannelKind
from monitor.notify.message import Channel, Message, Part
from monitor.notify.outcome import PermanentFailure


def kind_of(channel: Channel) -> ChannelKind:  # type: ignore[type-arg]
    """The channel's kind; raises PermanentFailure("settings", …) for an unknown one."""
    if channel.kind not in CHANNELS:
        raise PermanentFailure(
            "settings", f"渠道类别“{channel.kind}”不存在，可用：{'、'.join(CHANNELS)}"
        )
    return CHANNELS[channel.kind]


def render(message: Message, channel: Channel) -> tuple[Part, ...]:
    """1 to 10 parts within the channel's limits, at its 内容级别, masked if it is a group.

    Raises PermanentFailure("settings", …) when the channel is not set up soundly.
    """
    kind = kind_of(channel)
    settings = kind.read(channel.settings)
    masked = channel.group or kind.group_only
    return kind.compose(told(message, channel.detail, masked=masked), settings)
