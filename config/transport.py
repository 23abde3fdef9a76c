"""Celery's Redis transport with two habits of ours, for every way of reaching a Redis.

- A queue keeps its newest hints only. One that nobody reads would otherwise grow for as long as
  beat is alive. Hints need no other end: an old one costs a look at the rows, while an expiry
  would make a slow broker, or two machines whose clocks differ, drop every one of them unread.
- Whoever wants to know whether this process still listens is told of every answer to its wait
  for messages, an empty one included. While a process of the pool is free there is one a second.
"""

from collections.abc import Callable
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis

MOST = 16
"""Hints kept in one queue. There are two or three kinds in each, and the sweep repeats them."""

_heard: Callable[[], None] = lambda: None  # noqa: E731 - nobody asks, in processes that only send


def install(heard: Callable[[], None]) -> None:
    """Make Celery use these transports; `heard` runs in the thread that waits for messages."""
    global _heard
    _heard = heard
    for name in ("redis", "rediss"):
        TRANSPORT_ALIASES[name] = f"{__name__}:Transport"
    TRANSPORT_ALIASES["sentinel"] = f"{__name__}:SentinelTransport"


class Channel(redis.Channel):
    """To one server."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        with self.conn_or_acquire() as client:
            client.ltrim(queue, 0, MOST - 1)  # it grows at its head

    def _brpop_read(self, **options: Any) -> Any:
        try:
            answer = super()._brpop_read(**options)
        except Empty:
            _heard()
            raise
        _heard()
        return answer


class SentinelChannel(Channel, redis.SentinelChannel):
    """To the server that sentinels name."""


class Transport(redis.Transport):
    """redis:// rediss:// redis+socket://"""

    Channel = Channel


class SentinelTransport(redis.SentinelTransport):
    """sentinel://"""

    Channel = SentinelChannel
