"""The office of a test: its own folders, fresh memories, and the process's caches set back.

`YUQING_TEST_INDEX=elasticsearch` gives every office a prefix of its own on a real server instead
of a folder. Conftests are read before Django is set up, so the product is imported inside the
fixtures.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.peers.elasticsearch.fixtures import clear
from tests.peers.elasticsearch.server import shared
from tests.peers.feeds import FeedServer
from tests.peers.robot import Robot

ON_ELASTICSEARCH = os.environ.get("YUQING_TEST_INDEX") == "elasticsearch"

_readers: dict[str, Any] = {}


@pytest.fixture
def office(
    db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """An `Office` with its towns and the shipped catalogue, and nothing else."""
    with _index(tmp_path) as index_url:
        yield from _office(tmp_path, index_url, settings, monkeypatch)


@contextmanager
def _index(folder: Path) -> Iterator[str]:
    """The address of an empty index."""
    if not ON_ELASTICSEARCH:
        yield f"sqlite:///{folder}/index"
        return
    server, prefix = shared(), f"t{uuid4().hex[:12]}"
    yield f"{server}/{prefix}"
    clear(server, prefix)


def _office(
    tmp_path: Path, index_url: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    from monitor.detect.events import Window
    from monitor.pipeline import group, index, knowledge
    from tests.pipeline.office import SIGNING, Office

    secrets = {"SIGNING": SIGNING}
    settings.YUQING = settings.YUQING.model_copy(
        update={
            "data": tmp_path,
            "catalog": tmp_path / "catalog",
            "index_url": index_url,
            "secrets": secrets,
        }
    )
    monkeypatch.setattr(knowledge, "_current", None)
    monkeypatch.setattr(knowledge, "_reader", _shared(knowledge._reader))
    monkeypatch.setattr(group, "_memory", group._Memory(Window()))
    index.search_index.cache_clear()
    yield Office(tmp_path, secrets).has()
    index.search_index().close()
    index.search_index.cache_clear()


def _shared(make: Any) -> Any:
    """Reading the dictionaries takes a quarter of a second: equal catalogues share the result."""

    def reader(values: Any, revision: int, model: Any) -> Any:
        parts = (values.places, values.units, values.matters, values.weights)
        key = repr([model.id, *(sorted(part.items()) for part in parts)])
        if key not in _readers:
            _readers[key] = make(values, revision, model)
        return _readers[key]

    return reader


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def robot() -> Iterator[Robot]:
    from tests.pipeline.office import SIGNING

    with Robot(SIGNING) as peer:
        yield peer
