"""Signs of life, and the small program that reads them for a container."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.stack.listener import Listener, Said
from monitor.stack.vital import STALE_S, main, sign, touch, trouble


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_sign_is_good_for_a_while_and_then_tells_since_when(tmp_path: Path) -> None:
    file = sign("worker-text", tmp_path)
    assert "还没有动静" in trouble(file, time.time())
    touch(file)
    now = file.stat().st_mtime
    assert trouble(file, now + STALE_S) == ""
    assert trouble(file, now + STALE_S + 1) == f"已有 {STALE_S + 1:.0f} 秒没有动静"
    assert trouble(file, now - 3600) != ""
    os.utime(file, (0, 0))
    touch(file)
    assert trouble(file, time.time()) == ""


def test_services_and_data_folders_have_signs_of_their_own(tmp_path: Path) -> None:
    files = {sign(name, tmp_path / at) for name in ("beat", "worker") for at in ("one", "two")}
    assert len(files) == 4


def test_a_link_that_somebody_else_laid_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    file = sign("beat", tmp_path)
    file.symlink_to(precious)
    with pytest.raises(OSError, match="symbolic"):
        touch(file)
    assert not precious.exists()


def test_the_program_answers_by_its_exit_code(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "YUQING_DATA": str(tmp_path)}

    def asked(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "monitor.stack.vital", *arguments],
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert asked().returncode == 2
    dead = asked(YUQING_SERVICE="beat")
    assert (dead.returncode, "没有动静" in dead.stderr) == (1, True)
    touch(sign("beat", tmp_path))
    assert asked(YUQING_SERVICE="beat").returncode == 0


def test_it_loads_nothing_heavy() -> None:
    code = (
        "import sys, monitor.stack.vital; "
        "print({'django', 'celery', 'redis', 'pydantic', 'aiohttp'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_an_address_is_well_when_it_answers_with_200(capsys: pytest.CaptureFixture[str]) -> None:
    from http import HTTPStatus

    pages = {
        "/well": lambda _: Said(b"ok"),
        "/ill": lambda _: Said("数据库　连接不上".encode(), HTTPStatus.SERVICE_UNAVAILABLE),
    }
    server = Listener(pages, 0, "127.0.0.1")
    server.start()
    address = f"http://127.0.0.1:{server.port}"
    assert main(["vital", f"{address}/well"], {}) == 0
    assert main(["vital", f"{address}/ill"], {}) == 1
    assert "503：数据库　连接不上" in capsys.readouterr().err
    server.close()
    assert main(["vital", f"{address}/well"], {}) == 1
    assert "没有回答" in capsys.readouterr().err
