"""Cells: whatever a stranger wrote, opening the file does nothing, and nothing is spilt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.export.cells import CUT, LONGEST_CELL, cell
from tests.export.sheets import row, sheets, table, written

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹦1",
    "﹢1",
    "﹣1",
]


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r", "\r\n", "\n", "\u3000", "\u200b", "\ufeff", "\x00", "\u202e"]
)
def test_a_text_that_could_be_reckoned_out_is_quoted(before: str, text: str) -> None:
    assert cell(before + text).startswith("'")
    assert cell(before + text).endswith(text)


@pytest.mark.parametrize("text", ["停水", "1=1", "a@b", "３－１", "#话题#停水", "“=”", "", "\t"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert cell(text) == text.strip()


def test_no_cell_of_a_table_begins_as_a_formula() -> None:
    fields = ("title", "body", "outlet", "author", "event_title", "link", "source")
    rows = [row(n, **dict.fromkeys(fields, text)) for n, text in enumerate(FORMULAS)]
    rows += [row(99, topics=("=1+1",), units=("@x",))]
    for line in table(written("csv", rows))[1:]:
        assert not [value for value in line if value[:1] in tuple("=+-@＝＋－＠﹦﹢﹣\t\r")]
    (sheet,) = sheets(written("xlsx", rows))
    for line in sheet[1:]:
        texts = [value for value in line if isinstance(value, str)]
        assert not [value for value in texts if value[:1] in tuple("=+-@＝＋－＠﹦﹢﹣\t\r")]


def test_another_separator_begins_no_cell_either() -> None:
    """Excel of another country splits at semicolons or tabs; every cell stands in quotes."""
    line = written("csv", [row(title='甲;=1+1\t=2+2",=3+3')]).decode().split("\r\n")[1]
    assert '"甲;=1+1 =2+2"",=3+3"' in line


def test_what_no_file_may_hold_is_left_out() -> None:
    hostile = "停\x00水\x0b通\x1b[31m知\x7f\x85\ufffe\uffff\U0001fffe反\u202e着\u2066写\u200f"
    assert cell(hostile) == "停水通[31m知反着写"
    (sheet,) = sheets(written("xlsx", [row(title=hostile)]))
    assert sheet[1][1] == "停水通[31m知反着写"
    assert table(written("csv", [row(title=hostile)]))[1][1] == "停水通[31m知反着写"


def test_lines_within_a_cell_end_in_one_way_and_tabs_are_blanks() -> None:
    assert cell("甲\r\n乙\r丙\n丁\t戊") == "甲\n乙\n丙\n丁 戊"


@pytest.mark.parametrize("char", ["水", "😀"])
def test_a_cell_is_cut_with_a_mark_where_excel_ends(char: str) -> None:
    units = len(char.encode("utf-16-le")) // 2
    fits = char * (LONGEST_CELL // units)
    assert cell(fits) == fits
    cut = cell(fits + char)
    assert cut.endswith(char + CUT)
    assert LONGEST_CELL - units < len(cut.encode("utf-16-le")) // 2 <= LONGEST_CELL


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@＝\t\r\n'\",;<>&_xX0041 "),
    max_size=40,
)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_cell_reads_back_as_it_was_made_harmless(texts: list[str]) -> None:
    rows = [row(n, title=text, body=text) for n, text in enumerate(texts)]
    for text, line in zip(texts, table(written("csv", rows))[1:], strict=True):
        assert line[1] == line[2] == cell(text)
    (sheet,) = sheets(written("xlsx", rows))
    for text, values in zip(texts, sheet[1:], strict=True):
        # openpyxl leaves undone what Excel undoes: _x005F_ is an underscore.
        assert (values[1] or "").replace("_x005F_", "_") == cell(text).replace("_x005F_", "_")
