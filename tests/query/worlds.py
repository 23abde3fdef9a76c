"""Small worlds of documents and queries in which everything that can go wrong is common."""

import os
from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from monitor.query import (
    DateIn,
    Document,
    Field,
    LevelIs,
    Node,
    Not,
    Phrase,
    Query,
    SentimentIs,
    SourceIs,
    TopicIs,
    UnitIs,
)
from monitor.query.tree import both, either
from monitor.text.pieces import stream
from monitor.words import Level, Sentiment

EXAMPLES = int(os.environ.get("YUQING_TEST_EXAMPLES", "300"))
many = settings(max_examples=EXAMPLES, deadline=None)

EMOJI = "👍🏽👨👩👧❤😂"
_SCRAPS = (
    *"停水电",  # few Han characters, so that repetitions are common
    *"電關々〇𠮷\U00030000",
    *"abＡ1２é",
    "e\u0301",
    "\u0301",
    *"㎡㈱㍿①…ß가か",
    *EMOJI,
    "👨\u200d👩\u200d👧",
    "❤\ufe0f",
    "\u200b",
    "\U000e0101",
    "\ud83d",
    *"，。 \u3000\n-_|:*\"'（）",
    "12345热线",
    "A股",
    "停水",
    "停电",
    "gpt",
    "chatgpt",
    "x" * 65,
    "\U00012000" * 65,  # two such pieces are longer than a token of Elasticsearch may be
)


# Every other scrap is one of these, and every third word asked for: what stands around them in
# a query then decides.
_COMMON = ("停", "水", "停水", "，gpt，")


def texts(most: int = 14) -> st.SearchStrategy[str]:
    scraps = st.sampled_from(_SCRAPS) | st.sampled_from(_COMMON)
    return st.lists(scraps, max_size=most).map("".join)


_SLUGS = ("s1", "s2", "a-b_c")
_KEYWORDS = ("停水", "热线", "污水")
_DAYS = st.dates(date(2025, 12, 30), date(2026, 1, 3)) | st.sampled_from(
    [date(1970, 1, 1), date(2000, 2, 29), date(2099, 12, 31), date(1, 1, 1), date(9999, 12, 31)]
)
# Around Shanghai's midnight, the year's end, and far off; seconds repeat.
_INSTANTS = st.builds(
    lambda base, hours, seconds: base + timedelta(hours=hours, seconds=seconds),
    st.sampled_from(
        [
            datetime(2025, 12, 31, 16, tzinfo=UTC),
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(1988, 7, 1, 15, tzinfo=UTC),
            datetime(2099, 12, 31, tzinfo=UTC),
        ]
    ),
    st.sampled_from([-48, -1, 0, 1, 23, 24, 48]),
    st.sampled_from([-0.5, -1, 0, 0, 1]),
)


def documents(number: int) -> st.SearchStrategy[Document]:
    return st.builds(
        Document,
        id=st.just(number),
        title=texts(6),
        body=texts(),
        source=st.sampled_from(_SLUGS),
        published=_INSTANTS,
        sentiment=st.sampled_from(Sentiment),
        units=st.sets(st.sampled_from(_SLUGS)).map(tuple),
        topics=st.sets(st.sampled_from(_SLUGS)).map(tuple),
        level=st.none() | st.sampled_from(Level),
        event=st.none() | st.integers(1, 3),
        rev=st.integers(0, 3),
        words=st.sets(st.sampled_from(_KEYWORDS)).map(lambda s: tuple(sorted(s))),
    )


# Ids that share their low bits meet in one second too.
FAR_APART = (1, 2, 3, 1 + (1 << 20), 1 + (1 << 21), 7)


def collections(ids: tuple[int, ...] = FAR_APART) -> st.SearchStrategy[list[Document]]:
    return st.integers(0, len(ids)).flatmap(
        lambda size: st.tuples(*(documents(number) for number in ids[:size])).map(list)
    )


def phrases() -> st.SearchStrategy[Phrase]:
    words = texts(4).map(stream).filter(bool)
    return st.builds(Phrase, words, st.sampled_from(Field))


def _slugs() -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from((*_SLUGS, "other")), min_size=1).map(lambda s: tuple(sorted(s)))


def _dates() -> st.SearchStrategy[DateIn]:
    def ordered(first: date | None, last: date | None) -> DateIn:
        if first and last and first > last:
            first, last = last, first
        return DateIn(first or (None if last else date(2026, 1, 1)), last)

    return st.builds(ordered, st.none() | _DAYS, st.none() | _DAYS)


def filters() -> st.SearchStrategy[Node]:
    sentiments = st.sets(st.sampled_from(Sentiment), min_size=1)
    levels = st.sets(st.sampled_from(Level), min_size=1)
    return st.one_of(
        st.builds(SourceIs, _slugs()),
        st.builds(UnitIs, _slugs()),
        st.builds(TopicIs, _slugs()),
        sentiments.map(lambda s: SentimentIs(tuple(v for v in Sentiment if v in s))),
        levels.map(lambda s: LevelIs(tuple(sorted(s)))),
        _dates(),
    )


def _branch(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(children, min_size=1, max_size=3)
    negated = children.map(lambda node: node.node if isinstance(node, Not) else Not(node))
    return some.map(both) | some.map(either) | negated


def _common() -> st.SearchStrategy[Node]:
    words = st.sampled_from([stream(word) for word in _COMMON])
    return st.builds(Phrase, words, st.sampled_from(Field))


def _layers() -> st.SearchStrategy[Node]:
    """Words and alternations, some of them excluded: what people type most."""
    one = _common() | filters() | phrases() | (_common() | filters()).map(Not)
    alternation = st.lists(one, min_size=2, max_size=3).map(either)
    layer = alternation | alternation | one | alternation.map(Not)
    return st.tuples(alternation, one, st.lists(layer, max_size=2)).map(
        lambda parts: both([*parts[:2], *parts[2]])
    )


def trees() -> st.SearchStrategy[Node]:
    return (
        st.recursive(_common() | phrases() | filters(), _branch, max_leaves=8)
        | _layers()
        | _layers()
    )


def queries() -> st.SearchStrategy[Query]:
    asked = trees().map(lambda tree: Query(str(tree), tree))
    everything = st.just(Query("", None))
    return st.sampled_from([asked] * 9 + [everything]).flatmap(lambda one: one)
