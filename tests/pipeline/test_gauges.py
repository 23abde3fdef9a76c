"""What the console tells Prometheus of the tables, after real steps have run."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from monitor.models import Article, ChannelState, Incident, Source
from monitor.pipeline import gauges, meters, services
from monitor.pipeline.status import status
from monitor.stack.answers import Question
from tests.peers.robot import Robot
from tests.pipeline.office import Office, source, webhook, wecom
from tests.pipeline.test_deliver import queue
from tests.system.stories import note

# Another thread reads: it must see what the test has written.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every scrape reads the tables."""
    asked = Question("test", gauges._read, good_s=0, patience_s=60)
    monkeypatch.setattr(gauges, "_QUESTION", asked)
    monkeypatch.setattr(gauges.readiness, "parts", list)


def scrape() -> Samples:
    """Value by name and label values."""
    families = text_string_to_metric_families(gauges.exposition().decode())
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_rows_waiting_and_fates_are_those_of_the_tables(office: Office) -> None:
    office.hears("forum", *(note(n) for n in range(6)))
    office.reads()
    office.runs("index")
    office.hears("forum", *(note(n) for n in range(6, 10)))
    ago = timezone.now() - timedelta(minutes=3)
    Article.objects.filter(analysed_edition=0).update(seen=ago)
    seen = scrape()
    assert seen["yuqing_step_waiting_rows", ("analyse",)] == 4
    assert 180 <= seen["yuqing_step_oldest_waiting_seconds", ("analyse",)] < 300
    assert seen["yuqing_step_waiting_rows", ("index",)] == 0
    fates = {fate: seen["yuqing_articles", (fate,)] for fate in status()["articles"]}
    assert fates == status()["articles"]
    assert fates["indexed"] == 6
    assert seen["yuqing_index_lag_articles", ()] == 4
    assert 180 <= seen["yuqing_index_lag_seconds", ()] < 300


def test_sources_are_counted_by_kind_and_state_also_where_there_are_none(office: Office) -> None:
    office.has(sources=[source("one"), source("two"), source("three")])
    Source.objects.filter(slug="one").update(succeeded=timezone.now())
    Source.objects.filter(slug="two").update(failures=2)
    seen = scrape()
    found = {state: seen["yuqing_sources", ("feed", state)] for state in ("ok", "failing", "off")}
    assert found == {"ok": 1, "failing": 1, "off": 0}


def test_channels_are_told_by_what_waits_and_whether_they_are_stopped(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[webhook(robot.url), wecom(robot.api_host)])
    robot.answers(410)
    queue("hook")
    office.runs("deliver")
    queue("group", 2)
    seen = scrape()
    assert ChannelState.objects.get(slug="hook").stopped
    assert seen["yuqing_channel_stopped", ("hook",)] == 1
    assert seen["yuqing_channel_stopped", ("group",)] == 0
    assert seen["yuqing_deliveries", ("group", "queued")] == 2
    assert seen["yuqing_deliveries", ("hook", "failed")] == 0


def test_signs_of_life_and_incidents_are_told_with_their_age(office: Office) -> None:
    services.seen("text")
    began = timezone.now() - timedelta(minutes=20)
    Incident.objects.create(subject="watch:broker", began=began, noticed=began, words="x")
    seen = scrape()
    assert 0 <= seen["yuqing_heartbeat_age_seconds", ("text",)] < 60
    assert 1200 <= seen["yuqing_incident_seconds", ("watch:broker",)] < 1300
    assert seen["yuqing_stall_seconds", ()] == 600


def test_many_scrapes_are_one_reading(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = []

    def read() -> list[Any]:
        readings.append(1)
        return gauges._read()

    monkeypatch.setattr(gauges, "_QUESTION", Question("x", read, good_s=60, patience_s=60))
    first = scrape()
    assert first.keys() == scrape().keys()
    assert scrape()["yuqing_reading_age_seconds", ()] < 60
    assert len(readings) == 1


def test_a_database_that_does_not_answer_costs_no_scrape_its_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")
        return []

    monkeypatch.setattr(gauges, "_QUESTION", Question("x", stuck, good_s=0, patience_s=60))
    seen = scrape()
    assert ("yuqing_step_waiting_rows", ("analyse",)) not in seen
    assert any(name == "yuqing_build_info" for name, _ in seen)


# what the steps count


def counted(name: str, **labels: str) -> float:
    return meters.REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_batch_is_counted_with_its_rows_and_an_empty_one_is_not(office: Office) -> None:
    rows = counted("yuqing_step_rows_total", step="analyse")
    batches = counted("yuqing_step_batch_duration_seconds_count", step="analyse")
    office.runs("analyse")
    assert counted("yuqing_step_rows_total", step="analyse") == rows
    office.hears("forum", *(note(n) for n in range(5)))
    office.runs("analyse")
    assert counted("yuqing_step_rows_total", step="analyse") == rows + 5
    assert counted("yuqing_step_batch_duration_seconds_count", step="analyse") == batches + 1


def test_a_batch_that_failed_is_counted_by_its_cause(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.index import IndexUnavailable
    from monitor.pipeline import index

    office.hears("forum", note(1))
    office.reads()
    causes = {"unavailable": IndexUnavailable("away"), "error": RuntimeError("odd")}
    for cause, error in causes.items():
        Article.objects.update(until=None)

        def fails(*_: Any, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(index, "_project", fails)
        before = counted("yuqing_step_failures_total", step="index", cause=cause)
        index.batch()
        assert counted("yuqing_step_failures_total", step="index", cause=cause) == before + 1


def test_a_send_is_counted_by_channel_and_outcome(office: Office, robot: Robot) -> None:
    office.has(channels=[webhook(robot.url)])

    def sends(outcome: str) -> float:
        name = "yuqing_channel_send_duration_seconds_count"
        return counted(name, channel="hook", outcome=outcome)

    for outcome, answer in (("sent", 200), ("temporary", 503), ("permanent", 400)):
        before = sends(outcome)
        robot.answers(answer)
        queue("hook")
        office.runs("deliver")
        assert sends(outcome) == before + 1
