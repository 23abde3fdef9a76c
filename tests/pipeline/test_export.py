"""Exports asked for in the console: written bit by bit, by whoever is alive, for one person."""

import errno
import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from monitor.export import Labels, Progress, draft
from monitor.models import Export
from monitor.pipeline import accounts, export, steps
from monitor.pipeline.export_file import Order
from monitor.pipeline.export_file import export as to_file
from monitor.pipeline.index import search_index, state
from monitor.query import QueryError
from monitor.stack.folder import Room
from tests.export.sheets import sheets, table
from tests.pipeline.library import ARTICLES, HITS, Library, fill
from tests.pipeline.office import Office, ends_leases

pytestmark = pytest.mark.django_db(transaction=True)
STEP = "from monitor.pipeline.steps import STEPS; STEPS['export'].batch()"


@pytest.fixture
def library(office: Office, monkeypatch: pytest.MonkeyPatch) -> Library:
    return fill(office, monkeypatch)


@pytest.fixture
def zhang(db: None) -> User:
    return accounts.add_user("zhang", "a-long-password", "analyst")


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn writes one batch."""
    monkeypatch.setattr(export, "WRITE_S", 0.0)


def exports(office: Office) -> None:
    while office.runs("export"):
        pass


def again(row: Export) -> Export:
    return Export.objects.get(pk=row.pk)


def whole(format_: str, folder: Path) -> bytes:
    """What the same query gives at once."""
    path = folder / f"whole.{format_}"
    list(to_file(Order("停水", format_), path))
    return path.read_bytes()


def same(format_: str, one: bytes, other: bytes) -> bool:
    return sheets(one) == sheets(other) if format_ == "xlsx" else one == other


@pytest.mark.parametrize("format_", ["csv", "xlsx", "jsonl"])
def test_it_grows_turn_by_turn_until_it_is_whole(
    library: Library, zhang: User, slowly: None, tmp_path: Path, format_: str
) -> None:
    row = export.ask(zhang, "停水", format_)
    assert (row.total, row.done, row.state) == (ARTICLES, 0, Export.QUEUED)
    for turn in range(1, ARTICLES // HITS + 1):
        assert export.batch() == 1
        row = again(row)
        assert (row.done, row.state) == (turn * HITS, Export.QUEUED)
        assert row.size == export.file(row).stat().st_size
    assert export.batch() == 1
    assert export.batch() == 0
    row = again(row)
    assert (row.state, row.done) == (Export.DONE, ARTICLES)
    assert row.size == export.file(row).stat().st_size
    assert row.expires - row.ended == timedelta(days=settings.YUQING.export_days)
    assert same(format_, export.file(row).read_bytes(), whole(format_, tmp_path))


def test_the_worker_finds_it_by_itself(library: Library, zhang: User) -> None:
    export.ask(zhang, "停水", "csv")
    assert "export" in steps.due()
    exports(library.office)
    assert Export.objects.get().state == Export.DONE
    assert "export" not in steps.due()


@pytest.mark.parametrize("format_", ["csv", "xlsx", "jsonl"])
def test_killed_while_it_writes_it_goes_on_where_the_row_says(
    library: Library, zhang: User, slowly: None, tmp_path: Path, format_: str
) -> None:
    row = export.ask(zhang, "停水", format_)
    export.batch()
    export.batch()
    kept = again(row)
    patient = f"export.WRITE_S = 600.0; {STEP}"
    library.dies(patient, keeps=0, dies=3)
    assert again(row).size == kept.size <= export.file(row).stat().st_size  # xlsx holds some back
    assert export.batch() == 0  # its lease still runs
    ends_leases(Export)
    exports(library.office)
    row = again(row)
    assert (row.state, row.done) == (Export.DONE, ARTICLES)
    assert same(format_, export.file(row).read_bytes(), whole(format_, tmp_path))


def test_what_one_kills_every_time_ends_with_words(library: Library, zhang: User) -> None:
    row = export.ask(zhang, "停水", "csv")
    Export.objects.update(attempts=4)
    assert export.batch() == 0
    row = again(row)
    assert row.state == Export.FAILED
    assert "请重新导出" in row.words


def test_a_worker_that_comes_late_changes_neither_row_nor_file(
    library: Library, zhang: User, slowly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = export.ask(zhang, "停水", "csv")
    export.batch()
    kept = again(row)
    real = export._write

    def outlived(*given: Any) -> bool:
        written = real(*given)
        Export.objects.update(token=row.token + 50)  # somebody else's now
        return written

    with monkeypatch.context() as patch:
        patch.setattr(export, "_write", outlived)
        export.batch()
    assert (again(row).done, again(row).size) == (kept.done, kept.size)
    ends_leases(Export)
    exports(library.office)
    assert len(table(export.file(row).read_bytes())) == ARTICLES + 1


def test_one_that_finds_the_file_held_waits_without_blame(library: Library, zhang: User) -> None:
    row = export.ask(zhang, "停水", "csv")
    with draft(export.file(row), "csv", Labels(), Progress()):
        assert export.batch() == 1
    row = again(row)
    assert (row.state, row.done, row.attempts) == (Export.QUEUED, 0, 0)
    assert row.until > timezone.now()


def test_a_file_that_was_lost_is_written_again(library: Library, zhang: User, slowly: None) -> None:
    row = export.ask(zhang, "停水", "csv")
    export.batch()
    export.file(row).unlink()
    exports(library.office)
    assert len(table(export.file(row).read_bytes())) == ARTICLES + 1
    assert again(row).done == ARTICLES


def test_only_one_is_written_at_a_time_and_that_which_has_least_first(
    library: Library, zhang: User, slowly: None
) -> None:
    large = export.ask(zhang, "停水", "csv")
    export.batch()
    small = export.ask(zhang, "停水 3号楼", "csv")
    (claim,) = export.LANE.claim(timezone.now(), 1, [timezone.now()] * 2)
    assert claim.key == small.pk
    assert export.batch() == 0
    export.LANE.release([claim])
    export.batch()
    export.batch()
    assert again(small).state == Export.DONE
    assert again(large).done == HITS


def test_an_index_that_is_away_only_delays(
    library: Library, zhang: User, slowly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = export.ask(zhang, "停水", "csv")
    export.batch()
    held = state()
    with monkeypatch.context() as patch:
        patch.setattr(search_index(), "scan", _away)
        export.batch()
    row = again(row)
    assert (row.state, row.done, row.attempts) == (Export.QUEUED, HITS, 0)
    assert state().active == held.active
    ends_leases(Export)
    exports(library.office)
    assert again(row).state == Export.DONE


def _away(*_given: Any, **_how: Any) -> Any:
    from monitor.index import IndexUnavailable

    raise IndexUnavailable("检索库暂不可用")


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "磁盘空间不够"), (errno.EROFS, "权限"), (errno.EDQUOT, "磁盘空间不够")],
)
def test_a_disk_that_takes_nothing_ends_it_in_words(
    library: Library, zhang: User, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    row = export.ask(zhang, "停水", "csv")

    def full(*_: Any) -> bool:
        raise OSError(number, "no")

    monkeypatch.setattr(export, "_write", full)
    export.batch()
    row = again(row)
    assert row.state == Export.FAILED
    assert words in row.words
    assert not export.file(row).exists()


def test_a_disk_that_runs_short_is_left_to_the_others(
    library: Library, zhang: User, slowly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = export.ask(zhang, "停水", "csv")
    export.batch()
    monkeypatch.setattr(export, "room", lambda _: Room(1, None))
    export.batch()
    assert again(row).state == Export.FAILED
    assert "磁盘空间不够" in again(row).words
    assert not export.file(row).exists()
    with pytest.raises(export.Refused, match="磁盘空间不够"):
        export.ask(zhang, "停水", "xlsx")


def test_a_file_that_no_computer_opens_is_refused_in_words(
    library: Library, zhang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = export.ask(zhang, "停水", "csv")
    monkeypatch.setattr(export, "MOST_FILE", 1000)
    export.batch()
    assert "按日期分几次" in again(row).words


def test_a_topic_that_is_removed_meanwhile_is_told_of(
    library: Library, zhang: User, slowly: None
) -> None:
    row = export.ask(zhang, "停水 信源:青溪论坛", "csv")
    export.batch()
    library.office.has(sources=[])
    export.batch()
    assert again(row).state == Export.FAILED
    assert "检索式现在不能用了" in again(row).words


@pytest.mark.parametrize(
    ("query", "format_", "refusal", "words"),
    [
        ("停水 (", "csv", QueryError, "左括号"),
        ("火星", "csv", export.Refused, "没有文章符合"),
        ("停水", "pdf", export.Refused, "格式"),
        ("停水", "../csv", export.Refused, "格式"),
        ("停" * 2001, "csv", export.Refused, "太长"),
    ],
)
def test_what_cannot_be_exported_is_refused_at_once(
    library: Library, zhang: User, query: str, format_: str, refusal: Any, words: str
) -> None:
    with pytest.raises(refusal, match=words):
        export.ask(zhang, query, format_)
    assert not Export.objects.exists()


def test_three_at_a_time_and_pressing_twice_is_one(library: Library, zhang: User) -> None:
    first = export.ask(zhang, "停水", "csv")
    assert export.ask(zhang, " 停水\n", "csv") == first
    for format_ in ("xlsx", "jsonl"):
        export.ask(zhang, "停水", format_)
    with pytest.raises(export.Refused, match="已有 3 个导出"):
        export.ask(zhang, "小区", "csv")
    other = accounts.add_user("li", "a-long-password", "officer")
    assert export.ask(other, "停水", "csv") != first
    exports(library.office)
    export.ask(zhang, "小区", "csv")


def test_who_took_what_when_is_kept(
    library: Library, zhang: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="monitor"):
        row = export.ask(zhang, "停水", "csv")
        exports(library.office)
        export.delete(again(row), zhang)
    assert f"zhang 导出 {row.pk}：'停水'，csv，{ARTICLES} 篇" in caplog.messages
    assert f"zhang 删除导出 {row.pk}" in caplog.messages
    row = again(row)
    assert (row.state, row.asked_by, row.query, row.done) == ("deleted", zhang, "停水", ARTICLES)
    assert not export.file(row).exists()


def test_cancelled_while_a_worker_writes_it_leaves_nothing(
    library: Library, zhang: User, slowly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = export.ask(zhang, "停水", "csv")
    real = export._write

    def cancelled(*given: Any) -> bool:
        export.delete(row, zhang)
        # Deleted between its claim and its opening the file: it made the file anew.
        export.file(row).touch()
        return real(*given)

    monkeypatch.setattr(export, "_write", cancelled)
    export.batch()
    assert again(row).state == Export.DELETED
    assert list(export.folder().iterdir()) == []
    assert export.batch() == 0


def test_after_their_days_files_go_and_strangers_too(library: Library, zhang: User) -> None:
    old, young = export.ask(zhang, "停水", "csv"), export.ask(zhang, "小区", "csv")
    exports(library.office)
    now = timezone.now()
    Export.objects.filter(pk=old.pk).update(expires=now - timedelta(seconds=1))
    (export.folder() / "999.csv").write_text("whose?")
    assert export.DUTY.work() == "过期 1 个导出，删除 2 个文件"
    assert again(old).state == Export.EXPIRED
    assert [path.name for path in export.folder().iterdir()] == [f"{young.pk}.csv"]
    assert now < export.DUTY.following(now) <= now + timedelta(hours=1)


def test_the_file_is_for_the_office_alone(library: Library, zhang: User) -> None:
    row = export.ask(zhang, "停水", "csv")
    exports(library.office)
    assert export.file(row).stat().st_mode & 0o777 == 0o600
    assert export.folder().stat().st_mode & 0o777 == 0o700


def test_waiting_counts_from_the_asking_only_until_it_begins(
    library: Library, zhang: User, slowly: None
) -> None:
    row = export.ask(zhang, "停水", "csv")
    later = row.created + timedelta(minutes=9)
    assert export.look(later).oldest_s == pytest.approx(540)
    export.batch()
    assert (export.look(later).rows, export.look(later).oldest_s) == (1, 0.0)


def test_a_name_for_the_file_of_any_query() -> None:
    at = timezone.datetime(2026, 11, 23, 3, 0, tzinfo=timezone.get_default_timezone())
    assert export.file_name("停水", "csv", at) == "导出-停水-20261123.csv"
    assert export.file_name("../../etc/passwd", "csv", at) == "导出-etc-passwd-20261123.csv"
    assert export.file_name("", "xlsx", at) == "导出-全部-20261123.xlsx"
    assert export.file_name("“=cmd|'/C'!A0”\n\x00", "csv", at) == "导出-cmd-C-A0-20261123.csv"
    assert len(export.file_name("停" * 2000, "csv", at).encode()) < 200
    assert json.dumps(export.file_name("停", "csv", at))
