"""`yuqing brief`"""

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from monitor.management.commands.brief import Command
from tests.briefing.newsroom import Newsroom, at


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def brief(*arguments: str) -> str:
    out = StringIO()
    call_command("brief", *arguments, stdout=out)
    return out.getvalue()


def it_is(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: instant)


def files() -> set[str]:
    return {path.name for path in Path().iterdir()}


def test_it_writes_word_and_excel_side_by_side(room: Newsroom, tmp_path: Path) -> None:
    room.article("forum", at("11-17 09:00"))
    it_said = brief(
        "--from", "2026-11-16", "--to", "2026-11-22", "--out", str(tmp_path / "甲.docx")
    )
    assert files() == {"甲.docx", "甲.xlsx"}
    assert "2026年11月16日至22日　文章 1 篇，事件 1 起，预警 0 条" in it_said
    assert Document(str(tmp_path / "甲.docx")).paragraphs
    assert load_workbook(tmp_path / "甲.xlsx").sheetnames == ["指标", "文章"]


@pytest.mark.parametrize("today", ["11-23 00:00", "11-25 12:00", "11-29 23:59"])
def test_without_dates_it_is_the_last_week_that_is_over(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, today: str
) -> None:
    it_is(monkeypatch, at(today))
    brief()
    assert files() == {"周报-2026-11-16.docx", "周报-2026-11-16.xlsx"}


def test_the_week_of_the_first_day_is_taken_when_the_last_is_not_given(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    it_is(monkeypatch, at("11-25 12:00"))
    assert brief("--from", "2026-11-18").startswith("2026年11月18日至22日")


@pytest.mark.parametrize("there", ["甲.docx", "甲.xlsx"])
def test_an_existing_file_is_only_overwritten_by_force(room: Newsroom, there: str) -> None:
    Path(there).write_text("mine")
    with pytest.raises(CommandError, match=rf"{there} 已存在；要覆盖请加 --force"):
        brief("--out", "甲.docx")
    assert Path(there).read_text() == "mine"
    assert files() == {there}
    brief("--out", "甲.docx", "--force")
    assert Path(there).read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "2026-11-22", "--to", "2026-11-16"), "早于"),
        (("--to", "2026-11-16"), "也要给 --from"),
        (("--from", "2026-11-26", "--to", "2026-11-27"), "还没有到"),
        (("--from", "2026-01-01", "--to", "2026-11-01"), "最多 92 天"),
        (("--out", "甲.doc"), "应以 .docx 结尾"),
        (("--out", "没有/甲.docx"), "没有文件夹"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused_in_words(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    it_is(monkeypatch, at("11-25 12:00"))
    with pytest.raises(CommandError, match=words):
        brief(*arguments)
    assert files() == set()


def test_a_date_that_is_none_is_a_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        Command().run_from_argv(["yuqing", "brief", "--from", "11月16日"])
    assert end.value.code == 2
    assert "“11月16日”不是日期，应写成 2026-11-16" in capsys.readouterr().err


def test_nothing_but_the_result_is_said_where_nobody_watches(
    room: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    brief("--out", "甲.docx")
    assert capsys.readouterr().err == ""


def test_where_one_file_cannot_be_written_neither_is(room: Newsroom) -> None:
    Path("甲.xlsx").mkdir()
    with pytest.raises(CommandError, match=r"写不了 甲\.docx：甲\.xlsx 是一个文件夹"):
        brief("--out", "甲.docx", "--force")
    assert files() == {"甲.xlsx"}
