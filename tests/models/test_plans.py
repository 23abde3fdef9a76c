"""What is due is found through its index, however many rows there are and however many wait."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitor.models import Article, Delivery, Event, Notice, bulk
from monitor.models.claims import TURNS_OF_THE_TRIED, Lane
from monitor.pipeline import alert, analyse, deliver, group, index
from monitor.pipeline.steps import STEPS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
ROWS = 20_000
"""Beyond some thousand a planner that can use an index does."""
TABLES = ("monitor_article", "monitor_event", "monitor_delivery")
LANES = {
    "analyse": (analyse.LANE, ()),
    "index": (index.LANE, ()),
    "alert": (alert.LANE, ()),
    "deliver": (deliver.LANE, (LATER, LATER + deliver.FARTHEST)),
}


def fills(due: int) -> None:
    """ROWS articles, events and deliveries, the newest `due` of them still on their way."""
    late = f"n > {ROWS - due}"
    text = "md5(n::text)" if connection.vendor == "postgresql" else "printf('%%032d', n)"
    seen = "'2026-11-23 12:00:00+00:00'"
    if connection.vendor == "postgresql":
        seen += "::timestamptz"
    span = {"first_published": seen, "last_published": seen, "touched": seen}
    _fill(Event, {"id": "n", "title": "''", "rev": "2", **span, **_case("assessed_rev", late)})
    written = {
        "identity": text,
        "text_hash": text,
        "source": "'forum'",
        "title": "''",
        "seen": seen,
        "published": seen,
        "month": "'202611'",
    }
    progress = {
        "analysed_edition": f"CASE WHEN {late} AND n %% 3 = 0 THEN 0 ELSE 1 END",
        "grouped_edition": f"CASE WHEN {late} AND n %% 3 < 2 THEN 0 ELSE 1 END",
        "rev": "2",
        **_case("indexed_rev", late),
    }
    _fill(Article, {"id": "n", "event_id": "n", **written, **progress})
    _fill(Notice, {"id": "n", "subject": "n", "kind": "'alert'", "created": seen})
    part = {"part": "1", "parts": "1", "channel": "'hook'", "body": "''", "notice_id": "n"}
    state = f"CASE WHEN {late} THEN 'queued' ELSE 'sent' END"
    _fill(Delivery, {"id": "n", **part, "state": state, "due": seen, "created": seen})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _case(column: str, late: str) -> dict[str, str]:
    return {column: f"CASE WHEN {late} THEN 1 ELSE 2 END"}


def _fill(model: type, given: dict[str, str]) -> None:
    series = f"generate_series(1, {ROWS}) AS t(n)"
    if connection.vendor != "postgresql":
        numbers = f"SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < {ROWS}"  # noqa: S608
        series = f"(WITH RECURSIVE c(n) AS ({numbers}) SELECT n FROM c) t"  # noqa: S608
    rest = bulk.defaults(model, tuple(given))
    columns = ", ".join((*given, *rest))
    values = ", ".join((*given.values(), *["%s"] * len(rest)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {values} FROM {series}",  # noqa: S608
            list(rest.values()),
        )


def whole_tables(statements: CaptureQueriesContext) -> list[str]:
    """Lines of the statements' plans that read one of TABLES from end to end."""
    found = []
    for statement in statements.captured_queries:
        if statement["sql"].startswith(("SELECT", "UPDATE")):
            found += [line for line in _plan(statement["sql"]) if _is_whole(line)]
    return found


def _plan(statement: str) -> Iterator[str]:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {statement}")
        yield from (str(row[0] if connection.vendor == "postgresql" else row[3]) for row in cursor)


def _is_whole(line: str) -> bool:
    words = line.replace("Parallel ", "").strip().removeprefix("->").split()
    if connection.vendor == "postgresql":
        return words[:3] == ["Seq", "Scan", "on"] and words[3] in TABLES
    return len(words) == 2 and words[0] == "SCAN" and words[1] in TABLES


@pytest.mark.django_db
@pytest.mark.parametrize("due", [300, ROWS // 2], ids=["some wait", "half of all wait"])
def test_no_claim_reads_a_whole_table(due: int) -> None:
    fills(due)
    for lane, values in LANES.values():
        plain = Lane(lane.model, lane.step, lane.due, lane.order, lane.lease, mark=lane.mark)
        with CaptureQueriesContext(connection) as statements:
            for _ in range(TURNS_OF_THE_TRIED):  # the last of which begins with the tried
                assert plain.claim(LATER, 5, values), lane.step
        assert whole_tables(statements) == [], lane.step


@pytest.mark.django_db
def test_a_row_with_a_history_is_found_behind_no_more_than_the_front_of_a_backlog() -> None:
    fills(ROWS // 2)
    old = ROWS // 2 + 7
    Event.objects.filter(pk=old).update(attempts=2)
    turns = [[claim.key for claim in alert.LANE.claim(LATER, 50)] for _ in range(4)]
    assert [old] in turns
    assert sum(turn.count(old) for turn in turns) == 1


@pytest.mark.django_db
def test_no_look_reads_a_whole_table_for_the_few_that_wait() -> None:
    fills(300)
    for name, step in STEPS.items():
        with CaptureQueriesContext(connection) as statements:
            step.waiting(LATER)
            assert step.has_work(LATER) == bool(step.waiting(LATER).rows), name
        assert whole_tables(statements) == [], name


@pytest.mark.django_db
def test_whether_anything_waits_is_known_without_counting_all_that_does() -> None:
    fills(ROWS // 2)
    for name in ("analyse", "group", "index", "alert", "deliver"):
        with CaptureQueriesContext(connection) as statements:
            assert STEPS[name].has_work(LATER)
        assert whole_tables(statements) == [], name
    assert group.due(LATER)[:1].get() is not None
