"""The HTTP side: feeds with each site's manners, articles, the robot and the phone."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from aiohttp import web

from demo import feeds, pages
from demo.press import Press
from demo.robot import Robot
from demo.sites import BY_SLUG, SITES, Manner, Site

log = logging.getLogger("demo")

STATIC = Path(__file__).parent / "static"
# The mortal site lives through the first part of each cycle and is away for the rest.
CYCLE_S, ALIVE_S = 120, 88


@dataclass(slots=True)
class County:
    """Everything the handlers need. `clock` answers the county's now; `base` its address."""

    press: Press
    robot: Robot
    clock: Callable[[], datetime]
    base: str
    slow_s: float = 6.0
    _polls: dict[str, int] = field(default_factory=dict)
    _written: dict[str, tuple[str, bytes, str]] = field(default_factory=dict)

    def polled(self, site: Site) -> int:
        """How often the site was asked before."""
        count = self._polls.get(site.slug, 0)
        self._polls[site.slug] = count + 1
        return count

    def alive(self, site: Site) -> bool:
        """Whether the site answers at all right now."""
        age = (self.clock() - self.press.start).total_seconds()
        return site.manner is not Manner.MORTAL or age % CYCLE_S < ALIVE_S

    def feed(self, site: Site) -> tuple[bytes, str, datetime]:
        """Body, ETag and time of the newest entry; written anew only when something came out."""
        issues = self.press.window(site.slug, self.clock())
        newest = issues[0].article.id if issues else ""
        kept = self._written.get(site.slug)
        if kept is None or kept[0] != newest:
            body = feeds.write(site, issues, self.base)
            kept = (newest, body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')
            self._written[site.slug] = kept
        return kept[1], kept[2], issues[0].published if issues else self.press.start


COUNTY = web.AppKey("county", County)


def make_app(county: County) -> web.Application:
    """The application; it holds no more than the articles, one body a feed and 200 messages."""
    app = web.Application(client_max_size=64 * 1024, middlewares=[_guarded])
    app[COUNTY] = county
    app.router.add_get("/", _index)
    app.router.add_get("/phone", _phone)
    app.router.add_get("/phone/bubbles", _bubbles)
    app.router.add_get("/phone.json", _phone_json)
    app.router.add_post("/cgi-bin/webhook/send", _send)
    app.router.add_static("/static", STATIC)
    for site in SITES:
        app.router.add_get(site.path, _feed)
    app.router.add_get("/{site}/{article}.html", _article)
    return app


@web.middleware
async def _guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    answer = await handler(request)
    answer.headers["Content-Security-Policy"] = pages.CSP
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


async def _feed(request: web.Request) -> web.StreamResponse:
    county = request.app[COUNTY]
    site = BY_SLUG[request.path.split("/")[1]]
    count = county.polled(site)
    match site.manner:
        case Manner.BROKEN:
            return _broken(count)
        case Manner.SLOW:
            await asyncio.sleep(county.slow_s * (1 + count % 3 / 6))
        case Manner.MORTAL if not county.alive(site):
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPServiceUnavailable(text="掉线")
        case _:
            pass
    body, etag, newest = county.feed(site)
    headers = {"Content-Type": feeds.content_type(site)}
    if site.etag:
        headers["ETag"] = etag
    if site.last_modified:
        headers["Last-Modified"] = format_datetime(newest.astimezone(UTC), usegmt=True)
    if _unchanged(request, site, etag, newest):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers)


def _broken(count: int) -> web.Response:
    if count % 2 == 0:
        return web.Response(status=500, text="Internal Server Error: 数据库连接失败")
    return web.Response(
        text="<html><head><title>系统维护</title></head><body>系统正在维护，请稍候再试。</body></html>",
        content_type="text/html",
    )


def _unchanged(request: web.Request, site: Site, etag: str, newest: datetime) -> bool:
    """RFC 9110, 13.2.2: with If-None-Match, If-Modified-Since is not looked at."""
    asked = request.headers.get("If-None-Match")
    if site.etag and asked is not None:
        return etag in asked
    since = request.headers.get("If-Modified-Since")
    if not site.last_modified or since is None:
        return False
    try:
        return parsedate_to_datetime(since) >= newest.replace(microsecond=0)
    except (TypeError, ValueError):
        return False


async def _article(request: web.Request) -> web.Response:
    county = request.app[COUNTY]
    issue = county.press.by_id.get(request.match_info["article"])
    site = BY_SLUG.get(request.match_info["site"])
    out = issue is not None and issue.published <= county.clock()
    if issue is None or site is None or issue.article.source != site.slug or not out:
        raise web.HTTPNotFound(text="没有这一篇")
    return web.Response(text=pages.article(issue, site), content_type="text/html")


async def _index(request: web.Request) -> web.Response:
    county = request.app[COUNTY]
    now = county.clock()
    page = pages.index(now, county.press.count(now), len(county.press.issues))
    return web.Response(text=page, content_type="text/html")


async def _phone(request: web.Request) -> web.Response:
    page = pages.phone(request.app[COUNTY].robot.messages)
    return web.Response(text=page, content_type="text/html")


async def _bubbles(request: web.Request) -> web.Response:
    html = pages.bubbles(request.app[COUNTY].robot.messages)
    etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    return web.Response(text=html, content_type="text/html", headers={"ETag": etag})


async def _phone_json(request: web.Request) -> web.Response:
    robot = request.app[COUNTY].robot
    return web.json_response(
        {
            "count": robot.count,
            "refused": {str(code): n for code, n in sorted(robot.refused.items())},
            "messages": [
                {"n": one.n, "at": one.at, "type": one.type, "text": one.text}
                for one in robot.messages
            ],
        }
    )


async def _send(request: web.Request) -> web.Response:
    county = request.app[COUNTY]
    key = request.query.get("key", "")
    answer = county.robot.receive(key, await request.read(), county.clock())
    if answer["errcode"]:
        log.info("手机　拒收（%s %s）", answer["errcode"], answer["errmsg"])
    else:
        first = county.robot.messages[-1].text.strip().split("\n")[0]
        log.info("手机　收到第 %d 条：%s", county.robot.count, first[:60])
    return web.json_response(answer)
