"""The index is rebuilt while articles arrive and people search; the rebuild is killed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.peers.elasticsearch.server import Server
from tests.system.library import Library

pytestmark = pytest.mark.timeout(900)

ARTICLES = 4000


@pytest.fixture(params=["embedded", "elasticsearch"])
def library(request: Any, tmp_path: Path) -> Iterator[Library]:
    settings = {}
    if request.param == "elasticsearch":
        settings["YUQING_INDEX_URL"] = request.getfixturevalue("elastic_url")
    with Library(tmp_path / "data", ARTICLES, **settings) as library:
        yield library


def test_a_rebuild_killed_twice_under_writes_and_searches_fails_no_search_and_loses_nothing(
    library: Library,
) -> None:
    old = library.column("active")
    library.lives()
    assert library.kills_a_rebuild(0.25) > 0
    assert library.kills_a_rebuild(0.6) >= 0.25, "it went on where it was"
    library.rebuilds()
    assert library.column("active") not in ("", old)
    seen = library.rests()
    assert (seen.failed, seen.failures) == (0, [])
    assert len(seen.searches) > 20
    assert seen.new > 0
    assert seen.changed > 0
    agrees(library, ARTICLES + seen.new)


def test_two_rebuilds_at_once_are_one(library: Library) -> None:
    both = [library.begins_a_rebuild() for _ in range(2)]
    said = [process.communicate(timeout=300) for process in both]
    codes = [process.returncode for process in both]
    assert 0 in codes
    for process, (_, wrong) in zip(both, said, strict=True):
        if process.returncode:
            assert process.returncode == 1
            assert re.match(rf"检索库正在由 \S+:{both[1 - both.index(process)].pid} 重建", wrong)
            assert len(wrong.splitlines()) == 1
    agrees(library, ARTICLES)


def test_a_rebuild_waits_for_an_elasticsearch_that_dies_under_it(
    mortal: Server, tmp_path: Path
) -> None:
    url = f"{mortal.url}/t{uuid4().hex[:8]}"
    with Library(tmp_path / "data", ARTICLES, YUQING_INDEX_URL=url) as library:

        def loses_its_server(_: Any) -> None:
            mortal.dies()
            if not library.column("building"):
                mortal.starts()  # too late, it had ended: the next one is met

        rebuild, copied = library.meets_a_rebuild(0.25, loses_its_server)
        assert copied > 0
        mortal.starts()
        assert rebuild.wait(300) == 0
        agrees(library, ARTICLES)


def agrees(library: Library, articles: int) -> None:
    """Every article is found, once, and one generation is left."""
    library.settles()
    assert f"核对 {articles} 篇" in library.yuqing("reconcile", "--dry-run")
    assert library.column("building") == ""
    assert library.generations() == {library.column("active")}
