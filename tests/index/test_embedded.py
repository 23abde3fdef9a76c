"""What the embedded index promises to those who write, read, page and swap."""

import threading
from datetime import date

import pytest

from monitor.index import (
    Cursor,
    GenerationMissing,
    HotWord,
    Removal,
    SearchIndex,
    Sum,
    open_index,
)
from monitor.index.embedded import columns
from monitor.query import parse
from monitor.words import Level, Sentiment
from tests.index.shelf import article


@pytest.fixture(params=[13, 2], ids=["one cell", "many cells"])
def index(request, monkeypatch, tmp_path) -> SearchIndex:
    """An empty index; its columns are cut as they are, or after every fourth row."""
    monkeypatch.setattr(columns, "_BITS", request.param)
    index = open_index(f"sqlite://{tmp_path}")
    index.create("one")
    return index


def found(index: SearchIndex, typed: str, **how) -> list[int]:
    return [hit.id for hit in index.search("one", parse(typed), **how).hits]


def test_an_article_written_again_replaces_itself(index) -> None:
    index.write("one", [article(1, rev=1)])
    index.write("one", [article(1, rev=2, body="恢复供水", minutes=5)])
    assert found(index, "停水") == []
    assert found(index, "供水") == [1]
    assert index.count("one") == 1


def test_a_late_writer_changes_nothing(index) -> None:
    index.write("one", [article(1, rev=7, body="新文")])
    index.write("one", [article(1, rev=6, body="旧文"), article(2)])
    assert found(index, "新文") == [1]
    assert found(index, "旧文") == []
    assert found(index, "停水") == [2]


def test_of_two_versions_in_one_batch_the_higher_rev_stays(index) -> None:
    index.write("one", [article(1, rev=2, body="新文"), article(1, rev=1, body="旧文")])
    assert found(index, "新文") == [1]
    assert index.count("one") == 1


def test_a_change_of_event_topic_or_level_alone_is_seen(index) -> None:
    before = article(1, rev=1, event=4, level=Level.III, topics=("water",))
    index.write("one", [before])
    index.write("one", [article(1, rev=2, event=5, level=Level.I, topics=("gas",))])
    page = index.search("one", parse("停水 level:1 topic:gas"), facets=True)
    assert [hit.event for hit in page.hits] == [5]
    assert page.facets.topics == {"gas": 1}
    assert found(index, "level:3") == found(index, "topic:water") == []
    index.write("one", [article(1, rev=3, event=6, level=Level.I, topics=("gas",))])
    assert index.search("one", parse("停水")).hits[0].event == 6
    # The rev that changed nothing but the event counts as any other.
    index.write("one", [article(1, rev=2, body="旧文")])
    assert found(index, "停水") == [1]


def test_hits_come_newest_first_and_pages_lose_and_repeat_none(index) -> None:
    # Ten articles share a second; 2^20 apart, two of them share the low bits too.
    world = [article(n, minutes=n // 10) for n in range(45)]
    world += [article(3 + (1 << 20)), article(3 + (2 << 20))]
    index.write("one", world)
    seen: list[int] = []
    before: Cursor | None = None
    for _ in range(20):
        page = index.search("one", parse("停水"), size=5, before=before)
        assert page.total == 47
        seen += [hit.id for hit in page.hits]
        if page.next is None:
            break
        before = Cursor.parse(str(page.next))
        # What is new on top does not move the pages below.
        index.write("one", [article(900, minutes=999, body="别的")])
    assert len(seen) == len(set(seen)) == 47
    assert seen[:35] == [
        *range(44, 39, -1),
        *range(39, 29, -1),
        *range(29, 19, -1),
        *range(19, 9, -1),
    ]


@pytest.mark.parametrize(
    "text", ["", "5", "a.b", "1.2.3", "1." + "9" * 50, "1." + "9" * 30, "1.-5"]
)
def test_a_forged_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - int() says its own words
        Cursor.parse(text)


def test_facets_count_all_matching_articles_by_shanghai_days(index) -> None:
    index.write(
        "one",
        [
            article(1, source="forum", topics=("a", "b"), sentiment=Sentiment.NEGATIVE),
            article(2, source="forum", topics=("a",), minutes=12 * 60 - 1),
            article(3, source="paper", minutes=12 * 60),
            article(4, body="无关"),
        ],
    )
    page = index.search("one", parse("停水"), size=1, facets=True)
    assert page.total == 3
    assert page.facets.sources == {"forum": 2, "paper": 1}
    assert page.facets.topics == {"a": 2, "b": 1}
    assert page.facets.sentiments == {"negative": 1, "neutral": 2}
    assert page.facets.days == {date(2026, 11, 20): 2, date(2026, 11, 21): 1}


def test_folding_shows_each_event_once_with_its_newest_article(index) -> None:
    world = [article(n, minutes=n, event=n % 3 or None) for n in range(9)]
    index.write("one", world)
    page = index.search("one", parse("停水"), fold=True, size=3)
    assert [(hit.id, hit.event, hit.count) for hit in page.hits] == [
        (8, 2, 3),
        (7, 1, 3),
        (6, None, 1),
    ]
    assert (page.total, page.folded) == (9, 5)
    rest = index.search("one", parse("停水"), fold=True, size=3, before=page.next)
    assert [(hit.id, hit.count) for hit in rest.hits] == [(3, 1), (0, 1)]
    assert rest.next is None


def test_generations_live_side_by_side(index) -> None:
    index.create("two")
    index.write("two", [article(1)])
    assert index.generations() == ["one", "two"]
    assert (index.count("one"), index.count("two")) == (0, 1)
    index.create("two")
    assert index.count("two") == 1
    index.drop("two")
    index.drop("two")
    assert index.generations() == ["one"]


def test_a_generation_dropped_under_its_users_says_so(tmp_path) -> None:
    ours, theirs = (open_index(f"sqlite://{tmp_path}") for _ in range(2))
    ours.create("one")
    ours.write("one", [article(1)])
    theirs.drop("one")
    for use in (
        lambda: ours.search("one", parse("停水")),
        lambda: ours.write("one", [article(2)]),
        lambda: ours.count("one"),
        lambda: ours.remove("one", [Removal(1, 1, "202611")]),
        lambda: ours.drop_month("one", "202611"),
        lambda: ours.refresh("one"),
        lambda: ours.trend("one", parse("停水")),
        lambda: ours.hot_words("one", parse("停水")),
        lambda: list(ours.scan("one", parse("停水"))),
        lambda: ours.sums("one"),
        lambda: ours.revs("one", date(2026, 11, 20)),
    ):
        with pytest.raises(GenerationMissing, match="reindex"):
            use()
    theirs.create("one")
    assert ours.count("one") == 0


def test_a_search_answers_while_a_writer_holds_the_lock(index, tmp_path) -> None:
    index.write("one", [article(1)])
    writer = open_index(f"sqlite://{tmp_path}")._folder.connection("one")
    writer.execute("BEGIN IMMEDIATE")
    try:
        assert found(index, "停水") == [1]
    finally:
        writer.execute("ROLLBACK")


def test_threads_write_and_search_at_once(index) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for n in range(10):
                index.write("one", [article(number * 100 + n)])
                page = index.search("one", parse("停水"), size=500, facets=True)
                # One snapshot: the page, the total and the facets agree.
                assert len(page.hits) == page.total == sum(page.facets.days.values())
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            errors.append(error)
        finally:
            index.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert index.count("one") == 40


@pytest.mark.parametrize("url", ["postgres:///x", "index", "sqlite:x"])
def test_an_unknown_address_is_refused_with_the_right_one(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///"):
        open_index(url)


def test_a_document_that_can_never_be_written_is_refused_and_its_neighbours_are_written(
    index,
) -> None:
    broken = [article(2, source='x" OR "all'), article(4, words=("\ud83d",))]
    refused = index.write("one", [article(1), *broken, article(3)])
    assert [(one.id, one.words[:2]) for one in refused] == [(2, "代号"), (4, "关键")]
    assert found(index, "停水") == [3, 1]
    assert index.write("one", [article(2)]) == []
    assert found(index, "停水") == [3, 2, 1]


def test_a_refused_new_version_leaves_the_old_one(index) -> None:
    index.write("one", [article(1, rev=1)])
    assert [r.id for r in index.write("one", [article(1, rev=2, topics=("大写",))])] == [1]
    assert found(index, "停水") == [1]


def test_what_is_removed_is_nowhere_and_late_writes_lose(index) -> None:
    index.write("one", [article(1, rev=3, words=("停水",)), article(2, rev=3)])
    index.remove("one", [Removal(1, 4, "202611"), Removal(9, 4, "202611")])
    assert found(index, "停水") == [2]
    assert index.count("one") == 1
    assert index.sums("one") == {date(2026, 11, 20): Sum(1, 3)}
    assert index.revs("one", date(2026, 11, 20)) == {2: 3}
    assert index.write("one", [article(1, rev=4), article(9, rev=3)]) == []
    assert found(index, "停水") == [2]
    index.write("one", [article(1, rev=5), article(9, rev=5)])
    assert found(index, "停水") == [9, 2, 1]


def test_a_late_removal_changes_nothing(index) -> None:
    index.write("one", [article(1, rev=5)])
    index.remove("one", [Removal(1, 4, "202611")])
    assert found(index, "停水") == [1]
    index.remove("one", [Removal(1, 7, "202611"), Removal(1, 5, "202611")])
    index.remove("one", [Removal(1, 5, "202611")])
    index.write("one", [article(1, rev=6)])
    assert found(index, "停水") == []


def test_a_month_is_dropped_with_its_articles_and_with_what_it_remembers(index) -> None:
    october = article(1, month="202610", rev=1)
    index.write("one", [october, article(2, month="202611", rev=1), article(3, month="202610")])
    index.remove("one", [Removal(3, 9, "202610")])
    index.drop_month("one", "202610")
    index.drop_month("one", "202610")
    assert found(index, "停水") == [2]
    assert index.count("one") == 1
    index.write("one", [article(3, month="202610", rev=1)])
    assert found(index, "停水") == [3, 2]


def test_the_trend_counts_matching_articles_by_shanghai_days(index) -> None:
    index.write("one", [article(n, minutes=n * 12 * 60 - 1) for n in range(4)])
    index.write("one", [article(9, body="无关")])
    assert index.trend("one", parse("停水")) == {
        date(2026, 11, 20): 2,
        date(2026, 11, 21): 2,
    }
    assert index.trend("one", parse("停电")) == {}


def test_hot_words_tell_the_matching_articles_from_all(index) -> None:
    common = [article(n, body="供暖", words=("居民", "供暖")) for n in range(60)]
    rare = [article(100 + n, body="停水", words=("居民", "停水", "抢修")) for n in range(20)]
    index.write("one", common + rare)
    assert index.hot_words("one", parse("停水")) == (
        HotWord("停水", 20, 3.0),
        HotWord("抢修", 20, 3.0),
    )
    assert index.hot_words("one", parse("停水"), size=1) == (HotWord("停水", 20, 3.0),)
    assert index.hot_words("one", parse("无此词")) == index.hot_words("one", parse("")) == ()


def test_hot_words_forget_what_is_replaced_and_removed(index) -> None:
    world = [article(n, body="停水", words=("停水",)) for n in range(10)]
    world += [article(100 + n, body="供暖", words=("供暖",)) for n in range(10)]
    index.write("one", world)
    index.write("one", [article(n, body="停水", words=("抢修",), rev=1) for n in range(10)])
    index.remove("one", [Removal(100 + n, 1, "202611") for n in range(5)])
    # 10 of 15 articles have it, all 10 of those that match.
    (hot,) = index.hot_words("one", parse("停水"))
    assert (hot.word, hot.count, hot.score) == ("抢修", 10, pytest.approx(0.5))
    (hot,) = index.hot_words("one", parse("供暖"))
    assert (hot.word, hot.count, hot.score) == ("供暖", 5, pytest.approx(2))


def test_a_scan_yields_everything_newest_first_as_of_one_moment(index) -> None:
    index.write("one", [article(n, minutes=n, event=n % 3 or None) for n in range(50)])
    hits = index.scan("one", parse("停水"))
    first = next(hits)
    index.write("one", [article(99, minutes=-9), article(7, minutes=7, body="改了", rev=1)])
    index.remove("one", [Removal(8, 1, "202611")])
    assert [hit.id for hit in (first, *hits)] == list(range(49, -1, -1))
    assert (first.event, first.count) == (1, 1)


def test_a_scan_goes_on_after_a_cursor(index) -> None:
    index.write("one", [article(n, minutes=n // 4) for n in range(30)])
    whole = list(index.scan("one", parse("停水")))
    last = whole[9]
    rest = index.scan("one", parse("停水"), before=Cursor(last.published, last.id))
    assert list(rest) == whole[10:]


def test_sums_and_revs_are_those_of_the_days_of_publication(index) -> None:
    index.write("one", [article(n, minutes=n * 60, rev=n) for n in range(10, 15)])
    assert index.sums("one") == {
        date(2026, 11, 20): Sum(2, 21),
        date(2026, 11, 21): Sum(3, 39),
    }
    assert index.revs("one", date(2026, 11, 21)) == {12: 12, 13: 13, 14: 14}
    assert index.revs("one", date(2026, 11, 22)) == {}


def test_a_refresh_has_nothing_to_wait_for(index) -> None:
    index.write("one", [article(1)])
    index.refresh("one")
    assert found(index, "停水") == [1]
