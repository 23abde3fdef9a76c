"""What is known of single tokens, looked up once for each distinct one.

The words of a batch repeat, so one lookup a token replaces five (weight, odds, signal, keyword,
stopword), which were the better part of the time that a text takes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from monitor.text.keywords import is_keyword
from monitor.text.lexicon import Lexicon
from monitor.text.rarity import Rarity

SINGLE_CHARACTER = 0.5

# Tokens remembered: some 8 MB. A year of one county's news has more distinct words, but those
# beyond the first twenty thousand are rare; starting afresh costs less than choosing whom to
# forget.
KEPT = 25_000
# Longer tokens are links and accidents: they do not come back, and a few could fill the memory.
LONGEST = 32

_BREAKS = frozenset(",，。！？!?；;、:：\n\r")
_STOPS = frozenset("。！？!?；;\n\r")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ONLY_HAN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Signal:
    """What a token does to the words behind it: a comma `breaks` the reach of a negation, a full
    stop also `stops` that of a contrast (但是); `degree` is the factor of an adverb."""

    breaks: bool
    stops: bool
    contrast: bool
    negation: bool
    degree: float | None


# Length in characters, class odds, weight, whether it may stand as evidence, signal, whether it
# may be a keyword, how rare it is (0 for what is no word of Han characters). A plain tuple: the hot
# loop takes it apart faster than anything with names.
Fact = tuple[int, float | None, float | None, bool, Signal | None, bool, float]
KEYWORD: Final = 5
RARE: Final = 6


class Facts(dict[str, Fact]):
    """Token of a normalised text → what the lexicon says of it; fills itself, bounded."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self._lexicon = lexicon
        self._rarity = Rarity.shipped()
        self._extra = frozenset(lexicon.extra)

    def of(self, tokens: Sequence[str]) -> list[Fact]:
        """The facts of the tokens, in order."""
        return list(map(self.__getitem__, tokens))

    def __missing__(self, token: str) -> Fact:
        fact = self._fact(token)
        if len(token) <= LONGEST:
            if len(self) >= KEPT:
                self.clear()
            self[token] = fact
        return fact

    def _fact(self, token: str) -> Fact:
        lexicon = self._lexicon
        weight = lexicon.weights.get(token)
        if weight is not None and len(token) == 1:
            weight *= SINGLE_CHARACTER
        keyword = is_keyword(token, lexicon.stopwords)
        word = keyword or len(token) == 1
        return (
            len(token),
            lexicon.odds.get(token),
            weight,
            self._telling(token),
            self._signal(token),
            keyword,
            self._rarity.of(token) if word and _ONLY_HAN.fullmatch(token) else 0.0,
        )

    def _signal(self, token: str) -> Signal | None:
        lexicon = self._lexicon
        breaks, stops = token in _BREAKS, token in _STOPS
        contrast, negation = token in lexicon.contrasts, token in lexicon.negations
        degree = lexicon.degrees.get(token)
        if not (breaks or stops or contrast or negation or degree is not None):
            return None
        return Signal(breaks, stops, contrast, negation, degree)

    def _telling(self, token: str) -> bool:
        """Single characters, signs and 我们 tell a reader nothing; the office's own words do."""
        if token in self._lexicon.silent:
            return False
        return token in self._extra or (
            len(token) > 1 and token not in self._lexicon.stopwords and bool(_HAN.search(token))
        )
