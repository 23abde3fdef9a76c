"""Documents in bulk: each item has its own outcome, and pressure is met with patience."""

from collections.abc import Iterator

import pytest

from monitor.index import IndexUnavailable, Removal, SearchIndex, open_index
from monitor.index.elastic import writing
from monitor.query import Document, parse
from tests.index.shelf import article
from tests.peers.elasticsearch.server import ask
from tests.peers.proxy import Proxy

MONTH = "202611"


@pytest.fixture
def index(elastic_url: str) -> SearchIndex:
    index = open_index(elastic_url)
    index.create("one")
    return index


@pytest.fixture
def proxy(elasticsearch: str) -> Iterator[Proxy]:
    with Proxy(elasticsearch) as proxy:
        yield proxy


@pytest.fixture
def behind(proxy: Proxy, index: SearchIndex, elastic_url: str) -> SearchIndex:
    """The same index, seen through the proxy; the month is there already."""
    index.write("one", [article(0)])
    return open_index(f"{proxy.url}/{elastic_url.rpartition('/')[2]}")


class Clock:
    """Stands still but for what passes."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def passes(self, seconds: float) -> None:
        self._now += seconds

    sleep = passes


def held(index: SearchIndex) -> set[int]:
    index.refresh("one")
    return {hit.id for hit in index.search("one", parse(""), size=5_000).hits}


def month(url: str, name: str = MONTH) -> str:
    """The path of a month's index on the server."""
    return f"/{url.rpartition('/')[2]}.one.{name}"


def server(url: str) -> str:
    return url.rpartition("/")[0]


def test_each_month_has_an_index_of_its_own(index: SearchIndex, elastic_url: str) -> None:
    day = 24 * 60
    index.write("one", [article(1), article(2, minutes=20 * day), article(3, month="202601")])
    for name, number in (("202611", 1), ("202612", 2), ("202601", 3)):
        said = ask(server(elastic_url), "GET", f"{month(elastic_url, name)}/_doc/{number}")
        assert said["_source"]["id"] == number
    assert held(index) == {1, 2, 3}


def test_the_texts_are_not_kept_twice(index: SearchIndex, elastic_url: str) -> None:
    index.write("one", [article(1, title="停水通知", topics=("water",))])
    said = ask(server(elastic_url), "GET", f"{month(elastic_url)}/_doc/1")["_source"]
    assert said["topics"] == ["water"]
    assert not {"title", "body"} & said.keys()


def test_a_late_writer_loses(index: SearchIndex) -> None:
    index.write("one", [article(1, rev=5, source="new")])
    assert index.write("one", [article(1, rev=4, source="old"), article(2)]) == []
    index.refresh("one")
    facets = index.search("one", parse(""), facets=True).facets
    assert facets.sources == {"new": 1, "forum": 1}


def test_a_write_that_comes_after_the_deletion_loses(index: SearchIndex) -> None:
    index.write("one", [article(1, rev=3), article(2, rev=3)])
    index.remove("one", [Removal(1, 3, MONTH), Removal(2, 2, MONTH), Removal(9, 1, MONTH)])
    assert held(index) == {2}, "a removal of a lower rev than the stored one changes nothing"
    index.write("one", [article(1, rev=3), article(9, rev=1)])
    assert held(index) == {2}
    index.write("one", [article(1, rev=4), article(9, rev=2)])
    assert held(index) == {1, 2, 9}


def test_a_document_is_removed_wherever_it_stands(index: SearchIndex) -> None:
    index.write("one", [article(1, month="202601"), article(2), article(3)])
    index.remove("one", [Removal(1, 0, ""), Removal(2, 0, "")])
    assert held(index) == {3}


def test_removing_from_a_month_that_is_not_there_makes_none(index, elastic_url: str) -> None:
    index.remove("one", [Removal(1, 0, "203001")])
    assert ask(server(elastic_url), "GET", month(elastic_url, "203001")) is None


def test_poison_is_refused_with_its_reason_and_its_neighbours_are_written(index) -> None:
    poison = article(2, words=("长" * 20_000,))
    (refusal,) = index.write("one", [article(1), poison, article(3)])
    assert refusal.id == 2
    assert refusal.words.startswith("检索库拒收：")
    assert "words" in refusal.words
    assert len(refusal.words) < 1_000
    assert held(index) == {1, 3}


def test_a_document_that_a_strict_mapping_refuses_says_which_field(
    index: SearchIndex, elastic_url: str
) -> None:
    url, prefix = server(elastic_url), elastic_url.rpartition("/")[2]
    ask(url, "DELETE", f"/_index_template/{prefix}.*")
    narrow = {"dynamic": "strict", "properties": {"id": {"type": "long"}}}
    ask(url, "PUT", month(elastic_url), {"mappings": narrow, "aliases": {f"{prefix}.one": {}}})
    (refusal,) = index.write("one", [article(1), article(2, month="202512")])
    assert refusal.id == 1
    assert "dynamic introduction of [title]" in refusal.words
    said = ask(url, "GET", f"{month(elastic_url, '202512')}/_doc/2")
    assert said["found"], "the neighbour is written, into a month of our template"


@pytest.mark.parametrize("wrong", ["2026-11", "20261", "２０２６１１", "../etc"])
def test_a_document_without_a_month_is_refused_and_its_neighbours_are_written(
    index: SearchIndex, wrong: str
) -> None:
    (refusal,) = index.write("one", [article(1), article(2, month=wrong), article(3)])
    assert refusal.id == 2
    assert "月份" in refusal.words
    assert held(index) == {1, 3}


def test_half_a_surrogate_pair_in_a_keyword_is_no_obstacle(index: SearchIndex) -> None:
    assert index.write("one", [article(1, words=("\ud83d",))]) == []
    assert held(index) == {1}


def many(count: int) -> list[Document]:
    return [article(n, body=chr(0x4E00 + n % 5_000) * 400) for n in range(1, count + 1)]


def test_a_bulk_is_cut_by_count_and_by_bytes(proxy: Proxy, behind: SearchIndex) -> None:
    behind.write("one", [article(n) for n in range(1, 502)])
    assert proxy.count("/_bulk") == 2
    behind.write("one", [article(n, rev=1, body="水" * 400_000) for n in (1, 2, 3)])
    assert proxy.count("/_bulk") == 5
    assert len(held(behind)) == 502


def test_a_busy_cluster_is_tried_again_until_it_takes_all(
    proxy: Proxy, behind: SearchIndex
) -> None:
    proxy.is_busy(times=2)
    assert behind.write("one", many(10)) == []
    assert proxy.count("/_bulk") == 3
    assert held(behind) == set(range(11))


def test_only_the_items_that_were_turned_away_are_sent_again(
    proxy: Proxy, behind: SearchIndex
) -> None:
    proxy.is_busy_with({3, 7}, times=2)
    assert behind.write("one", many(10)) == []
    assert held(behind) == set(range(11))
    assert proxy.count("/_bulk") == 3


def test_poison_beside_a_busy_item_is_refused_once(proxy: Proxy, behind: SearchIndex) -> None:
    proxy.is_busy_with({3}, times=1)
    poison = article(2, words=("长" * 20_000,))
    assert [one.id for one in behind.write("one", [article(1), poison, article(3)])] == [2]
    assert held(behind) == {0, 1, 3}


def test_a_cluster_that_stays_busy_is_left_alone_with_words(
    proxy: Proxy, behind: SearchIndex
) -> None:
    proxy.is_busy()
    with pytest.raises(IndexUnavailable, match="正忙"):
        behind.write("one", many(10))
    assert proxy.count("/_bulk") == 4
    proxy.behaves()
    behind.write("one", many(10))
    assert held(behind) == set(range(11))


def test_a_lost_answer_makes_the_retry_no_second_document(
    proxy: Proxy, behind: SearchIndex
) -> None:
    proxy.loses_answers("/_bulk", times=1)
    with pytest.raises(IndexUnavailable):
        behind.write("one", many(10))
    assert behind.write("one", many(10)) == []
    assert behind.count("one") == 11


def test_a_proxy_that_takes_little_gets_smaller_bulks(proxy: Proxy, behind: SearchIndex) -> None:
    proxy.takes_at_most(20_000)
    giant = article(99, body="水" * 10_000)
    (refusal,) = behind.write("one", [*many(40), giant])
    assert refusal.id == 99
    assert "太长" in refusal.words
    assert held(behind) == set(range(41))


def test_a_bulk_that_fails_as_a_whole_is_no_fault_of_its_documents(
    proxy: Proxy, behind: SearchIndex
) -> None:
    proxy.refuses_bulks("illegal_argument_exception")
    with pytest.raises(IndexUnavailable, match="400，illegal_argument_exception"):
        behind.write("one", many(3))
    proxy.behaves()
    assert behind.write("one", many(3)) == []


def test_a_write_of_many_bulks_has_one_time_limit(
    proxy: Proxy, behind: SearchIndex, monkeypatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(writing, "time", clock)
    monkeypatch.setattr(writing, "LIMIT_S", 100.0)
    proxy.before("POST", "/_bulk", lambda: clock.passes(60), number=2)
    assert behind.write("one", [article(n) for n in range(1, 1_502)]) == []
    sent = proxy.count("/_bulk")
    proxy.before("POST", "/_bulk", lambda: clock.passes(120), number=2)
    with pytest.raises(IndexUnavailable, match="太慢"):
        behind.write("one", [article(n, rev=2) for n in range(1, 1_502)])
    assert proxy.count("/_bulk") == sent + 2


def test_a_full_disk_is_said_by_name_and_writing_goes_on_after_it(
    index: SearchIndex, elastic_url: str
) -> None:
    index.write("one", [article(1)])
    settings = f"{month(elastic_url)}/_settings"
    blocked = {"index.blocks.read_only_allow_delete": True}
    ask(server(elastic_url), "PUT", settings, blocked)
    for use in (lambda: index.write("one", [article(2)]), index.check):
        with pytest.raises(IndexUnavailable, match=r"洪水水位（flood stage）.*清理磁盘"):
            use()
    assert held(index) == {1}, "searching goes on"
    ask(server(elastic_url), "PUT", settings, {"index.blocks.read_only_allow_delete": None})
    index.write("one", [article(2)])
    index.check()
    assert held(index) == {1, 2}


def test_an_index_that_somebody_locked_is_said(index: SearchIndex, elastic_url: str) -> None:
    index.write("one", [article(1)])
    settings = f"{month(elastic_url)}/_settings"
    ask(server(elastic_url), "PUT", settings, {"index.blocks.write": True})
    for use in (lambda: index.write("one", [article(2)]), index.check):
        with pytest.raises(IndexUnavailable, match="只读"):
            use()
