"""Narrowing a query by adding filters to its text, and widening it by taking them out again.

The query's text is what people see, copy and save, so that a click on a facet edits the text and
keeps no state of its own. Filters are written as the office says them (专题:生态环境). Only those
that stand alone at the outermost level are taken for clicked ones: inside brackets or beside 或
a person wrote them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.query import Names, Or, parse
from monitor.query.lexer import Kind, Token, tokens
from monitor.words import Sentiment

LABELS = {
    "topic": "专题",
    "source": "信源",
    "sentiment": "情感",
    "date": "日期",
    "unit": "单位",
    "level": "级别",
}
ONE_EACH = frozenset({"source", "sentiment", "date", "level"})
"""An article has one of these; a second value takes the place of the first. Topics add up."""

_PLAIN = re.compile(r"[\w·-]+")
_SENTIMENTS = {one.label: one.value for one in Sentiment} | {"负面": Sentiment.NEGATIVE.value}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter at `text[start:end]` of the query. `spelled` is as typed, `value` the slug or
    other value that it means, equal to `spelled` where it means several."""

    field: str
    spelled: str
    value: str
    start: int
    end: int


def chips(text: str, names: Names) -> list[Chip]:
    """The filters a click can have added; raises QueryError where the text cannot be read."""
    found = tokens(text)
    outermost = _outermost(found)
    if any(token.kind is Kind.OR for token in outermost):
        return []
    clicked = []
    for before, name, value in zip([None, *found], found, found[1:], strict=False):
        if (
            name in outermost
            and name.kind is Kind.FIELD
            and name.text in LABELS
            and value.kind in (Kind.WORD, Kind.QUOTED)
            and (before is None or before.kind is not Kind.NOT)
        ):
            meant = _meant(name.text, value.text, names)
            clicked.append(Chip(name.text, value.text, meant, name.start, value.end))
    return clicked


def _outermost(found: list[Token]) -> set[Token]:
    depth, outermost = 0, set()
    for token in found:
        if token.kind is Kind.CLOSE:
            depth -= 1
        elif token.kind is Kind.OPEN:
            depth += 1
        elif not depth:
            outermost.add(token)
    return outermost


def _known(field: str, names: Names) -> Mapping[str, tuple[str, ...]]:
    return {"topic": names.topics, "source": names.sources, "unit": names.units}.get(field, {})


def _meant(field: str, spelled: str, names: Names) -> str:
    if field == "sentiment":
        return _SENTIMENTS.get(spelled, spelled)
    slugs = _known(field, names).get(spelled, ())
    return slugs[0] if len(slugs) == 1 else spelled


def spelling(field: str, value: str, shown: str, names: Names) -> str:
    """How a filter is written: by the name shown to people where that can mean nothing else."""
    certain = _PLAIN.fullmatch(shown) and _meant(field, shown, names) == value
    return f"{LABELS[field]}:{shown if certain else value}"


def room_for(text: str, field: str, names: Names) -> str:
    """The query ready to have a filter of this field written behind it."""
    if field in ONE_EACH:
        for chip in reversed(chips(text, names)):
            if chip.field == field:
                text = without(text, chip)
    text = text.strip()
    return f"({text})" if text and isinstance(parse(text, names).tree, Or) else text


def without(text: str, chip: Chip) -> str:
    """The query without that filter, and without an 且 that would be left hanging."""
    left, right = text[: chip.start].rstrip(), text[chip.end :].lstrip()
    if hanging := re.search(r"(?:^|\s)(?:且|AND)$", left):
        left = left[: hanging.start()].rstrip()
    elif not left and (hanging := re.match(r"(?:且|AND)\s", right)):
        right = right[hanging.end() :].lstrip()
    return f"{left} {right}".strip()
