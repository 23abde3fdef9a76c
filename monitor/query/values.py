"""What may stand behind a field's colon: names, sentiments, levels, dates."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from monitor.query.lexer import Token
from monitor.query.mistakes import QueryError, close_to
from monitor.query.tree import DateIn, LevelIs, SentimentIs, SourceIs, TopicIs, UnitIs
from monitor.text.normalise import normalise
from monitor.words import Level, Sentiment

T = TypeVar("T")

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Names:
    """What the office calls its sources, topics and units: name → slugs.

    A slug should map to itself; a platform's name maps to all its sources. A mapping that
    is empty knows no names and takes every well-formed slug as it stands.
    """

    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NO_NAMES = Names()

_SENTIMENTS = {
    "negative": Sentiment.NEGATIVE,
    "敏感": Sentiment.NEGATIVE,
    "负面": Sentiment.NEGATIVE,
    "neutral": Sentiment.NEUTRAL,
    "中性": Sentiment.NEUTRAL,
    "positive": Sentiment.POSITIVE,
    "正面": Sentiment.POSITIVE,
}
_LEVELS = {
    spelling: level
    for level in Level
    for spelling in (str(int(level)), level.name.lower(), "一二三四"[level - 1])
}
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "": lambda a, b: a == b,
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_LEVEL = re.compile(r"(<=|>=|≤|≥|<|>|=|)\s*([1-4]|iv|i{1,3}|[一二三四])级?")
_DATE = re.compile(r"(\d{4})(?:[-/年](\d{1,2})(?:[-/月](\d{1,2})日?|月)?|年)?")
_RANGE = re.compile(r"\.{2,3}|…|至|~")
_LIST = re.compile(r"[,、]")


def read(name: str, value: Token, names: Names) -> tuple[Leaf_, int]:
    """The filter that `name:value` means and how many values it holds.

    Raises QueryError at the value.
    """
    match name:
        case "source":
            slugs = _slugs(value, names.sources, "信源")
            return SourceIs(slugs), len(slugs)
        case "topic":
            slugs = _slugs(value, names.topics, "监测专题")
            return TopicIs(slugs), len(slugs)
        case "unit":
            slugs = _slugs(value, names.units, "责任单位")
            return UnitIs(slugs), len(slugs)
        case "sentiment":
            sentiments = {one for part, at in _parts(value) for one in _sentiment(part, at)}
            return SentimentIs(tuple(s for s in Sentiment if s in sentiments)), 1
        case "level":
            levels = {one for part, at in _parts(value) for one in _levels(part, at)}
            return LevelIs(tuple(sorted(levels))), 1
    return _date_in(value), 1
