"""One polite, bounded GET: what comes back is at most 10 MB, in time, from outside the office.

Politeness: two connections per host, conditional requests, an honest User-Agent, Retry-After
read, no cookies. Bounds: connect time, whole time over all hops, bytes on the wire and bytes
after decompression, five redirects. Each hop of a redirect is judged afresh (see guard.py).
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from monitor.collect.failures import FetchError, explained, status_error
from monitor.collect.guard import ForbiddenAddressError, GuardedResolver, Network, refuse_literal
from monitor.collect.inflate import Inflater
from monitor.collect.route import Route
from monitor.collect.waits import retry_after

MAX_BYTES = 10 * 1024 * 1024
"""Largest body kept, in bytes after decompression; also the largest taken from the wire."""

MAX_REDIRECTS = 5
PER_HOST = 2
CHUNK = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer. `url` is where it came from after redirects; `body` is decompressed.

    `status` is 2xx, or 304 with an empty body. `retry_after` is in seconds.
    """

    status: int
    url: str
    body: bytes
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    retry_after: float | None = None


class Fetcher:
    """A pool of connections for one batch of sources; an async context.

    `timeout` and `connect_timeout` are seconds, the first over all redirects and the body.
    `allow` lists the non-public networks that may be reached. `user_agent` names the office.
    `proxy` is the office's outgoing HTTP proxy, for what lies outside (see route.py).
    """

    def __init__(
        self,
        allow: Sequence[Network] = (),
        timeout: float = 20.0,
        *,
        connect_timeout: float = 8.0,
        user_agent: str,
        max_bytes: int = MAX_BYTES,
        tls: ssl.SSLContext | None = None,
        proxy: str = "",
    ) -> None:
        self._allow = tuple(allow)
        self._route = Route(proxy, allow)
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._user_agent = user_agent
        self._max_bytes = max_bytes
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._turns: dict[str, asyncio.Semaphore] = {}

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(
                self._allow, self._route.proxy.raw_host if self._route.proxy else None
            ),
            limit=0,  # the caller's concurrency bounds the whole, PER_HOST each host
            limit_per_host=PER_HOST,
            ttl_dns_cache=60,
            ssl=self._tls or True,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # inflate.py counts what comes out
            trust_env=False,  # a proxy or .netrc from the environment would go round the guard
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout),
            headers={
                "User-Agent": self._user_agent,
                "Accept": ACCEPT,
                "Accept-Encoding": "gzip, deflate",
            },
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        await self._route.close()

    async def get(
        self,
        url: str,
        etag: str = "",
        last_modified: str = "",
        *,
        now: datetime | None = None,
    ) -> Fetched:
        """The answer to a conditional GET; raises FetchError.

        `etag` and `last_modified` are what the last Fetched carried. `now` is needed only to
        read a Retry-After date from a server that sends no Date of its own.
        """
        conditions = {}
        if etag:
            conditions["If-None-Match"] = etag
        if last_modified:
            conditions["If-Modified-Since"] = last_modified
        # Waiting for one's turn at a busy host is not that host's slowness: the time starts after.
        host = self._admitted(url).authority
        async with self._turns.setdefault(host, asyncio.Semaphore(PER_HOST)):
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._follow(url, conditions, now)
            except (
                TimeoutError,
                aiohttp.ClientError,
                ssl.SSLError,
                OSError,
                ValueError,  # a Location that cannot be joined
            ) as error:
                raise explained(error, url, self._timeout) from error

    async def _follow(self, url: str, conditions: dict[str, str], now: datetime | None) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._hop(url, conditions, now)
            if isinstance(answer, Fetched):
                return answer
            url = answer
        raise FetchError(
            "redirects", f"重定向超过 {MAX_REDIRECTS} 次（{url}）：请在浏览器中打开，改填最终地址。"
        )

    async def _hop(
        self, url: str, conditions: dict[str, str], now: datetime | None
    ) -> Fetched | str:
        """One request: the answer, or the address it points on to."""
        target = self._admitted(url)
        if self._session is None:
            raise RuntimeError("the fetcher is used outside its context")
        async with self._session.get(
            target,
            headers=conditions,
            allow_redirects=False,
            proxy=await self._route.proxy_for(target),
        ) as response:
            wait = retry_after(
                response.headers.get("Retry-After"), response.headers.get("Date"), now
            )
            if response.status in REDIRECTS and response.headers.get("Location"):
                return urljoin(url, response.headers["Location"])
            unchanged = response.status == 304 and bool(conditions)
            if not unchanged and not 200 <= response.status < 300:
                raise status_error(response.status, url, wait)
            return Fetched(
                status=response.status,
                url=url,
                body=b"" if unchanged else await self._read(response, url),
                etag=response.headers.get("ETag", ""),
                last_modified=response.headers.get("Last-Modified", ""),
                content_type=response.headers.get("Content-Type", ""),
                retry_after=wait,
            )

    def _admitted(self, url: str) -> URL:
        """The address as aiohttp will read it, if it may be asked; raises FetchError.

        One reading only: two libraries that disagree about where the host stands would let an
        address pass as one host and be fetched from another.
        """
        try:
            target = URL(url)
            good = target.scheme in ("http", "https") and bool(target.raw_host and target.port)
        except ValueError:
            good = False
        if not good:
            raise FetchError(
                "address",
                f"地址“{url[:200]}”不能采集：请核对拼写，只支持以 http:// 或 https:// 开头的网址。",
            )
        try:
            refuse_literal(target.raw_host or "", self._allow)
        except ForbiddenAddressError as error:
            raise explained(error, url, self._timeout) from error
        return target

    async def _read(self, response: aiohttp.ClientResponse, url: str) -> bytes:
        too_big = FetchError(
            "size",
            f"{url} 的内容超过 {self._max_bytes / 1024 / 1024:.4g} MB：请核对这是不是订阅地址，"
            "或向网站索取条数较少的订阅地址。",
        )
        if (response.content_length or 0) > self._max_bytes:
            raise too_big
        inflater = Inflater(response.headers.get("Content-Encoding", ""), url)
        body = bytearray()
        taken = 0
        async for chunk in response.content.iter_chunked(CHUNK):
            taken += len(chunk)
            body += inflater.feed(chunk, self._max_bytes + 1 - len(body))
            if len(body) > self._max_bytes or taken > self._max_bytes:
                raise too_big
        inflater.finish()
        return bytes(body)
