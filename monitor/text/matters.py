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
    matter: int
    parts: tuple[int, ...]


class MatterRules:
    """All matters, compiled to word numbers of one vocabulary."""

    def __init__(self, matters: Sequence[Matter], vocabulary: Vocabulary) -> None:
        self.matters = tuple(matters)
        self._rules: list[_Rule] = []
        self._rules_of: dict[int, list[int]] = {}
        for index, matter in enumerate(self.matters):
            for word in matter.words:
                parts = vocabulary.add_all(word.split("+"))
                rule = len(self._rules)
                self._rules.append(_Rule(index, parts))
                # A rule is looked at once its first part is met: the others must follow suit.
                self._rules_of.setdefault(parts[0], []).append(rule)
        self._unless = [vocabulary.add_all(matter.unless) for matter in self.matters]
        self._nobody = vocabulary.add_all(NO_CASUALTIES)

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
        found: dict[int, list[Range]] = {}
        for number in hits.keys() & self._rules_of.keys():
            for rule in self._rules_of[number]:
                met = self._rules[rule]
                closed = safe if self.matters[met.matter].rescue else void
                self._apply(met, text, hits, sentences, closed, found)
        quotes = [
            (matter, quote)
            for matter, ranges in found.items()
            for quote in sorted(set(ranges))[:QUOTES]
        ]
        return sorted(quotes, key=lambda quote: (quote[1], quote[0]))

    def _apply(
        self,
        rule: _Rule,
        text: str,
        hits: Hits,
        sentences: Sentences,
        closed: frozenset[int],
        found: dict[int, list[Range]],
    ) -> None:
        for first in hits[rule.parts[0]]:
            place = sentences.number(first[0])
            if place in closed or negated(text, first[0]):
                continue
            quotes = [first]
            for part in rule.parts[1:]:
                there = [r for r in hits.get(part, ()) if sentences.number(r[0]) == place]
                there = [r for r in there if not negated(text, r[0])]
                if not there:
                    break
                quotes.append(min(there, key=lambda r: abs(r[0] - first[0])))
            if len(quotes) < len(rule.parts) or self._vetoed(rule.matter, first, hits, sentences):
                continue
            found.setdefault(rule.matter, []).extend(quotes)

    def _vetoed(self, matter: int, first: Range, hits: Hits, sentences: Sentences) -> bool:
        """Whether the sentence of `first` holds an `unless` word, or says that nobody was hurt."""
        place = sentences.number(first[0])
        vetoes = self._unless[matter]
        if self.matters[matter].casualty:
            vetoes += self._nobody
        return any(
            sentences.number(start) == place or within(*first, [(start, end)])
            for veto in vetoes
            for start, end in hits.get(veto, ())
        )
