"""Lines of all processes in one readable log, whatever the processes write."""

import io
import os
import pty
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stack.lines import CUT, LineCutter, readable
from monitor.stack.log import Log, LogFile, Terminal
from tests.stack.conftest import wait_until

NOON = datetime(2026, 11, 22, 7, 4, 5, tzinfo=UTC)


def cut(pieces: list[bytes], limit: int = 8 * 1024) -> list[str]:
    cutter = LineCutter(limit)
    return [line for piece in pieces for line in cutter.feed(piece)] + cutter.close()


@given(
    st.binary(max_size=200).map(lambda data: data.replace(b"a", b"\n")),
    st.lists(st.integers(0, 200)),
)
def test_lines_do_not_depend_on_how_the_pipe_cut_them(data, cuts):
    edges = [0, *sorted(min(each, len(data)) for each in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges)]
    assert cut(pieces, 20) == cut([data], 20)


def test_a_long_line_comes_once_cut_between_characters():
    (long, after) = cut(["舆".encode() * 100, b" more\nnext\n"], limit=10)
    assert long == "舆舆舆" + CUT
    assert after == "next"


def test_a_line_of_exactly_the_limit_is_whole():
    assert cut([b"x" * 10, b"\n"], limit=10) == ["x" * 10]


def test_a_last_line_without_newline_is_kept():
    assert cut([b"one\r\n", b"two"]) == ["one", "two"]


def test_hostile_text_cannot_command_the_terminal():
    assert readable(b"\x1b[2J\x07evil\ttab") == "\\x1b[2J\\x07evil\ttab"
    assert readable("\u202egnol\u2066\x9b".encode()) == "\\u202egnol\\u2066\\x9b"
    assert readable(b"\xff\xfe ok") == "\ufffd\ufffd ok"


def test_each_line_carries_shanghai_time_and_an_aligned_name(tmp_path):
    screen = io.StringIO()
    log = Log(tmp_path, now=lambda: NOON, stream=screen)
    log.names(["采集", "网页端"])
    log.say("采集", "已取回 12 个信源")
    log.say("网页端", "已启动")
    log.close()
    assert screen.getvalue() == "15:04:05 采集   | 已取回 12 个信源\n15:04:05 网页端 | 已启动\n"
    file = tmp_path / "yuqing.log"
    assert file.read_text().startswith("2026-11-22 15:04:05 采集   | 已取回")
    assert file.stat().st_mode & 0o777 == 0o600


def test_names_are_coloured_on_a_terminal_only(tmp_path, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in _on_a_terminal(tmp_path)
    assert "\x1b[" not in (tmp_path / "yuqing.log").read_text()
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in _on_a_terminal(tmp_path)


def _on_a_terminal(folder: Path) -> str:
    ours, theirs = pty.openpty()
    try:
        with os.fdopen(theirs, "w", encoding="utf-8") as screen:
            log = Log(folder, now=lambda: NOON, stream=screen)
            log.names(["采集"])
            log.say("采集", "在")
            log.close()
            return os.read(ours, 4096).decode()
    finally:
        os.close(ours)


def test_the_file_rotates_and_old_pieces_are_dropped(tmp_path):
    file = LogFile(tmp_path, most=100, files=3)
    for number in range(60):
        file.write(f"line {number:02}")
    file.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "yuqing.log",
        "yuqing.log.1",
        "yuqing.log.2",
    ]
    assert all(each.stat().st_size <= 100 for each in tmp_path.iterdir())
    newest = (tmp_path / "yuqing.log").read_text().splitlines()
    older = (tmp_path / "yuqing.log.1").read_text().splitlines()
    assert newest[-1] == "line 59"
    assert int(older[-1][-2:]) + 1 == int(newest[0][-2:])


def test_it_goes_on_where_the_last_run_stopped(tmp_path):
    for words in ("one", "two"):
        file = LogFile(tmp_path)
        file.write(words)
        file.close()
    assert (tmp_path / "yuqing.log").read_text() == "one\ntwo\n"


def test_a_file_that_cannot_be_written_is_told_once_and_tried_again(tmp_path):
    screen = io.StringIO()
    folder = tmp_path / "log"
    log = Log(folder, now=lambda: NOON, stream=screen)
    log.say("采集", "一")
    log.say("采集", "二")
    folder.mkdir()
    log.say("采集", "三")
    log.close()
    assert screen.getvalue().count("写不进去") == 1
    assert "| 二" in screen.getvalue()
    assert (folder / "yuqing.log").read_text().endswith("| 三\n")


class SlowScreen(io.StringIO):
    """A terminal on which somebody pressed Ctrl-S, until the pipe's other end is written."""

    def __init__(self) -> None:
        super().__init__()
        self.pipe, self.key = os.pipe()
        self.stuck = False

    def write(self, text: str) -> int:
        if not self.stuck:
            self.stuck = True
            os.read(self.pipe, 1)
        return super().write(text)


def test_lines_a_slow_terminal_missed_are_counted():
    screen = SlowScreen()
    terminal = Terminal(screen, lines=3)
    terminal.show("first")
    wait_until(lambda: screen.stuck)
    for number in range(10):
        terminal.show(f"line {number}")
    os.write(screen.key, b"x")
    wait_until(lambda: "line 2" in screen.getvalue())
    terminal.show("after")
    terminal.close()
    assert "line 3" not in screen.getvalue()
    assert "略去 7 行" in screen.getvalue()
    assert screen.getvalue().endswith("after\n")
    os.close(screen.pipe)
    os.close(screen.key)


def test_a_terminal_that_is_gone_is_no_error():
    screen = io.StringIO()
    screen.close()
    terminal = Terminal(screen)
    terminal.show("one")
    terminal.show("two")
    terminal.close()
    with pytest.raises(ValueError, match="closed"):
        screen.getvalue()
