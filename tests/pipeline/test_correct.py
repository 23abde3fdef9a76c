"""correct: what a person says holds at once, is kept for ever, and can be taken back."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import ProtectedError
from django.utils import timezone

from monitor.models import Alert, Analysis, Article, Correction, Event, Notice
from monitor.models.correction import Kind, Permanent
from monitor.pipeline import accounts, analyse, correct, facts, knowledge, past, search
from monitor.pipeline import alert as step
from monitor.words import Sentiment
from tests.peers.robot import Robot
from tests.pipeline.office import Office, alerts, entry, source, webhook
from tests.system.stories import STORIES, note

WATER = STORIES[6]  # 大塘镇自来水连续五天发黄发臭 …
ELSEWHERE = WATER.replace("大塘镇", "远山县河口镇")
NEGATIVE, NEUTRAL, POSITIVE = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE


@pytest.fixture
def desk(office: Office, robot: Robot) -> Office:
    return office.has(
        sources=[source(f"forum{n}", platform="论坛") for n in range(4)],
        channels=[webhook(robot.url)],
        units=[{"slug": "datang", "name": "大塘镇人民政府", "places": ["大塘镇"]}],
    )


def reads(office: Office, *texts: str, by: str = "forum0") -> list[int]:
    ids = office.hears(by, *texts)
    office.reads()
    return ids


def copies(office: Office, text: str, first: int, count: int) -> None:
    for n in range(first, first + count):
        office.hears(f"forum{n % 4}", entry(text, link=f"http://copy{n}.example/{n}"))
    office.reads()


def found(query: str) -> list[int]:
    return [hit.id for hit in search.search(query).hits]


def kinds() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("kind", flat=True))


def codes(event: Event) -> set[str]:
    return {reason["code"] for reason in Event.objects.get(pk=event.pk).reasons}


# what is said of an article


def test_a_sentiment_holds_at_once_in_search_and_judgement_and_for_that_article_alone(
    desk: Office,
) -> None:
    copies(desk, WATER, 0, 2)
    desk.works()
    first, second = Article.objects.order_by("id")
    assert second.reprint_of_id == first.pk
    before = Event.objects.get()
    row = correct.sentiment(first.pk, POSITIVE, "值班员张三", "其实是表扬")
    desk.works()
    assert (row.was, row.now, row.by, row.remark) == (
        "negative",
        "positive",
        "值班员张三",
        "其实是表扬",
    )
    assert abs((timezone.now() - row.at).total_seconds()) < 60
    assert found("情感:正面") == [first.pk]
    assert found("情感:敏感") == [second.pk]
    event = Event.objects.get()
    assert event.rev == event.assessed_rev > before.rev
    told = {one.article: one.negative for one in facts.facts([first.pk, second.pk], _lore())}
    assert told[first.pk] == 0.0 < told[second.pk]
    assert _machine(first.pk)["score"]["negative"] > 0.5, "what the machine read is kept beside it"


def test_topics_that_ask_for_a_sentiment_follow_it(desk: Office) -> None:
    desk.has(topics=[{"slug": "anger", "name": "怨气", "query": "自来水 情感:敏感"}])
    (pk,) = reads(desk, WATER)
    assert "anger" in Analysis.objects.get(pk=pk).topics.split()
    correct.sentiment(pk, NEUTRAL, "张三")
    assert "anger" not in Analysis.objects.get(pk=pk).topics.split()


def test_an_article_said_to_be_of_elsewhere_raises_no_alert(desk: Office) -> None:
    (pk,) = desk.hears("forum0", WATER)
    desk.runs("analyse", "group")
    row = correct.place(pk, home=False, by="张三")
    desk.reads()
    assert (row.was, row.now) == ("home", "elsewhere")
    assert alerts() == []
    assert codes(Event.objects.get()) == {"not_home"}


def test_an_article_said_to_be_of_ours_raises_one(desk: Office) -> None:
    (pk,) = reads(desk, ELSEWHERE)
    assert alerts() == []
    row = correct.place(pk, home=True, by="张三")
    desk.reads()
    assert (row.was, row.now) == ("elsewhere", "home")
    assert len(alerts()) == 1


def test_units_said_by_a_person_are_those_that_search_and_alerts_name(desk: Office) -> None:
    (pk,) = desk.hears("forum0", WATER)
    desk.runs("analyse", "group")
    row = correct.units(pk, ["ecology", "ecology", "health"], "张三")
    desk.works()
    assert "datang" in row.was
    assert row.now == ["ecology", "health"]
    assert found("单位:ecology") == [pk]
    assert found("单位:datang") == []
    (reason,) = [one for one in alerts()[0].reasons if one["code"] == "unit"]
    assert reason["words"] == "涉及责任单位：生态环境分局、卫生健康局"


def test_what_a_person_said_holds_when_the_text_changes_and_is_read_anew(desk: Office) -> None:
    (pk,) = desk.hears("forum0", entry(WATER, link="http://forum.example/1"))
    desk.reads()
    correct.sentiment(pk, POSITIVE, "张三")
    correct.units(pk, [], "张三")
    desk.hears("forum0", entry(f"{WATER}今天还是没人管！", link="http://forum.example/1"))
    desk.works()
    article = Article.objects.select_related("analysis").get(pk=pk)
    assert (article.edition, article.analysed_edition) == (2, 2)
    assert (article.sentiment, article.negative) == ("positive", 0.0)
    assert article.analysis.units == ""


def test_a_worker_who_read_the_article_before_changes_nothing_after(desk: Office) -> None:
    (pk,) = desk.hears("forum0", entry(WATER, link="http://forum.example/1"))
    desk.reads()
    desk.hears("forum0", entry(f"{WATER}！！", link="http://forum.example/1"))
    claims = analyse.LANE.claim(timezone.now(), 5)
    findings = analyse.read(claims, _lore())
    correct.sentiment(pk, POSITIVE, "张三")
    analyse._write(claims, findings, 1)
    assert Article.objects.get(pk=pk).analysed_edition == 1
    desk.reads()
    article = Article.objects.get(pk=pk)
    assert (article.analysed_edition, article.sentiment) == (2, "positive")


def test_the_machines_own_sentiment_can_be_confirmed_once(desk: Office) -> None:
    (pk,) = reads(desk, WATER)
    row = correct.sentiment(pk, NEGATIVE, "张三")
    assert row.was == row.now == "negative"
    with pytest.raises(correct.Refused, match="张三 已经这样纠正过"):
        correct.sentiment(pk, NEGATIVE, "李四")


# taking it back


def test_taking_back_the_last_word_restores_the_one_before_and_then_the_machines(
    desk: Office,
) -> None:
    (pk,) = reads(desk, WATER)
    machine = Article.objects.get(pk=pk).negative
    first = correct.sentiment(pk, NEUTRAL, "张三")
    second = correct.sentiment(pk, POSITIVE, "李四")
    undone = correct.undo(second.pk, "王五", "看错了")
    assert (undone.undoes_id, undone.was, undone.now) == (second.pk, "positive", "neutral")
    assert Article.objects.get(pk=pk).sentiment == "neutral"
    assert correct.undo(first.pk, "王五").now == "negative"
    article = Article.objects.get(pk=pk)
    assert (article.sentiment, article.negative) == ("negative", machine)
    assert list(Correction.objects.order_by("id").values_list("by", flat=True)) == [
        "张三",
        "李四",
        "王五",
        "王五",
    ]


def test_what_is_taken_back_is_so_once_and_that_cannot_be_taken_back(desk: Office) -> None:
    (pk,) = reads(desk, WATER)
    row = correct.place(pk, home=False, by="张三")
    undone = correct.undo(row.pk, "张三")
    with pytest.raises(correct.Refused, match="已经撤销"):
        correct.undo(row.pk, "李四")
    with pytest.raises(correct.Refused, match="重新纠正一次"):
        correct.undo(undone.pk, "李四")
    with pytest.raises(correct.Refused, match="没有第 999 号纠正"):
        correct.undo(999, "李四")


def test_a_correction_is_never_changed_and_never_deleted(desk: Office) -> None:
    (pk,) = reads(desk, WATER)
    row = correct.sentiment(pk, NEUTRAL, "张三")
    row.by = "别人"
    for change in (
        row.save,
        row.delete,
        Correction.objects.all().delete,
        lambda: Correction.objects.update(by="别人"),
    ):
        with pytest.raises(Permanent):
            change()
    with pytest.raises(ProtectedError):
        Article.objects.get(pk=pk).delete()
    assert Correction.objects.get().by == "张三"


def test_what_was_corrected_is_evidence_and_not_cleared_away(desk: Office) -> None:
    sentiment, spared, gone = reads(desk, note(1), note(2), note(3))
    correct.sentiment(sentiment, NEGATIVE, "张三")
    correct.missed(Article.objects.get(pk=spared).event_id or 0, "张三")
    Article.objects.update(month="202001")
    going = Article.objects.exclude(past.evidence("202401"))
    assert list(going.values_list("pk", flat=True)) == [gone]


# what is said of an event


def test_a_false_alarm_grows_in_silence(desk: Office) -> None:
    copies(desk, WATER, 0, 3)
    (alert,) = alerts()
    row = correct.false_alarm(alert.event_id, "张三")
    copies(desk, WATER, 3, 12)
    assert row.was == alert.number
    assert (kinds(), Alert.objects.get().false_alarm) == (["alert"], True)
    assert set(Article.objects.values_list("level", flat=True)) == {None}, "it has no level either"
    correct.undo(row.pk, "李四")
    desk.reads()
    assert (kinds(), Alert.objects.get().false_alarm) == (["alert", "growth"], False)
    assert set(Article.objects.values_list("level", flat=True)) == {Alert.objects.get().level}


@pytest.mark.parametrize(
    "more",
    ["有老人被困在屋顶，水还在涨，谁来救救他们！", "有3人死亡。", "柳林镇老街也进了水。"],
    ids=["a call for rescue", "a higher toll", "a new place"],
)
def test_a_false_alarm_is_one_no_more_when_something_grave_and_new_is_heard(
    desk: Office, more: str
) -> None:
    flood = "大塘镇昨夜暴雨，河水漫过老街，低洼处进水，居民反映排水不畅，多次投诉没人管。"
    copies(desk, flood, 0, 2)
    correct.false_alarm(alerts()[0].event_id, "张三")
    copies(desk, flood, 2, 1)
    assert kinds() == ["alert"]
    copies(desk, flood + more, 5, 1)
    assert Event.objects.count() == 1, "the news joined the event"
    assert kinds() == ["alert", "news"]
    assert Alert.objects.get().false_alarm is False


def test_what_was_missed_is_raised_by_a_persons_word_and_pushed_with_it(
    desk: Office, robot: Robot
) -> None:
    (pk,) = reads(desk, note(5))
    event = Article.objects.get(pk=pk).event_id or 0
    assert alerts() == []
    correct.missed(event, "张三", "领导关注")
    desk.works()
    (alert,) = alerts()
    assert alert.pushed
    assert alert.reasons[0]["words"] == "人工判定：张三认为需要回应（领导关注）"
    (told,) = robot.received
    assert "人工判定：张三认为需要回应（领导关注）" in str(told.json)


def test_an_old_event_that_was_missed_is_pushed_too(desk: Office) -> None:
    ago = timezone.now() - timedelta(days=9)
    desk.hears("forum0", entry(WATER, claimed=ago))
    desk.reads()
    assert [alert.pushed for alert in alerts()] == [False]
    correct.missed(alerts()[0].event_id, "张三")
    desk.reads()
    assert [alert.pushed for alert in alerts()] == [True]
    assert kinds() == ["alert"]


def test_an_alert_raised_by_a_word_that_is_taken_back_is_quiet(desk: Office) -> None:
    (pk,) = reads(desk, note(5))
    row = correct.missed(Article.objects.get(pk=pk).event_id or 0, "张三")
    desk.reads()
    correct.undo(row.pk, "张三")
    assert Alert.objects.get().false_alarm is True


def test_a_word_taken_back_before_anybody_acted_on_it_raises_nothing(desk: Office) -> None:
    (pk,) = reads(desk, note(5))
    row = correct.missed(Article.objects.get(pk=pk).event_id or 0, "张三")
    lore = _lore()
    (claim,) = step.LANE.claim(timezone.now(), 5)
    judged = step._judge(claim, 99, lore, row)
    correct.undo(row.pk, "张三")
    step._write(judged, lore)
    desk.reads()
    assert alerts() == []


def test_what_makes_no_sense_is_refused_with_the_way_out(desk: Office) -> None:
    (pk,) = reads(desk, note(5))
    (alerted,) = reads(desk, WATER, by="forum1")
    (unread,) = desk.hears("forum2", note(9))
    quiet = Article.objects.get(pk=pk).event_id or 0
    loud = Article.objects.get(pk=alerted).event_id or 0

    def refused(words: str, act: Callable[..., Any], *given: Any) -> None:
        with pytest.raises(correct.Refused, match=words):
            act(*given, "张三")

    refused("没有预警", correct.false_alarm, quiet)
    refused("已有预警", correct.missed, loud)
    refused("没有第 12345 号事件", correct.missed, 12345)
    refused("没有第 12345 号文章", correct.sentiment, 12345, NEUTRAL)
    refused("还没有研读", correct.sentiment, unread, NEUTRAL)
    refused("没有责任单位 nobody", correct.units, pk, ["nobody"])
    correct.missed(quiet, "张三")
    refused("已经判为漏报", correct.missed, quiet)
    correct.false_alarm(loud, "张三")
    refused("已经判为误报", correct.false_alarm, loud)
    refused("请撤销那条纠正", correct.missed, loud)
    Event.objects.filter(pk=loud).update(merged_into=quiet)
    refused(f"已并入第 {quiet} 号事件", correct.false_alarm, loud)
    assert Correction.objects.count() == 2


def test_what_was_merged_elsewhere_is_recorded_and_not_taken_back_here(desk: Office) -> None:
    (pk,) = reads(desk, note(5))
    event = Article.objects.get(pk=pk).event_id or 0
    row = correct.record(Kind.MERGE, event, "张三", now=[event, 7])
    assert (row.kind, row.now) == ("merge", [event, 7])
    with pytest.raises(correct.Refused, match="请在事件页上撤销"):
        correct.undo(row.pk, "张三")


@pytest.mark.parametrize(
    ("role", "may"), [("officer", True), ("analyst", True), ("admin", True), ("leader", False)]
)
def test_those_who_judge_may_correct(db: None, role: str, may: bool) -> None:
    assert correct.may_correct(accounts.add_user("zhang", None, role)) is may


def test_nobody_else_may(db: None) -> None:
    assert not correct.may_correct(User.objects.create_user("unit-contact"))
    assert not correct.may_correct(AnonymousUser())


def _lore() -> knowledge.Lore:
    return knowledge.current()


def _machine(article: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Analysis.objects.get(pk=article).reading)
    return found
