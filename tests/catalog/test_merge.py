"""Files and people edit the same catalogue: nobody's work is lost, and applying twice is quiet."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.catalog import Change, Verdict, compare, lines, summary, three_way

ITEM = {"name": "甲", "url": "http://a", "tier": 3}

fields = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=4)
sides = st.one_of(st.none(), fields)
catalogues = st.dictionaries(
    st.tuples(st.just("source"), st.sampled_from("xyz")), fields, max_size=3
)


def change(base: Any, file: Any, current: Any) -> Change:
    return three_way(base, file, current, kind="source", slug="s")


def test_a_new_item_of_the_files_is_taken() -> None:
    assert change(None, ITEM, None).verdict is Verdict.NEW


def test_an_item_dropped_from_the_files_goes_unless_somebody_edited_it() -> None:
    assert change(ITEM, None, ITEM) == Change("source", "s", Verdict.GONE, None)
    edited = {**ITEM, "tier": 1}
    kept = change(ITEM, None, edited)
    assert (kept.verdict, kept.result) == (Verdict.CONFLICT, edited)


def test_a_persons_deletion_stays() -> None:
    assert change(ITEM, ITEM, None).verdict is Verdict.KEEP
    told = change(ITEM, {**ITEM, "tier": 1}, None)
    assert (told.verdict, told.result) == (Verdict.CONFLICT, None)


def test_edits_of_different_fields_are_both_kept() -> None:
    merged = change(ITEM, {**ITEM, "tier": 1}, {**ITEM, "name": "乙"})
    assert merged.verdict is Verdict.TAKE
    assert merged.result == {**ITEM, "tier": 1, "name": "乙"}
    assert merged.writes


def test_the_same_field_edited_twice_is_a_conflict_that_the_person_wins() -> None:
    merged = change(ITEM, {**ITEM, "tier": 1}, {**ITEM, "tier": 2})
    assert merged.verdict is Verdict.CONFLICT
    assert merged.result == {**ITEM, "tier": 2}
    assert not merged.writes


@given(sides, sides, sides)
def test_applying_twice_changes_nothing(base: Any, file: Any, current: Any) -> None:
    first = three_way(base, file, current)
    again = three_way(file, file, first.result)
    assert again.result == first.result
    assert not again.writes
    assert again.verdict in (Verdict.SAME, Verdict.KEEP)


@given(sides, sides, sides)
def test_a_persons_edit_is_never_lost(base: Any, file: Any, current: Any) -> None:
    result = three_way(base, file, current).result
    before, after = base or {}, result or {}
    for name, value in (current or {}).items():
        if before.get(name) != value:
            assert after.get(name) == value
    if base is not None and current is None:
        assert result is None


@given(sides, sides, sides)
def test_what_a_person_left_alone_follows_the_files_or_is_told(
    base: Any, file: Any, current: Any
) -> None:
    merged = three_way(base, file, current)
    follows = merged.result == file
    told = merged.verdict in (Verdict.KEEP, Verdict.CONFLICT) or bool(
        [f for f in merged.fields if f.verdict in (Verdict.KEEP, Verdict.CONFLICT)]
    )
    assert follows or told


@given(sides, sides, sides)
def test_writes_says_whether_the_row_changes(base: Any, file: Any, current: Any) -> None:
    merged = three_way(base, file, current)
    assert merged.writes == (merged.result != current)


@given(catalogues, catalogues, catalogues)
def test_whole_catalogues_merge_item_by_item(base: Any, file: Any, current: Any) -> None:
    changes = compare(base, file, current)
    assert {(c.kind, c.slug) for c in changes} == {*base, *file, *current}
    result = {(c.kind, c.slug): c.result for c in changes if c.result is not None}
    assert not any(c.writes for c in compare(file, file, result))


def test_the_difference_is_printed_in_chinese() -> None:
    base = {("source", s): ITEM for s in "abde"}
    file = {
        ("source", "a"): {**ITEM, "tier": 1},
        ("source", "b"): {**ITEM, "tier": 1},
        ("source", "d"): ITEM,
        ("source", "n"): {**ITEM, "name": "新站"},
    }
    current = {
        ("source", "a"): ITEM,
        ("source", "b"): {**ITEM, "tier": 2},
        ("source", "d"): {**ITEM, "name": "丁"},
        ("source", "e"): ITEM,
    }
    changes = compare(base, file, current)
    assert lines(changes) == [
        "~ 修改 信源 甲（a）",
        "    影响层级: 3 → 1",
        "! 冲突 信源 甲（b）",
        "    影响层级: 两边都改了，保留人工修改 2（文件要改成 1）",
        "= 保留 信源 丁（d）",
        "    名称: 保留人工修改 丁（文件里是 甲）",
        "+ 新增 信源 新站（n）",
        "- 删去 信源 e",
    ]
    assert summary(changes) == "新增 1，修改 1，删去 1，保留人工修改 1，冲突 1"
