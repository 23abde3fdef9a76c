"""What the network answers, one by one as it comes, for code that writes rows.

The event loop runs in a thread of its own: a slow site or channel never holds back what a
quick one has said, and Django's connections stay with the thread that claimed.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def arrivals(ask: Callable[[Callable[[T], None]], Awaitable[None]], limit_s: float) -> Iterator[T]:
    """Run `ask(tell)` and yield whatever it tells, until it ends; queue.Empty after `limit_s`
    seconds of silence, which `ask`'s own deadlines are to prevent."""
    ready: SimpleQueue[tuple[T] | None] = SimpleQueue()

    async def asked() -> None:
        await ask(lambda told: ready.put((told,)))

    def work() -> None:
        try:
            asyncio.run(asked())
        finally:
            ready.put(None)

    thread = threading.Thread(target=work, name="arrivals", daemon=True)
    thread.start()
    while (told := ready.get(timeout=limit_s)) is not None:
        yield told[0]
    thread.join()
