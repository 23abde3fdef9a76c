"""What Elasticsearch's own ways of paging and counting could get wrong."""

from dataclasses import replace

import pytest

from monitor.index import GenerationMissing, IndexUnavailable, SearchIndex, open_index
from monitor.index.elastic import asking
from monitor.index.elastic.connection import Cluster
from monitor.query import Document, parse
from tests.index.shelf import article
from tests.index.truth import Truth
from tests.peers.elasticsearch.server import ask
from tests.peers.proxy import Proxy

WATER = parse("停水")


@pytest.fixture
def index(elastic_url: str) -> SearchIndex:
    index = open_index(elastic_url)
    index.create("one")
    return index


def filled(index: SearchIndex, world: list[Document]) -> list[Document]:
    for at in range(0, len(world), 1_000):
        index.write("one", world[at : at + 1_000])
    index.refresh("one")
    return world


def test_events_that_fill_page_after_page_hide_none_of_those_below(index: SearchIndex) -> None:
    # Three events take the top two thousand places; their articles go on among the others.
    world = [article(n, minutes=-n, event=n % 3 + 1) for n in range(2_000)]
    world += [
        article(n, minutes=-n, event=None if n % 5 else n // 5 % 3 + 1) for n in range(2_000, 2_200)
    ]
    truth = Truth(filled(index, world), WATER)
    pages, before = [], None
    while not pages or before:
        pages.append(index.search("one", WATER, size=7, before=before, fold=True))
        before = pages[-1].next
    assert pages == truth.pages(7, fold=True)


def test_a_page_behind_more_articles_of_shown_events_than_are_looked_at_goes_on_from_there(
    index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.index.elastic.folding._LOOKS", 0)
    # Each of the first four events is shown at once, and comes again further down.
    shown = [article(n, minutes=-n, event=n) for n in range(1, 5)]
    again = [article(10 + n, minutes=-10 - n, event=n) for n in range(1, 5)]
    alone = [article(90, minutes=-90)]
    truth = Truth(filled(index, shown + again + alone), WATER)
    found, before, asked = [], None, 0
    while not asked or before:
        page = index.search("one", WATER, size=1, before=before, fold=True)
        found += page.hits
        before, asked = page.next, asked + 1
        assert asked < 20
    assert found == truth.stories


def test_more_than_ten_thousand_stories_are_told_as_an_estimate(index: SearchIndex) -> None:
    filled(index, [article(n, minutes=n % 1_000, body="停水") for n in range(12_000)])
    page = index.search("one", WATER, fold=True, facets=True)
    assert page.estimated
    assert page.total == 12_000
    assert page.folded == pytest.approx(12_000, rel=0.03)
    assert sum(page.facets.days.values()) == 12_000


def test_a_scan_is_of_one_moment_and_leaves_nothing_open(
    index: SearchIndex, elasticsearch: str
) -> None:
    world = filled(index, [article(n, minutes=n) for n in range(2_500)])
    hits = index.scan("one", WATER)
    first = next(hits)
    index.write("one", [replace(one, body="恢复供水", rev=1) for one in world[:1_500]])
    index.write("one", [article(9_000, minutes=-1)])
    index.refresh("one")
    assert [first, *hits] == Truth(world, WATER).hits
    assert open_searches(elasticsearch, index) == 0

    left_early = index.scan("one", WATER)
    next(left_early)
    assert open_searches(elasticsearch, index) > 0
    left_early.close()
    assert open_searches(elasticsearch, index) == 0


def open_searches(url: str, index: SearchIndex) -> int:
    names = index._cluster.names  # whose indexes to look at
    said = ask(url, "GET", f"/{names.alias('one')}/_stats/search")
    return said["_all"]["primaries"]["search"]["open_contexts"]


def test_a_scan_whose_place_the_server_has_lost_says_to_begin_again(
    index: SearchIndex, elasticsearch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(index, [article(n, minutes=n) for n in range(1_500)])
    points = []
    request = Cluster.request

    def overheard(self: Cluster, *what, **how):
        answer = request(self, *what, **how)
        points.append(answer.get("id"))
        return answer

    monkeypatch.setattr(Cluster, "request", overheard)
    hits = index.scan("one", WATER)
    next(hits)
    (point,) = filter(None, points)
    ask(elasticsearch, "DELETE", "/_pit", {"id": point})
    with pytest.raises(IndexUnavailable, match="请重新开始"):
        list(hits)


def test_a_scan_over_a_generation_that_is_dropped_says_so(index: SearchIndex) -> None:
    filled(index, [article(n, minutes=n) for n in range(1_500)])
    hits = index.scan("one", WATER)
    next(hits)
    index.drop("one")
    with pytest.raises(GenerationMissing):
        list(hits)


@pytest.mark.parametrize(
    ("timed_out", "failed", "words"),
    [(True, 0, "用时太长"), (False, 1, "一部分现在查不了")],
)
def test_an_answer_of_a_part_of_the_articles_is_none(timed_out, failed, words) -> None:
    with pytest.raises(IndexUnavailable, match=words):
        asking.whole({"timed_out": timed_out, "_shards": {"failed": failed}})


def test_a_month_that_cannot_be_read_makes_no_smaller_answer(
    index: SearchIndex, elasticsearch: str
) -> None:
    filled(index, [article(1), article(2, minutes=-60 * 24 * 30)])
    month = index._cluster.names.month("one", "202610")
    ask(elasticsearch, "POST", f"/{month}/_close")
    for use in (index.search, index.trend, index.hot_words):
        with pytest.raises(IndexUnavailable):
            use("one", WATER)
    with pytest.raises(IndexUnavailable):
        list(index.scan("one", WATER))


def test_a_hot_word_that_leaves_the_index_while_it_is_counted_does_no_harm(
    index: SearchIndex, elasticsearch: str, elastic_url: str
) -> None:
    prefix = elastic_url.rpartition("/")[2]
    filled(
        index,
        [article(n, words=("停水",)) for n in range(5)]
        + [article(n, body="赶集", words=("赶集",), month="202510") for n in range(5, 20)],
    )
    with Proxy(elasticsearch) as proxy:
        behind = open_index(f"{proxy.url}/{prefix}")
        # After the words were picked and counted among the matching, before they are among all.
        proxy.before(
            "POST", f"/{prefix}.one/_search", lambda: index.drop_month("one", "202611"), number=3
        )
        assert [hot.word for hot in behind.hot_words("one", WATER)] == ["停水"]
    assert index.hot_words("one", WATER) == ()
