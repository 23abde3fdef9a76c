"""yuqing correct, train, model, rescore: what people say, and what comes of it."""

import getpass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitor.models import Alert, Analysis, Article, Correction, Learned
from monitor.pipeline import accounts, catalogue, learning
from monitor.pipeline.learning import Shipped
from monitor.text.model import SentimentModel
from monitor.words import day_of
from tests.management.conftest import Yuqing
from tests.pipeline.office import Office, entry, source
from tests.pipeline.test_learning import BASE, GOLD, at_random, corrects, goes_on, tells
from tests.system.stories import STORIES, note

pytestmark = pytest.mark.django_db(transaction=True)

SHIPPED = SentimentModel.shipped().id


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(learning, "shipped", lambda: Shipped(BASE, GOLD))
    return office.has(
        sources=[source("forum")],
        units=[{"slug": "datang", "name": "大塘镇人民政府", "aliases": ["大塘镇政府"]}],
    )


@pytest.fixture
def complaint(desk: Office) -> int:
    (pk,) = desk.hears("forum", STORIES[6])
    desk.reads()
    return pk


def last() -> Correction:
    return Correction.objects.order_by("-id")[:1].get()


def test_an_article_is_corrected_in_the_offices_own_words(complaint: int, yuqing: Yuqing) -> None:
    pk = str(complaint)
    ran = yuqing("correct", "sentiment", pk, "中性", "--remark", "只是转述")
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines == [f"第 {last().pk} 号纠正　情感：敏感 → 中性　已生效"]
    assert (last().by, last().remark) == (f"{getpass.getuser()}（命令行）", "只是转述")
    assert "地点：本地 → 外地" in yuqing("correct", "place", pk, "外地").out
    ran = yuqing("correct", "units", pk, "大塘镇政府", "health")
    assert "大塘镇人民政府、卫生健康局" in ran.out
    article = Article.objects.select_related("analysis").get()
    assert (article.sentiment, article.analysis.units) == ("neutral", "datang health")
    ran = yuqing("correct", "undo", str(last().pk))
    assert f"撤销第 {last().undoes_id} 号（责任单位：" in ran.out


def test_an_event_is_corrected_by_its_number_or_its_alerts(
    complaint: int, desk: Office, yuqing: Yuqing
) -> None:
    alert = Alert.objects.get()
    ran = yuqing("correct", "false-alarm", alert.number)
    assert f"误报：预警 {alert.number}　已生效" in ran.out
    assert Alert.objects.get().false_alarm
    (pk,) = desk.hears("forum", note(5))
    desk.reads()
    event = Article.objects.get(pk=pk).event_id
    assert yuqing("correct", "missed", str(event), "--remark", "领导关注").code == 0
    desk.reads()
    assert Alert.objects.count() == 2


def test_it_is_recorded_under_the_name_of_whoever_may(complaint: int, yuqing: Yuqing) -> None:
    accounts.add_user("zhang", None, "officer")
    accounts.add_user("boss", None, "leader")
    for name, words in (("nobody", "没有用户 nobody"), ("boss", "boss 不是值班员、分析员或管理员")):
        ran = yuqing("correct", "place", str(complaint), "外地", "--by", name)
        assert ran.code == 1
        assert words in ran.err
    assert yuqing("correct", "place", str(complaint), "外地", "--by", "zhang").code == 0
    assert last().by == "zhang"


def test_what_is_refused_ends_with_one_and_the_reason(complaint: int, yuqing: Yuqing) -> None:
    for arguments, words in (
        (("sentiment", "999", "敏感"), "没有第 999 号文章"),
        (("units", str(complaint), "某局"), "没有责任单位 某局"),
        (("missed", str(Alert.objects.get().event_id)), "已有预警"),
        (("false-alarm", "2020-0001"), "没有编号为 2020-0001 的预警"),
        (("undo", "7"), "没有第 7 号纠正"),
    ):
        ran = yuqing("correct", *arguments)
        assert (ran.code, ran.out) == (1, "")
        assert words in ran.err
    assert yuqing("correct", "sentiment", str(complaint), "很好").code == 2


def test_events_are_merged_and_split_by_their_numbers(
    complaint: int, desk: Office, yuqing: Yuqing
) -> None:
    (pk,) = desk.hears("forum", note(5))
    desk.reads()
    event, other = (Article.objects.get(pk=one).event_id for one in (complaint, pk))
    ran = yuqing("correct", "merge", str(other), Alert.objects.get().number, "--remark", "同一件")
    assert f"合并：并入了第 {other} 号事件　已生效" in ran.out
    assert Article.objects.get(pk=pk).event_id == event
    ran = yuqing("correct", "split", str(event), str(pk))
    assert "拆分：1 篇文章成为第" in ran.out
    assert Article.objects.get(pk=pk).event_id not in (event, None)
    assert yuqing("correct", "undo", str(last().pk)).code == 0
    assert Article.objects.get(pk=pk).event_id == event
    ran = yuqing("correct", "split", str(event), "999")
    assert (ran.code, "不在第" in ran.err) == (1, True)


def test_all_that_was_corrected_is_listed(complaint: int, yuqing: Yuqing) -> None:
    assert "还没有纠正" in yuqing("correct", "list").out
    yuqing("correct", "place", str(complaint), "外地", "--remark", "是邻县")
    yuqing("correct", "undo", str(last().pk))
    undo, place = yuqing("correct", "list").lines
    assert "撤销第" in undo
    assert f"文章 {complaint}　地点：本地 → 外地　是邻县　已撤销" in place


def test_training_tells_its_figures_and_the_way_back(desk: Office, yuqing: Yuqing) -> None:
    ran = yuqing("train")
    assert ran.code == 1
    assert "至少要 30 个事件" in ran.err
    corrects(tells(desk, 60))
    goes_on(desk)
    ran = yuqing("train")
    assert (ran.code, ran.err) == (0, "")
    model = Learned.objects.get()
    assert "在没学过的纠正上判对：新模型" in ran.out
    assert f"{model.slug} 通过试验，训练后即启用" in ran.out
    listed = yuqing("model", "list").out
    assert f"{model.slug}　{day_of(model.made)}" in listed
    assert f"{SHIPPED}　随软件附带　未用" in listed
    shown = yuqing("model", "show", model.slug).out
    assert "学过的纠正：60 条" in shown
    assert "现在：在用" in shown
    ran = yuqing("model", "activate", SHIPPED)
    assert f"要退回：yuqing model activate {model.slug}" in ran.out
    assert yuqing("model", "activate", SHIPPED).code == 1
    assert "现在：未用" in yuqing("model", "show", model.slug).out
    assert "在用" in yuqing("model", "show", SHIPPED).out
    assert yuqing("model", "show", "office-none").code == 1


def test_a_refused_model_is_told_with_the_reason(desk: Office, yuqing: Yuqing) -> None:
    corrects(at_random(desk))
    ran = yuqing("train")
    assert ran.code == 0
    assert "没有启用：" in ran.out
    assert f"yuqing model activate {Learned.objects.get().slug}" in ran.out


def test_the_past_is_read_again_and_then_there_is_nothing_left(
    desk: Office, yuqing: Yuqing
) -> None:
    ago = timezone.now() - timedelta(days=3)
    desk.hears("forum", note(1), entry(note(2), claimed=ago))
    desk.works()
    today = str(day_of(timezone.now() - timedelta(days=1)))
    assert "不必重读" in yuqing("rescore", "--since", today).out
    catalogue.edit("topic", "tea", {"name": "茶", "query": "茶"}, by="分析员")
    ran = yuqing("rescore", "--since", today)
    assert (ran.code, ran.out, ran.err) == (0, "已重读 1 篇\n", "")
    assert len(set(Analysis.objects.values_list("knowledge", flat=True))) == 2
    assert yuqing("rescore").code == 2
    wrong: Any = yuqing("rescore", "--since", "上周")
    assert (wrong.code, "应写成 2026-11-16" in wrong.err) == (2, True)
