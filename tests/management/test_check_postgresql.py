"""What `yuqing check` says of a PostgreSQL server: one line with the cure, and no password."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.peers.postgres import Guarded
from tests.pipeline.office import environment

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(240)]

Said = Callable[..., str]


@pytest.fixture(scope="module")
def server() -> Iterator[Guarded]:
    with Guarded() as running:
        running.database("office")
        running.database("empty")
        yield running


@pytest.fixture
def said(tmp_path: Path) -> Said:
    """What a command says with these settings, without the lines of other parts."""

    def run(command: str, **settings: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *command.split()],
            env=environment(tmp_path, **settings),
            capture_output=True,
            text=True,
            timeout=120,
        )
        lines = (done.stdout + done.stderr).splitlines()
        assert Guarded.password not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        if command != "check":
            return "\n".join(lines)
        at = next(n for n, line in enumerate(lines) if "数据库" in line)
        return "\n".join(lines[at : at + 2])

    return run


def test_a_server_with_tls_and_a_password_is_well(
    server: Guarded, said: Said, tmp_path: Path
) -> None:
    kept = tmp_path / "password"
    kept.write_text(f"{Guarded.password}\n")
    given = {
        "DATABASE_URL": server.address("office"),
        "DATABASE_PASSWORD_FILE": str(kept),
        "INDEX_URL": "http://127.0.0.1:1/x",
    }
    assert "个升级未做" in said("check", **given)
    assert said("migrate -v0", **given) == ""
    assert said("check", **given).splitlines()[0] == (
        f"正常　　数据库　PostgreSQL localhost:{server.port}/office"
    )


def test_sqlites_version_matters_only_where_sqlite_is_used(said: Said) -> None:
    elsewhere = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "INDEX_URL": "http://127.0.0.1:1/x"}
    assert "SQLite" not in said("check", **elsewhere)


@pytest.mark.parametrize(
    ("wrong", "words", "cure"),
    [
        ({"password": "guess"}, "不认这个密码", "YUQING_DATABASE_PASSWORD"),
        ({"database": "nowhere"}, "没有这个库", "CREATE DATABASE"),
        ({"user": "stranger"}, "不许本机以此用户连接", "pg_hba.conf"),
        ({"sslrootcert": "/etc/hostname"}, "加密连接没有建立", "sslrootcert"),
        ({"sslmode": "disable"}, "不许本机以此用户连接", "pg_hba.conf"),
        ({"port": "1"}, "连接不上", "防火墙"),
        ({"host": "no-such-host.invalid"}, "找不到这台主机", "主机名"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else "",
)
def test_what_is_wrong_is_said_in_one_line_with_the_cure(
    server: Guarded, said: Said, wrong: dict[str, str], words: str, cure: str
) -> None:
    given = {"database": "empty", "password": Guarded.password} | wrong
    password = given.pop("password")
    settings = {"DATABASE_URL": server.address(**given), "DATABASE_PASSWORD": password}
    first, second = said("check", **settings).splitlines()
    assert first.startswith("不正常　数据库　PostgreSQL ")
    assert first.endswith(words)
    assert second.startswith("　　　　办法：")
    assert cure in second


def test_other_commands_say_so_too_and_never_by_a_stack_trace(server: Guarded, said: Said) -> None:
    settings = {"DATABASE_URL": server.address("empty"), "DATABASE_PASSWORD": Guarded.password}
    assert said("status", **settings) == "数据库还没有建好或版本太旧，请先运行一次 yuqing up"
    settings["DATABASE_PASSWORD"] = "guess"
    assert said("status", **settings).startswith("数据库不认这个密码。请核对")


def test_an_address_that_nobody_can_read_is_refused_without_being_repeated(said: Said) -> None:
    for address in (
        "postgresql://yuqing:hidden@db:5432/yuqing?sslmod=require",
        "postgresql://yuqing:hid@de/n@db:5432/yuqing",
    ):
        words = said("status", DATABASE_URL=address)
        assert words.startswith(
            "设置 YUQING_DATABASE_URL（数据库地址）不对：读不懂。应形如 postgresql://"
        )
        assert "hid" not in words
        assert "YUQING_DATABASE_PASSWORD" in words
