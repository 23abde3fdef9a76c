"""The pipeline watches itself: what a real receiver hears of a backlog, a silence and its end."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from monitor.models import Article, Delivery, Heartbeat, Incident, Notice
from monitor.pipeline import services, watch
from monitor.pipeline.chores import DUTIES
from monitor.pipeline.readiness import Part
from monitor.pipeline.steps import STEPS
from monitor.words import to_the_minute
from tests.peers.robot import Received, Robot
from tests.pipeline.office import Office, webhook
from tests.system.stories import note

pytestmark = pytest.mark.timeout(120)

QUEUES = sorted({step.queue for step in STEPS.values()})
PARTS = {"database": "数据库", "tables": "数据表", "broker": "消息服务", "index": "检索库"}


class Duty:
    """An office under watch, its clock in our hands. `silent` queues show no sign of life,
    `away` parts do not answer."""

    def __init__(self, office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office = office
        self.robot = robot
        self.silent: set[str] = set()
        self.away: set[str] = set()
        self._ahead = timedelta()
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + self._ahead)
        # Or whoever runs this in the hour before a shift begins hears that line too.
        quiet = settings.YUQING.model_copy(update={"shift_hours": ()})
        monkeypatch.setattr(settings, "YUQING", quiet)
        office.has(
            channels=[
                webhook(f"{robot.api_host}/duty", "duty"),
                webhook(f"{robot.api_host}/admin", "admin", audience=["admin"]),
            ],
        )

    def passes(self, minutes: float) -> None:
        """Time goes by and nobody looks."""
        self._ahead += timedelta(minutes=minutes)

    def looks(self) -> str:
        for queue in QUEUES:
            if queue not in self.silent:
                services.seen(queue)
        return watch.look(STEPS, self._parts)

    def watches(self, minutes: int) -> None:
        """So many minutes, with a look in each, and everything that is due is sent."""
        for _ in range(minutes):
            self.passes(1)
            self.looks()
            self.office.runs("deliver")

    def lags(self, minutes: float) -> None:
        """An article arrives that has been waiting to be read for so long."""
        self.office.hears("forum", note(Article.objects.count()))
        Article.objects.filter(analysed_edition=0).update(
            seen=timezone.now() - timedelta(minutes=minutes)
        )

    def catches_up(self) -> None:
        self.office.reads()
        self.office.runs("index")

    def heard(self, path: str = "/duty") -> list[tuple[str, str]]:
        """Kinds and headlines that a receiver got."""
        return [(one.json["kind"], one.json["headline"]) for one in self._at(path)]

    def _at(self, path: str) -> list[Received]:
        return [one for one in self.robot.received if one.path == path]

    def _parts(self) -> list[Part]:
        return [
            Part(slug, name, "没有回答，请检查它是否运行" if slug in self.away else "")
            for slug, name in PARTS.items()
        ]


@pytest.fixture
def duty(office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> Duty:
    return Duty(office, robot, monkeypatch)


def stalled(said: list[tuple[str, str]]) -> list[str]:
    return [headline for kind, headline in said if kind == "stalled"]


def test_a_backlog_is_told_to_duty_and_administrator_and_so_is_its_end(duty: Duty) -> None:
    duty.lags(10)
    duty.watches(3)
    told = [("stalled", "研读积压 1 条，最久的已等 13 分钟")]
    assert duty.heard("/duty") == duty.heard("/admin") == told
    assert "yuqing check" in duty.robot.received[0].json["reasons"][0]
    duty.catches_up()
    duty.watches(1)
    assert duty.heard("/duty") == duty.heard("/admin")
    assert duty.heard()[1:] == [("recovered", "研读恢复正常，历时 14 分钟")]
    duty.watches(60)
    assert len(duty.heard()) == 2


def test_the_same_ledger_shows_what_became_of_the_telling(duty: Duty) -> None:
    duty.lags(10)
    duty.watches(3)
    notice = Notice.objects.get()
    assert (notice.subject, notice.kind, notice.n) == ("watch:analyse", "stalled", 1)
    assert notice.alert is None
    assert {(row.channel, row.state) for row in Delivery.objects.all()} == {
        ("duty", "sent"),
        ("admin", "sent"),
    }


def test_what_waited_overnight_and_is_worked_off_after_the_start_is_not_told(duty: Duty) -> None:
    duty.lags(600)
    duty.watches(1)
    assert Incident.objects.count() == 1
    duty.catches_up()
    duty.watches(30)
    assert duty.heard() == []
    assert not Incident.objects.exists()


def test_an_incident_is_told_again_at_growing_intervals(duty: Duty) -> None:
    duty.lags(10)
    told = Notice.objects.filter(subject="watch:analyse", kind="stalled")
    hours: list[float] = []
    for look in range(8 * 15):
        duty.passes(4)
        duty.looks()
        if told.count() > len(hours):
            hours.append(round((look + 1) * 4 / 60, 1))
    assert hours == [0.1, 0.7, 1.7, 3.7, 7.7]
    assert told.order_by("n")[1].words[0].endswith("（第 2 次提醒）")


def test_the_interval_stops_growing_at_eight_hours() -> None:
    now = timezone.now()
    began = now - timedelta(days=900)
    old = Incident(began=began, noticed=began, tellings=2700, told=now - timedelta(hours=7.9))
    assert not watch.due(old, timedelta(minutes=10), now)
    assert watch.due(old, timedelta(minutes=10), now + timedelta(hours=0.2))


def test_a_silent_worker_is_told_of_even_when_nothing_waits_for_it(duty: Duty) -> None:
    duty.watches(1)
    duty.silent = {"collect"}
    duty.watches(9)
    assert duty.heard() == []
    duty.watches(4)
    assert stalled(duty.heard()) == ["采集服务已 12 分钟没有动静"]
    duty.silent = set()
    duty.watches(1)
    assert duty.heard()[-1] == ("recovered", "采集服务恢复正常，历时 14 分钟")


def test_a_worker_that_is_silent_for_a_while_is_nobodys_business(duty: Duty) -> None:
    duty.watches(1)
    duty.silent = {"text", "collect"}
    duty.watches(8)
    duty.silent = set()
    duty.watches(20)
    assert duty.heard() == []


@pytest.mark.parametrize(("part", "name"), [("broker", "消息服务"), ("index", "检索库")])
def test_a_part_that_is_away_as_long_as_the_threshold_is_told(
    duty: Duty, part: str, name: str
) -> None:
    duty.watches(1)
    duty.away = {part}
    duty.watches(10)
    assert duty.heard() == []
    duty.watches(1)
    assert stalled(duty.heard()) == [f"{name}不可用"]
    assert "请检查它是否运行" in duty.robot.received[0].json["reasons"][0]
    duty.away = set()
    duty.watches(1)
    assert duty.heard()[-1] == ("recovered", f"{name}恢复正常，历时 11 分钟")


def test_a_backlog_behind_a_silent_worker_is_not_called_over_while_it_lasts(duty: Duty) -> None:
    duty.lags(10)
    duty.watches(3)
    assert stalled(duty.heard()) == ["研读积压 1 条，最久的已等 13 分钟"]
    duty.silent = {"text"}
    duty.watches(13)
    assert [kind for kind, _ in duty.heard()] == ["stalled", "stalled"]
    assert "研读服务已" in stalled(duty.heard())[1]


def test_two_who_look_at_once_tell_once(duty: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    duty.lags(10)
    duty.watches(2)
    duty.passes(1)
    decide, meanwhile = watch.due, [duty.looks]

    def while_another_looks(*asked: Any) -> bool:
        """Between the reading of the incident and the telling, somebody else does both."""
        if meanwhile:
            meanwhile.pop()()
        return decide(*asked)

    monkeypatch.setattr(watch, "due", while_another_looks)
    duty.looks()
    assert meanwhile == []
    assert Notice.objects.count() == 1
    assert Incident.objects.get().tellings == 1


def test_two_who_see_the_end_at_once_tell_it_once(
    duty: Duty, monkeypatch: pytest.MonkeyPatch
) -> None:
    duty.lags(10)
    duty.watches(3)
    duty.catches_up()
    end, meanwhile = watch._end, [duty.looks]

    def while_another_looks(*asked: Any) -> None:
        if meanwhile:
            meanwhile.pop()()
        end(*asked)

    monkeypatch.setattr(watch, "_end", while_another_looks)
    duty.looks()
    assert meanwhile == []
    assert Notice.objects.filter(kind="recovered").count() == 1


def test_after_a_time_without_looks_an_open_incident_is_first_watched_again(duty: Duty) -> None:
    duty.lags(10)
    duty.watches(3)
    assert len(stalled(duty.heard())) == 1
    duty.passes(600)
    duty.watches(1)  # everything has just been started again
    assert len(stalled(duty.heard())) == 1
    duty.watches(2)
    assert len(stalled(duty.heard())) == 2


def test_a_clock_set_back_silences_nothing(duty: Duty) -> None:
    duty.lags(10)
    duty.watches(3)
    duty.passes(-24 * 60)
    duty.lags(10)
    duty.watches(4)
    assert len(stalled(duty.heard())) == 2


def test_the_watch_is_one_of_the_chores_and_says_what_it_found(office: Office) -> None:
    now = timezone.now()
    assert DUTIES["watch"].following(now) - now == timedelta(minutes=1)
    assert "正常" not in watch.look(STEPS, lambda: [Part("broker", "消息服务", "坏了")])
    for queue in QUEUES:
        services.seen(queue)
    assert watch.look(STEPS, list) == "正常"


def test_hosts_that_are_gone_are_forgotten_and_dates_ahead_say_nothing(office: Office) -> None:
    now = timezone.now()

    def row(name: str, seen: Any) -> None:
        Heartbeat.objects.create(name=f"text@{name}", kind="text", host=name, seen=seen)

    row("gone", now - timedelta(days=2))
    row("wrong", now + timedelta(hours=1))
    row("here", now - timedelta(minutes=3))
    assert services.newest(now) == {"text": now - timedelta(minutes=3)}
    services.looked(now)
    assert not Heartbeat.objects.filter(host="gone").exists()


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "不到 1 分钟"),
        (timedelta(minutes=12, seconds=59), "12 分钟"),
        (timedelta(hours=2), "2 小时"),
        (timedelta(hours=2, minutes=5), "2 小时 5 分钟"),
        (timedelta(days=1, hours=3, minutes=9), "1 天 3 小时"),
    ],
)
def test_lengths_are_told_to_the_minute(length: timedelta, words: str) -> None:
    assert to_the_minute(length) == words
