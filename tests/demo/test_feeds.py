"""Every feed over real HTTP, each with what is special about it."""

import asyncio
import json

import aiohttp
import feedparser
import pytest

from demo.sites import BY_SLUG, SITES, Form, Manner, Site
from demo.web import ALIVE_S, CYCLE_S


def slug_of(site: Site) -> str:
    return site.slug


READABLE = [s for s in SITES if s.manner is not Manner.BROKEN]


@pytest.mark.parametrize("site", [s for s in READABLE if s.form is not Form.JSON], ids=slug_of)
def test_an_xml_feed_parses_and_shows_what_its_site_published(town, site) -> None:
    async def ask() -> None:
        async with town() as here:
            status, body, answer = await here.get(site.path)
            feed = feedparser.parse(
                body, response_headers={"content-type": answer.headers["Content-Type"]}
            )
            issues = here.county.press.window(site.slug, here.county.clock())
            assert status == 200
            assert not feed.bozo, feed.get("bozo_exception")
            assert [entry.link for entry in feed.entries] == [
                f"{here.county.base}/{site.slug}/{issue.article.id}.html" for issue in issues
            ]
            assert 10 < len(feed.entries) <= 60
            assert issues[0].article.headline[:8] in feed.entries[0].title

    asyncio.run(ask())


@pytest.mark.parametrize("site", [s for s in READABLE if s.form is Form.JSON], ids=slug_of)
def test_a_json_feed_is_one(town, site) -> None:
    async def ask() -> None:
        async with town() as here:
            _, body, answer = await here.get(site.path)
            feed = json.loads(body)
            assert answer.content_type == "application/feed+json"
            assert feed["version"] == "https://jsonfeed.org/version/1.1"
            assert len(feed["items"]) > 20
            assert all(item["id"] and item["content_text"] for item in feed["items"])

    asyncio.run(ask())


def test_the_old_site_says_gb2312_and_writes_what_only_gb18030_can_read(town) -> None:
    async def ask() -> None:
        async with town() as here:
            _, body, answer = await here.get("/zhengfu/feed.xml")
            assert answer.charset == "gb2312"
            with pytest.raises(UnicodeDecodeError):
                body.decode("gb2312")
            assert "8600㎡" in body.decode("gb18030")

    asyncio.run(ask())


@pytest.mark.parametrize("site", [s for s in READABLE if s.etag or s.last_modified], ids=slug_of)
def test_an_unchanged_feed_answers_304_until_something_comes_out(town, site) -> None:
    async def ask() -> None:
        async with town() as here:
            _, _, first = await here.get(site.path)
            asked = {}
            if "ETag" in first.headers:
                asked["If-None-Match"] = first.headers["ETag"]
            if "Last-Modified" in first.headers:
                asked["If-Modified-Since"] = first.headers["Last-Modified"]
            status, body, _ = await here.get(site.path, **asked)
            assert (status, body) == (304, b"")
            future = next(
                i
                for i in here.county.press.issues
                if i.article.source == site.slug and i.published > here.county.clock()
            )
            seconds = (future.published - here.county.clock()).total_seconds()
            here.later(seconds + (CYCLE_S if site.manner is Manner.MORTAL else 0))
            here.later(0 if here.county.alive(site) else CYCLE_S - ALIVE_S)
            status, body, _ = await here.get(site.path, **asked)
            assert status == 200
            assert f"{future.article.id}" in body.decode(site.declared, "replace")

    asyncio.run(ask())


def test_the_broken_site_answers_500_and_html_in_turn(town) -> None:
    async def ask() -> None:
        async with town() as here:
            answers = [await here.get("/jiuzhan/feed.xml") for _ in range(3)]
            assert [status for status, _, _ in answers] == [500, 200, 500]
            assert answers[1][2].content_type == "text/html"

    asyncio.run(ask())


def test_the_slow_site_takes_its_time(town) -> None:
    async def ask() -> None:
        async with town() as here:
            here.county.slow_s = 0.3
            before = asyncio.get_running_loop().time()
            status, _, _ = await here.get("/xinwen/feed.xml")
            assert status == 200
            assert asyncio.get_running_loop().time() - before >= 0.3

    asyncio.run(ask())


def test_the_mortal_site_dies_and_comes_back_every_two_minutes(town) -> None:
    async def ask() -> None:
        async with town() as here:
            path = BY_SLUG["shenghuo"].path
            for _ in range(2):
                assert (await here.get(path))[0] == 200
                here.later(ALIVE_S + 1)
                with pytest.raises(aiohttp.ClientError):
                    await here.get(path)
                here.later(CYCLE_S - ALIVE_S)

    asyncio.run(ask())


def test_a_live_article_is_in_its_feed_and_has_a_page_only_once_it_is_out(town) -> None:
    async def ask() -> None:
        async with town() as here:
            here.later(4)
            assert b"hg-001" not in (await here.get("/luntan/feed.xml"))[1]
            assert (await here.get("/luntan/hg-001.html"))[0] == 404
            here.later(1)
            assert b"hg-001" in (await here.get("/luntan/feed.xml"))[1]
            status, page, _ = await here.get("/luntan/hg-001.html")
            assert status == 200
            assert "白石镇鑫澄化工" in page.decode()
            assert (await here.get("/weiyu/hg-001.html"))[0] == 404

    asyncio.run(ask())


def test_the_hostile_feed_carries_scripts_in_titles_and_bodies(town) -> None:
    async def ask() -> None:
        async with town() as here:
            body = (await here.get("/zixun/feed.xml"))[1].decode()
            assert "<script>alert('标题')</script>" in body
            assert "&lt;script&gt;alert(1)" in body
            assert "onerror=alert(2)" in body

    asyncio.run(ask())


def test_the_index_lists_every_feed_in_chinese(town) -> None:
    async def ask() -> None:
        async with town() as here:
            _, page, answer = await here.get("/")
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
            for site in SITES:
                assert site.name in page.decode()
                assert site.path in page.decode()

    asyncio.run(ask())
