"""The office's commands on real tables, real feeds and a real robot."""

import io
import json
import sys
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from monitor.management.commands.trend import as_bars
from monitor.models import Article, ChannelState, SignInLink, Source
from monitor.pipeline import accounts, knowledge
from tests.management.conftest import Ran, Yuqing
from tests.peers.feeds import FeedServer
from tests.peers.robot import Robot
from tests.pipeline.office import Office, alerts, rss, source, webhook, wecom
from tests.system.stories import STORIES, note

WATER = STORIES[6]

pytestmark = pytest.mark.django_db(transaction=True)


def rows(ran: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.lines]


@pytest.fixture
def library(office: Office) -> Office:
    """A complaint, its alert, and twenty notes, all searchable."""
    office.has(sources=[source("forum")])
    office.hears("forum", WATER, *(note(n) for n in range(20)))
    office.works()
    return office


# search


def test_search_prints_a_json_line_a_hit_with_highlights_that_are_in_the_text(
    library: Office, yuqing: Yuqing
) -> None:
    ran = yuqing("search", "自来水 -招聘", "--json")
    assert (ran.code, ran.err) == (0, "")
    (hit,) = rows(ran)
    assert list(hit) == [
        "id",
        "title",
        "url",
        "source",
        "published",
        "negative",
        "highlights",
        "alert",
    ]
    article = Article.objects.get(pk=hit["id"])
    assert (hit["url"], hit["source"], hit["title"]) == (article.link, "forum", WATER[:30])
    assert hit["alert"] == alerts()[0].number
    assert hit["published"].endswith("+08:00")
    assert 0.5 < hit["negative"] <= 1
    for field, text in (("title", hit["title"]), ("body", WATER)):
        assert hit["highlights"][field]
        for span in hit["highlights"][field]:
            assert text[span["start"] : span["end"]] == span["text"] == "自来水"


def test_search_honours_its_limit_and_a_hit_without_alert_says_null(
    library: Office, yuqing: Yuqing
) -> None:
    found = rows(yuqing("search", "随手记", "--json", "--limit", "7"))
    assert len(found) == 7
    assert {hit["alert"] for hit in found} == {None}
    assert len(rows(yuqing("search", "随手记", "--json", "--limit", "500"))) == 20
    assert yuqing("search", "随手记", "--limit", "0").code == 1


def test_search_for_people_says_how_many_there_are(library: Office, yuqing: Yuqing) -> None:
    ran = yuqing("search", "随手记", "--limit", "3")
    assert ran.lines[0] == "共 20 篇"
    assert len(ran.lines) == 1 + 2 * 3
    none = yuqing("search", "火星")
    assert none.code == 0
    assert none.out.startswith("共 0 篇")
    assert yuqing("search", "火星", "--json").out == ""


def test_a_mistake_in_the_query_is_pointed_at(library: Office, yuqing: Yuqing) -> None:
    ran = yuqing("search", "停水 (招聘")
    assert ran.code == 1
    head, query, marks = ran.err.splitlines()
    assert head.startswith("检索式第 4 个字")
    assert query == "  停水 (招聘"
    assert marks == "  　　 ^"
    long = yuqing("search", "停水 " * 40 + "(")
    assert long.code == 1
    assert long.err.startswith("检索式第 ")


def test_a_query_of_ten_thousand_characters_or_a_thousand_brackets_is_refused_in_words(
    library: Office, yuqing: Yuqing
) -> None:
    for query in ("停" * 10_000 + " 水" * 3000, "(" * 1000 + "停水" + ")" * 1000):
        ran = yuqing("search", query)
        assert ran.code in (0, 1)
        assert "Traceback" not in ran.err
        assert ran.code == 0 or ran.err.startswith("检索式第 ")


def test_search_tells_the_words_that_are_commoner_in_what_it_finds(
    library: Office, yuqing: Yuqing
) -> None:
    ran = yuqing("search", "随手记", "--hot", "--json")
    assert ran.code == 0
    hot = rows(ran)
    assert hot
    assert [list(one) for one in hot] == [["word", "count", "score"]] * len(hot)
    assert [one["score"] for one in hot] == sorted((one["score"] for one in hot), reverse=True)
    assert all(3 <= one["count"] <= 20 for one in hot)
    assert "随手记" not in {one["word"] for one in hot}, "the query's own word says nothing"
    assert f"{hot[0]['count']} 篇　{hot[0]['word']}" in yuqing("search", "随手记", "--hot").out
    assert len(rows(yuqing("search", "随手记", "--hot", "--json", "--limit", "1"))) == 1
    few = yuqing("search", "自来水", "--hot")
    assert few.code == 0
    assert few.out.startswith("没有热词：同一个词至少要有 3 篇")
    assert yuqing("search", "停水 (招聘", "--hot").err.startswith("检索式第 4 个字")


# trend


def test_trend_tells_the_articles_of_each_day(library: Office, yuqing: Yuqing) -> None:
    days = rows(yuqing("trend", "随手记 或 自来水", "--json"))
    assert sum(day["count"] for day in days) == 21
    assert [day["date"] for day in days] == sorted(day["date"] for day in days)
    first = yuqing("trend", "随手记 或 自来水").lines[0]
    assert first == "共 21 篇，每天："
    assert yuqing("trend", "火星").out.startswith("共 0 篇；换个说法")
    wrong = yuqing("trend", "停水 (招聘")
    assert (wrong.code, wrong.err.splitlines()[1]) == (1, "  停水 (招聘")


def test_a_trend_over_some_days_shows_the_empty_ones_and_a_long_one_goes_by_months() -> None:
    assert as_bars({date(2026, 11, 20): 40, date(2026, 11, 22): 1}) == [
        "共 41 篇，每天：",
        "2026-11-20  40  " + "█" * 40,
        "2026-11-21   0",
        "2026-11-22   1  █",
    ]
    assert as_bars({date(2026, 8, 1): 2, date(2026, 8, 31): 2, date(2026, 11, 1): 1}) == [
        "共 5 篇，每月：",
        "2026-08  4  " + "█" * 40,
        "2026-09  0",
        "2026-10  0",
        "2026-11  1  " + "█" * 10,
    ]
    assert as_bars({date(1998, 6, 1): 1, date(2026, 8, 31): 2})[:2] == [
        "共 3 篇，每年：",
        "1998  1  " + "█" * 20,
    ]


# score


def scored(yuqing: Yuqing, monkeypatch: pytest.MonkeyPatch, data: bytes) -> Ran:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    return yuqing("score")


def test_score_answers_each_line_with_a_line_in_order(
    office: Office, yuqing: Yuqing, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [WATER if n % 2 else note(n) for n in range(600)]  # more than two batches
    data = "".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(texts))
    ran = scored(yuqing, monkeypatch, data.encode())
    found = rows(ran)
    assert ran.code == 0
    assert [one["id"] for one in found] == list(range(600))
    assert list(found[0]) == ["id", "negative", "neutral", "positive", "evidence", "model"]
    for one, text in zip(found[:4], texts, strict=False):
        assert one["negative"] + one["neutral"] + one["positive"] == pytest.approx(1, abs=0.001)
        assert all(text[w["start"] : w["end"]] == w["text"] for w in one["evidence"])
    assert found[1]["negative"] > 0.5 > found[0]["negative"]
    assert found[1]["evidence"]


def test_a_line_that_cannot_be_read_is_named_and_the_others_are_scored(
    office: Office, yuqing: Yuqing, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = json.dumps({"id": "a", "text": "停水没人管"}).encode()
    bad = [
        b"{",
        b"[]",
        b'{"id": 1}',
        b'{"id": 1, "text": 7}',
        '{"id":1,"text":"没人管"}'.encode("gb18030"),
    ]
    ran = scored(yuqing, monkeypatch, b"\n".join([good, *bad, b"", good]) + b"\n")
    assert ran.code == 1
    assert [one["id"] for one in rows(ran)] == ["a", "a"]
    told = ran.err.splitlines()
    assert [line[: line.index("行") + 1] for line in told[:-1]] == [
        f"第 {n} 行" for n in range(2, 7)
    ]
    assert told[-1] == "有 5 行没有打分，原因见上"


def test_score_reads_a_file_and_names_one_that_is_not_there(office: Office, yuqing: Yuqing) -> None:
    path = office.folder / "texts.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"id": 1, "text": WATER}).encode() + b"\n")
    assert [one["id"] for one in rows(yuqing("score", str(path)))] == [1]
    missing = yuqing("score", str(office.folder / "gone"))
    assert missing.code == 1
    assert "gone" in missing.err


# status, poll


def test_status_as_json_has_the_promised_keys_and_adds_up(library: Office, yuqing: Yuqing) -> None:
    ran = yuqing("status", "--json")
    (found,) = rows(ran)
    assert set(found) == {"articles", "waiting", "sources", "alerts", "deliveries"}
    assert found["articles"] == {"new": 0, "analysed": 0, "indexed": 21, "quarantined": 0}
    assert set(found["waiting"]["index"]) == {"rows", "oldest_s"}
    assert (found["alerts"], found["sources"]) == (1, {"new": 1})
    words = yuqing("status").out
    assert "共 21 篇" in words
    assert "可检索　21" in words
    assert "预警　1 条" in words


def test_poll_once_brings_an_article_all_the_way_to_a_phone(
    office: Office, yuqing: Yuqing, feeds: FeedServer, robot: Robot
) -> None:
    feed = feeds.feed("/forum.xml")
    feed.serves(rss(WATER, note(1), note(2)))
    office.has(sources=[source("forum", feed.url)], channels=[webhook(robot.url)])
    ran = yuqing("poll", "--once")
    assert ran.code == 0
    done = dict(part.split() for part in ran.out.strip().split("，"))
    assert (done["采集"], done["研读"], done["归并"], done["送达"]) == (
        "1",
        "3",
        "3",
        "1",
    )
    (received,) = robot.received
    assert received.json["headline"] == WATER[:30]
    assert len(rows(yuqing("search", "自来水", "--json"))) == 1
    assert feed.count == 1
    yuqing("poll", "--once")
    assert feed.count == 1, "not due yet"
    yuqing("poll", "--once", "--all")
    assert feed.count == 2
    assert len(robot.received) == 1


# user


def test_a_user_is_added_with_a_password_from_a_pipe_and_no_weak_one(
    office: Office, yuqing: Yuqing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("12345678\n"))
    weak = yuqing("user", "add", "zhiban")
    assert weak.code == 1
    assert weak.err.startswith("口令不合要求：")
    assert not User.objects.exists()
    monkeypatch.setattr(sys, "stdin", io.StringIO("qingxi-zhiban-2026\n"))
    assert yuqing("user", "add", "zhiban", "--role", "leader").code == 0
    user = User.objects.get()
    assert user.check_password("qingxi-zhiban-2026")
    assert not user.is_superuser
    assert "zhiban　领导" in yuqing("user", "list").out
    again = yuqing("user", "add", "zhiban", "--link")
    assert (again.code, again.err) == (1, "用户 zhiban 已存在\n")


def test_a_one_time_link_lets_its_user_in_once(office: Office, yuqing: Yuqing) -> None:
    ran = yuqing("user", "add", "li", "--role", "admin", "--link")
    token = ran.out.strip().rsplit("/enter/", 1)[1]
    user = User.objects.get()
    assert not user.has_usable_password()
    assert token not in SignInLink.objects.get().digest
    assert accounts.redeem(token) == user
    assert accounts.redeem(token) is None
    second = yuqing("user", "link", "li").out.strip().rsplit("/enter/", 1)[1]
    assert second != token
    assert accounts.redeem(second) == user
    assert yuqing("user", "link", "nobody").code == 1


def test_a_link_that_expired_lets_nobody_in(office: Office, yuqing: Yuqing) -> None:
    token = yuqing("user", "add", "li", "--link").out.strip().rsplit("/enter/", 1)[1]
    link = SignInLink.objects.get()
    SignInLink.objects.update(expires=link.expires - accounts.LINK_LIFE * 2)
    assert accounts.redeem(token) is None


# source


def test_a_source_is_tried_added_listed_polled_and_removed(
    office: Office, yuqing: Yuqing, feeds: FeedServer
) -> None:
    feed = feeds.feed("/forum.xml")
    feed.serves(rss(WATER, title="青溪论坛"))
    tried = yuqing("source", "test", feed.url)
    assert tried.code == 0
    assert "1 篇" in tried.out
    assert "青溪论坛" in tried.out
    assert not Source.objects.exists()
    added = yuqing("source", "add", feed.url)
    assert added.code == 0
    (row,) = Source.objects.all()
    assert added.out == f"已添加信源 {row.slug}：青溪论坛\n"
    assert yuqing("source", "add", feed.url).code == 1
    office.polls()
    listed = yuqing("source", "list").out
    assert listed.startswith(f"正常　{row.slug}　青溪论坛　上次 ")
    assert yuqing("source", "test", row.slug).code == 0
    assert yuqing("source", "remove", row.slug).code == 0
    assert row.slug not in knowledge.current().sources
    assert Article.objects.count() == 1, "what was collected stays"
    assert "停用" in yuqing("source", "list").out
    assert yuqing("source", "remove", row.slug).code == 1


def test_a_source_that_does_not_answer_is_not_added_and_says_why(
    office: Office, yuqing: Yuqing, feeds: FeedServer
) -> None:
    feed = feeds.feed("/gone.xml")
    feed.answers(404)
    ran = yuqing("source", "add", feed.url)
    assert ran.code == 1
    assert ran.err.startswith("采不了：")
    assert not Source.objects.exists()
    assert (
        yuqing("source", "add", feed.url, "--no-test", "--name", "旧站", "--slug", "old").code == 0
    )
    assert Source.objects.get().slug == "old"
    assert yuqing("source", "add", "ftp://x.example/feed", "--no-test").code == 1
    assert yuqing("source", "add", feed.url, "--no-test", "--slug", "坏 名").code == 1


# channel


def test_a_channel_test_arrives_or_says_what_the_robot_said(
    office: Office, yuqing: Yuqing, robot: Robot
) -> None:
    office.has(channels=[wecom(robot.api_host), webhook(robot.url)])
    assert yuqing("channel", "test", "group").out == "已送达：企业微信已接收。（0）\n"
    assert yuqing("channel", "test", "接收端hook").code == 0
    assert "测试" in robot.received[0].text
    robot.answers_errcode(93000)
    failed = yuqing("channel", "test", "group")
    assert failed.code == 1
    assert failed.err.startswith("没有送达：")
    assert "93000" in failed.err
    assert "demo-key" not in failed.err
    unknown = yuqing("channel", "test", "nobody")
    assert (unknown.code, "group" in unknown.err) == (1, True)


def test_a_stopped_channel_is_listed_with_its_reason_and_resumed(
    office: Office, yuqing: Yuqing, robot: Robot
) -> None:
    robot.answers_errcode(93000)
    lacking = webhook(robot.url, "lacking", settings={"secret": "${GONE}"})
    office.has(sources=[source("forum")], channels=[wecom(robot.api_host), lacking])
    office.hears("forum", WATER)
    office.works()
    listed = yuqing("channel", "list").out
    assert "group　群group　企业微信群机器人　已停用：" in listed
    assert "YUQING_SECRET_GONE" in listed
    assert yuqing("channel", "test", "lacking").code == 1
    robot.accepts()
    assert yuqing("channel", "resume", "group").out == "已恢复 群group，积压 1 条将陆续发出\n"
    assert list(ChannelState.objects.exclude(stopped=None)) == [
        ChannelState.objects.get(slug="lacking")
    ]
    yuqing("poll", "--once")
    assert len(robot.received) == 2


# catalogue, check


def test_catalog_check_names_file_line_and_cure_of_every_mistake(
    office: Office, yuqing: Yuqing
) -> None:
    assert yuqing("catalog", "check").code == 0
    office.writes(
        sources=[source("a", "nonsense"), source("b")],
        topics=[{"slug": "x", "name": "坏", "query": "(停水"}],
    )
    ran = yuqing("catalog", "check")
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 2
    assert all(" 第 " in line and " 行：" in line for line in ran.err.splitlines())
    assert yuqing("catalog", "apply").code == 1
    assert not Source.objects.exists()


def test_catalog_apply_shows_what_changes_and_a_dry_run_changes_nothing(
    office: Office, yuqing: Yuqing
) -> None:
    office.writes(topics=[{"slug": "river", "name": "河道", "query": "黑水"}])
    tried = yuqing("catalog", "apply", "--dry-run")
    assert tried.code == 0
    assert "河道" in tried.out or "river" in tried.out
    assert tried.out.rstrip().endswith("（未应用）")
    assert "river" not in knowledge.current().values.topics
    assert yuqing("catalog", "apply").code == 0
    assert "river" in knowledge.current().values.topics
    assert len(yuqing("catalog", "apply").lines) == 1, "nothing but the summary"


def test_check_names_each_part_and_ends_with_1_while_one_is_wrong(
    library: Office, yuqing: Yuqing, robot: Robot
) -> None:
    library.has(channels=[wecom("no-scheme.example"), webhook(robot.url)])
    ran = yuqing("check")
    assert ran.code == 1
    good = [line.split("　")[2] for line in ran.lines if line.startswith("正常")]
    bad = [line.split("　")[1] for line in ran.lines if line.startswith("不正常")]
    assert {"数据库", "检索库", "目录", "渠道 接收端hook"} <= set(good)
    assert "渠道 群group" in bad
    assert ran.out.count("办法：") == len(bad)
    assert ran.lines[-1] == f"有 {len(bad)} 项不正常"
    for part in ("时钟", "磁盘", "字体"):
        assert any(part in name for name in (*good, *bad)), part
