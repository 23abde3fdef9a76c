"""Concern: does a text say something that a government must answer?

The trained n-grams say how likely that is (monitor.text.model); what is quoted are the clauses
that speak most for it.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.text.lookup import Range
from monitor.text.model import Numbers
from monitor.text.sentiment import Word

CONCERN_FROM = 0.5
"""From here a text more likely than not must be answered: words are quoted for it, and it has a
matter even if it names none of the catalogue's."""
ADDRESSED = 3.5
"""Log odds that a text gains by standing where citizens write to government: nine in ten of them
ask for something there, of other texts a third."""
ADDRESSED_LEAST = 0.05
"""P(concern) of such a text from which words are quoted for it, as from CONCERN_FROM of others."""
CLAUSES = 2
REPLY_READ = 60
"""Characters of a body in which a reply says that it is one."""
CLAUSE_MOST = 24
"""Characters of a quotation; of a longer clause the most telling part."""

_REPLY = re.compile(
    r"^\W{0,2}(?:答复|回复|办理|处理)|(?:答复|回复|办理意见|办理情况|办理结果)\W{0,2}$"
    r"|收悉|(?:答复|回复|回应)如下|您反映的"
)
_CLAUSE = re.compile(r"[^\s,。!?;:、…~·“”\"'()《》【】\[\]]{2,}")


@dataclass(frozen=True, slots=True)
class Concern:
    """`chance` is P(a government must answer), 0..1; `evidence` the clauses that speak for it, in
    reading order, their `weight` in the model's log odds; empty below CONCERN_FROM (of texts
    addressed to government ADDRESSED_LEAST)."""

    chance: float = 0.0
    evidence: tuple[Word, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"chance": self.chance, "evidence": [word.to_json() for word in self.evidence]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Concern":
        """The value that `to_json` wrote; raises KeyError or TypeError on anything else."""
        return cls(data["chance"], tuple(Word(**word) for word in data["evidence"]))


NO_CONCERN = Concern()


def replies(title: str, body: str) -> bool:
    """Whether normalised texts are an office's reply rather than a citizen's message."""
    return any(_REPLY.search(text) for text in (title, body[:REPLY_READ]))


def raised(chance: float) -> float:
    """P(concern) of a text addressed to government that sounds like this."""
    odds = math.exp(ADDRESSED) * chance
    return odds / (odds + 1 - chance)


def telling_clauses(text: str, share: Callable[[], Numbers]) -> list[tuple[float, Range]]:
    """(weight, range) of the clauses of a normalised text that say most for what is asked (concern,
    call), each wording once, at most CLAUSES; `share` gives what each of its characters says."""
    sums = np.concatenate([[0.0], np.cumsum(share())])
    read = len(sums) - 1
    found: dict[str, tuple[float, Range]] = {}
    for match in _CLAUSE.finditer(text, 0, read):
        start, end = _part(sums, *match.span())
        weight = float(sums[end] - sums[start])
        if weight > 0:
            found.setdefault(text[start:end], (weight, (start, end)))
    best = sorted(found.values(), key=lambda one: (-one[0], one[1]))[:CLAUSES]
    return sorted(best, key=lambda one: one[1])


def _part(sums: Numbers, start: int, end: int) -> Range:
    """The clause, or the part of CLAUSE_MOST characters of it that says most."""
    if end - start <= CLAUSE_MOST:
        return start, end
    windows = sums[start + CLAUSE_MOST : end + 1] - sums[start : end + 1 - CLAUSE_MOST]
    first = start + int(np.argmax(windows))
    return first, first + CLAUSE_MOST
