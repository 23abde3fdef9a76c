"""Which parts answer now, and what is said of those that do not."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.migrations.recorder import MigrationRecorder

from monitor.models import IndexState
from monitor.pipeline import readiness
from monitor.pipeline.index import search_index, state
from monitor.stack.broker import Broker
from tests.pipeline.office import Office

# Other threads ask: they must see what the test has written.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


@pytest.fixture(autouse=True)
def _fresh(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is asked anew, and the office has an index."""
    monkeypatch.setattr(readiness, "_QUESTIONS", readiness._questions(good_s=0))
    state()


@pytest.fixture
def broker(office: Office) -> Iterator[Broker]:
    with Broker(office.folder).running() as running:
        yield running


def missing() -> dict[str, str]:
    return {part.slug: part.words for part in readiness.parts() if not part.ok}


def test_all_parts_of_a_sound_installation_answer(broker: Broker) -> None:
    assert [part.slug for part in readiness.parts()] == ["database", "tables", "broker", "index"]
    assert missing() == {}


def test_a_broker_that_is_not_there_is_named(office: Office) -> None:
    assert list(missing()) == ["broker"]
    assert "YUQING_BROKER_URL" in missing()["broker"]


def test_an_upgrade_that_was_not_made_is_told_with_the_command(broker: Broker) -> None:
    last = MigrationRecorder.Migration.objects.filter(app="monitor").order_by("name").last()
    assert last is not None
    last.delete()
    try:
        assert missing() == {"tables": "有 1 个升级未做，请运行 yuqing migrate"}
    finally:
        MigrationRecorder.Migration.objects.create(app="monitor", name=last.name)


def test_an_index_that_was_never_made_and_one_that_is_lost_are_told_apart(broker: Broker) -> None:
    search_index().drop(state().active)
    assert "yuqing reindex" in missing()["index"]
    IndexState.objects.all().delete()
    assert missing()["index"].startswith("还没有建立")


def test_one_who_takes_the_call_and_says_nothing_costs_two_seconds(
    office: Office, settings: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"redis://:a-password@127.0.0.1:{mute.getsockname()[1]}/0"
        settings.YUQING = settings.YUQING.model_copy(update={"broker_url": url})
        began = time.monotonic()
        found = missing()
        assert time.monotonic() - began < 20  # a machine may be slow; for ever it must not be
        assert list(found) == ["broker"]
        assert "a-password" not in found["broker"]


def test_an_answer_is_kept_for_two_seconds(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    parts = {"database": ("数据库", lambda: asked.append(1) or "")}
    monkeypatch.setattr(readiness, "_PARTS", parts)
    monkeypatch.setattr(readiness, "_QUESTIONS", readiness._questions(good_s=60))
    for _ in range(5):
        assert missing() == {}
    assert asked == [1]
