"""Fetching: polite, bounded, and never into the office's own network."""

import asyncio
import zlib
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import pytest

from monitor.collect.failures import FetchError
from monitor.collect.fetch import MAX_BYTES, PER_HOST, Fetched, Fetcher
from monitor.collect.guard import may_reach
from monitor.collect.waits import retry_after
from tests.peers.feeds import Feed, FeedServer

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
AGENT = "yuqing-test/1 (+duty@example.gov.cn)"


def get(url: str, *conditions: str, allow=LOOPBACK, timeout: float = 5.0, **options) -> Fetched:
    async def once() -> Fetched:
        async with Fetcher(allow, timeout, user_agent=AGENT, **options) as fetcher:
            return await fetcher.get(url, *conditions)

    return asyncio.run(asyncio.wait_for(once(), 20))


def failure(url: str, **options) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(url, **options)
    return caught.value


def test_an_answer_carries_body_and_validators(feed: Feed) -> None:
    feed.serves(b"<rss/>", etag='"v1"', last_modified="Tue, 03 Nov 2026 00:05:00 GMT")
    fetched = get(feed.url)
    assert (fetched.status, fetched.body, fetched.etag) == (200, b"<rss/>", '"v1"')
    assert fetched.last_modified == "Tue, 03 Nov 2026 00:05:00 GMT"
    assert fetched.content_type == "application/rss+xml"


def test_the_request_says_who_asks_and_carries_no_cookie(feed: Feed) -> None:
    feed.serves(b"<rss/>", headers={"Set-Cookie": "id=1"})
    by_name = feed.url.replace("127.0.0.1", "localhost")  # numbers get no cookies anyway

    async def twice() -> None:
        async with Fetcher(LOOPBACK, 5, user_agent=AGENT) as fetcher:
            await fetcher.get(by_name)
            await fetcher.get(by_name)

    asyncio.run(twice())
    assert [request.headers["user-agent"] for request in feed.requests] == [AGENT, AGENT]
    assert all("cookie" not in request.headers for request in feed.requests)


@pytest.mark.parametrize(
    ("conditions", "header"),
    [(('"v1"', ""), "if-none-match"), (("", "Tue, 03 Nov 2026 00:05:00 GMT"), "if-modified-since")],
)
def test_an_unchanged_feed_costs_no_body(
    feed: Feed, conditions: tuple[str, str], header: str
) -> None:
    feed.serves(b"<rss/>", etag='"v1"', last_modified="Tue, 03 Nov 2026 00:05:00 GMT")
    fetched = get(feed.url, *conditions)
    assert (fetched.status, fetched.body) == (304, b"")
    assert header in feed.requests[0].headers


def test_a_304_that_nobody_asked_for_is_a_failure(feed: Feed) -> None:
    feed.answers(304)
    assert failure(feed.url).code == "http_304"


@pytest.mark.parametrize("status", [401, 403, 404, 410, 418, 429, 500, 503])
def test_an_error_status_names_itself_and_the_cure(feed: Feed, status: int) -> None:
    feed.answers(status if status != 418 else 422)
    error = failure(feed.url)
    assert error.code == f"http_{status if status != 418 else 422}"
    assert feed.url in error.words
    assert "：" in error.words


def test_retry_after_is_read_from_a_refusal(feed: Feed) -> None:
    feed.answers(503, {"Retry-After": "120"})
    assert failure(feed.url).retry_after == 120


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("90", None, 90),
        ("Sun, 22 Nov 2026 04:10:00 GMT", "Sun, 22 Nov 2026 04:00:00 GMT", 600),
        ("Sun, 22 Nov 2026 04:10:00 GMT", None, 300),
        ("Sun, 22 Nov 2020 04:10:00 GMT", None, 0),
        ("999999999999999999999", None, 86400),
        ("soon", None, None),
        ("-5", None, None),
        (None, None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, date, seconds) -> None:
    assert retry_after(value, date, datetime(2026, 11, 22, 4, 5, tzinfo=UTC)) == seconds


def test_a_silent_server_is_left_in_time(feed: Feed) -> None:
    feed.goes_silent()
    assert failure(feed.url, timeout=0.4).code == "timeout"


def test_a_dripping_server_is_left_in_time(feed: Feed) -> None:
    feed.drips()
    assert failure(feed.url, timeout=0.4).code == "timeout"


def test_an_endless_body_is_cut_at_the_cap(feed: Feed) -> None:
    feed.never_ends()
    error = failure(feed.url, timeout=15)
    assert error.code == "size"
    assert "10 MB" in error.words


def test_fifty_megabytes_are_refused_before_they_are_sent(server: FeedServer) -> None:
    feed = server.feed("/big.xml")
    feed.serves(bytes(50_000_000))
    assert failure(feed.url).code == "size"


def test_a_gzip_bomb_is_counted_after_decompression(feed: Feed) -> None:
    feed.zips(bytes(MAX_BYTES * 5))  # 50 KB on the wire
    assert failure(feed.url).code == "size"


def test_compressed_feeds_are_read(feed: Feed) -> None:
    feed.zips("停水通知".encode())
    assert get(feed.url).body.decode() == "停水通知"
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = raw.compress(b"raw deflate") + raw.flush()
    feed.serves(body, headers={"Content-Encoding": "deflate"})
    assert get(feed.url).body == b"raw deflate"


def test_damaged_and_unknown_compressions_are_named(feed: Feed) -> None:
    feed.serves(b"not gzip at all", headers={"Content-Encoding": "gzip"})
    assert failure(feed.url).code == "broken"
    feed.serves(zlib.compress(bytes(1000))[:-6], headers={"Content-Encoding": "deflate"})
    assert failure(feed.url).code == "cut"
    feed.serves(b"x", headers={"Content-Encoding": "br"})
    assert failure(feed.url).code == "encoding"


def test_a_body_that_breaks_off_is_a_failure_not_a_short_feed(feed: Feed) -> None:
    feed.cuts_off()
    assert failure(feed.url).code == "cut"


def test_a_server_that_hangs_up_is_named(feed: Feed) -> None:
    feed.hangs_up()
    assert failure(feed.url).code == "cut"


def test_a_closed_port_is_named() -> None:
    with FeedServer() as gone:
        url = gone.feed().url
    assert failure(url).code == "connect"


def test_an_unknown_host_is_named() -> None:
    assert failure("http://no-such-host.invalid/feed").code == "dns"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.cn/x", "", "青溪", "http://", "http://[::1"]
)
def test_only_http_addresses_are_fetched(url: str) -> None:
    assert failure(url).code == "address"


def test_redirects_are_followed_five_times(server: FeedServer) -> None:
    for hop in range(6):
        server.feed(f"/{hop}").redirects_to(f"/{hop + 1}", status=301 if hop % 2 else 307)
    server.feed("/6").serves(b"<rss/>")
    assert get(server.feed("/1").url).url == server.feed("/6").url
    assert failure(server.feed("/0").url).code == "redirects"


def test_a_redirect_to_a_file_is_refused(feed: Feed) -> None:
    feed.redirects_to("file:///etc/passwd")
    assert failure(feed.url).code == "address"


# The guard. The server really listens on loopback: only the guard keeps us from it.


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"])  # noqa: S104 - asked for, not bound to
def test_the_office_itself_is_out_of_reach_by_name_and_by_number(feed: Feed, host: str) -> None:
    feed.serves(b"secret")
    error = failure(feed.url.replace("127.0.0.1", host), allow=[])
    assert error.code == "forbidden"
    assert "YUQING_FETCH_ALLOW" in error.words
    assert feed.count == 0


def test_odd_spellings_of_an_address_reach_nothing(feed: Feed) -> None:
    feed.serves(b"secret")
    for host in (
        r"1.1.1.1\@127.0.0.1",
        "1.1.1.1@127.0.0.1",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0177.0.0.1",
    ):
        failure(feed.url.replace("127.0.0.1", host), allow=[])
    assert feed.count == 0


def test_a_name_inside_an_allowed_network_is_reached(feed: Feed) -> None:
    feed.serves(b"<rss/>")
    assert get(feed.url.replace("127.0.0.1", "localhost")).status == 200


def test_the_guard_looks_again_at_every_redirect(feed: Feed) -> None:
    with FeedServer("127.0.0.2") as inside:
        secret = inside.feed("/secret")
        secret.serves(b"secret")
        feed.redirects_to(secret.url)
        error = failure(feed.url, allow=[ip_network("127.0.0.1/32")])
        assert error.code == "forbidden"
        assert "127.0.0.2" in error.words
        assert (feed.count, secret.count) == (1, 0)


PRIVATE = """
    10.0.0.1 172.16.3.4 192.168.1.1 169.254.169.254 100.64.0.1 127.0.0.1 0.0.0.0 224.0.0.1
    255.255.255.255 240.0.0.1 ::1 :: fe80::1 fc00::1 fec0::1 ff02::1 ::ffff:10.0.0.1
    ::ffff:169.254.169.254 2002:0a00:0001::1 64:ff9b::a00:1 ::127.0.0.1
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_addresses_that_are_not_the_public_internet(address: str) -> None:
    assert not may_reach(ip_address(address), [])


@pytest.mark.parametrize("address", ["114.114.114.114", "2400:3200::1", "::ffff:223.5.5.5"])
def test_addresses_that_are(address: str) -> None:
    assert may_reach(ip_address(address), [])


def test_an_allowed_network_opens_itself_and_nothing_else() -> None:
    allow = [ip_network("10.1.0.0/16")]
    assert may_reach(ip_address("10.1.2.3"), allow)
    assert may_reach(ip_address("::ffff:10.1.2.3"), allow)
    assert not may_reach(ip_address("10.2.0.1"), allow)


def test_one_host_is_never_asked_more_than_twice_at_once(server: FeedServer) -> None:
    feeds = [server.feed(f"/{number}") for number in range(12)]
    for feed in feeds:
        feed.serves(b"<rss/>", wait=0.03)

    async def all_at_once() -> list[Fetched]:
        async with Fetcher(LOOPBACK, 5, user_agent=AGENT) as fetcher:
            return await asyncio.gather(*(fetcher.get(feed.url) for feed in feeds))

    assert len(asyncio.run(all_at_once())) == 12
    assert server.most_at_once == PER_HOST


def test_waiting_for_a_turn_does_not_use_up_the_time_limit(server: FeedServer) -> None:
    feeds = [server.feed(f"/{number}") for number in range(8)]
    for feed in feeds:
        feed.serves(b"<rss/>", wait=0.25)

    async def all_at_once() -> list[Fetched]:
        async with Fetcher(LOOPBACK, 0.8, user_agent=AGENT) as fetcher:
            return await asyncio.gather(*(fetcher.get(feed.url) for feed in feeds))

    assert [fetched.status for fetched in asyncio.run(all_at_once())] == [200] * 8
