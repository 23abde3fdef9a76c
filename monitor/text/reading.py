"""Reading a batch of articles: everything the text itself tells, in one pass over each.

This is the hot path of analysis. A text is normalised once, cut into words once and walked
once by the automaton that knows the words of all kinds; the signatures of a batch are made
together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from monitor.text import model
from monitor.text.casualties import NOBODY, CasualtyReader
from monitor.text.concern import (
    ADDRESSED_LEAST,
    CONCERN_FROM,
    Concern,
    raised,
    replies,
    telling_clauses,
)
from monitor.text.context import Sentences, Settings
from monitor.text.cues import CALL, PETITION, PLEADING, CueRules
from monitor.text.evasion import unveil
from monitor.text.fields import Field
from monitor.text.fingerprint import signatures
from monitor.text.found import Found
from monitor.text.gist import Gist, telling
from monitor.text.ground import Ground, elsewhere
from monitor.text.incidents import Duties, Grades
from monitor.text.keywords import keywords
from monitor.text.lexicon import Lexicon
from monitor.text.lookup import Lookup, Range, Vocabulary
from monitor.text.matters import DUTIES, Matter, MatterRules
from monitor.text.model import Numbers
from monitor.text.normalise import Normalised, normalise
from monitor.text.phrases import Phrases
from monitor.text.places import Place, PlaceRules
from monitor.text.rarity import Rarity
from monitor.text.rescue import NEVER, Settled, calls, plight
from monitor.text.said import Reading
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Scorer, Voices, Word
from monitor.text.told import told
from monitor.text.units import Unit, UnitRules
from monitor.text.whereabouts import NOWHERE, Origin

# Characters read of each field. A county gazette of 1 MB must not hold up a batch, and what an
# article is about stands in its first fifty thousand characters.
READ_MAX = 50_000
# A headline says what an article is about: its words count this many times in the mood.
TITLE_WEIGHT = 2.0
# P(concern) and P(call) from which words of thanks are politeness.
ASKING, CALLING = 0.85, 0.5
_GRADES = Grades()

__all__ = ["READ_MAX", "Reader", "Reading", "Text"]

Text = tuple[str, str]


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
        grades: Grades = _GRADES,
    ) -> None:
        vocabulary = Vocabulary()
        self.revision = revision
        self._segmenter = segmenter
        self._scorer = scorer
        self._settings = Settings(vocabulary)
        self._phrases = Phrases(vocabulary)
        self._matters = MatterRules(matters, vocabulary, self._phrases)
        self._places = PlaceRules(places, vocabulary, segmenter)
        known = UnitRules(units, vocabulary, matters)
        self._ground = Ground(self._places, known, segmenter)
        names = self._places.words | known.words
        self._rarity = Rarity.shipped()
        self._cues = CueRules(vocabulary, self._phrases, len(matters))
        # How somebody complains tells no story from another's.
        self._names = frozenset(w for w, n in vocabulary.numbers.items() if n in names) | PLEADING
        self._casualties = CasualtyReader(vocabulary)
        self._petition = self._cues.cues.index(PETITION)
        self._settled = Settled(vocabulary)
        self._duties = Duties(matters, vocabulary, grades)
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

    def read(self, texts: Sequence[Text], origins: Sequence[Origin] | None = None) -> list[Reading]:
        """One reading for each (title, body), in order; what a text gets does not depend on
        the others of its batch. `origins`, one a text, say where the texts come from."""
        spelt = [(_spelt(title), _spelt(body)) for title, body in texts]
        whole = [f"{title.text}\n{body.text}" for title, body in spelt]
        marks = signatures(whole)
        voices, lean = self._scorer.voices(whole)
        # One text after the other, not stage by stage: what one leaves behind (hits, tokens) is
        # gone before the next, still warm in the cache and no work for the garbage collector.
        return [
            self._reading(
                self._fields(title, body, partial(lean.of, number), voice, origin.year),
                mark,
                voice,
                partial(lean.toward, number),
                origin,
            )
            for number, ((title, body), mark, voice, origin) in enumerate(
                zip(spelt, marks, voices, origins or [NOWHERE] * len(texts), strict=True)
            )
        ]

    def _fields(
        self,
        title: Normalised,
        body: Normalised,
        lean: Callable[..., Numbers],
        voices: Voices,
        year: int,
    ) -> tuple[Field, Field]:
        """`lean` tells of both, with one character between them."""
        length = len(title.text)
        head = self._field("title", title, TITLE_WEIGHT, partial(lean, 0, length))
        main = self._field("body", body, 1.0, partial(lean, length + 1))
        nothing = self._settings.nothing(head.hits, main.hits) or self._settings.debunked(
            head.hits, main.hits
        )
        staged = self._settings.staged(head.hits, main.hits) or self._settings.remembered(
            title.text, head.hits, year
        )
        # 谢谢 also ends a polite request, and a call for help.
        chance = self._scorer.model.chance
        asks = (
            chance(model.CONCERN, voices.concern) >= ASKING
            or chance(model.CALL, voices.call) >= CALLING
        )
        grateful = not asks and self._cues.grateful(head.hits, main.hits)
        for field in (head, main):
            self._judge(field, year, nothing=nothing, staged=staged, grateful=grateful)
        return head, main

    def _field(
        self, name: str, normalised: Normalised, weight: float, lean: Callable[[], Numbers]
    ) -> Field:
        plain = normalised.text
        tokens = self._segmenter.cut(plain)
        facts = self._scorer.facts.of(tokens)
        tally = self._scorer.tally(facts, weight)
        if tally.open:
            tally = tally.toned(facts, lean())
        hits = self._lookup.find(plain)
        sentences = Sentences(plain)
        return Field(name, normalised, tokens, facts, tally, hits, [], [], [], NOBODY, sentences)

    def _judge(
        self, field: Field, year: int, *, nothing: bool, staged: bool, grateful: bool
    ) -> None:
        """Matters, places, cues and casualties of a field. `nothing` in the article has happened;
        its harm is `staged`; it is `grateful` for what was done."""
        plain, hits, sentences = field.normalised.text, field.hits, field.sentences
        void = sentences.all() if nothing or grateful else self._settings.void(hits, sentences)
        past = self._settings.past(plain, hits, sentences, year)
        unhurt = sentences.all() if staged else void | past
        safe = sentences.all() if grateful else unhurt | self._settled.find(hits, sentences)
        field.idle = nothing or staged or grateful
        field.places = self._places.find(hits)
        met = self._phrases.find(plain, hits, sentences)
        field.matters = self._matters.choose(met, hits, sentences, void, unhurt, safe)
        field.cues = self._cues.choose(met, hits, sentences, safe, grateful=grateful)
        field.safe = safe
        field.casualties = self._casualties.read(plain, hits, sentences, unhurt)

    def _reading(
        self,
        fields: tuple[Field, Field],
        mark: bytes,
        voices: Voices,
        share: Callable[[int], Numbers],
        origin: Origin,
    ) -> Reading:
        title, body = fields
        scenes = self._ground.scenes(fields)
        where = self._ground.where(fields, scenes, origin, complains=self._complains(fields))
        concern = self._concern(fields, voices.concern, share, addressed=origin.addressed)
        call = self._call(fields, voices.call, concern.chance, share)
        matters = told(self._matters, fields, concern, call)
        places = self._ground.named(fields, where.verdict)
        concerned = self._ground.concerned(fields, places, matters, where.verdict)
        casualties = title.casualties | body.casualties
        incident = self._duties.incident(matters, casualties)
        return Reading(
            score=self._scorer.conclude(
                [(field.name, field.normalised, field.tally) for field in fields], voices
            ),
            matters=matters,
            places=places,
            elsewhere=elsewhere(scenes),
            where=where,
            units=concerned.units,
            cues=(
                *(found for field in fields for found in field.cite(self._cues.cues, field.cues)),
                *call,
            ),
            casualties=casualties,
            signature=mark,
            keywords=keywords(title.keywords(), body.keywords()),
            gist=self._gist(fields),
            incident=incident,
            duty=self._duties.of(matters, incident, self._ordered(fields)),
            helpers=concerned.helpers,
            concern=concern,
        )

    def _concern(
        self,
        fields: tuple[Field, Field],
        tone: float,
        share: Callable[[int], Numbers],
        *,
        addressed: bool,
    ) -> Concern:
        chance = self._scorer.model.chance(model.CONCERN, tone)
        asks = (
            addressed
            and not any(field.idle for field in fields)  # thanks, adverts
            and not replies(*(field.normalised.text for field in fields))
        )
        if asks:
            chance = raised(chance)
        if chance < (ADDRESSED_LEAST if asks else CONCERN_FROM):
            return Concern(chance)
        words = []
        for weight, field, quote in _clauses(fields, partial(share, model.CONCERN)):
            found = field.found("", "", quote)
            words.append(Word(found.text, found.start, found.end, round(weight, 3), found.field))
        return Concern(chance, tuple(words))

    def _call(
        self,
        fields: tuple[Field, Field],
        tone: float,
        concern: float,
        share: Callable[[int], Numbers],
    ) -> list[Found]:
        """The words in which somebody calls for rescue; none where nobody does."""
        chance = self._scorer.model.chance(model.CALL, tone)
        if chance < NEVER or any(field.idle for field in fields):
            return []  # Most texts: their facts need not be looked for.
        worst, (points, quotes) = max(
            ((f, plight(f.normalised.text, f.sentences, f.safe)) for f in fields),
            key=lambda one: one[1].points,
        )
        if not calls(points, chance, concern):
            return []
        if quotes:
            return [worst.found(CALL.slug, CALL.name, quote) for quote in quotes]
        return [
            field.found(CALL.slug, CALL.name, quote)
            for _, field, quote in _clauses(fields, partial(share, model.CALL))
            if field.sentences.number(quote[0]) not in field.safe
        ]

    def _ordered(self, fields: Sequence[Field]) -> list[Found]:
        spans = [(field, self._duties.ordered(field.hits)) for field in fields]
        return [
            field.found("ordered", DUTIES["ordered"], span, "文中写明")
            for field, span in spans
            if span is not None
        ]

    def _gist(self, fields: Sequence[Field]) -> Gist:
        tokens = [(field.tokens, field.facts) for field in fields]
        return Gist(telling(tokens, self._names, self._rarity), self._ground.sites(fields))

    def _complains(self, fields: Sequence[Field]) -> bool:
        return any(cue == self._petition for field in fields for cue, _ in field.cues)


def _spelt(text: str) -> Normalised:
    return unveil(normalise(text[:READ_MAX]))


def _clauses(
    fields: tuple[Field, Field], share: Callable[[], Numbers]
) -> Iterator[tuple[float, Field, Range]]:
    """The clauses that say most; `share` tells of both fields, with one character between them."""
    title, body = (field.normalised.text for field in fields)
    length = len(title) + 1
    for weight, (start, end) in telling_clauses(f"{title}\n{body}", share):
        field, back = (fields[0], 0) if end < length else (fields[1], length)
        yield weight, field, (start - back, end - back)
