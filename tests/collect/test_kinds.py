"""Polling many sources at once: one bad source never stops its neighbours."""

import asyncio
import itertools
import logging
import time
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from monitor.collect.fetch import Fetcher
from monitor.collect.kinds import KINDS, Polled, PollFailure, PollRequest, poll_many
from tests.peers.feeds import Feed, FeedServer

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
RSS = "<rss version='2.0'><channel><title>青溪</title>{}</channel></rss>"
GOOD = RSS.format("<item><title>停水</title><link>http://a.example/1</link></item>")


def poll(*requests: PollRequest, timeout: float = 2.0, **options) -> list[Polled | PollFailure]:
    async def once() -> list[Polled | PollFailure]:
        async with Fetcher([ip_network("127.0.0.0/8")], timeout, user_agent="test/1") as fetcher:
            return await poll_many(requests, fetcher, NOW, **options)

    return asyncio.run(asyncio.wait_for(once(), 30))


def ask(feed: Feed, slug: str = "paper", **more) -> PollRequest:
    return PollRequest(slug=slug, url=feed.url, **more)


def test_a_feed_is_polled_and_then_asked_only_for_news(feed: Feed) -> None:
    feed.serves(GOOD, etag='"1"', last_modified="Tue, 03 Nov 2026 00:05:00 GMT")
    (first,) = poll(ask(feed))
    assert isinstance(first, Polled)
    assert [entry.title for entry in first.entries] == ["停水"]
    (second,) = poll(ask(feed, etag=first.etag, last_modified=first.last_modified))
    assert isinstance(second, Polled)
    assert (second.not_modified, second.entries, second.etag) == (True, [], '"1"')


def test_every_kind_of_fault_stays_with_its_own_source(server: FeedServer) -> None:
    feeds = {name: server.feed(f"/{name}") for name in ("good", "last")}
    for feed in feeds.values():
        feed.serves(GOOD)
    faults = {
        "silent": ("timeout", Feed.goes_silent),
        "cut": ("cut", Feed.cuts_off),
        "hung": ("cut", Feed.hangs_up),
        "drip": ("timeout", Feed.drips),
        "gone": ("http_410", lambda feed: feed.answers(410)),
        "busy": ("http_429", lambda feed: feed.answers(429, {"Retry-After": "60"})),
        "page": ("html", lambda feed: feed.serves("<html><body>x</body></html>", "text/html")),
        "empty": ("empty", lambda feed: feed.serves(b"")),
        "huge": ("size", lambda feed: feed.serves(bytes(50_000_000))),
        "endless": ("size", Feed.never_ends),
        "bomb": ("entities", lambda feed: feed.serves('<!DOCTYPE a [<!ENTITY b "c">]>' + GOOD)),
        "inside": ("forbidden", lambda feed: feed.redirects_to("http://10.0.0.1/")),
    }
    requests = [ask(feeds["good"])]
    for name, (_, misbehaves) in faults.items():
        feed = server.feed(f"/{name}")
        misbehaves(feed)
        requests.append(ask(feed, name))
    answers = poll(*requests, ask(feeds["last"]))
    assert [answer.code for answer in answers[1:-1]] == [code for code, _ in faults.values()]
    assert all(isinstance(answer, Polled) for answer in (answers[0], answers[-1]))
    assert answers[6].retry_after == 60
    assert all(answer.words and answer.words[-1] in "。" for answer in answers[1:-1])


def test_a_fault_of_ours_is_reported_logged_and_stays_where_it_is(
    server: FeedServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(request, fetcher, now) -> Polled:
        return Polled(entries=[1 / 0])

    good = server.feed()
    good.serves(GOOD)
    kinds = {**KINDS, "broken": broken}
    with caplog.at_level(logging.ERROR):
        failed, fine = poll(ask(good, "bad-one", kind="broken"), ask(good), kinds=kinds)
    assert isinstance(failed, PollFailure)
    assert failed.code == "internal"
    assert isinstance(fine, Polled)
    assert "bad-one" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_an_unknown_kind_names_the_known_ones(feed: Feed) -> None:
    (failed,) = poll(ask(feed, kind="telepathy"))
    assert isinstance(failed, PollFailure)
    assert failed.code == "kind"
    assert "feed" in failed.words
    assert feed.count == 0


def test_when_the_time_is_up_the_unfinished_are_late_and_the_rest_counts(
    server: FeedServer,
) -> None:
    quick, slow = server.feed("/quick"), server.feed("/slow")
    quick.serves(GOOD)
    slow.goes_silent()
    start = time.monotonic()
    answers = poll(ask(slow), ask(quick), ask(slow), timeout=20, deadline=0.5)
    assert time.monotonic() - start < 15, "not the 20 s that each may take"
    assert isinstance(answers[1], Polled)
    assert [answers[0].code, answers[2].code] == ["late", "late"]


def test_concurrency_is_bounded(server: FeedServer) -> None:
    with FeedServer() as other:
        feeds = [peer.feed(f"/{n}") for n in range(4) for peer in (server, other)]
        for feed in feeds:
            feed.serves(GOOD, wait=0.02)
        answers = poll(*(ask(feed) for feed in feeds), concurrency=1)
        assert len(answers) == 8
        assert (server.most_at_once, other.most_at_once) == (1, 1)


def test_a_large_feed_is_read_without_holding_up_its_neighbours(server: FeedServer) -> None:
    items = "".join(f"<item><title>第{n}条</title><guid>{n}</guid></item>" for n in range(10_000))
    large = server.feed("/large")
    large.serves(RSS.format(items))
    ticks = []

    async def beside() -> list[Polled | PollFailure]:
        async def tick() -> None:
            while True:
                ticks.append(time.monotonic())
                await asyncio.sleep(0.01)

        heart = asyncio.create_task(tick())
        async with Fetcher([ip_network("127.0.0.0/8")], 20, user_agent="test/1") as fetcher:
            answers = await poll_many([ask(large)], fetcher, NOW)
        heart.cancel()
        return answers

    (answer,) = asyncio.run(beside())
    assert isinstance(answer, Polled)
    assert len(answer.entries) == 10_000
    assert len(ticks) > 5
    longest = max(b - a for a, b in itertools.pairwise(ticks))
    assert longest < (ticks[-1] - ticks[0]) / 2, "read in one go, while nobody else had a turn"


def test_nothing_asked_is_nothing_answered() -> None:
    assert poll() == []
