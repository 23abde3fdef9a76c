"""A real HTTP server that plays the 企业微信 robot and a plain webhook receiver.

    with Robot(secret="…") as robot:
        robot.answers_errcode(45009, times=1)

It listens on loopback in a thread of its own and records what it receives. Every verb sets
what it does from now on; with `times=n` it goes back to accepting after n requests.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived; `signed` is None when the robot was given no secret."""

    path: str
    key: str
    delivery: str
    headers: Mapping[str, str]
    body: bytes
    signed: bool | None

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """What a phone would show of a robot's message."""
        return str(self.json[self.json["msgtype"]]["content"])


class Robot:
    """The peer; use it as a context manager."""

    def __init__(self, secret: str | None = None) -> None:
        self.received: list[Received] = []
        self._secret = secret
        self._behaviour: Behaviour = _accepts
        self._times: int | None = None
        self._arrived = threading.Condition()
        self._held: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._over: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    # -- what a test sets up ---------------------------------------------------------------

    def accepts(self) -> None:
        """Every message is taken: HTTP 200 and errcode 0."""
        self._does(_accepts, None)

    def takes(self, least: float, most: float, seed: int) -> None:
        """Accepts, but only after `least` to `most` seconds.

        A message that it has had before is answered at once, as by a receiver with a memory.
        """
        chance = random.Random(seed)

        async def behave(request: web.Request) -> web.StreamResponse:
            delivery = request.headers.get("X-Yuqing-Delivery", "")
            if sum(one.delivery == delivery for one in self.received) == 1:
                await self._passes(chance.uniform(least, most))
            return await _accepts(request)

        self._does(behave, None)

    def answers_errcode(
        self, errcode: int, errmsg: str = "refused", times: int | None = None
    ) -> None:
        """HTTP 200 with an error inside, as WeCom does it."""

        async def behave(_: web.Request) -> web.StreamResponse:
            return web.json_response({"errcode": errcode, "errmsg": errmsg})

        self._does(behave, times)

    def answers(
        self,
        status: int,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """This HTTP status."""

        async def behave(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, text=body, headers=headers)

        self._does(behave, times)

    def echoes(self, status: int = 200) -> None:
        """An error that repeats the whole request, key and signature included."""

        async def behave(request: web.Request) -> web.StreamResponse:
            said = f"bad request {request.path_qs} {dict(request.headers)}"
            if status == 200:
                return web.json_response({"errcode": 93000, "errmsg": said})
            return web.Response(status=status, text=said)

        self._does(behave, None)

    def says_html(self, times: int | None = None) -> None:
        """HTTP 200 with the login page of a captive portal."""

        async def behave(_: web.Request) -> web.StreamResponse:
            page = "<html><title>上网认证</title><body>请登录</body></html>"
            return web.Response(text=page, content_type="text/html")

        self._does(behave, times)

    def redirects(self, to: str = "/elsewhere") -> None:
        """302 to another address."""
        self.answers(302, headers={"Location": to})

    def hangs(self, times: int | None = None) -> None:
        """Takes the request and never answers."""
        self._does(self._waits, times)

    def drips(self) -> None:
        """Answers one byte at a time, for ever."""

        async def behave(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            while not self._is_over():
                await response.write(b" ")
                await asyncio.sleep(0.02)
            return response

        self._does(behave, None)

    def never_stops(self) -> None:
        """Answers without end, as fast as it is read."""

        async def behave(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            while not self._is_over():
                await response.write(b"x" * 65536)
            return response

        self._does(behave, None)

    def cuts_off(self, times: int | None = None) -> None:
        """Reads the request and drops the connection."""

        async def behave(request: web.Request) -> web.StreamResponse:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

        self._does(behave, times)

    # -- what a test looks at --------------------------------------------------------------

    @property
    def url(self) -> str:
        """A webhook address; use `api_host` for a WeCom channel."""
        return f"{self.api_host}/hook"

    @property
    def api_host(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def held(self) -> set[str]:
        """Ids of the deliveries that have arrived and are not answered yet."""
        with self._arrived:
            return set(+self._held)

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Received]:
        """All requests once there are `count`; AssertionError after `timeout` seconds."""
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.received) >= count, timeout)
        assert arrived, f"{len(self.received)} of {count} messages after {timeout} s"
        return list(self.received)

    # -- inside ----------------------------------------------------------------------------

    def _does(self, behaviour: Behaviour, times: int | None) -> None:
        self._behaviour, self._times = behaviour, times

    def _is_over(self) -> bool:
        return self._over is None or self._over.is_set()

    async def _passes(self, seconds: float) -> None:
        """Wait, but not beyond the robot's own end."""
        assert self._over is not None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    async def _waits(self, _: web.Request) -> web.StreamResponse:
        assert self._over is not None
        await self._over.wait()
        return web.Response()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _open(self) -> None:
        self._over = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port: int = self._runner.addresses[0][1]

    async def _close(self) -> None:
        assert self._over is not None
        self._over.set()
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        delivery = request.headers.get("X-Yuqing-Delivery", "")
        with self._arrived:
            self._held[delivery] += 1
            self.received.append(
                Received(
                    path=request.path,
                    key=request.query.get("key", ""),
                    delivery=delivery,
                    headers=dict(request.headers),
                    body=body,
                    signed=self._is_signed(request, body),
                )
            )
            self._arrived.notify_all()
        behaviour = self._behaviour
        if self._times is not None:
            self._times -= 1
            if self._times <= 0:
                self.accepts()
        try:
            return await behaviour(request)
        finally:
            with self._arrived:
                self._held[delivery] -= 1

    def _is_signed(self, request: web.Request, body: bytes) -> bool | None:
        """What a receiver does by its manual, written apart from the product's own code."""
        if self._secret is None:
            return None
        seen = request.headers.get("X-Yuqing-Signature", "")
        stamp = request.headers.get("X-Yuqing-Timestamp", "")
        digest = hmac.digest(self._secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        return hmac.compare_digest(seen, "sha256=" + digest.hex())


async def _accepts(_: web.Request) -> web.StreamResponse:
    return web.json_response({"errcode": 0, "errmsg": "ok"})
