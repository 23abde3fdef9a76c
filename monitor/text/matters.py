"""事项类别: what kind of thing a text says, from the catalogue's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.text.context import NO_CASUALTIES, Sentences, negated, within
from monitor.text.lookup import Hits, Range, Vocabulary

# Quotations kept per matter and field: a reader needs a few, a row must stay small.
QUOTES = 3


@dataclass(frozen=True, slots=True)
class Matter:
    """One kind of thing that is said, e.g. 欠薪 or 被困求救.

    `weight` is 0..100 points of risk. A word "A+B" is met when A and B stand in one sentence;
    a sentence that holds any of `unless` is not counted. `casualty` matters are voided by a
    statement that nobody was hurt; `rescue` matters are told at once.
    """

    slug: str
    name: str
    weight: int
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()
    rescue: bool = False
    casualty: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.weight <= 100:
            raise ValueError(f"事项“{self.name}”的分值应在 0 到 100 之间，现为 {self.weight}")
        for word in self.words:
            if not all(part.strip() for part in word.split("+")):
                raise ValueError(f"事项“{self.name}”的词语“{word}”有误：加号两边都要有字")


@dataclass(frozen=True, slots=True)
class _Rule:
    """A matter met where a first word stands, beside all `others` in its sentence."""

    matter: int
    others: tuple[int, ...]
    rescue: bool


class MatterRules:
    """All matters, compiled to word numbers of one vocabulary."""

    def __init__(self, matters: Sequence[Matter], vocabulary: Vocabulary) -> None:
        self.matters = tuple(matters)
        # By first word: the rules it meets alone, and (by second word) those that need more.
        self._alone: dict[int, list[_Rule]] = {}
        self._joint: dict[int, dict[int, list[_Rule]]] = {}
        for index, matter in enumerate(self.matters):
            for word in matter.words:
                first, *others = vocabulary.add_all(word.split("+"))
                rule = _Rule(index, tuple(others), matter.rescue)
                if others:
                    self._joint.setdefault(first, {}).setdefault(others[0], []).append(rule)
                else:
                    self._alone.setdefault(first, []).append(rule)
        self._firsts = self._alone.keys() | self._joint.keys()
        vetoes = [vocabulary.add_all(matter.unless) for matter in self.matters]
        nobody = vocabulary.add_all(NO_CASUALTIES)
        self._vetoes = [
            frozenset((*words, *nobody) if matter.casualty else words)
            for matter, words in zip(self.matters, vetoes, strict=True)
        ]

    def find(
        self,
        text: str,
        hits: Hits,
        sentences: Sentences,
        void: frozenset[int],
        safe: frozenset[int],
    ) -> list[tuple[int, Range]]:
        """(matter number, range in the normalised text), in reading order, ≤ 3 a matter.

        Sentences of `void` are passed over (by rescue matters those of `safe`), and so is a word
        that is denied right before it (没有停水); one that begins with its own denial (没有水)
        is met.
        """
        found: dict[int, set[Range]] = {}
        for number in hits.keys() & self._firsts:
            rules = self._alone.get(number, [])
            if number in self._joint:
                rules = rules + self._joined(number, hits)
            if not rules:
                continue
            for first in hits[number]:
                if negated(text, first[0]):
                    continue
                place = sentences.number(first[0])
                for rule in rules:
                    if place in (safe if rule.rescue else void):
                        continue
                    quotes = _beside(first, place, rule.others, text, hits, sentences)
                    if quotes and not self._vetoed(rule.matter, first, place, hits, sentences):
                        found.setdefault(rule.matter, set()).update(quotes)
        kept = [
            (quote, matter) for matter, ranges in found.items() for quote in sorted(ranges)[:QUOTES]
        ]
        return [(matter, quote) for quote, matter in sorted(kept)]

    def _joined(self, first: int, hits: Hits) -> list[_Rule]:
        """The rules of a first word that need others, where all those stand in the text."""
        joint = self._joint[first]
        if hits.keys().isdisjoint(joint):
            return []
        beside = [rule for second in hits.keys() & joint.keys() for rule in joint[second]]
        return [rule for rule in beside if hits.keys() >= set(rule.others)]

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


def _beside(
    first: Range,
    place: int,
    others: tuple[int, ...],
    text: str,
    hits: Hits,
    sentences: Sentences,
) -> list[Range]:
    """`first` and the nearest of each other word in its sentence; empty when one is missing."""
    quotes = [first]
    for other in others:
        there = [
            quote
            for quote in hits[other]
            if sentences.number(quote[0]) == place and not negated(text, quote[0])
        ]
        if not there:
            return []
        quotes.append(min(there, key=lambda quote: abs(quote[0] - first[0])))
    return quotes
