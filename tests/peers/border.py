"""A real forward proxy on loopback, as an office has one at its border.

    with Proxy({"outside.example": 18080}) as proxy:
        fetch(…, proxy=proxy.url)

It alone can look up the names of its table, each a port of this machine; it speaks plain HTTP
with absolute addresses and CONNECT, and may ask for a password.
"""

import asyncio
import base64
import threading
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

HEAD_BYTES = 64 * 1024


class Proxy:
    """The peer; `asked` lists what it was asked for, `CONNECT host:port` or a whole address."""

    def __init__(self, places: Mapping[str, int], password: str = "") -> None:
        self.asked: list[str] = []
        self._places = dict(places)
        self._password = password
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        user = f"office:{self._password}@" if self._password else ""
        return f"http://{user}127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        async def stop() -> None:
            assert self._server is not None
            self._server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._pass_on(head.decode("latin-1"), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away
        finally:
            writer.close()

    async def _pass_on(
        self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        first, *lines = head.split("\r\n")
        method, address, _ = first.split(" ")
        self.asked.append(f"{method} {address}" if method == "CONNECT" else address)
        if self._password and not self._knows(lines):
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        name = address.partition(":")[0] if method == "CONNECT" else urlsplit(address).hostname
        port = self._places.get(name or "")
        if port is None:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        there, out = await asyncio.open_connection("127.0.0.1", port)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            parts = urlsplit(address)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            own = [line for line in lines if not line.lower().startswith("proxy-")]
            out.write("\r\n".join([f"{method} {path} HTTP/1.1", *own]).encode("latin-1"))
        await asyncio.gather(_pump(reader, out), _pump(there, writer))

    def _knows(self, lines: list[str]) -> bool:
        wanted = base64.b64encode(f"office:{self._password}".encode()).decode()
        return f"Proxy-Authorization: Basic {wanted}" in lines


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(HEAD_BYTES):
        writer.write(data)
        await writer.drain()
    writer.close()
