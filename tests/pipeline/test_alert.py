"""alert: one event, one alert; what must be told at once, told once more, or not at all."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from monitor.collect.entry import Entry
from monitor.models import Alert, Article, Delivery, Event, Notice
from monitor.pipeline import alert as step
from monitor.pipeline import knowledge
from monitor.pipeline.alert import LANE, _judge, _write
from monitor.words import SHANGHAI
from tests.peers.robot import Robot
from tests.pipeline.office import (
    Breaks,
    Office,
    alerts,
    ends_leases,
    entry,
    source,
    webhook,
    wecom,
)
from tests.system.stories import STORIES, note

WATER = STORIES[6]  # 大塘镇自来水连续五天发黄发臭 …
FORUMS = [source(f"forum{n}", platform="论坛") for n in range(30)]
GOVERNMENT = source("gov", platform="政务", official=True, tier=3)
FLOOD = "大塘镇昨夜暴雨，河水漫过老街，低洼处进水，居民反映排水不畅，多次投诉没人管。"


@pytest.fixture
def desk(office: Office, robot: Robot) -> Office:
    """Thirty forums, the government's own site, and one webhook that listens."""
    return office.has(sources=[*FORUMS, GOVERNMENT], channels=[webhook(robot.url)])


def copies(text: str, first: int, count: int, **fields: Any) -> list[tuple[str, Entry]]:
    """Reprints by as many forums."""
    return [
        (f"forum{n % 30}", entry(text, link=f"http://copy{n}.example/{n}", **fields))
        for n in range(first, first + count)
    ]


def hears(office: Office, told: list[tuple[str, Entry]]) -> None:
    for slug, one in told:
        office.hears(slug, one)
    office.reads()


def kinds() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("kind", flat=True))


def reason_codes() -> set[str]:
    """Of the one event that has an alert, as it was assessed last."""
    event = Event.objects.get(alert__isnull=False)
    return {reason["code"] for reason in event.reasons}


def answers(office: Office, text: str, title: str = "关于大塘镇自来水发黄问题的情况通报") -> None:
    office.hears("gov", entry(text, title=title, claimed=timezone.now()))
    office.reads()


ANSWER = (
    "针对网民反映的大塘镇自来水发黄发臭问题，经调查，系管网老化所致，现将有关情况通报如下："
    "水务局已更换管道，水质检测合格，欢迎群众监督。"
)


def test_one_event_is_one_alert_however_many_reprint_it(desk: Office) -> None:
    desk.hears("forum0", WATER, *(note(n) for n in range(10)))
    desk.reads()
    for n in range(1, 3):
        hears(desk, copies(WATER, n, 1))
    (alert,) = alerts()
    assert alert.event.articles_count == 3
    assert (kinds(), Delivery.objects.count()) == (["alert"], 1)
    assert alert.level
    assert alert.score >= 45


def test_an_alert_keeps_its_reasons_in_words_and_its_evidence_as_it_stood(desk: Office) -> None:
    desk.hears("forum0", WATER)
    desk.reads()
    (alert,) = alerts()
    reasons = {reason["code"]: reason for reason in alert.reasons}
    assert {"matter", "negative", "place", "petition"} <= set(reasons)
    assert "大塘镇" in reasons["place"]["words"]
    assert sum(reason["points"] for reason in alert.reasons) == pytest.approx(alert.score, abs=0.2)
    quotes = [quote for reason in alert.reasons for quote in reason["evidence"]]
    assert quotes
    for quote in quotes:
        assert quote["text"] in WATER
    article = Article.objects.get()
    desk.hears("forum0", entry("已删除", title="已删除", link=article.link))
    desk.reads()
    (later,) = alerts()
    assert later.reasons == alert.reasons
    assert later.headline == WATER[:30]


def test_everyday_notes_and_other_places_alert_nobody(desk: Office) -> None:
    elsewhere = WATER.replace("大塘镇", "远山县河口镇")
    desk.hears("forum0", *(note(n) for n in range(30)), entry(elsewhere))
    desk.reads()
    assert alerts() == []
    assert not Event.objects.filter(assessed_rev=0, score__gt=0).exists()


def test_growth_is_told_once_at_the_factor_and_next_counted_from_that_telling(
    desk: Office,
) -> None:
    hears(desk, copies(WATER, 0, 3))
    said = {}
    for total in range(4, 31):
        hears(desk, copies(WATER, total - 1, 1))
        if len(kinds()) > len(said) + 1:
            said[total] = kinds()[-1]
    assert said == {9: "growth", 27: "growth"}
    words = Notice.objects.filter(kind="growth").order_by("n").values_list("n", "words")
    assert [n for n, _ in words] == [1, 2]
    assert "由9篇增至27篇" in words[1][1][0]
    assert len(alerts()) == 1


def test_growth_after_an_official_answer_is_no_news_for_some_hours(desk: Office) -> None:
    hears(desk, copies(WATER, 0, 3, claimed=timezone.now() - timedelta(hours=30)))
    answers(desk, ANSWER)
    hears(desk, copies(WATER, 3, 12))
    assert "answered" in reason_codes()
    assert kinds() == ["alert"]


def test_anger_that_goes_on_a_day_after_the_answer_is_told_again(desk: Office) -> None:
    hears(desk, copies(WATER, 0, 3, claimed=timezone.now() - timedelta(hours=40)))
    desk.hears(
        "gov",
        entry(ANSWER, title="情况通报", claimed=timezone.now() - timedelta(hours=30)),
    )
    desk.reads()
    hears(desk, copies(WATER, 3, 12))
    assert "answered" in reason_codes()
    assert kinds() == ["alert", "growth"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("有老人被困在屋顶，水还在涨，谁来救救他们！", "求救"),
        ("有3人死亡。", "死亡3人"),
        ("柳林镇老街也进了水。", "柳林镇"),
    ],
    ids=["a call for rescue", "a higher toll", "a new place"],
)
def test_inside_a_known_and_answered_event_grave_news_is_pushed_at_once(
    desk: Office, more: str, words: str
) -> None:
    hears(desk, copies(FLOOD, 0, 2, claimed=timezone.now() - timedelta(hours=3)))
    assert kinds() == ["alert"]
    answers(
        desk,
        FLOOD.replace("，多次投诉没人管", "")
        + "针对网民反映的排水不畅问题，现将情况通报如下：正在抢排。",
        "关于大塘镇排水不畅问题的情况通报",
    )
    before = kinds()
    hears(desk, copies(FLOOD + more, 5, 1))
    assert "answered" in reason_codes()
    assert Event.objects.filter(alert__isnull=False).count() == 1, "the news joined the event"
    assert kinds() == [*before, "news"]
    assert any(words in said for said in Notice.objects.order_by("id").last().words)  # type: ignore[union-attr]
    hears(desk, copies(FLOOD + more, 6, 1))
    assert kinds() == [*before, "news"], "told once"


def test_a_calm_call_for_rescue_needs_no_tone_and_no_second_voice(desk: Office) -> None:
    desk.hears("forum0", "双河镇石桥村3组，二楼还有两位老人，水已到楼梯口，请转给救援队。")
    desk.reads()
    (alert,) = alerts()
    assert "rescue" in {reason["code"] for reason in alert.reasons}
    assert alert.level <= 3


def test_an_old_story_is_recorded_and_not_pushed(desk: Office) -> None:
    hears(desk, copies(WATER, 0, 2, claimed=timezone.now() - timedelta(days=5)))
    (alert,) = alerts()
    assert alert.pushed is False
    assert (kinds(), Delivery.objects.count()) == ([], 0)


def test_an_old_story_that_goes_on_today_is_pushed_after_all(desk: Office) -> None:
    hears(desk, copies(WATER, 0, 2, claimed=timezone.now() - timedelta(days=5)))
    hears(desk, copies(WATER, 2, 1))
    (alert,) = alerts()
    assert alert.pushed is True
    assert kinds() == ["alert"]
    hears(desk, copies(WATER, 3, 1))
    assert kinds() == ["alert"]


def test_alert_notice_and_deliveries_are_all_there_or_none(desk: Office) -> None:
    desk.hears("forum0", WATER)
    with Breaks("monitor_delivery"):
        desk.runs("analyse", "group")
        claims = LANE.claim(timezone.now(), 1)
        with pytest.raises(Exception, match="毒"), transaction.atomic():
            _write(_judge(claims[0], 1, knowledge.current()), knowledge.current())
        assert not Alert.objects.exists()
        assert not Notice.objects.exists()
        assert Event.objects.get().assessed_rev == 0
        assert Article.objects.get().level is None
        LANE.release(claims)
        assert step.batch() == 1
        assert Alert.objects.count() == 0
        assert "毒" in Event.objects.get().failure
    desk.reads()
    assert (len(alerts()), kinds(), Delivery.objects.count()) == (1, ["alert"], 1)


def test_an_event_that_cannot_be_judged_does_not_keep_its_neighbours_from_being_told(
    desk: Office,
) -> None:
    desk.hears("forum0", *STORIES[:4])
    desk.runs("analyse", "group")
    bad = Event.objects.order_by("id")[1]
    with Breaks("monitor_alert", f"NEW.event_id = {bad.pk}"):
        desk.reads()
    assert {alert.event_id for alert in alerts()} == set(
        Event.objects.exclude(pk=bad.pk).values_list("pk", flat=True)
    )
    assert Event.objects.get(pk=bad.pk).quarantined == "alert"


def test_a_verdict_that_comes_late_changes_nothing(desk: Office) -> None:
    desk.hears("forum0", WATER)
    desk.runs("analyse", "group")
    late = LANE.claim(timezone.now(), 1)
    ends_leases(Event)
    ours = LANE.claim(timezone.now(), 1)
    _write(_judge(late[0], 1, knowledge.current()), knowledge.current())
    assert alerts() == []
    _write(_judge(ours[0], 1, knowledge.current()), knowledge.current())
    assert len(alerts()) == 1


def test_numbers_run_through_the_shanghai_year(desk: Office, monkeypatch: Any) -> None:
    midnight = datetime(2027, 1, 1, 0, 0, tzinfo=SHANGHAI)
    clock = {"now": midnight - timedelta(minutes=30)}
    monkeypatch.setattr(timezone, "now", lambda: clock["now"])
    for n, story in enumerate(STORIES[:5]):
        if n == 3:
            clock["now"] = midnight + timedelta(minutes=5)
        desk.hears("forum0", story)
        desk.reads()
    assert [alert.number for alert in alerts()] == [
        "2026-0001",
        "2026-0002",
        "2026-0003",
        "2027-0001",
        "2027-0002",
    ]


def test_articles_show_the_level_of_their_alert_also_those_that_come_later(desk: Office) -> None:
    hears(desk, copies(WATER, 0, 1))
    (alert,) = alerts()
    first = Article.objects.get()
    assert first.level == alert.level
    assert first.rev > first.indexed_rev
    Article.objects.update(indexed_rev=first.rev)
    hears(desk, copies(WATER, 1, 1))
    assert set(Article.objects.values_list("level", flat=True)) == {alert.level}
    rev = Article.objects.get(pk=first.pk).rev
    hears(desk, copies(WATER, 2, 1))
    assert Article.objects.get(pk=first.pk).rev == rev, "only the newcomer is indexed again"


def test_a_graver_turn_raises_the_level_of_the_alert_and_of_its_articles(desk: Office) -> None:
    hears(desk, copies(FLOOD, 0, 2))
    (before,) = alerts()
    hears(desk, copies(FLOOD + "已造成12人死亡。", 2, 1))
    (after,) = alerts()
    assert after.level == 2 < before.level
    assert after.number == before.number
    assert set(Article.objects.values_list("level", flat=True)) == {2}


def test_without_channels_an_alert_is_there_and_nothing_is_sent(office: Office) -> None:
    office.has(sources=FORUMS)
    office.hears("forum0", WATER)
    office.reads()
    assert (len(alerts()), Delivery.objects.count()) == (1, 0)


def test_what_is_for_a_channel_without_its_secret_waits_and_wrong_settings_are_named(
    office: Office, robot: Robot
) -> None:
    lacking = webhook(robot.url, "lacking", settings={"secret": "${NOT_SET}"})
    wrong = wecom("qyapi.weixin.qq.com", "wrong")
    office.has(sources=FORUMS, channels=[webhook(robot.url), lacking, wrong])
    office.hears("forum0", WATER)
    office.reads()
    found = {row.channel: row for row in Delivery.objects.all()}
    assert found["hook"].state == "queued"
    assert found["lacking"].state == "queued"
    assert "NOT_SET" not in found["lacking"].body
    assert found["wrong"].state == "failed"
    assert "api_host" in found["wrong"].words


def test_a_push_tells_number_level_reasons_and_where_to_look(desk: Office, robot: Robot) -> None:
    hears(desk, copies(WATER, 0, 2))
    desk.works()
    (alert,) = alerts()
    (received,) = robot.received
    assert received.signed
    told = received.json
    assert (told["number"], told["level"]) == (alert.number, alert.level)
    assert [item["title"] for item in told["items"]] == [WATER[:30]] * 2
    assert told["reasons"]
    assert told["link"] is None
    assert "请到值班室查看" in told["text"]


def test_an_event_in_quarantine_is_judged_again_when_an_article_joins_it(desk: Office) -> None:
    desk.hears("forum0", WATER)
    desk.runs("analyse", "group")
    Event.objects.update(quarantined="alert", attempts=4)
    desk.hears("forum1", f"转：{WATER}")
    desk.reads()
    assert Event.objects.get().quarantined == ""
    assert len(alerts()) == 1


def test_a_push_about_a_call_for_rescue_carries_what_was_written(
    desk: Office, robot: Robot
) -> None:
    call = "白石镇柳湾村三组，水到二楼了，我们五个人被困在屋顶，老人走不了，没有船，请快来救人。"
    desk.hears("forum0", call)
    desk.works()
    (received,) = robot.received
    assert any("我们五个人被困在屋顶" in reason for reason in received.json["reasons"])
