from collections.abc import Iterator

import pytest

from tests.peers.feeds import Feed, FeedServer


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


@pytest.fixture
def feed(server: FeedServer) -> Feed:
    return server.feed("/feed.xml")
