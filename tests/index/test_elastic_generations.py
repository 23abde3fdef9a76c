"""Generations and months on a cluster: made from the template, dropped whole, never half there."""

from collections.abc import Iterator
from datetime import date

import pytest

from monitor.index import (
    GenerationMissing,
    IndexUnavailable,
    Removal,
    SearchIndex,
    Sum,
    open_index,
)
from monitor.index.elastic import sums
from monitor.query import parse
from tests.index.shelf import article
from tests.peers.elasticsearch.server import ask
from tests.peers.proxy import Proxy

DAY = 24 * 60


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
def prefix(elastic_url: str) -> str:
    return elastic_url.rpartition("/")[2]


@pytest.fixture
def behind(proxy: Proxy, index: SearchIndex, prefix: str) -> SearchIndex:
    """The same index, seen through the proxy."""
    return open_index(f"{proxy.url}/{prefix}")


def indexes(server: str, prefix: str) -> list[str]:
    found = ask(server, "GET", f"/_resolve/index/{prefix}.*?expand_wildcards=all")["indices"]
    return sorted(one["name"].removeprefix(f"{prefix}.") for one in found)


def test_a_generation_lives_from_create_to_drop(index, elasticsearch, prefix) -> None:
    index.create("two")
    index.write("two", [article(1), article(2, month="202512")])
    index.create("two")
    assert index.generations() == ["one", "two"]
    assert (index.count("one"), index.count("two")) == (0, 2)
    index.drop("two")
    index.drop("two")
    assert index.generations() == ["one"]
    assert indexes(elasticsearch, prefix) == ["one.head"]
    for use in (
        lambda: index.search("two", parse("停水")),
        lambda: index.write("two", [article(2)]),
        lambda: index.remove("two", [Removal(2, 1, "202611")]),
        lambda: index.drop_month("two", "202611"),
        lambda: index.count("two"),
        lambda: index.sums("two"),
        lambda: index.refresh("two"),
    ):
        with pytest.raises(GenerationMissing, match="reindex"):
            use()


def test_prefixes_do_not_see_each_other(index, elastic_url) -> None:
    other = open_index(f"{elastic_url}-b")
    other.create("one")
    other.write("one", [article(1)])
    assert index.count("one") == 0
    other.drop("one")
    assert index.generations() == ["one"]
    assert other.generations() == []


def test_indexes_come_from_the_strict_template_sorted_newest_first(
    index, elasticsearch, prefix
) -> None:
    index.write("one", [article(1)])
    name = f"{prefix}.one.202611"
    said = ask(elasticsearch, "GET", f"/{name}")[name]
    assert said["mappings"]["dynamic"] == "strict"
    assert said["mappings"]["_meta"] == {"layout": 1}
    assert said["settings"]["index"]["sort"]["field"] == ["published", "id"]
    assert said["settings"]["index"]["sort"]["order"] == ["desc", "desc"]
    assert "refresh_interval" not in said["settings"]["index"]
    assert ask(elasticsearch, "GET", f"/_index_template/{prefix}.v1")
    assert ask(elasticsearch, "POST", f"/{prefix}.one.209901/_doc", {"id": 1}) is None
    assert indexes(elasticsearch, prefix) == ["one.202611", "one.head"], "none made by mistake"


def test_a_month_goes_as_a_whole_and_may_come_again(index) -> None:
    index.write("one", [article(1), article(2, month="202512"), article(3, rev=7)])
    index.drop_month("one", "202611")
    index.drop_month("one", "202611")
    assert index.count("one") == 1
    index.write("one", [article(3)])
    assert index.count("one") == 2


def test_a_generation_dropped_under_its_writer_leaves_nothing_behind(
    index, proxy, behind, elasticsearch, prefix
) -> None:
    behind.write("one", [article(1)])
    proxy.before("POST", "/_bulk", lambda: index.drop("one"))
    with pytest.raises(GenerationMissing):
        behind.write("one", [article(2)])
    assert indexes(elasticsearch, prefix) == []


def test_a_month_made_just_after_the_drop_is_removed_by_its_writer(
    index, proxy, behind, elasticsearch, prefix
) -> None:
    proxy.before("PUT", f"/{prefix}.one.202611", lambda: index.drop("one"))
    with pytest.raises(GenerationMissing):
        behind.write("one", [article(1)])
    assert f"PUT /{prefix}.one.202611" in proxy.requests
    assert indexes(elasticsearch, prefix) == []


def test_what_a_killed_writer_left_goes_with_the_next_drop(index, elasticsearch, prefix) -> None:
    read_by = {"aliases": {f"{prefix}.dead": {}}}
    ask(elasticsearch, "PUT", f"/{prefix}.dead.202611", read_by)
    assert index.generations() == ["one"]
    index.drop("two")
    assert indexes(elasticsearch, prefix) == ["one.head"]


def test_what_an_administrator_keeps_under_the_prefix_is_left_alone(
    index, elasticsearch, prefix
) -> None:
    """A restored backup, renamed: its names may look like ours, and its mapping is ours."""
    index.write("one", [article(1)])
    kept = ["backup-2026", "backup.one.202611", "backup-one.202611", "backup-one.head"]
    for name in kept:
        assert ask(elasticsearch, "PUT", f"/{prefix}.{name}", {"aliases": {f"{prefix}.old": {}}})
    index.create("two")
    assert index.generations() == ["one", "two"]
    index.drop("backup-one")
    index.drop("one")
    index.drop("two")
    assert indexes(elasticsearch, prefix) == sorted(kept)


def test_two_writers_make_the_same_month_once(index, proxy, behind, prefix) -> None:
    proxy.before("PUT", f"/{prefix}.one.202611", lambda: index.write("one", [article(1)]))
    assert behind.write("one", [article(2)]) == []
    assert index.count("one") == 2


@pytest.mark.parametrize("left", ["head", "202611"])
def test_an_index_of_an_older_layout_asks_for_reindexing(
    index, elasticsearch, elastic_url, prefix, left
) -> None:
    index.write("one", [article(1)])
    ask(elasticsearch, "PUT", f"/{prefix}.one.{left}/_mapping", {"_meta": {"layout": 0}})
    upgraded = open_index(elastic_url)
    uses = [upgraded.check]
    if left == "head":
        uses += [lambda: upgraded.count("one"), lambda: upgraded.write("one", [article(2)])]
    for use in uses:
        with pytest.raises(IndexUnavailable, match="另一版本建的，请运行 yuqing reindex"):
            use()
    upgraded.create("two")
    upgraded.write("two", [article(1)])
    assert upgraded.count("two") == 1, "the cure works beside it"


def test_a_foreign_template_that_wins_is_said(index, elasticsearch, elastic_url, prefix) -> None:
    foreign = {"index_patterns": [f"{prefix}.*"], "priority": 9_999, "template": {}}
    ask(elasticsearch, "PUT", f"/_index_template/{prefix}.foreign", foreign)
    for use in (lambda: index.create("two"), lambda: index.write("one", [article(1)])):
        with pytest.raises(IndexUnavailable, match="优先级更高"):
            use()


def test_a_template_that_is_gone_is_said_and_made_again(index, elasticsearch, prefix) -> None:
    ask(elasticsearch, "DELETE", f"/_index_template/{prefix}.v1")
    with pytest.raises(IndexUnavailable, match="模板不见了"):
        index.check()
    index.write("one", [article(1)])
    index.check()


def test_a_refresh_shows_at_once_what_was_written(index) -> None:
    for number in range(5):
        index.write("one", [article(number)])
        index.refresh("one")
        assert index.search("one", parse("停水")).total == number + 1


def test_sums_and_revs_are_by_shanghai_days_and_need_no_refresh(index, monkeypatch) -> None:
    monkeypatch.setattr(sums, "_PAGE", 4)
    today = [article(number, rev=number) for number in range(1, 10)]
    late = article(20, rev=5, minutes=12 * 60)  # midnight in Shanghai
    index.write("one", [*today, late, article(30, rev=1, minutes=-400 * DAY)])
    assert index.sums("one") == {
        date(2025, 10, 16): Sum(1, 1),
        date(2026, 11, 20): Sum(9, 45),
        date(2026, 11, 21): Sum(1, 5),
    }
    assert index.revs("one", date(2026, 11, 20)) == {n: n for n in range(1, 10)}
    assert index.revs("one", date(2026, 11, 21)) == {20: 5}
    assert index.revs("one", date(2026, 11, 22)) == {}


def test_room_is_told_in_bytes(index) -> None:
    index.write("one", [article(number, body="水" * 400) for number in range(50)])
    index.refresh("one")
    room = index.space("one")
    assert room.used > 1_000
    assert room.free > 1_000_000
    assert index.space("two").used == 0


def test_a_healthy_index_passes_its_check_and_so_does_an_empty_place(index) -> None:
    index.write("one", [article(1)])
    index.check()
    index.drop("one")
    index.check()


def test_a_closed_month_is_said_and_goes_with_its_generation(index, elasticsearch, prefix) -> None:
    index.write("one", [article(1)])
    ask(elasticsearch, "POST", f"/{prefix}.one.202611/_close")
    for use in (index.check, lambda: index.count("one"), lambda: index.write("one", [article(2)])):
        with pytest.raises(IndexUnavailable, match="关闭"):
            use()
    index.drop("one")
    assert indexes(elasticsearch, prefix) == []
