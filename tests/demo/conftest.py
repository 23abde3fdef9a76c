"""A county on a real port whose clock the test sets."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from demo.archive import load
from demo.press import Press
from demo.robot import Robot
from demo.web import County, make_app
from monitor.words import SHANGHAI

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)


class Town:
    """A served county and a client; `later(seconds)` moves its clock."""

    def __init__(self, county: County, client: aiohttp.ClientSession) -> None:
        self.county = county
        self.client = client
        self.age = timedelta()
        county.clock = lambda: NOON + self.age

    def later(self, seconds: float) -> None:
        self.age += timedelta(seconds=seconds)

    async def get(self, path: str, **headers: str) -> tuple[int, bytes, aiohttp.ClientResponse]:
        async with self.client.get(path, headers=headers) as answer:
            return answer.status, await answer.read(), answer


@pytest.fixture
def town() -> Callable[[], object]:
    @asynccontextmanager
    async def serve() -> AsyncIterator[Town]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        county = County(Press(load(), NOON), Robot(), lambda: NOON, base, slow_s=0.05)
        runner = web.AppRunner(make_app(county))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(base, timeout=timeout) as client:
            try:
                yield Town(county, client)
            finally:
                await runner.cleanup()

    return serve
