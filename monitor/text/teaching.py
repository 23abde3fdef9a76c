"""From labelled texts to a model: the shipped one, and one that an office has taught.

What an office corrects is worth more than what we wrote: it is of its own sources. So its texts
teach the n-grams beside ours, and, judged by tables that never saw them, they say how far the
n-grams may be trusted beside the lexicon (`fit_mix`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.text.corpus import Example, Voice
from monitor.text.fitting import (
    FOLDS,
    Floats,
    fit_mix,
    fit_question,
    fit_table,
    held_out_tones,
    named,
    softmax,
)
from monitor.text.model import CONCERN, SentimentModel
from monitor.text.normalise import normalise
from monitor.text.sentiment import SHIPPED_MIX, Scorer
from monitor.words import Sentiment

SHIPPED_NAME = "county-1"
TAUGHT_NAME = "office"

WORD_SHARE = 0.02
"""What a word of the lexicon counts beside a text: there are fifteen times as many of them."""
WORD_LEAST, WORD_MOST, WORD_USUAL = 0.3, 3.0, 0.5
CORRECTION_SHARE = 2.0
"""What a corrected text counts beside one of ours."""
VOICE_SHARE = 6.0
"""What a voice of a county counts beside another text: it sounds like what an office collects."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Normalised texts, their labels and what each counts."""

    texts: tuple[str, ...]
    labels: tuple[Sentiment, ...]
    weights: tuple[float, ...]

    def __add__(self, other: "Lessons") -> "Lessons":
        return Lessons(
            self.texts + other.texts, self.labels + other.labels, self.weights + other.weights
        )


def lessons(examples: Sequence[Example], words: Mapping[str, float]) -> Lessons:
    """Our own texts without the gold ones, and the lexicon's words as weak labels."""
    ours = [example for example in examples if not example.gold]
    told = sorted(
        (word, weight - WORD_USUAL)
        for word, weight in words.items()
        if len(word) > 1 and abs(weight) >= WORD_LEAST
    )
    return Lessons(
        tuple(normalise(example.text).text for example in ours) + tuple(word for word, _ in told),
        tuple(example.label for example in ours)
        + tuple(Sentiment.NEGATIVE if lean < 0 else Sentiment.POSITIVE for _, lean in told),
        (1.0,) * len(ours) + tuple(WORD_SHARE * min(abs(lean), WORD_MOST) for _, lean in told),
    )


@dataclass(frozen=True, slots=True)
class Needs:
    """Normalised texts, whether a government must answer each, whether each calls for rescue, and
    what each counts."""

    texts: tuple[str, ...]
    needs: tuple[bool, ...]
    calls: tuple[bool, ...]
    weights: tuple[float, ...]


def needs(examples: Sequence[Example], voices: Sequence[Voice]) -> Needs:
    """What teaches concern: our texts without the gold ones, and the voices of a county."""
    ours = [example for example in examples if not example.gold]
    every: list[Example | Voice] = [*ours, *voices]
    return Needs(
        tuple(normalise(one.text).text for one in every),
        tuple(one.need for one in every),
        tuple(one.call for one in every),
        (1.0,) * len(ours) + (VOICE_SHARE,) * len(voices),
    )


def shipped(base: Lessons, concern: Needs | None = None) -> SentimentModel:
    """The model of our own lessons; without `concern` it hears none."""
    table = fit_table(base.texts, base.labels, base.weights)
    if concern is None:
        return named(table, SHIPPED_MIX, SHIPPED_NAME)
    answers = [
        fit_question(concern.texts, truth, concern.weights)
        for truth in (concern.needs, concern.calls)
    ]
    columns = np.hstack([column for column, _ in answers])
    heed = np.stack([heed for _, heed in answers])
    return named(table, SHIPPED_MIX, SHIPPED_NAME, columns, heed)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the voices say of an office's corrected texts, (n, 2, 4), each tone by a table that saw
    nothing of its text's fold."""

    labels: tuple[Sentiment, ...]
    folds: tuple[int, ...]
    voices: Floats

    def chances(self) -> Floats:
        """(n, 3): P(negative), P(neutral), P(positive) of each text by a mix that saw nothing of
        its fold either: how well a model taught with such corrections reads other texts."""
        found = np.zeros((len(self.labels), 3))
        for fold in set(self.folds):
            out = np.array([one == fold for one in self.folds])
            known = [label for label, held in zip(self.labels, out, strict=True) if not held]
            mix = fit_mix(self.voices[~out], known, SHIPPED_MIX)
            a, b = (self.voices[out, side] @ mix[side] for side in (0, 1))
            found[out] = softmax(a, b)
        return found


def heard(
    base: Lessons,
    texts: Sequence[str],
    labels: Sequence[Sentiment],
    scorer: Scorer,
    folds: Sequence[int] | None = None,
    fitted: Callable[[], None] = lambda: None,
) -> Heard:
    """How the office's texts sound to models that never saw them; `scorer` hears the voices that
    are not trained. One fit a fold, some ten seconds each at 4,000 corrections; `fitted` is called
    after each."""
    folds = [number % FOLDS for number in range(len(texts))] if folds is None else folds
    every = base + own(texts, labels)
    wanted = range(len(base.texts), len(every.texts))
    tones = held_out_tones(every.texts, every.labels, every.weights, wanted, folds, fitted)
    untrained = [scorer.untrained(text) for text in every.texts[len(base.texts) :]]
    voices = np.ones((len(texts), 2, 4))
    voices[:, :, 1:3] = np.array(untrained).reshape(-1, 1, 2)
    voices[:, :, 3] = tones
    return Heard(tuple(labels), tuple(folds), voices)


def own(texts: Sequence[str], labels: Sequence[Sentiment]) -> Lessons:
    """An office's corrected texts as lessons."""
    spelt = tuple(normalise(text).text for text in texts)
    return Lessons(spelt, tuple(labels), (CORRECTION_SHARE,) * len(spelt))


def taught(
    base: Lessons,
    texts: Sequence[str],
    labels: Sequence[Sentiment],
    scorer: Scorer,
    known: Heard | None = None,
) -> SentimentModel:
    """The model of our lessons and of an office's corrected texts; `known` is what `heard` gave for
    them, where that was asked before: one fit instead of six. Of concern it knows what the
    `scorer` does: corrections of sentiment say nothing about it."""
    known = known or heard(base, texts, labels, scorer)
    every = base + own(texts, labels)
    mix = fit_mix(known.voices, known.labels, SHIPPED_MIX)
    table = fit_table(every.texts, every.labels, every.weights)
    before = scorer.model
    return named(table, mix, TAUGHT_NAME, before.table[:, CONCERN:], before.heed)
