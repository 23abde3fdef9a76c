"""The three kinds of file, read back by what reads such files."""

import io
import json
import shutil
import subprocess
import tracemalloc
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from monitor.export import COLUMNS, FORMATS, TooLarge, workbook
from tests.export.sheets import LABELS, row, sheets, table, written

HEADINGS = [
    *("编号", "标题", "正文", "信源", "媒体", "作者", "发布时间", "情感倾向", "敏感概率", "级别"),
    *("事件", "预警编号", "专题", "责任单位", "链接"),
]
BODY = "明日停水检修。\n请居民储水。"


def test_csv_has_a_mark_for_excel_chinese_headings_and_shanghai_time() -> None:
    file = written("csv", [row()])
    assert file.startswith(b"\xef\xbb\xbf")
    head, line = table(file)
    assert head == HEADINGS
    assert line == [
        "1", "双河镇停水公告1", BODY, "青溪论坛", "云岚晚报", "河边人", "2026-11-23 11:59:07",
        "敏感", "0.8765", "Ⅱ级", "双河镇停水", "2026-0001", "生态环境、gone", "自来水公司",
        "http://forum.example/1",
    ]  # fmt: skip


def test_xlsx_has_numbers_times_and_texts_as_what_they_are() -> None:
    book = load_workbook(io.BytesIO(written("xlsx", [row(), row(2, title="=1+1")])))
    sheet = book.worksheets[0]
    assert sheet.title == "文章"
    assert [value.value for value in sheet[1]] == HEADINGS
    assert sheet["A2"].value == 1
    assert sheet["I2"].value == 0.8765
    assert str(sheet["G2"].value) == "2026-11-23 11:59:07"
    assert sheet["G2"].number_format == r"yyyy\-mm\-dd\ hh:mm:ss"
    assert sheet["C2"].value == BODY
    assert {value.data_type for line in sheet.iter_rows(min_row=2) for value in line} == {
        "n", "s", "d",
    }  # fmt: skip
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:O3")


def test_jsonl_has_slugs_and_the_text_untouched() -> None:
    hostile = "=1+1\t'\u2028</script>\x00"
    (line,) = written("jsonl", [row(title=hostile)]).decode().rstrip("\n").split("\n")
    found = json.loads(line)
    assert found["title"] == hostile
    assert (found["source"], found["topics"], found["units"]) == (
        "forum",
        ["eco", "gone"],
        ["water"],
    )
    assert found["published"] == "2026-11-23T11:59:07+08:00"
    assert (found["sentiment"], found["negative"], found["level"]) == ("negative", 0.8765, 2)
    assert (found["event"], found["alert"]) == (7, "2026-0001")


@pytest.mark.parametrize("format_", FORMATS)
def test_what_is_not_known_is_empty(format_: str) -> None:
    unknown = row(
        outlet="", author="", sentiment=None, negative=None, level=None, event=None,
        event_title="", alert="", topics=(), units=(), link="",
    )  # fmt: skip
    file = written(format_, [unknown])
    if format_ == "csv":
        assert table(file)[1][7:] == [""] * 8
    elif format_ == "xlsx":
        assert sheets(file)[0][1][7:] == (None,) * 8
    else:
        found = json.loads(file)
        assert [found[key] for key in ("sentiment", "negative", "level", "alert")] == [None] * 4


@pytest.mark.parametrize("pieces", [1, 3, 10])
def test_broken_off_anywhere_and_gone_on_with_it_says_the_same(pieces: int) -> None:
    rows = [row(n, body=f"第{n}次停水。" * n) for n in range(1, 11)]
    for format_ in ("csv", "jsonl"):
        assert written(format_, rows, pieces) == written(format_, rows)
    assert sheets(written("xlsx", rows, pieces)) == sheets(written("xlsx", rows))


def test_every_row_is_in_the_workbook_whatever_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a sheet cannot take stands in a further one, also when broken off just there."""
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    for pieces in (1, 2, 3, 1000):
        found = sheets(written("xlsx", [row(n) for n in range(7)], pieces))
        assert [[line[0] for line in sheet[1:]] for sheet in found] == [[0, 1, 2], [3, 4, 5], [6]]
        assert [sheet[0] for sheet in found] == [tuple(HEADINGS)] * 3


def test_a_sheet_grows_no_larger_than_an_archive_can_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_PART", 3_000)
    found = sheets(written("xlsx", [row(n) for n in range(9)]))
    assert len(found) > 1
    assert [line[0] for sheet in found for line in sheet[1:]] == list(range(9))
    monkeypatch.setattr(workbook, "MOST_FILE", 2_000)
    with pytest.raises(TooLarge, match="csv"):
        written("xlsx", [row(n, title=str(hash(n))) for n in range(200)], 10)


def test_the_archive_is_whole_by_its_own_checksums() -> None:
    with zipfile.ZipFile(io.BytesIO(written("xlsx", [row(n) for n in range(50)], 7))) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "xl/worksheets/sheet1.xml"


def test_a_time_before_excels_calendar_is_text() -> None:
    ancient = datetime.fromisoformat("1890-05-01T00:00:00+00:00")
    (sheet,) = sheets(written("xlsx", [row(published=ancient)]))
    assert str(sheet[1][6]).startswith("1890-05-01")


@pytest.mark.parametrize("format_", FORMATS)
def test_memory_does_not_grow_with_the_rows(format_: str) -> None:
    """Thirty megabytes go through; what is held at any time is a piece of them."""
    form = FORMATS[format_](LABELS, {})
    form.begin()
    tracemalloc.start()
    try:
        for _ in range(100):
            form.rows([row(n, body="停水" * 500) for n in range(100)])
            form.pause()
        form.end()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


def test_nothing_found_is_a_file_with_headings_only() -> None:
    assert table(written("csv", [])) == [HEADINGS]
    assert sheets(written("xlsx", [])) == [[tuple(HEADINGS)]]
    assert written("jsonl", []) == b""


def test_the_columns_are_those_that_are_written() -> None:
    assert [heading for heading, _ in COLUMNS] == HEADINGS
    assert LABELS.sources


@pytest.mark.skipif(shutil.which("soffice") is None, reason="soffice is not installed")
def test_libreoffice_reads_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    book = tmp_path / "导出.xlsx"
    text = "一_x0041_&<b>\n二"
    book.write_bytes(written("xlsx", [row(1, title=text, author="@甲"), *map(row, range(2, 6))], 2))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    # Comma, quotes, UTF-8, from line 1, …, all sheets.
    to = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", to, "--outdir", tmp_path, book],
        check=True,
        capture_output=True,
        timeout=120,
    )
    first = table((tmp_path / "导出-文章.csv").read_bytes())
    assert first[0] == HEADINGS
    assert (first[1][1], first[1][5], first[1][6]) == (text, "'@甲", "2026-11-23 11:59:07")
    assert [line[0] for line in table((tmp_path / "导出-文章（2）.csv").read_bytes())[1:]] == [
        "4",
        "5",
    ]
