"""The console keeps watch when the workers are dead, and then sends what is due itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from monitor.models import Delivery, Heartbeat, Incident
from monitor.pipeline import lookout, readiness, services
from monitor.pipeline.readiness import Part
from tests.peers.robot import Robot
from tests.pipeline.office import Office, webhook
from tests.pipeline.test_deliver import queue

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def console(office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`console(13)` looks after so many minutes."""
    office.has(channels=[webhook(robot.url)])
    monkeypatch.setattr(readiness, "parts", lambda: [Part("broker", "消息服务", "")])
    real, ahead = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: real() + ahead[0])
    # Or whoever runs this in the hour before a shift begins hears that line too.
    quiet = settings.YUQING.model_copy(update={"shift_hours": ()})
    monkeypatch.setattr(settings, "YUQING", quiet)

    def look(minutes: float = 1) -> None:
        ahead[0] += timedelta(minutes=minutes)
        lookout.look()

    return look


def test_while_somebody_sends_the_console_sends_nothing(console: Any, robot: Robot) -> None:
    services.seen("notify")
    queue("hook")
    console()
    assert robot.received == []
    assert Delivery.objects.get().state == "queued"


def test_when_nobody_has_sent_for_a_while_the_console_does(console: Any, robot: Robot) -> None:
    services.seen("notify")
    queue("hook")
    console(9)
    assert robot.received == []
    console(2)
    assert len(robot.received) == 1
    assert Delivery.objects.get().state == "sent"


def test_that_all_workers_are_dead_reaches_a_phone(console: Any, robot: Robot) -> None:
    for kind in ("collect", "text", "index", "notify"):
        services.seen(kind)
    for _ in range(13):
        console()
    (said,) = [one.json for one in robot.received]
    assert said["kind"] == "stalled"
    assert said["headline"] == "定时服务或全部处理服务已 12 分钟没有动静"
    assert Incident.objects.get().subject == "watch:beat"


def test_the_console_shows_itself(console: Any) -> None:
    console()
    assert set(Heartbeat.objects.values_list("kind", flat=True)) == {"web", "watch"}
