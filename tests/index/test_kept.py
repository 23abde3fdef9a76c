"""What a process keeps of the embedded index is never out of date and never too much."""

import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

from monitor.index import Removal, SearchIndex, open_index
from monitor.index.embedded import columns, kept
from monitor.index.embedded.kept import Kept, Match
from monitor.index.embedded.matching import matching
from monitor.query import parse
from tests.index.shelf import article
from tests.index.test_failures import ROOT

WATER = parse("停水")


@pytest.fixture
def index(monkeypatch, tmp_path) -> SearchIndex:
    """An index with twenty articles, five cells a column."""
    monkeypatch.setattr(columns, "_BITS", 2)
    index = open_index(f"sqlite://{tmp_path}")
    index.create("one")
    index.write("one", [article(n, event=7, topics=("water",)) for n in range(20)])
    return index


def told(index: SearchIndex) -> tuple:
    """All that search says of water, in every way of asking."""
    page = index.search("one", WATER, size=50, facets=True)
    folded = index.search("one", WATER, size=50, fold=True)
    everything = index.search("one", parse("source:forum"), facets=True)
    return page, folded, everything, index.trend("one", WATER), index.count("one")


def changes(index: SearchIndex) -> None:
    index.write("one", [article(3, rev=1, event=8, topics=("water",)), article(30)])
    index.write("one", [article(4, rev=1, event=7, topics=("gas",), minutes=9)])
    index.write("one", [article(5, rev=1, body="供水")])
    index.remove("one", [Removal(6, 1, "202611")])


def test_a_process_sees_what_another_one_has_written_changed_and_removed(index, tmp_path) -> None:
    told(index)
    changes(open_index(f"sqlite://{tmp_path}"))
    page, folded, *_ = told(index)
    assert [hit.id for hit in page.hits] == [4, 30, *range(19, 6, -1), 3, 2, 1, 0]
    assert told(index) == told(open_index(f"sqlite://{tmp_path}"))
    assert page.facets.topics == {"water": 17, "gas": 1}
    assert [(hit.event, hit.count) for hit in folded.hits] == [(7, 17), (None, 1), (8, 1)]


def test_a_generation_made_anew_under_its_name_is_not_taken_for_the_old_one(
    index, tmp_path
) -> None:
    told(index)
    index.drop("one")
    index.create("one")
    index.write("one", [article(n + 100, event=9, topics=("gas",)) for n in range(20)])
    assert told(index) == told(open_index(f"sqlite://{tmp_path}"))
    assert {hit.event for hit in index.search("one", WATER).hits} == {9}


def test_what_has_no_room_is_read_again(index, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(kept, "_CELLS", 3)
    monkeypatch.setattr(kept, "_MATCHES_BYTES", 0)
    first = told(index)
    assert told(index) == first
    changes(index)
    assert told(index) == told(open_index(f"sqlite://{tmp_path}"))


def test_a_moment_is_not_shown_what_was_found_later(index) -> None:
    with index._moment("one") as now:
        other = threading.Thread(target=lambda: (changes(index), told(index), index.close()))
        other.start()
        other.join(30)
        assert len(matching(now, WATER)) == 20
    assert index.search("one", WATER).total == 19


def test_cells_of_another_generation_give_way(monkeypatch) -> None:
    monkeypatch.setattr(kept, "_CELLS", 2)
    cell = np.zeros(1, np.int64)
    ours = Kept()
    for number in range(3):
        ours.keep_cell(b"old", number, 1, cell)
    assert [ours.cell(b"old", number, 1) is cell for number in range(3)] == [True, True, False]
    ours.keep_cell(b"new", 0, 1, cell)
    assert ours.cell(b"new", 0, 1) is cell
    assert ours.cell(b"old", 0, 1) is None
    assert ours.cell(b"new", 0, 2) is None


def test_the_latest_matches_are_kept_up_to_their_bytes(monkeypatch) -> None:
    monkeypatch.setattr(kept, "_MATCHES_BYTES", 3 * (kept._MATCH_BYTES + 40))
    ours = Kept()
    for word in ("a", "b", "c", "a", "d"):
        ours.keep_match(b"one", word, Match(1, 1, np.zeros(10, np.int32)))
    assert [ours.match(b"one", word) is None for word in "abcd"] == [False, True, False, False]
    ours.keep_match(b"one", "e", Match(1, 1, np.zeros(10_000, np.int32)))
    assert ours.match(b"one", "e") is None


def test_a_search_is_of_one_moment_while_another_process_writes(index, tmp_path) -> None:
    program = """
        import sys
        from monitor.index import Removal, open_index
        from monitor.index.embedded import columns
        from tests.index.shelf import article
        columns._BITS = 2
        index = open_index(f"sqlite://{sys.argv[1]}")
        for n in range(60):
            index.write("one", [article(m, rev=n + 1, event=n) for m in range(n, n + 12)])
            index.remove("one", [Removal(n + 3, n + 1, "202611")])
        """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT) as writer:
        while writer.poll() is None:
            page = index.search("one", WATER, size=200, facets=True)
            assert len({hit.id for hit in page.hits}) == page.total
            assert sum(page.facets.days.values()) == page.total
            assert sum(page.facets.sources.values()) == page.total
    assert writer.returncode == 0
    assert told(index) == told(open_index(f"sqlite://{tmp_path}"))
