"""`yuqing reindex` and `yuqing reconcile`: what they print, and how they end."""

import re

import pytest
from django.utils import timezone

from monitor.index import Removal
from monitor.models import Article, IndexState
from monitor.pipeline import search
from monitor.pipeline.index import search_index, settle, state
from monitor.pipeline.reindex import reindex
from tests.management.conftest import Yuqing
from tests.pipeline.fixtures import ON_ELASTICSEARCH
from tests.pipeline.office import Office, source
from tests.system.stories import note

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library(office: Office) -> Office:
    office.has(sources=[source("forum")])
    office.hears("forum", *(note(n) for n in range(20)))
    office.works()
    return office


def loses(count: int) -> list[int]:
    """The index loses some of its documents."""
    rows = list(Article.objects.order_by("pk")[:count])
    search_index().remove(
        state().active, [Removal(row.pk, row.indexed_rev, row.month) for row in rows]
    )
    settle()
    return [row.pk for row in rows]


# reindex


def test_reindex_says_how_many_and_how_long(library: Office, yuqing: Yuqing) -> None:
    ran = yuqing("reindex")
    assert ran.code == 0
    assert re.fullmatch(r"已重建检索库，共 20 篇，用时 \d+ 秒\n", ran.out)
    assert search.search("随手记").total == 20


def test_a_second_reindex_says_in_one_line_who_is_at_it(library: Office, yuqing: Yuqing) -> None:
    first = reindex()
    next(first)
    next(first)
    ran = yuqing("reindex")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert state().owner in ran.err
    assert "20/20 篇" in ran.err
    assert re.search(r"\d+月\d+日 \d\d:\d\d 开始", ran.err)
    assert len(list(first)) > 0
    assert yuqing("reindex").code == 0


@pytest.mark.skipif(ON_ELASTICSEARCH, reason="it is about the embedded index's own files")
def test_a_reindex_that_finds_no_index_says_how_to_go_on(library: Office, yuqing: Yuqing) -> None:
    begun = reindex()
    next(begun)
    begun.close()
    search_index().close()
    folder = library.folder / "index"
    folder.rename(library.folder / "elsewhere")
    folder.write_text("a file where the folder was")
    ran = yuqing("reindex")
    assert ran.code == 1
    assert ran.err.startswith("检索库没有建成：")
    assert "再运行 yuqing reindex 即接着做" in ran.err
    folder.unlink()
    (library.folder / "elsewhere").rename(folder)
    assert yuqing("reindex").code == 0


def test_restart_begins_anew(library: Office, yuqing: Yuqing) -> None:
    begun = reindex()
    next(begun)
    begun.close()
    building = state().building
    assert yuqing("reindex", "--restart").code == 0
    assert state().active > building


# reconcile


def test_reconcile_where_all_agrees_is_one_line(library: Office, yuqing: Yuqing) -> None:
    ran = yuqing("reconcile")
    assert (ran.code, len(ran.lines), ran.err) == (0, 1, "")
    assert re.fullmatch(r"核对 20 篇、\d 天，全部一致", ran.lines[0])


def test_a_dry_run_ends_with_1_where_something_differs_and_changes_nothing(
    library: Office, yuqing: Yuqing
) -> None:
    loses(3)
    for _ in range(2):
        ran = yuqing("reconcile", "--dry-run")
        assert ran.code == 1
        assert ran.err == "有不一致，运行 yuqing reconcile 修复\n"
        assert "日期" in ran.lines[1]
        assert "检索库缺 3 篇、旧 0 篇、多 0 篇" in ran.out
    assert yuqing("reconcile").code == 0
    assert library.runs("index") == 3
    assert yuqing("reconcile", "--dry-run").code == 0


def test_the_table_names_each_day_with_its_numbers(library: Office, yuqing: Yuqing) -> None:
    loses(2)
    today = Article.objects.all()[0].published
    row = next(line for line in yuqing("reconcile").lines if re.match(r"\s*\d{4}-\d\d-\d\d", line))
    cells = row.split()
    assert cells[0].startswith(f"{today:%Y}")
    assert int(cells[1]) - int(cells[2]) == int(cells[3]) == 2
    assert cells[4:] == ["0", "0"]


def test_waiting_ends_when_nothing_differs_any_more(library: Office, yuqing: Yuqing) -> None:
    loses(20)
    assert search.search("随手记").total == 0
    ran = yuqing("reconcile", "--wait")
    assert ran.code == 0
    assert ran.lines[-1].endswith("全部一致")
    assert search.search("随手记").total == 20


def test_an_index_that_cannot_be_asked_is_told_in_one_line(library: Office, yuqing: Yuqing) -> None:
    IndexState.objects.update(active="g1", until=timezone.now())
    ran = yuqing("reconcile")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert ran.err.startswith("检索库暂时核对不了：")


# read your own write


def test_what_was_polled_is_found_by_the_next_search(library: Office, yuqing: Yuqing) -> None:
    library.hears("forum", note(500))
    assert yuqing("poll", "--once").code == 0
    assert search.search("随手记").total == 21
