"""Reading a batch of articles: everything the text itself tells, in one pass over each.

This is the hot path of analysis. A text is normalised once, cut into words once and walked
once by the automaton that knows the words of all kinds; the signatures of a batch are made
together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress
from operator import itemgetter
from typing import Any

from monitor.text.casualties import NOBODY, Casualties, CasualtyReader
from monitor.text.context import Sentences, Settings
from monitor.text.cues import RESCUE, Cue, CueRules
from monitor.text.fingerprint import signatures
from monitor.text.found import Found, origin
from monitor.text.keywords import keywords
from monitor.text.lexicon import Lexicon
from monitor.text.lookup import Hits, Lookup, Range, Vocabulary
from monitor.text.matters import Matter, MatterRules
from monitor.text.model import Numbers
from monitor.text.normalise import Normalised, normalise
from monitor.text.places import ELSEWHERE_MAX, Place, PlaceRules
from monitor.text.rescue import Settled, call
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Score, Scorer, Tally, Voices, Word
from monitor.text.tokens import KEYWORD, Fact
from monitor.text.units import Unit, UnitRules

# Characters read of each field. A county gazette of 1 MB must not hold up a batch, and what an
# article is about stands in its first fifty thousand characters.
READ_MAX = 50_000
# A headline says what an article is about: its words count this many times in the mood.
TITLE_WEIGHT = 2.0

Text = tuple[str, str]
Named = Matter | Place | Cue
Quotes = list[tuple[int, Range]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one article says. All offsets are into the original title or body.

    `places` are home places; `elsewhere` names at most 8 other counties and cities; `units`
    say in `why` how they came up (点名, 主管：欠薪, 属地：白石镇); `signature` is 256 bytes.
    """

    score: Score
    matters: tuple[Found, ...]
    places: tuple[Found, ...]
    elsewhere: tuple[str, ...]
    units: tuple[Found, ...]
    cues: tuple[Found, ...]
    casualties: Casualties
    signature: bytes
    keywords: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without the signature, which has a column of its own."""
        return {
            "score": self.score.to_json(),
            "matters": [found.to_json() for found in self.matters],
            "places": [found.to_json() for found in self.places],
            "elsewhere": list(self.elsewhere),
            "units": [found.to_json() for found in self.units],
            "cues": [found.to_json() for found in self.cues],
            "casualties": self.casualties.to_json(),
            "keywords": list(self.keywords),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], signature: bytes = b"") -> "Reading":
        """The reading that `to_json` wrote; raises KeyError or TypeError on anything else."""
        score = dict(data["score"])
        score["evidence"] = tuple(Word(**word) for word in score["evidence"])

        def found(kind: str) -> tuple[Found, ...]:
            return tuple(Found.from_json(item) for item in data[kind])

        return cls(
            score=Score(**score),
            matters=found("matters"),
            places=found("places"),
            elsewhere=tuple(data["elsewhere"]),
            units=found("units"),
            cues=found("cues"),
            casualties=Casualties(**data["casualties"]),
            signature=signature,
            keywords=tuple(data["keywords"]),
        )


@dataclass(slots=True)
class _Field:
    """One field on its way through the rules; ranges are in normalised offsets."""

    name: str
    normalised: Normalised
    tokens: list[str]
    facts: list[Fact]
    tally: Tally
    hits: Hits
    matters: Quotes
    places: Quotes
    cues: Quotes
    casualties: Casualties

    def found(self, slug: str, name: str, quote: Range, why: str = "") -> Found:
        start, end = origin(self.normalised, *quote)
        return Found(slug, name, self.name, start, end, self.normalised.original[start:end], why)

    def cite(self, entries: Sequence[Named], quotes: Quotes) -> list[Found]:
        """The entries quoted by their numbers, as found here."""
        return [self.found(entries[n].slug, entries[n].name, quote) for n, quote in quotes]

    def keywords(self) -> Iterable[str]:
        """The tokens that may be keywords."""
        return compress(self.tokens, map(itemgetter(KEYWORD), self.facts))


class Reader:
    """Reads articles with one state of the office's knowledge, named by `revision`."""

    def __init__(
        self,
        segmenter: Segmenter,
        scorer: Scorer,
        matters: Sequence[Matter],
        places: Sequence[Place],
        units: Sequence[Unit],
        revision: str,
    ) -> None:
        vocabulary = Vocabulary()
        self.revision = revision
        self._segmenter = segmenter
        self._scorer = scorer
        self._settings = Settings(vocabulary)
        self._matters = MatterRules(matters, vocabulary)
        self._places = PlaceRules(places, vocabulary)
        self._units = UnitRules(units, vocabulary)
        self._cues = CueRules(vocabulary)
        self._casualties = CasualtyReader(vocabulary)
        self._rescue = self._cues.cues.index(RESCUE)
        self._settled = Settled(vocabulary)
        self._lookup = Lookup(vocabulary)

    @classmethod
    def shipped(
        cls,
        matters: Sequence[Matter],
        places: Sequence[Place],
        units: Sequence[Unit],
        revision: str,
        extra: Mapping[str, float] | None = None,
    ) -> "Reader":
        """A reader over the shipped lexicon; `extra` words, places and units become words of
        the segmenter."""
        lexicon = Lexicon.shipped(extra)
        names = [word for place in places for word in (place.name, *place.aliases)]
        names += [word for unit in units for word in (unit.name, *unit.aliases)]
        segmenter = Segmenter([*lexicon.extra, *names])
        return cls(segmenter, Scorer(lexicon, segmenter), matters, places, units, revision)

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """One reading for each (title, body), in order; what a text gets does not depend on
        the others of its batch."""
        spelt = [(normalise(title[:READ_MAX]), normalise(body[:READ_MAX])) for title, body in texts]
        whole = [f"{title.text}\n{body.text}" for title, body in spelt]
        marks = signatures(whole)
        voices, lean = self._scorer.voices(whole)
        # One text after the other, not stage by stage: what one leaves behind (hits, tokens) is
        # gone before the next, still warm in the cache and no work for the garbage collector.
        return [
            self._reading(*self._fields(title, body, partial(lean.of, number)), mark, voice)
            for number, ((title, body), mark, voice) in enumerate(
                zip(spelt, marks, voices, strict=True)
            )
        ]

    def _fields(
        self, title: Normalised, body: Normalised, lean: Callable[..., Numbers]
    ) -> tuple[_Field, _Field]:
        """`lean` tells of both, with one character between them."""
        length = len(title.text)
        head = self._field("title", title, TITLE_WEIGHT, partial(lean, 0, length), drill=False)
        drill = self._settings.drill(head.hits)
        return head, self._field("body", body, 1.0, partial(lean, length + 1), drill=drill)

    def _field(
        self,
        name: str,
        normalised: Normalised,
        weight: float,
        lean: Callable[[], Numbers],
        *,
        drill: bool,
    ) -> _Field:
        plain = normalised.text
        tokens = self._segmenter.cut(plain)
        facts = self._scorer.facts.of(tokens)
        tally = self._scorer.tally(facts, weight)
        if tally.open:
            tally = tally.toned(facts, lean())
        hits = self._lookup.find(plain)
        field = _Field(name, normalised, tokens, facts, tally, hits, [], [], [], NOBODY)
        sentences = Sentences(plain)
        void = sentences.all() if drill else self._settings.void(hits, sentences)
        safe = void | self._settled.find(hits, sentences)
        field.places = self._places.find(hits)
        field.matters = self._matters.find(plain, hits, sentences, void, safe)
        field.cues = self._cues.find(plain, hits, sentences, safe)
        field.cues += [
            (self._rescue, quote) for quote in call(plain) if sentences.number(quote[0]) not in safe
        ]
        field.casualties = self._casualties.read(plain, hits, sentences, void)
        return field

    def _reading(self, title: _Field, body: _Field, mark: bytes, voices: Voices) -> Reading:
        fields = (title, body)
        home = any(self._places.ours(field.hits, field.places) for field in fields)
        matters = tuple(
            found for field in fields for found in field.cite(self._matters.matters, field.matters)
        )
        places = tuple(
            found
            for field in fields
            for found in field.cite(self._places.places, self._places.quotes(field.places, home))
        )
        cues = tuple(found for field in fields for found in field.cite(self._cues.cues, field.cues))
        elsewhere = self._elsewhere(fields)
        # Another county's 教育局 is none of ours.
        units = self._responsible(fields, matters, places) if home or not elsewhere else ()
        return Reading(
            score=self._scorer.conclude(
                [(field.name, field.normalised, field.tally) for field in fields], voices
            ),
            matters=matters,
            places=places,
            elsewhere=elsewhere,
            units=units,
            cues=cues,
            casualties=title.casualties | body.casualties,
            signature=mark,
            keywords=keywords(title.keywords(), body.keywords()),
        )

    def _elsewhere(self, fields: Sequence[_Field]) -> tuple[str, ...]:
        names = [
            name
            for field in fields
            for name in self._places.elsewhere(
                field.normalised.text, field.tokens, field.places, self._segmenter
            )
        ]
        return tuple(dict.fromkeys(names))[:ELSEWHERE_MAX]

    def _responsible(
        self, fields: Sequence[_Field], matters: Sequence[Found], places: Sequence[Found]
    ) -> tuple[Found, ...]:
        """Units named, then those on whose ground it is, then those competent for it; a unit
        may come up once for each reason."""
        rules = self._units
        found: dict[tuple[str, str], Found] = {}
        for field in fields:
            for number, quote in sorted(rules.named(field.hits).items(), key=lambda n: n[1]):
                unit = rules.units[number]
                named = field.found(unit.slug, unit.name, quote, "点名")
                found.setdefault((unit.slug, "点名"), named)
        concluded = (
            *(("属地", place, rules.by_place) for place in places),
            *(("主管", matter, rules.by_matter) for matter in matters),
        )
        for ground, by, units_of in concluded:
            for number in units_of.get(by.slug, ()):
                unit = rules.units[number]
                why = f"{ground}：{by.name}"
                if (unit.slug, why) not in found:
                    found[unit.slug, why] = Found(
                        unit.slug, unit.name, by.field, by.start, by.end, by.text, why
                    )
        return tuple(found.values())
