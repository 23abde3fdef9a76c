"""Pieces against the contract read literally, one character at a time."""

import unicodedata

import pytest
from hypothesis import given

from monitor.text.normalise import normalise
from monitor.text.pieces import LONGEST, pieces, stream, stream_of
from tests.query.worlds import EMOJI, texts


def is_han(character: str) -> bool:
    name = unicodedata.name(character, "")
    return name.startswith("CJK UNIFIED IDEOGRAPH") or character in "々〇\U00030000"


def segments(normalised: str) -> list[list[str]]:
    """The contract of a segment and its pieces, written as plainly as can be."""
    found: list[list[str]] = []
    run: list[str] = []
    for character in [*normalised, " "]:
        if unicodedata.category(character)[0] in "LNM" or is_han(character):
            if is_han(character) or not run or is_han(run[-1][0]) or len(run[-1]) == LONGEST:
                run.append(character)
            else:
                run[-1] += character
            continue
        if run:
            found.append(run)
            run = []
        if character in EMOJI:
            found.append([character])
    return found


@given(texts())
def test_pieces_are_what_the_contract_says(text: str) -> None:
    plain = normalise(text).text
    expected = [
        (piece, number == 0) for segment in segments(plain) for number, piece in enumerate(segment)
    ]
    found = pieces(plain)
    assert [(piece.text, piece.first) for piece in found] == expected
    assert all(plain[piece.start : piece.end] == piece.text for piece in found)
    assert all(piece.han == is_han(piece.text[0]) for piece in found)


@given(texts())
def test_the_stream_writes_the_pieces_whether_or_not_the_text_is_normalised(text: str) -> None:
    plain = normalise(text).text
    assert stream(text) == stream(plain) == stream_of(pieces(plain))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("城关镇停水，请拨12345热线。", "城关镇停水 请拨|12345|热线"),
        ("A股", "|a|股"),
        ("👨\u200d👩\u200d👧", "|👨| |👩| |👧|"),
        ("好👍好", "好 |👍| 好"),
        ("……", ""),
        ("x" * 65, "|" + "x" * 64 + "||x|"),
        ("停\ud83d水", "停 水"),
    ],
)
def test_the_stream_is_readable(text: str, expected: str) -> None:
    assert stream(text) == expected
