"""What `yuqing up` tells whom: a way in is for the terminal, the log file is passed on and kept."""

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from monitor.management.commands.up import Command
from monitor.pipeline import accounts
from monitor.stack.log import Log

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def console() -> Iterator[int]:
    """The port of something that answers like a console that is up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def written(folder: Path) -> str:
    return (folder / "yuqing.log").read_text(encoding="utf-8")


def becomes_ready(folder: Path, port: int, *, demo: bool) -> None:
    log = Log(folder, now=lambda: datetime.now(UTC), stream=None)
    child = Command()._web(log, demo, "127.0.0.1", port)
    assert child.ready is not None
    assert child.ready()
    assert child.ready()
    log.close()


def test_the_demos_way_in_is_shown_once_on_the_terminal_and_never_in_the_log_file(
    tmp_path: Path, console: int, capsys: Any
) -> None:
    becomes_ready(tmp_path, console, demo=True)
    (token,) = re.findall(rf"http://127\.0\.0\.1:{console}/enter/(\S+)", capsys.readouterr().out)
    assert token not in written(tmp_path)
    assert "/enter/" not in written(tmp_path)
    assert f"http://127.0.0.1:{console + 1}/phone" in written(tmp_path)
    user = accounts.redeem(token)
    assert user == User.objects.get()
    assert user.groups.get().name == "admin"


def test_an_office_without_users_is_told_how_to_add_the_first(
    tmp_path: Path, console: int, capsys: Any
) -> None:
    becomes_ready(tmp_path, console, demo=False)
    assert "yuqing user add" in written(tmp_path)
    assert "/enter/" not in capsys.readouterr().out + written(tmp_path)
    assert not User.objects.exists()
