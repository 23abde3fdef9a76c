"""The small server of a process that has no other."""

import http.client
import socket
from collections.abc import Iterator

import pytest

from monitor.stack.listener import Caller, Listener, Said


def broken(_: Caller) -> Said:
    raise RuntimeError("秘密的内情")


@pytest.fixture
def server() -> Iterator[Listener]:
    pages = {
        "/metrics": lambda caller: Said(f"{caller.address} {caller.authorization}".encode()),
        "/broken": broken,
    }
    listener = Listener(pages, 0, "127.0.0.1")
    listener.start()
    yield listener
    listener.close()


def ask(server: Listener, path: str, method: str = "GET") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path, headers={"Authorization": "Bearer x"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_a_page_is_told_who_asks(server: Listener) -> None:
    assert ask(server, "/metrics") == (200, "127.0.0.1 Bearer x")
    assert ask(server, "/metrics?name=up") == (200, "127.0.0.1 Bearer x")


def test_other_paths_and_methods_are_refused(server: Listener) -> None:
    assert ask(server, "/etc/passwd")[0] == 404
    assert ask(server, "/metrics", "POST")[0] == 501


def test_an_error_is_logged_and_not_told(
    server: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    status, text = ask(server, "/broken")
    assert status == 500
    assert "秘密" not in text
    assert "秘密的内情" in caplog.text


def test_one_who_says_nothing_keeps_nobody_waiting(server: Listener) -> None:
    with socket.create_connection(("127.0.0.1", server.port)):
        assert ask(server, "/metrics")[0] == 200


def test_a_port_that_is_taken_is_said_so(server: Listener) -> None:
    with pytest.raises(OSError, match="in use"):
        Listener({}, server.port, "127.0.0.1")
