"""Every index finds what `matches` says, in the same order, on worlds where everything goes wrong.

The truth is worked out in plain Python (tests/index/truth.py) from `matches`. A searcher that
agrees with it in every page, count and word agrees with every other. YUQING_TEST_EXAMPLES says
on how many worlds.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from monitor.index import Cursor, Page, SearchIndex, open_index
from monitor.index.tokens import day_tags, pairs
from monitor.query import Document, Matcher, Query, matches, parse
from monitor.text.pieces import stream
from tests.index.histories import History, histories, told
from tests.index.shelf import article
from tests.index.truth import Truth, cursor, revs_of, sums
from tests.peers.elasticsearch.fixtures import clear
from tests.query.worlds import EXAMPLES, collections, many, queries

# A memory file system where there is one: hundreds of worlds need no fsync.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - made by mkdtemp
GENERATION = "worlds"
# Histories follow each other in one generation, for a new one takes a cluster a tenth of a
# second; each has ids of its own, as an index remembers what was taken out of it.
ids = count(step=1 << 24)

Check = Callable[[SearchIndex, Truth], None]


@pytest.fixture(scope="module")
def embedded() -> Iterator[SearchIndex]:
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    index = open_index(f"sqlite://{folder}")
    index.create(GENERATION)
    yield index
    index.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def elastic(elasticsearch: str) -> Iterator[SearchIndex]:
    prefix = f"t{uuid4().hex[:12]}"
    index = open_index(f"{elasticsearch}/{prefix}")
    index.create(GENERATION)
    yield index
    clear(elasticsearch, prefix)


def agrees(
    index: SearchIndex, history: History, asked: list[Query], size: int, more: Check
) -> None:
    """Every query's pages, and one of the other things that an index tells."""
    history = history.moved(next(ids))
    world = history.left()
    note(f"{type(index).__name__}, {size} hits a page\n{history}\nleaves\n{told(world)}")
    history.happens_to(index, GENERATION)
    try:
        more(index, Truth(world, asked[0]))
        for query in asked:
            note(f"asked: {query}")
            finds(index, Truth(world, query), size)
    finally:
        history.is_undone(index, GENERATION)


def finds(index: SearchIndex, truth: Truth, size: int) -> None:
    how = {"facets": True}
    assert walk(index, truth.query, size, **how) == truth.pages(size, **how)
    how["fold"] = True
    assert walk(index, truth.query, size, **how) == truth.pages(size, **how)


def holds(index: SearchIndex, truth: Truth) -> None:
    world = truth.world
    assert index.count(GENERATION) == len(world)
    assert index.sums(GENERATION) == sums(world)
    for day in list({d.day for d in world})[:1]:
        assert index.revs(GENERATION, day) == revs_of(world, day)


def tells(index: SearchIndex, truth: Truth) -> None:
    assert index.trend(GENERATION, truth.query) == truth.trend
    assert index.hot_words(GENERATION, truth.query) == truth.hot_words


def streams(index: SearchIndex, truth: Truth) -> None:
    hits = truth.hits
    assert list(index.scan(GENERATION, truth.query)) == hits
    if hits:
        at = len(hits) // 2
        rest = index.scan(GENERATION, truth.query, before=cursor(hits[at]))
        assert list(rest) == hits[at + 1 :]


def walk(index: SearchIndex, query: Query, size: int, **how: bool) -> list[Page]:
    """All pages, through the cursor as it is written in an address."""
    pages: list[Page] = []
    before: Cursor | None = None
    while not pages or before is not None:
        pages.append(index.search(GENERATION, query, size=size, before=before, **how))
        before = pages[-1].next and Cursor.parse(str(pages[-1].next))
        assert len(pages) < 20
    return pages


def worlds(test: Callable[..., None]) -> Callable[..., None]:
    return given(
        history=histories(),
        asked=st.lists(queries(), min_size=1, max_size=3),
        size=st.sampled_from((1, 2, 3, 8)),
        more=st.sampled_from((holds, tells, streams)),
    )(test)


@many
@worlds
def test_the_embedded_index_says_what_matches_says(
    embedded: SearchIndex, history: History, asked: list[Query], size: int, more: Check
) -> None:
    agrees(embedded, history, asked, size, more)


# A world takes two dozen requests: 200 of them are enough for every run.
@settings(many, max_examples=int(os.environ.get("YUQING_TEST_EXAMPLES", "200")))
@worlds
@pytest.mark.timeout(300 + EXAMPLES)
def test_matcher_embedded_index_and_elasticsearch_say_the_same(
    embedded: SearchIndex,
    elastic: SearchIndex,
    history: History,
    asked: list[Query],
    size: int,
    more: Check,
) -> None:
    matcher = Matcher({str(number): query for number, query in enumerate(asked)})
    for document in history.left():
        hits = [str(number) for number, query in enumerate(asked) if matches(query, document)]
        assert matcher.hits(document) == hits
    for index in (embedded, elastic):
        agrees(index, history, asked, size, more)


@given(collections(), queries())
@settings(many, max_examples=EXAMPLES // 3)
def test_articles_of_one_second_whose_ids_share_low_bits_are_each_found_once(
    embedded: SearchIndex, world: list[Document], query: Query
) -> None:
    history = History((tuple(world),)).moved(next(ids))
    history.happens_to(embedded, GENERATION)
    try:
        found = [hit for page in walk(embedded, query, 2) for hit in page.hits]
        truth = Truth(history.left(), query)
        assert sorted(hit.id for hit in found) == sorted(hit.id for hit in truth.hits)
        assert [hit.published for hit in found] == [hit.published for hit in truth.hits]
    finally:
        history.is_undone(embedded, GENERATION)


TEXTS = [
    "城关镇停水，水通知",
    "停水通知",
    "停 水",
    "停，电停水",
    "A股大跌",
    "BA股",
    "chatgpt 和 GPT4",
    "拨打12345热线",
    "拨打112345热线",
    "好👍好",
    "👨\u200d👩\u200d👧",
    "e\u0301te",
    "x" * 64 + "停",
    "x" * 130,
    "停",
    "",
    "，。",
    "停停停",
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("停水", ["城关镇停水，水通知", "停水通知", "停，电停水"]),
        ("停水通知", ["停水通知"]),
        ('"停水 水通知"', ["城关镇停水，水通知"]),
        ('"停 水"', ["停 水"]),
        ("停", [t for t in TEXTS if "停" in t]),
        ("停停", ["停停停"]),
        ("A股", ["A股大跌"]),
        ("股", ["A股大跌", "BA股"]),
        ("gpt", []),
        ("gpt4", ["chatgpt 和 GPT4"]),
        ("12345热线", ["拨打12345热线"]),
        ("打12345", ["拨打12345热线"]),
        ("👍", ["好👍好"]),
        ('"好👍"', ["好👍好"]),
        ("👩", ["👨\u200d👩\u200d👧"]),
        ("e\u0301te", ["e\u0301te"]),
        ("e", []),
        ("x" * 64, ["x" * 64 + "停", "x" * 130]),
        ("x" * 66, ["x" * 130]),
        ("x" * 64 + "停", ["x" * 64 + "停"]),
        ("-停 -水", ["A股大跌", "BA股", *TEXTS[6:12], "x" * 130, "", "，。"]),
        ("-停 OR 停电", [t for t in TEXTS if "停" not in t]),
        ("", TEXTS),
        ("title:停", []),
    ],
)
def test_plain_examples_of_the_contract(typed: str, found: list[str], shelf) -> None:
    query = parse(typed)
    hits = shelf.search("one", query, size=50).hits
    assert sorted(TEXTS[hit.id] for hit in hits) == sorted(found)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    index = open_index(f"sqlite://{tmp_path_factory.mktemp('index')}")
    index.create("one")
    index.write("one", [article(n, body=text) for n, text in enumerate(TEXTS)])
    return index


def test_pairs_of_a_stream() -> None:
    assert pairs(stream("停水，拨12345。")) == ["停水", "水_拨", "拨|12345|", "|12345|_"]
    assert pairs("") == []


def test_a_long_interval_of_days_is_a_few_tags() -> None:
    assert list(day_tags(date(2025, 12, 30), date(2026, 11, 2))) == [
        "d:20251230",
        "d:20251231",
        *(f"d:2026{month:02}" for month in range(1, 11)),
        "d:20261101",
        "d:20261102",
    ]
    assert len(list(day_tags(None, date(2026, 11, 22)))) < 70
    assert len(list(day_tags(date(1, 1, 1), date(9999, 12, 31)))) == 100
