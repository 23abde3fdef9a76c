"""The matcher, the plain truth and the highlights say the same of every document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.query import Field, Matcher, Phrase, Query, highlights, matches, parse
from monitor.query.tree import positive
from monitor.text.normalise import normalise
from monitor.text.pieces import stream
from tests.query.worlds import documents, many, phrases, queries
from tests.text.test_pieces import segments


def gapped(text: str) -> list[str]:
    """The pieces of a text with a blank for each gap."""
    found: list[str] = []
    for segment in segments(normalise(text).text):
        found += [" ", *segment] if found else segment
    return found


def stands_in(words: list[str], text: list[str]) -> bool:
    return any(text[at : at + len(words)] == words for at in range(len(text)))


@many
@given(phrases(), documents(1))
def test_a_word_is_found_where_its_pieces_stand_side_by_side(word: Phrase, document) -> None:
    wanted = gapped(word.stream.replace("|", ""))
    in_title = stands_in(wanted, gapped(document.title))
    in_body = stands_in(wanted, gapped(document.body))
    expected = {
        Field.ANY: in_title or in_body,
        Field.TITLE: in_title,
        Field.BODY: in_body,
    }[word.field]
    assert matches(Query("", word), document) == expected


@many
@given(st.lists(queries(), max_size=6), documents(1))
def test_the_matcher_finds_what_matches_says(asked: list[Query], document) -> None:
    named = {f"q{number}": query for number, query in enumerate(asked)}
    expected = [name for name, query in named.items() if matches(query, document)]
    assert Matcher(named).hits(document) == expected


@many
@given(queries(), documents(1))
def test_a_printed_query_reads_back_as_the_same_query(query: Query, document) -> None:
    again = parse(str(query))
    assert str(again) == str(query)
    assert matches(again, document) == matches(query, document)


@many
@given(queries(), documents(1))
def test_every_highlight_is_a_searched_word(query: Query, document) -> None:
    found = highlights(query, document.title, document.body)
    words = list(positive(query.tree))
    for text, spans, elsewhere in (
        (document.title, found.title, Field.BODY),
        (document.body, found.body, Field.TITLE),
    ):
        allowed = [word.stream for word in words if word.field is not elsewhere]
        for span in spans:
            # One character may be several (㍿ is 株式会社), hence "in".
            assert any(word in stream(text[span.start : span.end]) for word in allowed)
        ends = [span.end for span in spans[:-1]]
        assert all(a <= b.start for a, b in zip(ends, spans[1:], strict=True))
        assert all(0 <= span.start < span.end <= len(text) for span in spans)


@many
@given(phrases(), documents(1))
def test_a_document_found_by_a_word_has_it_highlighted(word: Phrase, document) -> None:
    query = Query("", word)
    found = highlights(query, document.title, document.body)
    assert bool(found.title or found.body) == matches(query, document)


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("停水", "城关停水，明天还停水", ["停水", "停水"]),
        ("停水 通知", "停水通知", ["停水", "通知"]),
        ("停水 停水通知", "停水通知", ["停水通知"]),
        ('"停水 通知"', "停水……通知", ["停水……通知"]),
        ("停电", "停電了", ["停電"]),
        ("gpt", "ChatGPT ＧＰＴ", ["ＧＰＴ"]),
        ("停水 -停电", "停水停电", ["停水"]),
        ("-(-停水)", "停水", ["停水"]),
        ("停水", "停\u200b水", ["停\u200b水"]),
        ("title:停水", "停水", []),
        ("哈哈", "哈哈哈", ["哈哈"]),
    ],
)
def test_highlights_in_the_original_text(query: str, text: str, marked: list[str]) -> None:
    found = highlights(parse(query), "", text).body
    assert [text[span.start : span.end] for span in found] == marked
