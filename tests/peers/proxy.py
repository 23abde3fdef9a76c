"""A reverse proxy on loopback before a real Elasticsearch: TLS, sign-in, and bad days.

    with Proxy(server_url, authority=Authority()) as proxy:
        proxy.demands_password("yuqing", "right")
        proxy.is_busy(times=2)           the next two bulks are refused with 429
        ...                              ask proxy.url

It speaks as a server with security does and passes on what it does not answer itself.
"""

import asyncio
import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Self

import aiohttp
import trustme
from aiohttp import web

Behaviour = Callable[[web.Request, bytes], Awaitable[web.StreamResponse | None]]

_LARGEST = 200 << 20
_HEADERS = ("Content-Type", "X-elastic-product")


class Authority:
    """A certificate authority of a test's own, and one server certificate of it for loopback."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self._issued = self._ca.issue_cert("127.0.0.1", "localhost")

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the server's certificate, as `openssl x509 -fingerprint` prints it."""
        der = ssl.PEM_cert_to_DER_cert(self._issued.cert_chain_pems[0].bytes().decode())
        digest = hashlib.sha256(der).hexdigest().upper()
        return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))

    def file(self, folder: Path) -> Path:
        """Its own certificate as the file that clients are given."""
        path = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(path))
        return path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._issued.configure_cert(context)
        return context


class Proxy:
    """The peer; use it as a context manager."""

    def __init__(self, target: str, authority: Authority | None = None) -> None:
        self.requests: list[str] = []
        """Method and path of each request that arrived."""
        self._target = target
        self._tls = authority.context() if authority else None
        self._signature: str | None = None
        self._behaviour: Behaviour | None = None
        self._times: int | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self.host}"

    def count(self, path: str) -> int:
        """How many requests had the path."""
        return sum(request.split()[1] == path for request in self.requests)

    # -- what a test sets up ---------------------------------------------------------------

    def demands_password(self, user: str, password: str) -> None:
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._signature = f"Basic {token}"

    def demands_key(self, key: str) -> None:
        self._signature = f"ApiKey {key}"

    def behaves(self) -> None:
        """Passes everything on."""
        self._does(None, None)

    def is_busy(self, times: int | None = None) -> None:
        """429 to whole bulks, as a full write queue of the coordinating node says it."""

        async def behave(request: web.Request, _: bytes) -> web.StreamResponse | None:
            if request.path != "/_bulk":
                return None
            return _said(429, "es_rejected_execution_exception", "rejected execution of bulk")

        self._does(behave, times)

    def is_busy_with(self, numbers: set[int], times: int) -> None:
        """429 to these documents of a bulk alone; the others are written."""

        async def behave(request: web.Request, body: bytes) -> web.StreamResponse | None:
            if request.path != "/_bulk":
                return None
            kept = list(_operations(body))
            turned = [int(action["_id"]) in numbers for action, _ in kept]
            passed = b"".join(
                lines for (_, lines), away in zip(kept, turned, strict=True) if not away
            )
            items = iter((await self._asked(request, passed))["items"] if passed else [])
            fault = {"type": "es_rejected_execution_exception", "reason": "rejected"}
            busy = {"index": {"status": 429, "error": fault}}
            answered = [busy if away else next(items) for away in turned]
            return _json(200, {"errors": True, "items": answered})

        self._does(behave, times)

    def takes_at_most(self, size: int) -> None:
        """413 to longer bodies, as a proxy with a limit says it."""

        async def behave(_: web.Request, body: bytes) -> web.StreamResponse | None:
            return web.Response(status=413, text="too large") if len(body) > size else None

        self._does(behave, None)

    def forbids(self) -> None:
        """403 to everything but the greeting."""

        async def behave(request: web.Request, _: bytes) -> web.StreamResponse | None:
            if request.path == "/":
                return None
            return _said(403, "security_exception", "action is unauthorized for this user")

        self._does(behave, None)

    def loses_answers(self, path: str, times: int) -> None:
        """Passes requests of a path on and drops the connection instead of answering."""

        async def behave(request: web.Request, body: bytes) -> web.StreamResponse | None:
            if request.path != path:
                return None
            await self._asked(request, body)
            assert request.transport is not None
            request.transport.abort()
            return web.Response()

        self._does(behave, times)

    def before(
        self, method: str, path: str, deed: Callable[[], object], *, number: int = 1
    ) -> None:
        """Does the deed when such a request has arrived that many times, and only then passes
        it on."""
        awaited = self.requests.count(f"{method} {path}") + number

        async def behave(request: web.Request, _: bytes) -> web.StreamResponse | None:
            if (request.method, request.path) != (method, path):
                return None
            if self.requests.count(f"{method} {path}") >= awaited:
                self.behaves()
                await asyncio.to_thread(deed)
            return None

        self._does(behave, None)

    def during(self, path: str, number: int, deed: Callable[[], object]) -> None:
        """Does the deed while the server works on the request of that number."""

        async def behave(request: web.Request, body: bytes) -> web.StreamResponse | None:
            if request.path != path or self.count(path) != number:
                return None
            self.behaves()
            answer = asyncio.create_task(self._pass(request, body))
            await asyncio.to_thread(deed)
            return await answer

        self._does(behave, None)

    def goes_silent(self) -> None:
        """Takes requests and never answers."""

        async def behave(_: web.Request, __: bytes) -> web.StreamResponse | None:
            await self._over.wait()
            return web.Response()

        self._does(behave, None)

    def is_version(self, version: str) -> None:
        """Greets as a server of that version does, and refuses a client of another one."""

        async def behave(request: web.Request, _: bytes) -> web.StreamResponse | None:
            if "compatible-with" in request.headers.get("Accept", ""):
                return _said(400, "media_type_header_exception", "Invalid media-type value")
            return _json(200, {"version": {"number": version}, "tagline": "You Know, for Search"})

        self._does(behave, None)

    def answers(self, status: int, text: str, content_type: str = "text/html") -> None:
        """What another server at the address, or a gateway before it, says to everything."""

        async def behave(_: web.Request, __: bytes) -> web.StreamResponse | None:
            return web.Response(status=status, text=text, content_type=content_type)

        self._does(behave, None)

    def refuses_bulks(self, kind: str) -> None:
        """400 to whole bulks, as a server says it of a request that it does not understand."""

        async def behave(request: web.Request, _: bytes) -> web.StreamResponse | None:
            return _said(400, kind, "no such thing") if request.path == "/_bulk" else None

        self._does(behave, None)

    def is_a_web_page(self) -> None:
        async def behave(_: web.Request, __: bytes) -> web.StreamResponse | None:
            return web.Response(text="<html>登录</html>", content_type="text/html")

        self._does(behave, None)

    # -- how it works ----------------------------------------------------------------------

    def _does(self, behaviour: Behaviour | None, times: int | None) -> None:
        self._behaviour, self._times = behaviour, times

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(f"{request.method} {request.path}")
        if self._signature and request.headers.get("Authorization") != self._signature:
            return _said(401, "security_exception", "unable to authenticate user")
        if self._behaviour is not None and self._times != 0:
            answer = await self._behaviour(request, body)
            if answer is not None:
                self._times = self._times and self._times - 1
                return answer
        return await self._pass(request, body)

    async def _pass(self, request: web.Request, body: bytes) -> web.Response:
        async with self._forward(request, body) as answer:
            kept = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    async def _asked(self, request: web.Request, body: bytes) -> Any:
        async with self._forward(request, body) as answer:
            return await answer.json(content_type=None)

    def _forward(self, request: web.Request, body: bytes) -> Any:
        kept = {
            name: request.headers[name]
            for name in ("Accept", "Content-Type")
            if name in request.headers
        }
        return self._client.request(
            request.method, self._target + request.path_qs, data=body or None, headers=kept
        )

    async def _open(self) -> None:
        self._over = asyncio.Event()
        self._client = aiohttp.ClientSession(skip_auto_headers=("Content-Type",))
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        self._over.set()
        await self._runner.cleanup()
        await self._client.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)


def _operations(body: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each action of a bulk and its lines."""
    lines = iter(body.splitlines(keepends=True))
    for line in lines:
        ((kind, action),) = json.loads(line).items()
        yield action, line + (next(lines) if kind == "index" else b"")


def _said(status: int, kind: str, reason: str) -> web.Response:
    return _json(status, {"error": {"type": kind, "reason": reason}, "status": status})


def _json(status: int, body: Any) -> web.Response:
    return web.json_response(body, status=status, headers={"X-elastic-product": "Elasticsearch"})
