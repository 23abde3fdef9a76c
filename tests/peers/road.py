"""A TCP road to a server of this machine, which can be long, or lead nowhere any more.

with Road(port) as road:
    road.is_long(0.3)       every piece of data takes so much longer, each way
    road.is_blocked()       nothing arrives, and nobody is told
    road.is_clear()
"""

import asyncio
import contextlib
import threading
from typing import Self

PIECE_BYTES = 64 * 1024


class Road:
    """The peer; use it as a context manager and go by `port`."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self._to = to
        self._delay = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._clear = asyncio.Event()
        self._held = 0
        self._clear.set()
        self._travellers: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._travel, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def is_long(self, seconds: float) -> None:
        self._delay = seconds

    def is_blocked(self) -> None:
        self._loop.call_soon_threadsafe(self._clear.clear)

    @property
    def holds(self) -> bool:
        """Whether something has come to the block and waits there."""
        return self._held > 0

    def is_clear(self) -> None:
        self._delay = 0.0
        self._loop.call_soon_threadsafe(self._clear.set)

    def _run(self, work: object) -> "asyncio.Server":
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)  # type: ignore[arg-type]

    async def _travel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._travellers.add(asyncio.current_task())  # type: ignore[arg-type]
        try:
            there, out = await asyncio.open_connection("127.0.0.1", self._to)
            await asyncio.gather(self._pass(reader, out), self._pass(there, writer))
        except (ConnectionError, asyncio.CancelledError):
            pass  # nobody there, or the road is torn up
        finally:
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(PIECE_BYTES):
                await asyncio.sleep(self._delay)
                self._held += 1
                await self._clear.wait()
                self._held -= 1
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _close(self) -> None:
        self._server.close()
        for task in self._travellers:
            task.cancel()
        await asyncio.gather(*self._travellers, return_exceptions=True)
