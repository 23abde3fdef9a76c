"""Fixtures over a real server; a conftest imports those that its tests name."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.peers.elasticsearch.server import Server, ask, missing, shared
from tests.required import lacking


@pytest.fixture(scope="session")
def elasticsearch() -> str:
    """The address of the server that all tests share."""
    _demand()
    return shared()


@pytest.fixture
def elastic_url(elasticsearch: str) -> Iterator[str]:
    """An index address under a prefix that no other test has; what is made there goes after."""
    prefix = f"t{uuid4().hex[:12]}"
    yield f"{elasticsearch}/{prefix}"
    clear(elasticsearch, prefix)


@pytest.fixture(scope="module")
def _doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    _demand()
    server = Server(tmp_path_factory.mktemp("elasticsearch"))
    yield server
    server.stops()


@pytest.fixture
def mortal(_doomed: Server) -> Server:
    """A server that the test may kill; it runs when a test begins."""
    _doomed.starts()
    return _doomed


def clear(url: str, prefix: str) -> None:
    """Remove everything under a prefix."""
    found = ask(url, "GET", f"/_resolve/index/{prefix}.*?expand_wildcards=all")["indices"]
    for index in found:
        ask(url, "DELETE", f"/{index['name']}")
    ask(url, "DELETE", f"/_index_template/{prefix}.*")


def needs_server(item: pytest.Item) -> bool:
    """Whether a test asks for one of these fixtures."""
    return not {"elasticsearch", "mortal"}.isdisjoint(getattr(item, "fixturenames", ()))


def _demand() -> None:
    if words := missing():
        lacking(words)
