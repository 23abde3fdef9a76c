"""What counts as wrong, and that one cause is told once."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.pipeline.findings import Finding, State, findings, name_of
from monitor.pipeline.readiness import Part
from monitor.pipeline.step import Waiting

NOW = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
STALL = timedelta(minutes=10)
QUEUES = {
    "collect": "collect",
    "analyse": "text",
    "group": "text",
    "index": "index",
    "alert": "notify",
    "deliver": "notify",
}
WELL = [Part("database", "数据库", ""), Part("broker", "消息服务", ""), Part("index", "检索库", "")]


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def ill(slug: str) -> list[Part]:
    return [Part(part.slug, part.name, "坏了" if part.slug == slug else "") for part in WELL]


def look(
    *,
    waits: dict[str, float] | None = None,
    silent: dict[str, float | None] | None = None,
    parts: list[Part] = WELL,
    standing: set[str] = frozenset(),  # type: ignore[assignment]
) -> list[Finding]:
    """`waits` are steps whose oldest has waited so many minutes, `silent` queues likewise
    (None: never heard of); everything else is well."""
    late = waits or {}
    heard: dict[str, datetime] = dict.fromkeys(QUEUES.values(), NOW)
    for queue, since in (silent or {}).items():
        del heard[queue]
        if since is not None:
            heard[queue] = NOW - minutes(since)
    return findings(
        State(
            now=NOW,
            stall=STALL,
            waiting={
                step: Waiting(120 if step in late else 0, late.get(step, 0) * 60) for step in QUEUES
            },
            queues=QUEUES,
            alive=heard,
            parts=parts,
            open=standing,
        )
    )


def told(found: list[Finding]) -> list[str]:
    return [finding.subject for finding in found if finding.told]


def test_all_is_well() -> None:
    assert look(waits={"analyse": 9.9}, silent={"text": 9.9}) == []


def test_a_backlog_is_told_with_its_size_and_age() -> None:
    (found,) = look(waits={"analyse": 12})
    assert found.subject == "watch:analyse"
    assert found.words == "研读积压 120 条，最久的已等 12 分钟"
    assert "yuqing check" in found.cure
    assert found.since == NOW - minutes(12)


def test_a_backlog_is_over_only_when_it_is_well_below_the_threshold() -> None:
    assert told(look(waits={"analyse": 6})) == []
    assert told(look(waits={"analyse": 6}, standing={"watch:analyse"})) == ["watch:analyse"]
    assert told(look(waits={"analyse": 4.9}, standing={"watch:analyse"})) == []


def test_a_silent_queue_is_told_and_the_steps_that_wait_for_it_are_not_told_beside_it() -> None:
    found = look(silent={"text": 15}, waits={"analyse": 14, "group": 13, "collect": 11})
    assert told(found) == ["watch:queue:text", "watch:collect"]
    (queue, *_) = found
    assert queue.words == "研读服务已 15 分钟没有动静，等着它的有：研读 120 条、归并 120 条"
    assert {one.subject for one in found if not one.told} == {"watch:analyse", "watch:group"}


def test_a_queue_that_was_never_heard_of_is_silent_too() -> None:
    (found,) = look(silent={"index": None})
    assert (found.subject, found.since) == ("watch:queue:index", None)


def test_when_all_are_silent_it_is_told_once() -> None:
    found = look(
        silent={"collect": 30, "text": 31, "index": None, "notify": 32}, waits={"alert": 20}
    )
    assert told(found) == ["watch:beat"]
    assert found[0].since == NOW - minutes(30)


def test_while_the_broker_is_away_nobody_else_is_blamed() -> None:
    found = look(parts=ill("broker"), silent={"text": 30, "notify": 30}, waits={"analyse": 20})
    assert told(found) == ["watch:broker"]
    assert found[0].cure == "坏了"


def test_while_the_index_is_away_only_indexing_is_excused() -> None:
    found = look(parts=ill("index"), waits={"index": 20, "deliver": 20})
    assert told(found) == ["watch:store", "watch:deliver"]


def test_without_a_database_nothing_could_be_noted() -> None:
    assert look(parts=ill("database")) == []


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("watch:analyse", "研读"),
        ("watch:index", "入库检索"),
        ("watch:store", "检索库"),
        ("watch:queue:notify", "通知服务"),
        ("watch:beat", "定时与处理服务"),
    ],
)
def test_every_subject_has_a_name_for_people(subject: str, name: str) -> None:
    assert name_of(subject) == name
