"""index, reindex and search on the real embedded index."""

import subprocess
import sys
import textwrap
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from monitor.index import IndexUnavailable, Refusal
from monitor.models import Article, IndexState
from monitor.pipeline import index, search
from monitor.pipeline.documents import documents
from monitor.pipeline.index import LANE, search_index, state
from monitor.pipeline.reindex import reindex
from monitor.pipeline.status import status
from monitor.query import Document, QueryError
from tests.pipeline.fixtures import ON_ELASTICSEARCH
from tests.pipeline.office import Office, alerts, ends_leases, entry, source
from tests.system.stories import STORIES, note

WATER = STORIES[6]
FORUM = [source("forum"), source("other")]


def held() -> int:
    return search_index().count(state().active)


def found(query: str) -> list[int]:
    return [hit.id for hit in search.search(query).hits]


def indexed() -> int:
    return status()["articles"]["indexed"]


@pytest.fixture
def library(office: Office) -> Office:
    """An office that has read thirty notes and a complaint, and indexed nothing yet."""
    office.has(sources=FORUM)
    office.hears("forum", WATER, *(note(n) for n in range(30)))
    office.reads()
    return office


def test_what_was_read_can_be_found(library: Office) -> None:
    assert indexed() == 0
    library.runs("index")
    assert (held(), indexed()) == (31, 31)
    (hit,) = search.search("自来水 大塘镇 -招聘").hits
    assert hit.title == WATER[:30]
    assert hit.url == Article.objects.get(pk=hit.id).link
    assert hit.alert == alerts()[0].number
    assert hit.negative > 0.5
    quoted = [hit.body[span.start : span.end] for span in hit.highlights.body]
    assert set(quoted) == {"自来水", "大塘镇"}


def test_an_article_is_not_indexed_before_it_is_read_and_grouped(office: Office) -> None:
    office.has(sources=FORUM)
    office.hears("forum", WATER)
    assert office.runs("index") == 0
    office.runs("analyse")
    assert office.runs("index") == 0
    office.runs("group")
    assert office.runs("index") == 1


def test_what_grows_is_indexed_again_with_what_it_shows_now(library: Office) -> None:
    library.runs("index")
    (pk,) = found("自来水")
    article = Article.objects.get(pk=pk)
    assert article.rev == article.indexed_rev
    assert found(f"level:{article.level} 自来水") == [pk]
    library.hears("forum", entry("通水了", body="大塘镇：管道已修好。", link=article.link))
    library.reads()
    assert library.runs("index") >= 1
    assert found("自来水") == []
    assert found("管道已修好") == [pk]
    assert held() == 31


def test_search_says_how_many_and_pages_newest_first(office: Office) -> None:
    office.has(sources=FORUM)
    now = timezone.now()
    for n in range(25):
        office.hears(
            "forum", entry(f"停水通知第{n}号", guid=str(n), claimed=now - timedelta(minutes=n))
        )
    office.reads()
    office.runs("index")
    first = search.search("停水", size=20, facets=True)
    assert (first.total, len(first.hits)) == (25, 20)
    assert first.facets is not None
    assert first.facets.sources == {"forum": 25}
    second = search.search("停水", size=20, before=first.next)
    titles = [hit.title for hit in (*first.hits, *second.hits)]
    assert titles == [f"停水通知第{n}号" for n in range(25)]
    assert second.next is None


def test_reprints_fold_into_one_hit_with_their_number(office: Office) -> None:
    office.has(sources=FORUM)
    for n in range(4):
        office.hears("other", entry(WATER, link=f"http://copy.example/{n}"))
    office.reads()
    office.runs("index")
    page = search.search("自来水", fold=True)
    assert [hit.count for hit in page.hits] == [4]
    assert page.total == 4


def test_a_mistake_in_a_query_points_at_its_place(library: Office) -> None:
    library.runs("index")
    with pytest.raises(QueryError) as caught:
        search.search("停水 (招聘")
    assert caught.value.start == 3


@pytest.mark.skipif(ON_ELASTICSEARCH, reason="it is about the embedded index's own files")
def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(library: Office) -> None:
    """The file of the index may not grow by more than a page, as on a full disk."""
    library.runs("index")
    before = held()
    connection = search_index()._folder.connection(state().active)  # type: ignore[attr-defined]
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    library.hears("forum", *(note(n) for n in range(100, 160)))
    library.runs("analyse", "group")
    library.runs("index")
    assert (held(), indexed()) == (before, before)
    ill = Article.objects.filter(indexed_rev=0)
    assert {article.attempts for article in ill} == {0}, "it is not the articles' fault"
    assert all("磁盘已满" in article.failure for article in ill)
    assert library.runs("index") == 0, "they rest a while"
    connection.execute("PRAGMA max_page_count = 1000000")
    ends_leases(Article)
    library.runs("index")
    assert held() == indexed() == Article.objects.count() == before + 60


def test_a_process_without_room_on_its_disk_lives_on_and_says_so(tmp_path: Path) -> None:
    """A real limit of the operating system on every file that the process writes."""
    script = """
        import resource, signal, sys
        from datetime import UTC, datetime
        from monitor.index import IndexUnavailable, open_index
        from monitor.query import Document
        index = open_index(sys.argv[1])
        index.create("g1")
        rows = [Document(n, f"第{n}则", "停水" * 500, "forum", datetime(2026, 11, 1, tzinfo=UTC))
                for n in range(400)]
        index.write("g1", rows[:1])
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        try:
            index.write("g1", rows)
        except IndexUnavailable as error:
            print(error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        print(index.count("g1"))
        index.write("g1", rows)
        print(index.count("g1"))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), f"sqlite:///{tmp_path}"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said, full, whole = done.stdout.splitlines()
    assert "磁盘" in said
    assert (full, whole) == ("1", "400")


def test_a_batch_under_way_when_a_rebuild_begins_writes_again_to_both(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = LANE.claim(timezone.now(), 200)
    steps = reindex()
    real = search_index()

    class Meanwhile:
        """The real index, but a rebuild begins while the first batch is being written."""

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def write(self, generation: str, rows: Sequence[Document]) -> list[Refusal]:
            refused = real.write(generation, rows)
            if not state().building:
                next(steps)
            return refused

    with monkeypatch.context() as patch:
        patch.setattr(index, "search_index", Meanwhile)
        index._project(claims)
    assert indexed() == 0, "nothing is called indexed that one of the two lacks"
    assert Article.objects.filter(owner="").count() == 31
    library.runs("index")
    assert search_index().count(state().active) == search_index().count(state().building) == 31
    list(steps)
    assert held() == indexed() == 31


def test_a_rebuild_while_articles_arrive_loses_no_write_and_drops_the_old(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.pipeline.reindex.BATCH", 10)
    library.runs("index")
    old = state().active
    first = Article.objects.order_by("id")[0]
    arrived = 0
    for progress in reindex():
        library.hears("forum", *(note(1000 + arrived + n) for n in range(5)))
        arrived += 5
        if arrived == 10:  # a row that was copied already changes
            library.hears("forum", entry("改过了", body="大塘镇：已更正。", link=first.link))
        library.reads()
        library.runs("index")
        assert found("") != [], "searching never stops"
        assert progress.done <= progress.total
    new = state()
    assert (new.active != old, new.building, new.cursor) == (True, "", 0)
    assert search_index().generations() == [new.active]
    assert held() == indexed() == Article.objects.count() == 31 + arrived
    assert found("已更正") == [first.pk]
    assert found("发黄发臭") == []


def test_a_rebuild_that_was_killed_goes_on_from_where_it_was(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.pipeline.reindex.BATCH", 10)
    library.runs("index")
    killed = reindex()
    for _ in range(3):
        next(killed)
    killed.close()
    building, cursor = state().building, state().cursor
    assert building
    assert search_index().count(building) == 20
    library.hears("forum", note(500))
    library.reads()
    library.runs("index")
    progress = list(reindex())
    assert progress[0].done == 20
    assert state().active == building
    assert cursor > 0
    assert held() == indexed() == 32


def test_what_a_killed_rebuild_left_behind_is_cleared_away(library: Office) -> None:
    library.runs("index")
    search_index().create("g20200101000000")  # killed before its name was written down
    list(reindex())
    assert search_index().generations() == [state().active]


@pytest.mark.skipif(ON_ELASTICSEARCH, reason="it is about the embedded index's own files")
def test_an_index_that_was_deleted_is_rebuilt_from_the_rows(library: Office) -> None:
    library.runs("index")
    search_index().close()
    for file in Path(library.folder, "index").iterdir():
        file.unlink()
    with pytest.raises(IndexUnavailable):
        search.search("自来水")
    list(reindex())
    assert held() == 31
    assert len(found("自来水")) == 1


def test_a_search_that_meets_the_swap_asks_the_new_generation(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.runs("index")
    stale = IndexState.objects.get(pk=1)
    list(reindex())
    answers = [stale]
    monkeypatch.setattr(search, "state", lambda: answers.pop() if answers else state())
    assert len(found("自来水")) == 1
    assert answers == []


def test_a_late_index_batch_changes_nothing_that_is_newer(library: Office) -> None:
    late = LANE.claim(timezone.now(), 200)
    old = documents(claim.key for claim in late)
    ends_leases(Article)
    library.runs("index")
    article = Article.objects.get(title=WATER[:30])
    library.hears("forum", entry("已通水", body="大塘镇：水清了。", link=article.link))
    library.reads()
    library.runs("index")
    search_index().write(state().active, list(old.values()))
    assert found("水清了") == [article.pk]
    index._project(late)
    assert Article.objects.get(pk=article.pk).indexed_rev == Article.objects.get(pk=article.pk).rev
