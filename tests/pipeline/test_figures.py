"""Figures: what a week's numbers count, what they are compared over, and how they are found."""

import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from monitor.briefing.values import Briefing, Period
from monitor.index import open_index
from monitor.models import Article, Delivery
from monitor.pipeline import figures, knowledge
from monitor.pipeline.documents import documents
from monitor.pipeline.moment import one_moment
from monitor.query import parse
from monitor.words import Level
from tests.briefing.newsroom import NEGATIVE, NEUTRAL, POSITIVE, Newsroom, at

WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))


@pytest.fixture
def room(db: None, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    monkeypatch.setattr(knowledge, "_current", None)
    return Newsroom()


def a_busy_fortnight(room: Newsroom) -> Briefing:
    """Three sources, one of them new, two topics, events of every kind."""
    room.opens_source("forum", "城关论坛")
    room.opens_source("news", "青溪新闻网")
    room.opens_source("video", "同城视频")
    room.opens_topic("water", "供水", "停水")
    room.opens_topic("school", "教育", "学校")
    cut = room.event("城关镇停水三天“没人通知”", at("11-17 08:00"))
    race = room.event("县里举行公开赛", at("11-18 08:00"))
    for hour, source in enumerate(("forum", "news", "video", "forum"), 8):
        title = "城关镇停水三天“没人通知”" if hour % 2 else "转发：城关镇停水三天，没人通知！"
        room.article(source, at(f"11-17 {hour:02d}:00"), title, NEGATIVE, event=cut, topics="water")
    for source in ("news", "video"):
        room.article(source, at("11-18 09:00"), "县里举行公开赛", POSITIVE, event=race)
    for source in ("forum", "news"):
        room.article(source, at("11-10 09:00"), "学校食堂开放日", POSITIVE, topics="school")
        room.article(source, at("11-11 09:00"), "城关镇停水三天“没人通知”", NEGATIVE)
    room.article("video", at("11-19 10:00"), "县里举行公开赛", NEUTRAL)
    room.raises_alert(cut, at("11-17 09:30"), Level.II, deliveries=(Delivery.SENT,))
    return figures.briefing(WEEK)


def test_days_run_from_midnight_to_midnight_in_shanghai(room: Newsroom) -> None:
    room.article("forum", at("11-15 23:59"), "周日最后一分钟")
    first = room.article("forum", at("11-16 00:00"), "周一零点")
    last = room.article("forum", at("11-22 23:59"), "周日最后一分钟")
    room.article("forum", at("11-23 00:00"), "下周一零点")
    briefing = figures.briefing(WEEK)
    assert set(briefing.total.all.articles) == {first.pk, last.pk}
    assert briefing.days[date(2026, 11, 16)].all.articles == (first.pk,)
    assert briefing.days[date(2026, 11, 22)].all.articles == (last.pk,)


def test_a_source_that_began_this_week_does_not_count_towards_the_change(room: Newsroom) -> None:
    for source in ("forum", "news"):
        room.opens_source(source, source)
    room.article("forum", at("11-10 09:00"))
    room.article("forum", at("11-17 09:00"))
    for minute in range(10):
        room.article("news", at(f"11-18 09:{minute:02d}"))
    briefing = figures.briefing(WEEK)
    change = briefing.total.change
    assert briefing.total.all.value == 11
    assert change is not None
    assert (change.now.value, change.before.value, change.difference) == (1, 1, 0)
    assert briefing.coverage.gained == ("news",)
    assert briefing.coverage.common == ("forum",)


def test_a_source_first_read_this_week_does_not_count_by_its_older_articles(room: Newsroom) -> None:
    room.article("forum", at("11-10 09:00"))
    room.article("forum", at("11-17 09:00"))
    room.article("news", at("11-14 09:00"), seen=at("11-17 10:00"))
    room.article("news", at("11-17 09:00"), seen=at("11-17 10:00"))
    briefing = figures.briefing(WEEK)
    assert briefing.total.change is not None
    assert briefing.total.change.before.value == 1
    assert briefing.coverage.gained == ("news",)


def test_a_list_that_reaches_back_over_the_whole_week_counts_though_read_later(
    room: Newsroom,
) -> None:
    for day in ("11-04", "11-10", "11-17"):
        room.article("forum", at(f"{day} 09:00"), seen=at("11-23 08:00"))
    briefing = figures.briefing(WEEK)
    assert briefing.coverage.common == ("forum",)
    assert briefing.coverage.complete


def test_a_source_that_fell_silent_is_left_out_and_named(room: Newsroom) -> None:
    room.opens_source("forum", "城关论坛")
    room.opens_source("news", "青溪新闻网")
    room.article("forum", at("11-10 09:00"))
    room.article("forum", at("11-17 09:00"))
    room.article("news", at("11-10 09:00"))
    briefing = figures.briefing(WEEK)
    assert briefing.total.change is not None
    assert briefing.total.change.before.value == 1
    assert briefing.coverage.silent == ("青溪新闻网",)


def test_a_source_with_nothing_to_say_is_alive_when_its_poll_succeeded(room: Newsroom) -> None:
    room.opens_source("forum", "城关论坛", succeeded=at("11-22 20:00"))
    room.article("forum", at("11-10 09:00"))
    briefing = figures.briefing(WEEK)
    assert briefing.coverage.common == ("城关论坛",)
    assert briefing.total.change is not None
    assert briefing.total.change.difference == -1


def test_a_source_that_only_reprints_is_alive_by_its_sightings(room: Newsroom) -> None:
    for day in ("11-10", "11-17"):
        article = room.article("forum", at(f"{day} 09:00"))
        room.seen_again(article, "news", at(f"{day} 10:00"))
    assert "news" in figures.briefing(WEEK).coverage.common


def test_articles_that_search_cannot_find_yet_are_not_counted_but_told(room: Newsroom) -> None:
    room.article("forum", at("11-17 09:00"))
    room.article("forum", at("11-17 10:00"), indexed=False)
    briefing = figures.briefing(WEEK)
    assert briefing.total.all.value == 1
    assert briefing.counting.waiting == 1


def test_the_query_of_every_figure_finds_exactly_its_articles_in_the_index(
    room: Newsroom, tmp_path: Path
) -> None:
    briefing = a_busy_fortnight(room)
    index = open_index(f"sqlite:///{tmp_path}")
    index.create("g1")
    index.write("g1", list(documents(Article.objects.values_list("pk", flat=True)).values()))
    names = knowledge.current().names
    assert len(briefing.figures) > 40
    for figure in briefing.figures:
        page = index.search("g1", parse(figure.query, names), size=200)
        assert {hit.id for hit in page.hits} == set(figure.articles), figure
        assert figure.surplus == 0
    index.close()


def test_an_event_that_no_query_can_tell_apart_says_so(room: Newsroom) -> None:
    mine = room.event("关于停水的通知", at("11-17 08:00"))
    for minute in (1, 2):
        room.article("forum", at(f"11-17 08:0{minute}"), "关于停水的通知", event=mine)
    room.article("forum", at("11-17 09:00"), "关于停水的通知")
    line = figures.briefing(WEEK).top[0]
    assert line.total.value == 2
    assert line.total.surplus == 1


def test_a_source_gone_from_the_catalogue_is_left_out_by_naming_the_others(room: Newsroom) -> None:
    room.opens_source("forum", "城关论坛")
    for day in ("11-10", "11-17"):
        room.article("forum", at(f"{day} 09:00"))
    room.article("gone", at("11-10 09:00"))
    change = figures.briefing(WEEK).total.change
    assert change is not None
    assert change.before.query == "日期：2026-11-09..2026-11-15 信源：城关论坛"
    assert change.before.surplus == 0


def test_numbers_of_articles_are_the_articles_and_add_up(room: Newsroom) -> None:
    briefing = a_busy_fortnight(room)
    for figure in briefing.figures:
        if figure.unit == "篇":
            assert figure.value == len(set(figure.articles))
    assert briefing.total.all.value == 7
    assert sum(tone.all.value for tone in briefing.tones.values()) == 7
    assert sum(day.all.value for day in briefing.days.values()) == 7
    assert (briefing.sources.value, briefing.events.value, briefing.alerts.value) == (3, 3, 1)


def test_events_with_alerts_stand_first_then_the_larger_ones(room: Newsroom) -> None:
    large = room.event("大家都在说的比赛", at("11-17 08:00"))
    small = room.event("一家工厂着火", at("11-17 08:00"))
    for minute in range(5):
        room.article("forum", at(f"11-17 08:1{minute}"), "大家都在说的比赛", event=large)
    first = room.article("news", at("11-17 08:05"), "一家工厂着火", NEGATIVE, event=small)
    room.article("forum", at("11-18 09:00"), "没有别人说的事")
    room.opens_source("news", "青溪新闻网")
    room.raises_alert(small, at("11-17 09:00"))
    top = figures.briefing(WEEK).top
    assert [line.title for line in top] == ["一家工厂着火", "大家都在说的比赛"]
    assert (top[0].first_source, top[0].began) == ("青溪新闻网", first.published)
    assert top[0].alert == "2026-0001"


def test_the_first_telling_of_an_event_may_lie_before_the_week(room: Newsroom) -> None:
    story = room.event("工地塌方", at("11-14 08:00"))
    room.article("news", at("11-14 08:00"), "工地塌方", event=story)
    for minute in (1, 2):
        room.article("forum", at(f"11-17 08:0{minute}"), "工地塌方", event=story)
    line = figures.briefing(WEEK).top[0]
    assert (line.first_source, line.began, line.total.value) == ("news", at("11-14 08:00"), 2)


@pytest.mark.parametrize(
    ("pushed", "deliveries", "state"),
    [
        (True, (Delivery.SENT, Delivery.SENT), "已推送"),
        (False, (), "未推送（首见已超过72小时）"),
        (True, (Delivery.FAILED,), "送达失败"),
        (True, (Delivery.SENT, Delivery.FAILED), "已推送（部分送达失败）"),
        (True, (Delivery.QUEUED,), "待送达"),
        (True, (), "未推送（没有可用渠道）"),
    ],
)
def test_an_alert_says_how_far_its_telling_went(
    room: Newsroom, pushed: bool, deliveries: tuple[str, ...], state: str
) -> None:
    story = room.event("工地塌方", at("11-17 08:00"))
    room.article("news", at("11-17 08:00"), "工地塌方", event=story)
    room.raises_alert(story, at("11-17 09:00"), pushed=pushed, deliveries=deliveries)
    (line,) = figures.briefing(WEEK).raised
    assert line.state == state


def test_alerts_belong_to_the_day_on_which_they_were_raised(room: Newsroom) -> None:
    for created in ("11-15 23:59", "11-16 00:00", "11-22 23:59", "11-23 00:00"):
        story = room.event(created, at("11-17 08:00"))
        room.raises_alert(story, at(created), deliveries=(Delivery.SENT,))
    raised = figures.briefing(WEEK).raised
    assert [line.headline for line in raised] == ["11-16 00:00", "11-22 23:59"]


def test_any_span_of_days_is_compared_with_as_many_days_before(room: Newsroom) -> None:
    room.article("forum", at("11-17 09:00"))
    room.article("forum", at("11-20 09:00"))
    briefing = figures.briefing(Period(date(2026, 11, 19), date(2026, 11, 21)))
    assert briefing.total.change is not None
    assert briefing.total.change.before.value == 1
    assert briefing.total.all.name == "本期文章总数"


@pytest.mark.django_db(transaction=True)
def test_all_reads_of_a_briefing_see_one_moment_and_hold_up_no_writer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(knowledge, "_current", None)
    room = Newsroom()
    room.article("forum", at("11-17 09:00"))

    def writes() -> None:
        try:
            room.article("forum", at("11-17 10:00") + timedelta(minutes=1))
        finally:
            connection.close()

    with one_moment():
        assert Article.objects.count() == 1
        writer = threading.Thread(target=writes)
        writer.start()
        writer.join(20)
        assert not writer.is_alive()
        assert Article.objects.count() == 1
    assert Article.objects.count() == 2
