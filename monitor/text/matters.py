"""事项类别: what kind of thing a text says, from the catalogue's words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.text.context import NO_CASUALTIES, Sentences, within
from monitor.text.lookup import Hits, Range, Vocabulary
from monitor.text.phrases import Met, Phrases, parse

# Quotations kept per matter and field: a reader needs a few, a row must stay small.
QUOTES = 3

HEARD = "像是要求回应的诉求"
"""Why an article has a matter of which it holds no sure word."""

NONE = "none"
_SUDDEN = ("accident", "health", "security")
INCIDENTS = {
    "natural": "自然灾害",
    "accident": "事故灾难",
    "health": "公共卫生事件",
    "security": "社会安全事件",
}
"""突发事件应对法 (2024) 第二条: the four kinds of 突发事件."""

DUTIES = {
    "misread": "对重大政策措施存在误解误读",
    "interest": "涉及公众切身利益且产生较大影响",
    "moral": "涉及民生领域、严重冲击社会道德底线",
    "incident": "涉及突发事件处置和自然灾害应对",
    "ordered": "上级要求主动回应",
}
"""国办发〔2016〕61号 第二条: the five kinds of 政务舆情 that must be answered."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of thing that is said, e.g. 欠薪 or 被困求救.

    `weight` is 0..100 points of risk. `words` are phrases (monitor.text.phrases): "A+B" is met
    when A and B stand in one sentence, "A/B+C" when A or B stands there with C; a sentence that
    holds any of `unless` is not counted. `casualty` matters are voided by a statement that nobody
    was hurt; `rescue` matters are told at once, and met wherever somebody calls for rescue.

    `about` are phrases of things (路灯, 医生+不在) that everyday talk names too: they are looked
    for where no matter but a `broad` one is met and the text sounds like a concern
    (monitor.text.concern); a `fallback` matter is met where even they are missing. A `broad` one
    (没人管) does not say whose business it is where another is met; one of its `own_line` (欠薪,
    涉校) is a department's, whatever town it happens in.

    `incident` is the kind of 突发事件 that such a thing is (`INCIDENTS`, or "none"); with
    `incident_if_hurt` only where people came to harm. `duties` are the kinds of 61号文 that it
    falls under (`DUTIES`).
    """

    slug: str
    name: str
    weight: int
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    rescue: bool = False
    casualty: bool = False
    fallback: bool = False
    broad: bool = False
    own_line: bool = False
    incident: str = NONE
    incident_if_hurt: bool = False
    duties: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 100:
            raise ValueError(f"事项“{self.name}”的分值应在 0 到 100 之间，现为 {self.weight}")
        for word in (*self.words, *self.about):
            try:
                parse(word)
            except ValueError as error:
                raise ValueError(f"事项“{self.name}”的词语{error}") from error


class MatterRules:
    """All matters, compiled to word numbers of one vocabulary; owners 0… of the phrases."""

    def __init__(self, matters: Sequence[Matter], vocabulary: Vocabulary, phrases: Phrases) -> None:
        self.matters = tuple(matters)
        for index, matter in enumerate(self.matters):
            phrases.add(index, matter.words)
        self.broad = frozenset(matter.slug for matter in self.matters if matter.broad)
        self.emergencies = frozenset(
            matter.slug for matter in self.matters if matter.rescue or matter.incident in _SUDDEN
        )
        self._about = [
            [[frozenset(vocabulary.add_all(row)) for row in parse(phrase)] for phrase in one.about]
            for one in self.matters
        ]
        vetoes = [vocabulary.add_all(matter.unless) for matter in self.matters]
        nobody = vocabulary.add_all(NO_CASUALTIES)
        self._vetoes = [
            frozenset((*words, *nobody) if matter.casualty else words)
            for matter, words in zip(self.matters, vetoes, strict=True)
        ]

    def choose(
        self,
        met: Iterable[Met],
        hits: Hits,
        sentences: Sentences,
        void: frozenset[int],
        unhurt: frozenset[int],
        safe: frozenset[int],
    ) -> list[tuple[int, Range]]:
        """(matter number, range in the normalised text), in reading order, ≤ 3 a matter.

        Sentences of `void` are passed over; by matters of harm those of `unhurt` (drills, long
        ago), by rescue matters those of `safe` (rescues that are over).
        """
        found: dict[int, set[Range]] = {}
        for owner, place, ranges in met:
            if owner >= len(self.matters):
                continue
            matter = self.matters[owner]
            passed = safe if matter.rescue else unhurt if matter.incident != NONE else void
            if place in passed:
                continue
            if not self._vetoed(owner, ranges[0], place, hits, sentences):
                found.setdefault(owner, set()).update(ranges)
        kept = [(quote, matter) for matter, ranges in found.items() for quote in _spread(ranges)]
        return [(matter, quote) for quote, matter in sorted(kept)]

    def about(self, texts: Sequence[Hits]) -> tuple[int, dict[int, Range]] | None:
        """The matter whose things a concern names most of, and for each of its fields (by number)
        where the first stands; None where it names none."""
        told = frozenset[int]().union(*texts)
        best: tuple[int, int, frozenset[int]] | None = None
        for number, phrases in enumerate(self._about):
            met = [rows for rows in phrases if not any(told.isdisjoint(row) for row in rows)]
            if met and (best is None or len(met) > best[0]):
                best = len(met), number, told & frozenset[int]().union(*(rows[0] for rows in met))
        if best is None:
            return None
        _, number, words = best
        firsts = {
            field: min(hits[word][0] for word in words & hits.keys())
            for field, hits in enumerate(texts)
            if words & hits.keys()
        }
        return number, firsts

    def _vetoed(
        self, matter: int, first: Range, place: int, hits: Hits, sentences: Sentences
    ) -> bool:
        """Whether the sentence of `first` holds an `unless` word, or says that nobody was hurt."""
        vetoes = self._vetoes[matter]
        if hits.keys().isdisjoint(vetoes):
            return False
        return any(
            sentences.number(veto[0]) == place or within(*first, [veto])
            for number in hits.keys() & vetoes
            for veto in hits[number]
        )


def _spread(ranges: Iterable[Range]) -> list[Range]:
    """The first few that do not overlap, the longest first where they do."""
    kept: list[Range] = []
    for quote in sorted(ranges, key=lambda one: (one[0], -one[1])):
        if not kept or quote[0] >= kept[-1][1]:
            kept.append(quote)
            if len(kept) == QUOTES:
                break
    return kept
