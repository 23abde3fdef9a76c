"""regroup: people merge events and split them, and the machine keeps to it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from monitor.detect.events import Window
from monitor.models import Alert, Analysis, Article, Correction, Event, GroupCursor
from monitor.models.correction import Kind
from monitor.pipeline import correct, group, regroup, rescore
from monitor.pipeline.kindred import similar
from monitor.pipeline.wording import changes
from tests.pipeline.office import Office, entry, source
from tests.system.stories import STORIES, note

WATER, MINE = STORIES[6], STORIES[12]


@pytest.fixture
def desk(office: Office) -> Office:
    return office.has(sources=[source(f"forum{n}", platform="论坛") for n in range(4)])


def told(office: Office, *texts: str) -> list[int]:
    ids = office.hears("forum0", *texts)
    office.reads()
    return ids


def event_of(article: int) -> int:
    event = Article.objects.get(pk=article).event_id
    assert event is not None
    return event


def retold(office: Office, text: str, n: int) -> int:
    """Another source tells the text again; returns its event."""
    (pk,) = office.hears("forum1", entry(text + "！" * n, link=f"http://again.example/{n}"))
    office.reads()
    return event_of(pk)


def test_merged_events_are_the_oldest_one_and_reprints_of_either_join_it(desk: Office) -> None:
    first, second = told(desk, WATER, MINE)
    older, newer = event_of(first), event_of(second)
    assert older != newer
    row = regroup.merge_events([newer, older], "张三", "同一家厂")
    assert (row.kind, row.event_id, row.by) == (Kind.MERGE, older, "张三")
    assert {event_of(first), event_of(second)} == {older}
    kept, gone = Event.objects.get(pk=older), Event.objects.get(pk=newer)
    assert (kept.articles_count, kept.merged_into_id) == (2, None)
    assert (gone.articles_count, gone.merged_into_id) == (0, older)
    assert retold(desk, MINE, 1) == older
    assert retold(desk, WATER, 2) == older


def test_of_merged_events_one_alert_is_left_in_force_the_elders(desk: Office) -> None:
    first, second = told(desk, WATER, MINE)
    elder = Alert.objects.get(event=event_of(first))
    row = regroup.merge_events([event_of(first), event_of(second)], "张三")
    desk.reads()
    assert Alert.objects.get(event=row.event_id).pk == elder.pk
    assert Alert.objects.filter(event__merged_into=None).count() == 1


def test_an_event_without_an_alert_takes_over_that_of_the_merged_one(desk: Office) -> None:
    calm, loud = told(desk, note(1), WATER)
    alert = Alert.objects.get()
    row = regroup.merge_events([event_of(calm), event_of(loud)], "张三")
    desk.reads()
    assert Alert.objects.get() == alert
    assert Alert.objects.get().event_id == row.event_id == event_of(calm)
    regroup.undo(row.pk, "张三")
    assert Alert.objects.get().event_id == event_of(loud) != event_of(calm)


def test_a_merge_is_undone_and_each_gets_its_own_back(desk: Office) -> None:
    first, second = told(desk, WATER, MINE)
    older, newer = event_of(first), event_of(second)
    row = regroup.merge_events([older, newer], "张三")
    late = retold(desk, WATER, 1)
    undone = regroup.undo(row.pk, "李四")
    assert (undone.undoes_id, undone.by) == (row.pk, "李四")
    assert (event_of(first), event_of(second), late) == (older, newer, older)
    assert Event.objects.get(pk=newer).merged_into_id is None
    assert retold(desk, MINE, 2) == newer
    with pytest.raises(correct.Refused, match="已经撤销"):
        regroup.undo(row.pk, "李四")


def test_what_was_split_off_stays_apart_and_so_do_its_reprints(desk: Office) -> None:
    (first,) = told(desk, WATER)
    (pk,) = desk.hears("forum1", entry(f"转：{WATER}求扩散", link="http://b.example/1"))
    desk.reads()
    together = event_of(first)
    assert event_of(pk) == together
    row = regroup.split_event(together, [pk], "张三")
    apart = event_of(pk)
    assert apart == row.now["event"] != together == event_of(first)
    desk.hears("forum1", entry(f"转：{WATER}求扩散，急", link="http://b.example/1"))
    desk.reads()
    assert Article.objects.get(pk=pk).grouped_edition == 2
    assert event_of(pk) == apart, "read anew, the article stays where the person put it"
    assert retold(desk, f"转：{WATER}求扩散，急", 1) == apart
    assert Event.objects.get(pk=together).articles_count == 1


def test_a_split_is_undone_by_putting_all_of_it_back(desk: Office) -> None:
    (first,) = told(desk, WATER)
    retold(desk, WATER, 1)
    together = event_of(first)
    row = regroup.split_event(together, [first], "张三")
    assert event_of(first) != together
    regroup.undo(row.pk, "张三")
    assert event_of(first) == together
    assert Event.objects.get(pk=row.now["event"]).merged_into_id == together
    assert Event.objects.get(pk=together).articles_count == 2


def test_split_articles_lose_the_level_of_the_alert_that_they_left(desk: Office) -> None:
    calm, loud = told(desk, note(1), WATER)
    row = regroup.merge_events([event_of(calm), event_of(loud)], "张三")
    desk.reads()
    assert Article.objects.get(pk=calm).level is not None
    before = Article.objects.get(pk=calm).rev
    regroup.split_event(row.event_id or 0, [calm], "张三")
    assert Article.objects.get(pk=calm).level is None
    assert Article.objects.get(pk=calm).rev > before, "the index is to show it"


def _split_all(event: int, articles: list[int]) -> None:
    regroup.split_event(event, articles, "张三")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda event, _: regroup.merge_events([event], "张三"), "不同的事件号"),
        (lambda event, _: regroup.merge_events([event, 10**9], "张三"), "没有第"),
        (lambda event, articles: _split_all(event, articles), "至少要留一篇"),
        (lambda event, _: _split_all(event, []), "请选"),
        (lambda event, _: _split_all(event, [10**9]), "不在第"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason_and_changes_nothing(
    desk: Office, act: Callable[[int, list[int]], object], why: str
) -> None:
    (pk,) = told(desk, WATER)
    event = event_of(pk)
    with pytest.raises(correct.Refused, match=why):
        act(event, [pk])
    assert event_of(pk) == event
    assert not Correction.objects.exists()


def test_an_absorbed_event_refers_to_the_one_that_absorbed_it(desk: Office) -> None:
    first, second, third = told(desk, WATER, MINE, STORIES[3])
    row = regroup.merge_events([event_of(first), event_of(second)], "张三")
    absorbed = row.was[0]["event"]
    with pytest.raises(correct.Refused, match=f"已并入第 {row.event_id} 号"):
        regroup.merge_events([absorbed, event_of(third)], "张三")


def test_a_lane_that_had_decided_before_the_merge_writes_nothing(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = told(desk, WATER, MINE)
    desk.hears("forum1", entry(MINE, link="http://late.example/1"))
    desk.runs("analyse")
    events = [event_of(first), event_of(second)]
    place, merged = Window.place, []

    def overtaken(self: Window, *args: object, **kwargs: object) -> object:
        placements = place(self, *args, **kwargs)  # type: ignore[arg-type]
        if not merged:
            merged.append(regroup.merge_events(events, "张三"))
        return placements

    monkeypatch.setattr(Window, "place", overtaken)
    assert group.batch() == 0
    assert group.batch() == 1
    assert event_of(Article.objects.order_by("-pk")[0].pk) == min(events)
    assert GroupCursor.objects.get().version == 3


def test_a_process_that_never_heard_of_the_merge_decides_as_one_that_did(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = told(desk, WATER, MINE)
    stale = group._memory
    row = regroup.merge_events([event_of(first), event_of(second)], "张三")
    for n, memory in enumerate((stale, group._Memory(Window()))):
        monkeypatch.setattr(group, "_memory", memory)
        assert retold(desk, MINE, n + 1) == row.event_id


def test_a_person_is_offered_the_events_most_like_it(desk: Office) -> None:
    first, other = told(desk, WATER, MINE)
    (twin,) = told(desk, WATER.replace("连续五天发黄发臭", "还是黄的"))
    if event_of(twin) == event_of(first):
        regroup.split_event(event_of(first), [twin], "张三")
    offered = similar(Event.objects.get(pk=event_of(twin)))
    assert [one.pk for one in offered][:1] == [event_of(first)]
    assert event_of(other) not in [one.pk for one in offered]


def test_the_record_tells_in_words_what_was_merged_and_split(desk: Office) -> None:
    first, second = told(desk, WATER, MINE)
    row = regroup.merge_events([event_of(first), event_of(second)], "张三")
    assert changes([row]) == [f"合并：并入了第 {row.was[0]['event']} 号事件"]
    undone = regroup.undo(row.pk, "张三")
    assert changes([undone]) == [f"撤销第 {row.pk} 号（合并）"]
    assert list(Correction.objects.standing()) == []


def test_an_events_title_is_its_most_telling_headline_not_its_first(desk: Office) -> None:
    body = "大塘镇自来水连续五天发黄发臭，孩子喝了拉肚子。"
    desk.hears("forum0", entry(body, title="急！", link="http://t.example/1"))
    title = "大塘镇自来水发黄发臭"
    desk.hears("forum1", entry(body + "求解决", title=title, link="http://t.example/2"))
    desk.reads()
    assert Event.objects.get().title == title


def test_a_window_hears_of_stories_that_were_read_anew(desk: Office) -> None:
    (pk,) = told(desk, WATER)
    version = Article.objects.get(pk=pk).grouped_in or 0
    Analysis.objects.update(knowledge=0, story="")
    list(rescore.rescore(timezone.now() - timedelta(days=1), rest=lambda _: None, patience=0))
    assert (Article.objects.get(pk=pk).grouped_in or 0) > version
    assert Analysis.objects.get(pk=pk).story
    told(desk, note(1))
    held = group._memory.window._held
    assert held.stories["words"][held._slot_of[pk]].any()


def test_a_false_alarm_that_was_merged_away_can_be_taken_back(desk: Office) -> None:
    calm, loud = told(desk, note(1), WATER)
    row = correct.false_alarm(event_of(loud), "张三")
    merged = regroup.merge_events([event_of(calm), event_of(loud)], "张三")
    desk.reads()
    alert = Alert.objects.get()
    assert (alert.event_id, alert.false_alarm) == (merged.event_id, True)
    regroup.undo(row.pk, "李四")
    desk.reads()
    alert.refresh_from_db()
    assert (alert.event_id, alert.false_alarm) == (merged.event_id, False)
    assert set(Article.objects.values_list("level", flat=True)) == {alert.level}


def test_a_word_on_a_merged_event_with_an_alert_of_its_own_never_quiets_the_elders(
    desk: Office,
) -> None:
    first, second = told(desk, WATER, note(1))
    row = correct.missed(event_of(second), "张三")
    desk.reads()
    younger = Alert.objects.get(event=event_of(second))
    merged = regroup.merge_events([event_of(first), event_of(second)], "张三")
    regroup.undo(row.pk, "李四")
    assert Alert.objects.get(event=merged.event_id).false_alarm is False
    assert Alert.objects.get(pk=younger.pk).false_alarm is True


def test_a_real_alert_that_is_merged_into_a_false_one_is_not_silenced(desk: Office) -> None:
    first, second = told(desk, WATER, MINE)
    correct.false_alarm(event_of(first), "张三")
    desk.reads()
    real = Alert.objects.get(event=event_of(second))
    Alert.objects.filter(event=event_of(first)).update(level=4)
    Alert.objects.filter(pk=real.pk).update(level=2, told=real.told | {"dead": 7, "places": ["甲"]})
    row = regroup.merge_events([event_of(first), event_of(second)], "张三")
    alert = Alert.objects.get(event=row.event_id)
    assert (alert.false_alarm, alert.level) == (False, 2)
    assert alert.told["dead"] == 7
    assert "甲" in alert.told["places"], "what people were told of the other is no news"
    desk.reads()
    assert set(Article.objects.values_list("level", flat=True)) == {2}


def test_false_alarms_that_are_merged_stay_quiet_until_one_is_taken_back(desk: Office) -> None:
    first, second = told(desk, WATER, MINE)
    rows = [correct.false_alarm(event_of(pk), "张三") for pk in (first, second)]
    merged = regroup.merge_events([event_of(first), event_of(second)], "张三")
    assert Alert.objects.get(event=merged.event_id).false_alarm is True
    regroup.undo(rows[1].pk, "李四")
    assert Alert.objects.get(event=merged.event_id).false_alarm is False


def test_a_merge_is_undone_when_the_event_that_had_the_alert_was_cleared_away(
    desk: Office,
) -> None:
    calm, loud = told(desk, note(1), WATER)
    row = regroup.merge_events([event_of(calm), event_of(loud)], "张三")
    Event.objects.filter(pk=row.now).delete()
    regroup.undo(row.pk, "李四")
    assert event_of(loud) != event_of(calm)
    assert Alert.objects.get().event_id == event_of(loud)


def test_an_alert_stays_when_its_event_gets_nothing_back(desk: Office) -> None:
    calm, loud, third = told(desk, note(1), WATER, note(2))
    row = regroup.merge_events([event_of(calm), event_of(loud), event_of(third)], "张三")
    alert = Alert.objects.get()
    regroup.split_event(event_of(calm), [loud], "张三")
    regroup.undo(row.pk, "李四")
    assert event_of(third) != event_of(calm)
    alert.refresh_from_db()
    assert alert.event_id == event_of(calm)


def test_what_was_merged_into_a_part_that_comes_back_points_to_the_whole(desk: Office) -> None:
    first, second = told(desk, WATER, note(1))
    retold(desk, WATER, 1)
    whole, other = event_of(first), event_of(second)
    row = regroup.split_event(whole, [first], "张三")
    part = event_of(first)
    Event.objects.filter(pk=other).update(merged_into=part)
    regroup.undo(row.pk, "李四")
    pointed = Event.objects.filter(pk__in=[part, other]).values_list("merged_into", flat=True)
    assert set(pointed) == {whole}


def test_a_part_that_comes_back_brings_those_that_were_merged_into_it(desk: Office) -> None:
    first, second, third = told(desk, WATER, note(1), MINE)
    whole, part, inner = event_of(first), event_of(second), event_of(third)
    below = regroup.merge_events([part, inner], "张三")
    row = regroup.merge_events([whole, part], "张三")
    assert Event.objects.get(pk=inner).merged_into_id == whole
    regroup.undo(row.pk, "李四")
    assert Event.objects.get(pk=inner).merged_into_id == part == event_of(third)
    regroup.undo(below.pk, "李四")
    assert Event.objects.get(pk=inner).merged_into_id is None
    assert event_of(third) == inner


def test_what_was_missed_is_raised_when_its_event_comes_back(desk: Office) -> None:
    first, second = told(desk, note(1), note(2))
    correct.missed(event_of(second), "张三")
    row = regroup.merge_events([event_of(first), event_of(second)], "张三")
    desk.reads()
    regroup.undo(row.pk, "李四")
    desk.reads()
    assert event_of(second) in Alert.objects.filter(pushed=True).values_list("event", flat=True)
