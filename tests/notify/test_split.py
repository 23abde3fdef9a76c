"""Parts keep the limit in bytes and lose nothing while ten suffice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify.split import MOST_PARTS, SMALLEST_LIMIT, Block, Sheet, size, split

letters = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc", "Zs"), exclude_characters="…（）"
)
texts = st.text(letters, min_size=1, max_size=300)
limits = st.integers(SMALLEST_LIMIT, 4096)
MARK = re.compile(r"（(\d+)/(\d+)）\n")


def sheet_of(items, title="【舆情预警】编号 1", foot="请到值班室查看。"):
    return Sheet(title, tuple(Block(item, item=True) for item in items), foot)


def contents(parts, title):
    """What the parts say without title, marks and the … at cuts."""
    bodies = [part.removeprefix(title) for part in parts]
    bodies = [MARK.sub("", body, count=1) for body in bodies]
    return "".join(bodies).replace("…", "").replace("\n", "")


@given(st.lists(texts, max_size=30), limits)
def test_every_part_keeps_the_limit_in_bytes(items, limit):
    parts = split(sheet_of(items), limit)
    assert 1 <= len(parts) <= MOST_PARTS
    assert all(size(part) <= limit for part in parts)


@given(st.lists(texts, max_size=12), limits)
def test_nothing_is_lost_below_the_cap(items, limit):
    sheet = sheet_of(items)
    parts = split(sheet, limit, most=200)
    assert contents(parts, sheet.title) == "".join(items) + sheet.foot


@given(st.lists(texts, max_size=30), limits)
def test_marks_count_from_one_to_the_number_of_parts(items, limit):
    parts = split(sheet_of(items), limit)
    marks = [MARK.search(part) for part in parts]
    if len(parts) == 1:
        assert marks == [None]
    else:
        assert [(int(m[1]), int(m[2])) for m in marks if m] == [
            (n, len(parts)) for n in range(1, len(parts) + 1)
        ]


@given(st.text(letters, min_size=700, max_size=3000), limits)
def test_a_title_of_any_length_leaves_room_for_the_message(title, limit):
    parts = split(sheet_of(["水"], title=title), limit)
    assert all(size(part) <= limit for part in parts)
    assert "水" in parts[0]


def test_parts_break_between_items():
    items = [f"{n}. " + "水" * 100 for n in range(1, 11)]
    parts = split(sheet_of(items), 2048)
    assert len(parts) == 2
    assert all(any(item in part for part in parts) for item in items)
    assert parts[0].startswith("【舆情预警】编号 1（1/2）\n1. ")
    assert parts[1].startswith("【舆情预警】编号 1（2/2）\n")
    assert parts[1].endswith("请到值班室查看。")


def test_an_item_too_large_for_a_part_is_cut_between_characters():
    parts = split(sheet_of(["水👍\U0001f3fd" * 400]), 1024)
    assert len(parts) > 1
    assert parts[0].endswith("…")
    assert all("\n…" in part for part in parts[1:])
    assert not [part for part in parts if "…\U0001f3fd" in part]


def test_what_ten_parts_cannot_hold_is_counted_in_words():
    items = ["水" * 200 for _ in range(100)]
    parts = split(sheet_of(items), 2048)
    assert len(parts) == MOST_PARTS
    kept = sum(part.count("水" * 200) for part in parts)
    assert f"其余 {100 - kept} 条请到控制台查看。" in parts[-1]
    assert parts[-1].endswith("请到值班室查看。")
    assert kept == 30  # three of 600 bytes in each part: the words cost no item more than needed


def test_a_short_message_bears_no_mark():
    assert split(sheet_of(["水"]), 2048) == ["【舆情预警】编号 1\n水\n请到值班室查看。"]


def test_a_limit_that_cannot_hold_a_message_is_refused():
    with pytest.raises(ValueError, match="太小"):
        split(sheet_of(["水"]), SMALLEST_LIMIT - 1)
