"""Many topics against an article in one pass."""

import time
from datetime import UTC, datetime

from monitor.query import Document, Matcher, parse


def article(title: str, body: str = "", **more: object) -> Document:
    return Document(
        id=1,
        title=title,
        body=body,
        source="forum",
        published=datetime(2026, 11, 20, tzinfo=UTC),
        **more,
    )


def topics(**asked: str) -> Matcher:
    return Matcher({slug: parse(text) for slug, text in asked.items()})


def test_each_topic_is_decided_by_its_own_query() -> None:
    matcher = topics(
        water="停水 OR 水压",
        jobs="招聘 -停水",
        city="县城 (停水 OR 停电)",
        quiet="-停水",
        all="",
    )
    assert matcher.hits(article("县城停水")) == ["water", "city", "all"]
    assert matcher.hits(article("县城招聘")) == ["jobs", "quiet", "all"]


def test_a_word_does_not_stand_across_title_and_body() -> None:
    matcher = topics(word="停水", phrase='"停 水"', title="title:水", body="body:水")
    assert matcher.hits(article("停", "水")) == ["body"]


def test_a_topic_of_filters_alone_needs_no_word() -> None:
    assert topics(here="source:forum", there="source:weibo").hits(article("无关")) == ["here"]


def test_no_topics_hit_nothing() -> None:
    assert Matcher({}).hits(article("停水")) == []


def test_one_core_matches_nineteen_topics_against_thousands_of_articles_a_second() -> None:
    words = [f"词{chr(0x4E00 + n)}{chr(0x5E00 + n)}" for n in range(19 * 30)]
    matcher = topics(
        **{f"t{n}": "(" + " OR ".join(words[n * 30 : n * 30 + 30]) + ") -招聘" for n in range(19)}
    )
    # Fresh documents, so that cutting them into pieces is part of the time.
    articles = [
        article(
            "城关镇通报", f"第{n}号：" + "今天下午，县城发生停水事件，居民反映；" * 15 + words[n]
        )
        for n in range(500)
    ]
    began = time.process_time()
    hits = [matcher.hits(one) for one in articles]
    spent = time.process_time() - began
    assert hits == [[f"t{n // 30}"] for n in range(500)]
    assert 500 / spent > 2_000
