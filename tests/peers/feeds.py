"""A real HTTP feed server on the loopback interface that can misbehave.

    with FeedServer() as server:
        feed = server.feed("/news.xml")
        feed.serves(b"<rss ...>", content_type="application/rss+xml", etag='"1"')
        ...                      # GET feed.url
        feed.goes_silent()       # the next request gets no answer

It speaks HTTP/1.1 over bare asyncio streams in a thread of its own, because an HTTP library
would refuse to misbehave.
"""

import asyncio
import contextlib
import gzip
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self

LONGEST = 60.0  # seconds after which even a silent or endless answer lets go


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    at: float  # time.monotonic()


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[bool]]  # True: keep the connection


@dataclass
class Feed:
    """One path of the server. Its verbs say how the next requests are answered."""

    url: str
    requests: list[Request] = field(default_factory=list)
    answer: Answer = field(init=False)

    def __post_init__(self) -> None:
        self.answers(404)

    @property
    def count(self) -> int:
        return len(self.requests)

    def serves(
        self,
        body: bytes | str,
        content_type: str = "application/rss+xml",
        *,
        etag: str = "",
        last_modified: str = "",
        headers: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> None:
        """200 with the body, or 304 when the request's condition matches."""
        body = body.encode() if isinstance(body, str) else body
        extra = {"Content-Type": content_type, **(headers or {})}
        if etag:
            extra["ETag"] = etag
        if last_modified:
            extra["Last-Modified"] = last_modified

        async def answer(request: Request, out: asyncio.StreamWriter) -> bool:
            if wait:
                await asyncio.sleep(wait)
            unchanged = (etag and request.headers.get("if-none-match") == etag) or (
                last_modified and request.headers.get("if-modified-since") == last_modified
            )
            if unchanged:
                out.write(_head(304, extra))
            else:
                out.write(_head(200, {**extra, "Content-Length": str(len(body))}) + body)
            await out.drain()
            return True

        self.answer = answer

    def zips(self, body: bytes, content_type: str = "application/rss+xml") -> None:
        """200 with the body compressed by gzip."""
        self.serves(gzip.compress(body), content_type, headers={"Content-Encoding": "gzip"})

    def answers(
        self, status: int, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        async def answer(request: Request, out: asyncio.StreamWriter) -> bool:
            out.write(_head(status, {**(headers or {}), "Content-Length": str(len(body))}) + body)
            await out.drain()
            return True

        self.answer = answer

    def redirects_to(self, url: str, status: int = 302) -> None:
        self.answers(status, {"Location": url})

    def goes_silent(self) -> None:
        """Takes the request and says nothing."""

        async def answer(request: Request, out: asyncio.StreamWriter) -> bool:
            await asyncio.sleep(LONGEST)
            return False

        self.answer = answer

    def never_ends(self, filler: bytes = b"<item><title>x</title></item>" * 200) -> None:
        """200, and then body for as long as anyone listens."""

        async def answer(request: Request, out: asyncio.StreamWriter) -> bool:
            out.write(_head(200, {"Transfer-Encoding": "chunked"}))
            until = time.monotonic() + LONGEST
            while time.monotonic() < until:
                out.write(b"%x\r\n%s\r\n" % (len(filler), filler))
                await out.drain()
            return False

        self.answer = answer

    def cuts_off(self, body: bytes = b"<rss><channel><item>", missing: int = 1000) -> None:
        """Promises `missing` bytes more than it sends, then hangs up."""

        async def answer(request: Request, out: asyncio.StreamWriter) -> bool:
            out.write(_head(200, {"Content-Length": str(len(body) + missing)}) + body)
            await out.drain()
            return False

        self.answer = answer

    def hangs_up(self) -> None:
        """Closes the connection without a word."""

        async def answer(request: Request, out: asyncio.StreamWriter) -> bool:
            return False

        self.answer = answer

    def drips(self, body: bytes = b"<rss>" * 1000, every: float = 0.02) -> None:
        """Sends a byte now and then, so that no single read ever times out."""

        async def answer(request: Request, out: asyncio.StreamWriter) -> bool:
            out.write(_head(200, {"Content-Length": str(len(body))}))
            until = time.monotonic() + LONGEST
            for byte in body:
                if time.monotonic() > until:
                    return False
                out.write(bytes((byte,)))
                await out.drain()
                await asyncio.sleep(every)
            return True

        self.answer = answer


class FeedServer:
    """The server; a context manager. `most_at_once` counts requests answered at one time."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = 0
        self.most_at_once = 0
        self._at_once = 0
        self._feeds: dict[str, Feed] = {}
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed-server", daemon=True)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def feed(self, path: str = "/feed.xml") -> Feed:
        """The feed at a path; the same object each time."""
        if path not in self._feeds:
            self._feeds[path] = Feed(self.url + path)
        return self._feeds[path]

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the feed server did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, self.host, 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _talk(self, source: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        # A client that walks away is what half of these tests are about.
        # Cancelled: the server is closing, and Python 3.11's streams would log that as an error.
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            while (request := await _read_request(source)) is not None:
                feed = self._feeds.get(request.path) or Feed(self.url + request.path)
                feed.requests.append(request)
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    if not await feed.answer(request, out):
                        break
                finally:
                    self._at_once -= 1
        out.close()


async def _read_request(source: asyncio.StreamReader) -> Request | None:
    lines = (await source.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    pairs = (line.split(":", 1) for line in lines[1:] if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    return Request(method, path, headers, time.monotonic())


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
