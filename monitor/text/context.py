"""What stands around a word: its sentence, a negation before it, a setting that voids it."""

import re
from bisect import bisect_right
from functools import cached_property
from itertools import pairwise

from monitor.text.lookup import Hits, Range, Vocabulary

# Closing quotes and brackets belong to the sentence before them.
_END = re.compile(r"[。！？!?;；\n\r]+[”’\"')）】》」』]*")

# A run-on post without any full stop is still read in portions of this many characters.
SENTENCE_MAX = 300

# Settings in which the things named did not happen here and now: drills, anniversaries,
# fiction and games. They void a matter and a casualty number in their own sentence.
SETTINGS = (
    *("演练", "演习", "实训", "情景模拟", "模拟火情", "模拟被困", "实战拉动"),
    *("纪念日", "周年", "电影", "电视剧", "小说", "游戏", "网剧", "短剧", "剧情", "预告片"),
)
# Longer words that contain one of the above and are ordinary places or things.
NOT_SETTINGS = ("电影院", "电影城", "电影节", "游戏厅", "游戏室", "游戏币", "小说家")
# A headline that announces a drill holds for the whole article; fiction does not carry over,
# since the headline may be a diary ("看完电影回家，水已经淹到二楼").
DRILLS = ("演练", "演习", "情景模拟")

NO_CASUALTIES = (
    *("未造成人员伤亡", "没有造成人员伤亡", "未造成伤亡", "没有人员伤亡", "没有伤亡"),
    *("无人员伤亡", "无人伤亡", "未发生人员伤亡", "暂无人员伤亡", "暂无伤亡", "零伤亡"),
    *("未有人员伤亡", "无一人伤亡", "没有人伤亡", "未接到人员伤亡", "未发现人员伤亡"),
)

_NEGATION = re.compile(
    r"(没有|没|未|并未|从未|尚未|不会|不再|不存在|不|无|避免|防止|预防|防范|严防|谨防|防|杜绝"
    r"|严禁|禁止|遏制|零)(?:再次|再|有|出现|发生|造成|导致|引发|任何|人员|一起|各类|因|被){0,3}$"
)
# Ends that look like a negation and are none: questions, idioms, other words.
_NO_NEGATION = re.compile(
    r"(?:有没有|是不是|会不会|能不能|不得不|忍不住|禁不住|淹没|沉没|埋没|吞没|出没|消防|国防|人防|设防"
    r"|边防|海防|布防|联防|归零|无不|莫不|要不|何不)$"
)
_WINDOW = 12


def negated(text: str, start: int) -> bool:
    """Whether the word that begins at `start` of a normalised text is denied right before it."""
    begin = start - _WINDOW if start > _WINDOW else 0
    match = _NEGATION.search(text, begin, start)
    return match is not None and not _NO_NEGATION.search(text, begin, match.end(1))


class Sentences:
    """Sentence borders of one normalised text; commas do not end a sentence.

    The borders are looked for when first asked: most texts hold nothing that asks.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _starts(self) -> list[int]:
        ends = [match.end() for match in _END.finditer(self._text)]
        ends.append(len(self._text))
        starts = [0]
        for begin, end in pairwise([0, *ends]):
            starts.extend(range(begin + SENTENCE_MAX, end, SENTENCE_MAX))
            starts.append(end)
        return starts

    def number(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def all(self) -> frozenset[int]:
        return frozenset(range(len(self._starts)))

    def range_of(self, number: int) -> Range:
        after = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._text)
        return self._starts[number], after


class Settings:
    """Finds the sentences that a setting voids."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._settings = frozenset(vocabulary.add_all(SETTINGS))
        self._ordinary = vocabulary.add_all(NOT_SETTINGS)
        self._drills = frozenset(vocabulary.add_all(DRILLS))

    def void(self, hits: Hits, sentences: Sentences) -> frozenset[int]:
        """Numbers of the sentences in which nothing named has really happened."""
        if hits.keys().isdisjoint(self._settings):
            return frozenset()
        ordinary = [r for number in self._ordinary for r in hits.get(number, ())]
        return frozenset(
            sentences.number(start)
            for number in hits.keys() & self._settings
            for start, end in hits[number]
            if not within(start, end, ordinary)
        )

    def drill(self, hits: Hits) -> bool:
        """Whether a drill is announced (asked of the title, holds for the body)."""
        return not hits.keys().isdisjoint(self._drills)


def within(start: int, end: int, ranges: list[Range]) -> bool:
    """Whether start..end lies inside one of the ranges."""
    return any(first <= start and end <= last for first, last in ranges)
