"""A server that dies in the middle of its work, stays away for a while, and comes back."""

import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from monitor.index import IndexUnavailable, SearchIndex, open_index
from monitor.query import Document, parse
from tests.index.shelf import article
from tests.peers.elasticsearch.server import Server
from tests.peers.proxy import Proxy

PATIENCE_S = 60.0
TEXT = "".join(chr(0x4E00 + n * 37 % 9_000) for n in range(450))


@pytest.fixture
def index(mortal: Server, prefix: str) -> SearchIndex:
    index = open_index(f"{mortal.url}/{prefix}")
    index.create("one")
    index.write("one", [article(0)])
    return index


@pytest.fixture
def prefix() -> str:
    return f"t{uuid4().hex[:12]}"


@pytest.fixture
def proxy(mortal: Server) -> Iterator[Proxy]:
    with Proxy(mortal.url) as proxy:
        yield proxy


def many(first: int, count: int) -> list[Document]:
    return [article(n, rev=1, body=TEXT) for n in range(first, first + count)]


def held(index: SearchIndex) -> set[int]:
    index.refresh("one")
    return {hit.id for hit in index.search("one", parse(""), size=9_000).hits}


def eventually(work: Callable[[], object]) -> object:
    """What the work returns once the index is there for it."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return work()
        except IndexUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_a_server_killed_in_the_middle_of_a_bulk_loses_and_doubles_nothing(
    mortal: Server, index: SearchIndex, proxy: Proxy, prefix: str
) -> None:
    world = many(1, 1_700)
    proxy.during("/_bulk", 2, mortal.dies)
    with pytest.raises(IndexUnavailable):
        open_index(f"{proxy.url}/{prefix}").write("one", world)
    assert proxy.count("/_bulk") >= 2
    mortal.starts()
    kept = eventually(lambda: held(index))
    assert set(range(501)) <= kept, "what was acknowledged is there"
    assert len(kept) < 1_701, "the rest was not written"
    assert eventually(lambda: index.write("one", world)) == []
    assert held(index) == set(range(1_701))
    assert index.count("one") == 1_701


def test_a_server_that_is_away_costs_no_time_and_is_used_again_when_it_is_back(
    mortal: Server, index: SearchIndex
) -> None:
    mortal.dies()
    for _ in range(3):
        with pytest.raises(IndexUnavailable, match="连不上检索库"):
            index.write("one", many(1, 10))
    with pytest.raises(IndexUnavailable, match="秒后自动再试"):
        index.search("one", parse("停水"))
    mortal.starts()
    assert eventually(lambda: index.search("one", parse("停水")).total) == 1
    eventually(lambda: index.write("one", many(1, 10)))
    assert held(index) == set(range(11))
    assert index.generations() == ["one"]
    eventually(index.check)
