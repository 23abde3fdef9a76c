"""One field of an article on its way through the rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter

from monitor.text.casualties import Casualties
from monitor.text.context import Sentences
from monitor.text.cues import Cue
from monitor.text.found import Found, origin
from monitor.text.lookup import Hits, Range
from monitor.text.matters import Matter
from monitor.text.normalise import Normalised
from monitor.text.places import Mention, Place
from monitor.text.sentiment import Tally
from monitor.text.tokens import KEYWORD, Fact

Named = Matter | Place | Cue
Quotes = list[tuple[int, Range]]


@dataclass(slots=True)
class Field:
    """One field on its way through the rules; ranges are in normalised offsets. `idle`: its article
    asks for nothing, for it thanks, advertises or tells of a drill; nobody is in danger in the
    sentences of `safe`."""

    name: str
    normalised: Normalised
    tokens: list[str]
    facts: list[Fact]
    tally: Tally
    hits: Hits
    matters: Quotes
    places: list[Mention]
    cues: Quotes
    casualties: Casualties
    sentences: Sentences
    idle: bool = False
    safe: frozenset[int] = frozenset()

    def found(self, slug: str, name: str, quote: Range, why: str = "") -> Found:
        start, end = origin(self.normalised, *quote)
        return Found(slug, name, self.name, start, end, self.normalised.original[start:end], why)

    def cite(self, entries: Sequence[Named], quotes: Quotes) -> list[Found]:
        """The entries quoted by their numbers, as found here."""
        return [self.found(entries[n].slug, entries[n].name, quote) for n, quote in quotes]

    def keywords(self) -> Iterable[str]:
        """The tokens that may be keywords."""
        return compress(self.tokens, map(itemgetter(KEYWORD), self.facts))
