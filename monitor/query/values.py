"""What may stand behind a field's colon: names, sentiments, levels, dates."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from monitor.query.lexer import Kind, Token
from monitor.query.mistakes import QueryError, close_to
from monitor.query.tree import (
    DateIn,
    Filter,
    LevelIs,
    SentimentIs,
    SourceIs,
    TopicIs,
    UnitIs,
)
from monitor.text.normalise import normalise
from monitor.words import Level, Sentiment

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
    "≤": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "≥": lambda a, b: a >= b,
}
_LEVEL = re.compile(r"(<=|>=|≤|≥|<|>|=|)\s*([1-4]|iv|i{1,3}|[一二三四])级?")
_DATE = re.compile(r"(\d{4})(?:[-/年](\d{1,2})(?:[-/月](\d{1,2})日?|月)?|年)?")
_RANGE = re.compile(r"\.{2,3}|…|至|~")
_COMMA = re.compile("[,，、]")
_DATE_CURE = "日期请写成 2026-11-01，或一段 2026-11-01..2026-11-22，起止可空一头"


def read(name: str, value: Token, names: Names) -> tuple[Filter, int]:
    """The filter that `name:value` means and how many values were typed.

    Raises QueryError at the value.
    """
    parts = list(_parts(value))
    count = len(parts)
    match name:
        case "source":
            return SourceIs(_slugs(parts, names.sources, "信源")), count
        case "topic":
            return TopicIs(_slugs(parts, names.topics, "监测专题")), count
        case "unit":
            return UnitIs(_slugs(parts, names.units, "责任单位")), count
        case "sentiment":
            sentiments = {_sentiment(part) for part in parts}
            return SentimentIs(tuple(s for s in Sentiment if s in sentiments)), count
        case "level":
            levels = {level for part in parts for level in _levels(part)}
            return LevelIs(tuple(sorted(levels))), count
    return _days(Part(value.text, value.start, value.end)), 1


@dataclass(frozen=True, slots=True)
class Part:
    """One of the values in `field:one,two` and its place in the query."""

    text: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        return normalise(self.text.strip()).text

    def wrong(self, words: str) -> QueryError:
        return QueryError(words, self.start, max(self.end, self.start + 1))


def _parts(value: Token) -> Iterator[Part]:
    """The comma-separated values; a quoted value is one, commas and all."""
    if value.kind is Kind.QUOTED:
        yield Part(value.text, value.start, value.end)
        return
    at = value.start
    for text in _COMMA.split(value.text):
        part = Part(text, at, at + len(text))
        if not text.strip():
            raise part.wrong("逗号旁边缺少内容，请补上或删去逗号")
        yield part
        at = part.end + 1


def _slugs(parts: list[Part], known: Mapping[str, tuple[str, ...]], what: str) -> tuple[str, ...]:
    spelled = {normalise(name).text: slugs for name, slugs in known.items()}
    found: dict[str, None] = {}
    for part in parts:
        name = part.folded
        if name in spelled:
            found.update(dict.fromkeys(spelled[name]))
        elif not known and _SLUG.fullmatch(name):
            found[name] = None
        else:
            near = close_to(name, spelled) or f"，请在管理页核对{what}的名称"
            raise part.wrong(f"没有叫“{part.text}”的{what}{near}")
    return tuple(sorted(found))


def _sentiment(part: Part) -> Sentiment:
    if part.folded not in _SENTIMENTS:
        raise part.wrong("情感只能是 敏感（负面）、中性、正面")
    return _SENTIMENTS[part.folded]


def _levels(part: Part) -> list[Level]:
    match = _LEVEL.fullmatch(part.folded)
    if match is None:
        raise part.wrong("级别只能是 1 到 4（Ⅰ级最重），可带 <= 或 >=，如 级别:<=2")
    compare, bound = _COMPARISONS[match[1]], _LEVELS[match[2]]
    levels = [level for level in Level if compare(level, bound)]
    if not levels:
        raise part.wrong("没有这样的级别，级别从 1（最重）到 4")
    return levels


def _days(part: Part) -> DateIn:
    bounds = _RANGE.split(part.folded)
    if len(bounds) > 2 or not any(bounds):
        raise part.wrong(_DATE_CURE)
    first = _day(bounds[0], part, last=False) if bounds[0].strip() else None
    last = _day(bounds[-1], part, last=True) if bounds[-1].strip() else None
    if first and last and first > last:
        raise part.wrong(f"起始日期 {first} 晚于截止日期 {last}，请对调")
    return DateIn(first, last)


def _day(text: str, part: Part, *, last: bool) -> date:
    """The first or last day of the year, month or day that the text names."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise part.wrong(_DATE_CURE)
    try:
        year = int(match[1])
        month = int(match[2] or (12 if last else 1))
        day = int(match[3] or (monthrange(year, month)[1] if last else 1))
        return date(year, month, day)
    except ValueError as error:
        raise part.wrong(f"没有“{text}”这一天，请核对年月日") from error
