"""Fetching by way of the office's outgoing proxy: outside through it, inside never."""

import asyncio
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest

from monitor.collect.failures import FetchError
from monitor.collect.fetch import Fetched, Fetcher
from tests.peers.border import Proxy
from tests.peers.feeds import Feed

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
OUTSIDE = "news.invalid"  # RFC 2606: no resolver of this machine knows it


def get(url: str, proxy: str, allow=()) -> Fetched:
    async def once() -> Fetched:
        async with Fetcher(allow, 5, user_agent="test/1", proxy=proxy) as fetcher:
            return await fetcher.get(url)

    return asyncio.run(asyncio.wait_for(once(), 20))


def place(feed: Feed) -> int:
    return urlsplit(feed.url).port or 0


def test_a_site_outside_is_asked_through_the_proxy(feed: Feed) -> None:
    feed.serves(b"<rss/>")
    with Proxy({OUTSIDE: place(feed)}) as proxy:
        fetched = get(f"http://{OUTSIDE}{urlsplit(feed.url).path}", proxy.url)
    assert fetched.body == b"<rss/>"
    assert [urlsplit(asked).hostname for asked in proxy.asked] == [OUTSIDE]


def test_an_inner_site_that_is_allowed_is_asked_directly(feed: Feed) -> None:
    feed.serves(b"<rss/>")
    with Proxy({"localhost": place(feed)}) as proxy:
        by_name = feed.url.replace("127.0.0.1", "localhost")
        assert get(feed.url, proxy.url, LOOPBACK).body == b"<rss/>"
        assert get(by_name, proxy.url, LOOPBACK).body == b"<rss/>"
    assert proxy.asked == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "10.1.2.3"])
def test_the_proxy_is_no_way_round_the_guard(feed: Feed, host: str) -> None:
    places = {"localhost": place(feed), "127.0.0.1": place(feed)}
    with Proxy(places) as proxy, pytest.raises(FetchError) as refused:
        get(f"http://{host}:{place(feed)}/", proxy.url)
    assert refused.value.code == "forbidden"
    assert proxy.asked == []


def test_a_redirect_into_the_office_is_refused_behind_a_proxy_too(feed: Feed) -> None:
    feed.redirects_to("http://localhost:1/secret")
    with Proxy({OUTSIDE: place(feed)}) as proxy, pytest.raises(FetchError) as refused:
        get(f"http://{OUTSIDE}{urlsplit(feed.url).path}", proxy.url)
    assert refused.value.code == "forbidden"


def test_the_proxys_password_is_given_to_the_proxy_alone(feed: Feed) -> None:
    feed.serves(b"<rss/>")
    url = f"http://{OUTSIDE}{urlsplit(feed.url).path}"
    with Proxy({OUTSIDE: place(feed)}, password="p-of-tests") as proxy:
        assert get(url, proxy.url).body == b"<rss/>"
        (request,) = feed.requests
        assert not any(name.lower().startswith("proxy") for name in request.headers)
        with pytest.raises(FetchError) as refused:
            get(url, proxy.url.replace("p-of-tests", "wrong"))
    assert "407" in refused.value.words


def test_a_proxy_that_is_away_is_named_and_not_the_site() -> None:
    with pytest.raises(FetchError) as failed:
        get(f"http://{OUTSIDE}/", "http://127.0.0.1:9")
    assert failed.value.code == "proxy"
    assert "YUQING_PROXY_URL" in failed.value.words
