"""Marked text is the same text, escaped, whatever it says and wherever the marks lie."""

from html import unescape
from re import sub

from hypothesis import given
from hypothesis import strategies as some

from monitor.web.marking import Mark, excerpt, marked, paragraphs, said
from monitor.words import Span

TEXTS = some.text(some.sampled_from("停水<>&\"' \u202e\u0000a1，。\n😱"), max_size=40)


@given(TEXTS, some.lists(some.tuples(some.integers(0, 40), some.integers(0, 40)), max_size=6))
def test_marks_change_nothing_but_marks(text: str, places: list[tuple[int, int]]) -> None:
    marks = [Mark(min(a, b), max(a, b), "hit") for a, b in places]
    html = str(marked(text, marks))
    bare = sub(r"</?mark[^>]*>", "", html)
    assert "<" not in bare
    assert unescape(bare) == said(text)


def test_overlapping_marks_keep_both_kinds() -> None:
    html = str(marked("化工厂偷排", [Mark(0, 5, "matter"), Mark(3, 5, "hit")]))
    assert html == '<mark class="matter">化工厂</mark><mark class="matter hit">偷排</mark>'


def test_an_excerpt_begins_at_the_sentence_of_its_hit() -> None:
    body = "前面很长的一段话，" * 20 + "第二句。" + "今天停水了。" + "后面" * 200
    at = body.index("停水")
    line = str(excerpt(body, [Span(at, at + 2)]))
    assert line.startswith('…今天<mark class="hit">停水</mark>了')
    assert line.endswith("…")


def test_paragraphs_keep_marks_in_their_places() -> None:
    lines = paragraphs("一段\n\n  \n二段停水", [Mark(9, 11, "hit")])
    assert [str(line) for line in lines] == ["一段", '二段<mark class="hit">停水</mark>']


def test_signs_that_turn_the_writing_round_are_taken_out() -> None:
    assert said("正\u202e反\u2066隔\u0007响\ufeff") == "正反隔响"
