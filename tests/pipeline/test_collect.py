"""collect: what real HTTP answers become in the tables."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from monitor.models import Article, ArticleText, Sighting, Source
from monitor.pipeline import collect, knowledge
from monitor.pipeline.collect import FARTHEST, LANE
from tests.peers.feeds import FeedServer
from tests.pipeline.office import Breaks, Office, ends_leases, entry, rss, source

STORY = "白石镇老街从早上起停水，到晚上还没有来，几百户人家没法做饭。"


def one(slug: str) -> Source:
    return Source.objects.get(pk=slug)


def test_entries_of_a_feed_become_articles_seen_at_their_source(
    office: Office, feeds: FeedServer
) -> None:
    feed = feeds.feed("/forum.xml")
    feed.serves(rss(STORY, "柳林镇赶集，柿子便宜。"))
    office.has(sources=[source("forum", feed.url)])
    office.polls()
    assert sorted(Article.objects.values_list("title", flat=True)) == sorted(
        [STORY[:30], "柳林镇赶集，柿子便宜。"]
    )
    assert set(Sighting.objects.values_list("source", flat=True)) == {"forum"}
    assert ArticleText.objects.get(body=STORY).edition == 1
    health = one("forum")
    assert (health.state, health.failures, health.gained is not None) == ("ok", 0, True)
    assert timedelta(minutes=9) < health.due - timezone.now() < timedelta(minutes=12)


def test_an_article_met_again_elsewhere_is_one_article_with_two_sightings(
    office: Office, feeds: FeedServer
) -> None:
    first, second = feeds.feed("/a.xml"), feeds.feed("/b.xml")
    link = "https://news.example/2026/1123.html"
    first.serves(rss({"body": STORY, "link": link}))
    second.serves(rss({"body": "转载：" + STORY, "link": link + "?utm_source=b", "guid": "other"}))
    office.has(sources=[source("a", first.url)]).polls()
    office.has(sources=[source("a", first.url), source("b", second.url)]).polls()
    article = Article.objects.get()
    assert (article.source, article.edition) == ("a", 1)
    assert set(article.sightings.values_list("source", flat=True)) == {"a", "b"}
    assert [text.body for text in article.texts.all()] == [STORY]


def test_a_text_changed_by_its_first_source_is_a_new_edition_and_due_for_analysis_again(
    office: Office, feeds: FeedServer
) -> None:
    feed = feeds.feed("/forum.xml")
    office.has(sources=[source("forum", feed.url)])
    for text in (STORY, STORY + "更新：已有两名老人送医。", STORY + "更新：已有两名老人送医。"):
        feed.serves(rss({"body": text, "title": "停水", "guid": "7"}))
        office.polls()
        office.runs("analyse")
    article = Article.objects.get()
    assert (article.edition, article.analysed_edition) == (2, 2)
    assert [text.body for text in article.texts.order_by("edition")] == [
        STORY,
        STORY + "更新：已有两名老人送医。",
    ]
    assert article.analysis.edition == 2


def test_a_feed_that_says_unchanged_costs_nothing_and_stays_healthy(
    office: Office, feeds: FeedServer
) -> None:
    feed = feeds.feed("/forum.xml")
    feed.serves(rss(STORY), etag='"1"')
    office.has(sources=[source("forum", feed.url)])
    office.polls()
    office.polls()
    assert [request.headers.get("if-none-match") for request in feed.requests] == [None, '"1"']
    assert Article.objects.count() == 1
    assert one("forum").state == "ok"
    assert one("forum").etag == '"1"'


def test_a_source_that_moves_to_another_address_is_not_asked_with_the_old_ones_etag(
    office: Office, feeds: FeedServer
) -> None:
    old, new = feeds.feed("/old.xml"), feeds.feed("/new.xml")
    stamp = "Mon, 23 Nov 2026 00:00:00 GMT"
    old.serves(rss(STORY), last_modified=stamp)
    new.serves(rss({"body": "双河镇大桥限行，请绕行。", "guid": "n1"}), last_modified=stamp)
    office.has(sources=[source("forum", old.url)]).polls()
    office.has(sources=[source("forum", new.url)]).polls()
    assert Article.objects.count() == 2
    assert new.requests[0].headers.get("if-modified-since") is None


def test_published_is_never_later_than_when_it_was_seen(office: Office, feeds: FeedServer) -> None:
    feed = feeds.feed("/forum.xml")
    past, future = datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
    feed.serves(
        rss(
            {"guid": "past", "body": "昨天的事", "published": past},
            {
                "guid": "future",
                "body": "明年的事",
                "published": timezone.now() + timedelta(hours=5),
            },
            {"guid": "none", "body": "没写时间的事"},
        )
    )
    office.has(sources=[source("forum", feed.url)]).polls()
    found = {article.title: article for article in Article.objects.all()}
    assert found["昨天的事"].published == past
    assert found["明年的事"].published <= timezone.now() < future
    assert found["没写时间的事"].published == found["没写时间的事"].seen


def test_a_failing_source_says_why_waits_longer_each_time_and_is_never_given_up(
    office: Office, feeds: FeedServer
) -> None:
    feed = feeds.feed("/forum.xml")
    feed.answers(500)
    office.has(sources=[source("forum", feed.url, interval_minutes=1)])
    waits = []
    for _ in range(12):
        office.polls()
        waits.append((one("forum").due - timezone.now()).total_seconds())
    broken = one("forum")
    assert (broken.state, broken.failures, broken.active) == ("failing", 12, True)
    assert "500" in broken.code + broken.words
    assert waits[0] < waits[1] < waits[2]
    assert max(waits) < 7 * 3600
    feed.serves(rss(STORY))
    office.polls()
    assert (one("forum").state, one("forum").words) == ("ok", "")
    assert Article.objects.count() == 1


def test_ten_thousand_entries_of_one_poll_are_ten_thousand_articles(
    office: Office, feeds: FeedServer
) -> None:
    feed = feeds.feed("/archive.xml")
    feed.serves(rss(*(f"第{n}号公告，内容是{n * 7919}。" for n in range(10_000))))
    office.has(sources=[source("archive", feed.url)]).polls()
    assert Article.objects.count() == 10_000
    assert ArticleText.objects.count() == 10_000
    assert Sighting.objects.count() == 10_000


def test_one_guid_twice_in_a_feed_is_one_article(office: Office, feeds: FeedServer) -> None:
    feed = feeds.feed("/forum.xml")
    feed.serves(
        rss(
            {"guid": "same", "link": "http://f.example/1", "body": "先写的"},
            {"guid": "same", "link": "http://f.example/1", "body": "后写的"},
        )
    )
    office.has(sources=[source("forum", feed.url)])
    office.polls()
    office.polls()
    assert ArticleText.objects.get().body == "先写的"


def test_script_in_a_title_is_kept_as_nothing_but_text(office: Office, feeds: FeedServer) -> None:
    feed = feeds.feed("/forum.xml")
    feed.serves(
        rss({"title": "通知<script>alert(1)</script>", "body": "<img src=x onerror=alert(2)>停水"})
    )
    office.has(sources=[source("forum", feed.url)]).polls()
    text = ArticleText.objects.get()
    assert "通知" in text.title
    assert "停水" in text.body
    assert "<" not in text.title + text.body


def test_broken_sources_never_stop_their_neighbours(office: Office, feeds: FeedServer) -> None:
    paths = [feeds.feed(f"/{n}.xml") for n in range(6)]
    paths[0].answers(404)
    paths[1].cuts_off()
    paths[2].serves("<html><body>欢迎</body></html>", "text/html")
    paths[3].serves(b"")
    for n in (4, 5):
        paths[n].serves(rss({"body": f"第{n}家的消息", "guid": f"s{n}"}))
    office.has(sources=[source(f"s{n}", feed.url) for n, feed in enumerate(paths)]).polls()
    assert {row.slug: row.state for row in Source.objects.all()} == {
        **{f"s{n}": "failing" for n in range(4)},
        "s4": "ok",
        "s5": "ok",
    }
    assert all(one(f"s{n}").words for n in range(4))
    assert Article.objects.count() == 2


def test_a_source_whose_rows_cannot_be_written_fails_alone_and_says_so(
    office: Office, feeds: FeedServer
) -> None:
    paths = [feeds.feed(f"/{n}.xml") for n in range(3)]
    for n, feed in enumerate(paths):
        feed.serves(rss({"body": f"第{n}家的消息", "guid": f"s{n}"}))
    office.has(sources=[source(f"s{n}", feed.url) for n, feed in enumerate(paths)])
    with Breaks("monitor_article", "NEW.source = 's1'"):
        office.polls()
    assert set(Article.objects.values_list("source", flat=True)) == {"s0", "s2"}
    bad = one("s1")
    assert (bad.state, bad.code, bad.owner, bad.until) == ("failing", "internal", "", None)
    assert bad.due > timezone.now()
    office.polls()
    assert set(Article.objects.values_list("source", flat=True)) == {"s0", "s1", "s2"}


@pytest.mark.django_db(transaction=True)
def test_rows_of_a_quick_source_are_committed_before_a_slow_one_has_answered(
    office: Office, feeds: FeedServer
) -> None:
    quick, slow = feeds.feed("/quick.xml"), feeds.feed("/slow.xml")
    quick.serves(rss("快的消息"))
    slow.serves(rss({"body": "慢的消息", "guid": "slow"}), wait=1.5)
    office.has(sources=[source("quick", quick.url), source("slow", slow.url)])

    def poll() -> None:
        try:
            office.runs("collect")
        finally:
            connection.close()

    worker = threading.Thread(target=poll)
    worker.start()
    end = time.monotonic() + 10
    while not Article.objects.filter(source="quick").exists() and time.monotonic() < end:
        time.sleep(0.02)
    early = set(Article.objects.values_list("source", flat=True))
    worker.join(10)
    assert early == {"quick"}
    assert set(Article.objects.values_list("source", flat=True)) == {"quick", "slow"}


def test_a_source_removed_while_it_was_claimed_writes_nothing_and_does_not_spin(
    office: Office, feeds: FeedServer
) -> None:
    feed = feeds.feed("/forum.xml")
    feed.serves(rss(STORY))
    office.has(sources=[source("forum", feed.url)])
    claims = LANE.claim(timezone.now(), 16, [timezone.now(), timezone.now() + FARTHEST])
    office.has(sources=[])
    collect.poll(claims, knowledge.current())
    assert (Article.objects.count(), feed.count) == (0, 0)
    Source.objects.update(active=True)  # as if its item were faulty instead of gone
    ends_leases(Source)
    assert office.runs("collect") <= 1
    assert one("forum").until > timezone.now()


def test_a_poll_whose_lease_was_lost_changes_nothing(office: Office, feeds: FeedServer) -> None:
    feed = feeds.feed("/forum.xml")
    feed.serves(rss(STORY))
    office.has(sources=[source("forum", feed.url)])
    late = LANE.claim(timezone.now(), 16, [timezone.now(), timezone.now() + FARTHEST])
    ends_leases(Source)
    ours = LANE.claim(timezone.now(), 16, [timezone.now(), timezone.now() + FARTHEST])
    collect.poll(late, knowledge.current())
    assert Article.objects.count() == 0
    assert one("forum").succeeded is None
    collect.poll(ours, knowledge.current())
    assert Article.objects.count() == 1


def test_characters_that_no_table_takes_are_left_out_of_whatever_a_site_says(
    office: Office, feeds: FeedServer
) -> None:
    feed = feeds.feed("/feed.json")
    item = {
        "id": "a\x00\ud800b",
        "url": "http://forum.example/\x00\ud8001",
        "title": "停\x00水\ud83d了",
        "content_text": "白石镇\x00停水\udc00三天",
        "authors": [{"name": "河\x00边\ud800人"}],
    }
    body = {"version": "https://jsonfeed.org/version/1.1", "title": "论\x00坛", "items": [item]}
    feed.serves(json.dumps(body), "application/feed+json", etag='"\xff"')
    office.has(sources=[source("forum", feed.url)]).polls()
    article = Article.objects.get()
    assert (article.title, article.author) == ("停水了", "河边人")
    assert article.link == "http://forum.example/1"
    assert article.texts.get().body == "白石镇停水三天"
    assert (one("forum").state, one("forum").etag) == ("ok", '""')


def test_articles_are_written_oldest_first_in_whatever_order_they_are_told(
    office: Office,
) -> None:
    now = timezone.now()
    told = [entry(f"第{n}篇", claimed=now - timedelta(minutes=n)) for n in (2, 0, 1)]
    same = [entry(f"同时{n}", claimed=now) for n in range(5)]
    office.hears("forum", *told, *same)
    first = list(Article.objects.order_by("id").values_list("title", flat=True))
    assert first[:3] == ["第2篇", "第1篇", first[2]]
    Sighting.objects.all().delete()
    ArticleText.objects.all().delete()
    Article.objects.all().delete()
    office.hears("other", *reversed(same), *reversed(told))
    # Two sources that tell the same write it in the same order, and never wait in a circle.
    assert list(Article.objects.order_by("id").values_list("title", flat=True)) == first
