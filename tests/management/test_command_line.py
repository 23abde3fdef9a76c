"""`yuqing` as a program: its words are Chinese, and its exit codes are for scripts."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.__main__ import COMMANDS
from tests.management.conftest import Yuqing
from tests.pipeline.office import Office, environment

NAMES = [name for commands in COMMANDS.values() for name in commands]
ACTIONS = {
    "catalog": ["check", "apply"],
    "channel": ["list", "test", "resume"],
    "correct": ["false-alarm", "missed", "sentiment", "place", "units", "undo", "list"],
    "model": ["list", "show", "activate"],
    "source": ["add", "list", "test", "remove"],
    "user": ["add", "link", "list"],
}
ENGLISH = re.compile(
    r"\b(usage|options|optional|positional|arguments?|show this|help message|exit|error|"
    r"invalid|required|choose|expected|unrecognized|default|version)\b",
    re.IGNORECASE,
)
HERE = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.django_db(transaction=True)


def program(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A real process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        env=environment(folder, **settings),
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_command_it_lists_them_all(yuqing: Yuqing) -> None:
    for arguments in ((), ("--help",), ("help",)):
        ran = yuqing(*arguments)
        assert ran.code == 0
        assert all(name in ran.out for name in NAMES)


@pytest.mark.parametrize(
    "command",
    [[name] for name in NAMES] + [[name, one] for name, those in ACTIONS.items() for one in those],
    ids=" ".join,
)
def test_help_is_chinese_to_the_last_word(yuqing: Yuqing, command: list[str]) -> None:
    ran = yuqing(*command, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"用法：yuqing {' '.join(command)}")
    assert re.search("[\u4e00-\u9fff]", ran.out)
    plain = re.sub(r"--[a-z-]+", "", ran.out)  # names of options are what is typed
    assert ENGLISH.findall(plain) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search"], "缺少参数"),
        (["search", "停水", "--limit", "many"], "应为整数"),
        (["search", "停水", "--limit"], "缺少值"),
        (["search", "停水", "--colour"], "不认识的参数"),
        (["source", "burn"], "没有这个选择"),
        (["user", "add", "li", "--role", "king"], "没有这个选择"),
        (["catalog"], "缺少参数"),
    ],
)
def test_wrong_usage_is_told_in_chinese_and_ends_with_2(
    yuqing: Yuqing, arguments: list[str], words: str
) -> None:
    ran = yuqing(*arguments)
    assert ran.code == 2
    assert words in ran.err
    assert "用法：" in ran.err
    assert ENGLISH.findall(re.sub(r"--[a-z-]+", "", ran.err)) == []


def test_an_unknown_command_ends_with_2_and_the_one_that_was_meant(tmp_path: Path) -> None:
    done = program(tmp_path, "serach", "停水")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "没有命令 serach，是否想用 search？\n"


def test_wrong_settings_end_with_2_and_one_line_that_names_the_setting(tmp_path: Path) -> None:
    for settings in ({"WORKERS": "many"}, {"PUBLICURL": "x"}, {"BROKER_URL": "amqp://x"}):
        done = program(tmp_path, "status", **settings)
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert f"YUQING_{next(iter(settings))}" in line


def test_a_failure_ends_with_1_and_one_line_without_a_traceback(
    yuqing: Yuqing, office: Office
) -> None:
    ran = yuqing("source", "remove", "nobody")
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err == "没有信源 nobody，见 yuqing source list\n"


def test_a_fresh_folder_says_what_is_missing_instead_of_a_traceback(tmp_path: Path) -> None:
    for arguments in (["status"], ["poll", "--once"]):
        done = program(tmp_path, *arguments)
        assert done.returncode == 1, arguments
        assert done.stderr == "数据库还没有建好或版本太旧，请先运行一次 yuqing up\n"
