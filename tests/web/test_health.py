"""What machines may ask of the console, and who may ask it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitor.models import Incident
from monitor.pipeline import gauges, readiness
from monitor.pipeline.readiness import Part

WELL = [Part("database", "数据库", ""), Part("index", "检索库", "")]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """What the parts answer; a list to change."""
    answers = list(WELL)
    monkeypatch.setattr(readiness, "parts", lambda: answers)
    monkeypatch.setattr(gauges, "exposition", lambda: b"yuqing_x 1\n")
    return answers


def stands(**fields: Any) -> Incident:
    began = timezone.now() - timedelta(minutes=20)
    values = {
        "subject": "watch:queue:text",
        "words": "研读服务已 20 分钟没有动静",
        "cure": "请看日志",
    }
    return Incident.objects.create(began=began, noticed=began, **values | fields)


def test_alive_is_told_without_a_database(client: Any) -> None:
    """No `db` here: a query would fail the test."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content.decode()) == (200, "正常\n")


def test_ready_is_200_and_every_part_on_a_line(client: Any, db: None, parts: list[Part]) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.content.decode() == "就绪\n数据库　正常\n检索库　正常\n"
    assert "no-store" in answer["Cache-Control"]


def test_what_is_missing_is_503_in_words(client: Any, parts: list[Part]) -> None:
    parts[1] = Part("index", "检索库", "不能读写，详见 yuqing check")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content.decode().splitlines() == [
        "未就绪",
        "数据库　正常",
        "检索库　不能读写，详见 yuqing check",
    ]


def test_a_backlog_is_told_but_sends_nobody_elsewhere(
    client: Any, db: None, parts: list[Part]
) -> None:
    stands(tellings=1)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.content.decode().splitlines()[-1] == "注意　研读服务已 20 分钟没有动静"


def test_a_backlog_is_no_strangers_business(client: Any, db: None, parts: list[Part]) -> None:
    stands(tellings=1)
    answer = client.get("/readyz", REMOTE_ADDR="8.8.8.8")
    assert answer.content.decode() == "就绪\n数据库　正常\n检索库　正常\n"


def test_metrics_are_for_those_nearby(client: Any, parts: list[Part]) -> None:
    answer = client.get("/metrics")
    assert (answer.status_code, answer.content) == (200, b"yuqing_x 1\n")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    far = client.get("/metrics", REMOTE_ADDR="8.8.8.8")
    assert far.status_code == 403
    assert "YUQING_METRICS_TOKEN" in far.content.decode()
    assert b"yuqing_x" not in far.content


def test_with_a_token_set_it_must_be_shown_from_everywhere(
    client: Any, parts: list[Part], settings: Any
) -> None:
    settings.YUQING = settings.YUQING.model_copy(update={"metrics_token": "a-token"})
    for place in ("127.0.0.1", "8.8.8.8"):
        assert client.get("/metrics", REMOTE_ADDR=place).status_code == 403
        shown = {"authorization": "Bearer a-token"}
        assert client.get("/metrics", REMOTE_ADDR=place, headers=shown).status_code == 200


def test_by_the_public_address_nobody_is_near(
    client: Any, parts: list[Part], settings: Any
) -> None:
    """A proxy on this machine makes the whole world call from loopback."""
    settings.YUQING = settings.YUQING.model_copy(update={"public_url": "https://yuqing.example"})
    settings.ALLOWED_HOSTS = ["yuqing.example", "testserver"]
    assert client.get("/metrics", headers={"host": "yuqing.example"}).status_code == 403
    assert client.get("/metrics").status_code == 200


def test_machines_may_only_look(client: Any, parts: list[Part]) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert client.post(path).status_code == 405
