"""The embedded index finds what `matches` says, on worlds where everything goes wrong."""

import shutil
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.index import Cursor, Hit, Page, SearchIndex, open_index
from monitor.index.tokens import day_tags, pairs
from monitor.query import Document, Query, matches, parse
from monitor.text.pieces import stream
from tests.index.shelf import article
from tests.query.worlds import collections, many, queries

# A memory file system where there is one: hundreds of worlds need no fsync.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - made by mkdtemp


def seconds(document: Document) -> int:
    return int(document.published.timestamp() // 1)


def walk(index: SearchIndex, query: Query, **how: bool) -> list[Page]:
    """All pages, two hits each."""
    pages: list[Page] = []
    before: Cursor | None = None
    while not pages or before is not None:
        pages.append(index.search("one", query, size=2, before=before, **how))
        before = pages[-1].next and Cursor.parse(str(pages[-1].next))
        assert len(pages) < 20
    return pages


def check(world: list[Document], asked: list[Query]) -> None:
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    index = open_index(f"sqlite://{folder}")
    try:
        index.create("one")
        index.write("one", world)
        for query in asked:
            compare(index, query, [d for d in world if matches(query, d)])
    finally:
        index.close()
        shutil.rmtree(folder)


def compare(index: SearchIndex, query: Query, expected: list[Document]) -> None:
    plain = walk(index, query)
    hits = [hit for page in plain for hit in page.hits]
    assert sorted(hit.id for hit in hits) == sorted(d.id for d in expected)
    newest = [seconds(d) for d in sorted(expected, key=seconds, reverse=True)]
    assert [int(hit.published.timestamp()) for hit in hits] == newest
    assert {page.total for page in plain} == {len(expected)}

    facets = index.search("one", query, facets=True).facets
    assert facets is not None
    assert facets.topics == Counter(t for d in expected for t in d.topics)
    assert facets.sources == Counter(d.source for d in expected)
    assert facets.sentiments == Counter(str(d.sentiment) for d in expected)
    assert facets.days == Counter(d.day for d in expected)

    folded = walk(index, query, fold=True, facets=True)
    events: dict[object, list[Document]] = {}
    for document in expected:
        events.setdefault(document.event or f"alone {document.id}", []).append(document)
    stories = [hit for page in folded for hit in page.hits]
    assert sorted(hit.count for hit in stories) == sorted(map(len, events.values()))
    assert all(is_newest(hit, expected) for hit in stories)
    assert {page.folded for page in folded} == {len(events)}
    assert {page.total for page in folded} == {len(expected)}
    assert folded[0].facets == facets


def is_newest(hit: Hit, expected: list[Document]) -> bool:
    if hit.event is None:
        return hit.count == 1
    same = [seconds(d) for d in expected if d.event == hit.event]
    return int(hit.published.timestamp()) == max(same)


@many
@given(collections(), st.lists(queries(), min_size=1, max_size=4))
def test_the_index_finds_exactly_what_matches_says(
    world: list[Document], asked: list[Query]
) -> None:
    check(world, asked)


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
