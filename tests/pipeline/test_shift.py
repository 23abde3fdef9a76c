"""The line that says at each shift's hour that the system lives, or what ails it."""

from datetime import date, datetime, time
from typing import Any

import pytest
from django.utils import timezone

from monitor.models import Alert, Article, ChannelState, Event, Incident, Notice, Source
from monitor.pipeline import knowledge, services, shift
from monitor.pipeline.shift import Facts, latest, line
from monitor.pipeline.steps import STEPS
from monitor.words import SHANGHAI
from tests.peers.robot import Robot
from tests.pipeline.office import Office, source, webhook
from tests.system.stories import note

pytestmark = pytest.mark.timeout(60)

WELL = Facts(hours=12, well=42, failing=(), new=0, articles=1204, alerts=3, backlog=0, troubles=())


def at(clock: str, day: int = 23) -> datetime:
    """Such a time of a Shanghai day in November."""
    return datetime.combine(date(2026, 11, day), time.fromisoformat(clock), SHANGHAI)


class Post:
    """A duty post; `looks` is a look of the watch, which knows when the one before was."""

    def __init__(self, office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office = office
        self.robot = robot
        self._now = at("07:00")
        monkeypatch.setattr(timezone, "now", lambda: self._now)
        office.has(
            sources=[source("forum", name="青溪论坛"), source("paper", name="云岚晚报")],
            channels=[
                webhook(f"{robot.api_host}/duty", "duty"),
                webhook(f"{robot.api_host}/admin", "admin", audience=["admin"]),
            ],
        )
        Source.objects.update(succeeded=self._now)

    def looks(self, when: datetime) -> bool:
        before, self._now = services.last_look(), when
        Source.objects.update(due=when)  # nobody polls here
        told = shift.report(before, STEPS, knowledge.current(), when)
        services.looked(when)
        return told

    def heard(self) -> list[dict[str, Any]]:
        self.office.runs("deliver")
        return [one.json for one in self.robot.received]


@pytest.fixture
def post(office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(office, robot, monkeypatch)


def test_at_the_hour_the_duty_channel_gets_one_line_and_the_administrator_none(post: Post) -> None:
    assert [post.looks(at(clock)) for clock in ("07:58", "07:59", "08:00", "08:01", "19:59")] == [
        False,
        False,
        True,
        False,
        False,
    ]
    (said,) = post.heard()
    assert said["kind"] == "shift"
    assert said["headline"] == (
        "系统正常 · 信源 正常 2 / 失败 0 · 过去12小时 文章 0 预警 0 · 积压 0"
    )
    assert [one.path for one in post.robot.received] == ["/duty"]
    assert post.looks(at("20:00"))
    assert len(post.heard()) == 2
    assert sorted(Notice.objects.values_list("subject", "kind", "n")) == [
        ("shift:2026-11-23T08", "shift", 1),
        ("shift:2026-11-23T20", "shift", 1),
    ]


def test_it_counts_what_came_since_the_last_shift(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shift, "CHUNK", 2)
    post.office.hears("forum", *(note(n) for n in range(7)))
    ids = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    Article.objects.update(
        seen=at("21:00", 22), analysed_edition=1, grouped_edition=1, indexed_rev=1
    )
    Article.objects.filter(pk__in=ids[:2]).update(seen=at("19:00", 22))
    for number, created in (("2026-0001", at("19:59", 22)), ("2026-0002", at("20:01", 22))):
        event = Event.objects.create(title="x", first_published=created, last_published=created)
        Alert.objects.create(
            event=event,
            number=number,
            created=created,
            level=3,
            score=1,
            headline="x",
            reasons=[],
            told={},
        )
    post.looks(at("07:59"))
    assert post.looks(at("08:00"))
    assert "过去12小时 文章 5 预警 1 · 积压 0" in post.heard()[0]["headline"]


def test_sources_that_fail_are_named_and_make_no_alarm(post: Post) -> None:
    Source.objects.filter(slug="paper").update(failures=2)
    post.looks(at("07:59"))
    post.looks(at("08:00"))
    assert post.heard()[0]["headline"].startswith("系统正常 · 信源 正常 1 / 失败 1（云岚晚报） · ")


def test_what_is_wrong_is_said_with_it(post: Post) -> None:
    now = at("07:00")
    Incident.objects.create(
        subject="watch:queue:text", began=now, noticed=now, words="研读服务已 1 小时没有动静"
    )
    ChannelState.objects.create(slug="admin", updated=now, stopped=now, words="机器人已被移出群")
    post.office.hears("forum", note(1))
    Article.objects.update(seen=now)
    post.looks(at("07:59"))
    post.looks(at("08:00"))
    (said,) = post.heard()
    assert said["headline"].startswith("系统异常 · ")
    assert said["headline"].endswith("积压 1")
    assert said["reasons"] == [
        "研读服务已 1 小时没有动静",
        "渠道“接收端admin”已停用：机器人已被移出群",
    ]


def test_after_a_standstill_it_is_said_late_up_to_two_hours(post: Post) -> None:
    post.looks(at("07:00"))
    assert post.looks(at("09:59"))
    assert post.heard()[0]["headline"].startswith("（补报 08:00）系统正常")
    assert not post.looks(at("10:00"))


def test_later_than_that_it_is_not_said_at_all(post: Post) -> None:
    post.looks(at("07:00"))
    assert not post.looks(at("10:01"))
    assert not post.looks(at("10:02"))
    assert post.heard() == []


def test_a_new_installation_waits_for_its_first_hour(post: Post) -> None:
    assert not post.looks(at("08:05"))
    assert not post.looks(at("08:06"))
    assert post.looks(at("20:00"))


def test_two_who_look_at_the_hour_say_it_once(post: Post) -> None:
    post.looks(at("07:59"))
    before, lore = services.last_look(), knowledge.current()
    post._now = at("08:00")
    assert shift.report(before, STEPS, lore, at("08:00"))
    assert not shift.report(before, STEPS, lore, at("08:00"))
    assert len(post.heard()) == 1


def test_the_hours_are_the_offices_own(post: Post, settings: Any) -> None:
    settings.YUQING = settings.YUQING.model_copy(update={"shift_hours": (9,)})
    post.looks(at("07:59"))
    assert not post.looks(at("08:00"))
    assert post.looks(at("09:00"))
    assert "过去24小时" in post.heard()[0]["headline"]
    settings.YUQING = settings.YUQING.model_copy(update={"shift_hours": ()})
    assert not post.looks(at("20:00"))


def test_the_last_hour_may_be_yesterdays() -> None:
    assert latest((8, 20), at("07:59")) == at("20:00", 22)
    assert latest((8, 20), at("08:00")) == at("08:00")
    assert latest((), at("08:00")) is None


def test_the_line_is_short_whatever_happens() -> None:
    assert line(WELL) == "系统正常 · 信源 正常 42 / 失败 0 · 过去12小时 文章 1,204 预警 3 · 积压 0"
    names = [f"一个名字相当长的信源第{n}号" for n in range(40)]
    worst = Facts(
        hours=12,
        well=9999,
        failing=names,
        new=300,
        articles=9_999_999,
        alerts=9999,
        backlog=9_999_999,
        troubles=("x",),
        late="20:00",
    )
    assert (
        "失败 40（一个名字相当长的信源第…、一个名字相当长的信源第…、一个名字相当长的信源第…等）"
        in line(worst)
    )
    assert len(line(worst)) <= 200


def test_a_look_of_the_watch_says_it(post: Post) -> None:
    from monitor.pipeline import watch

    post._now = at("07:59")
    watch.look(STEPS, list)
    post._now = at("08:00")
    watch.look(STEPS, list)
    watch.look(STEPS, list)
    assert [said["kind"] for said in post.heard()] == ["shift"]
