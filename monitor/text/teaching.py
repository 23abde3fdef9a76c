"""From labelled texts to a model: the shipped one, and one that an office has taught.

What an office corrects is worth more than what we wrote: it is of its own sources. So its texts
teach the n-grams beside ours, and, judged by tables that never saw them, they say how far the
n-grams may be trusted beside the lexicon (`fit_mix`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.text.corpus import Example
from monitor.text.fitting import fit_mix, fit_table, held_out_tones, named
from monitor.text.model import SentimentModel
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


def shipped(base: Lessons) -> SentimentModel:
    """The model of our own lessons."""
    table = fit_table(base.texts, base.labels, base.weights)
    return named(table, SHIPPED_MIX, SHIPPED_NAME)


def taught(
    base: Lessons, texts: Sequence[str], labels: Sequence[Sentiment], scorer: Scorer
) -> SentimentModel:
    """The model of our lessons and of an office's corrected texts; `scorer` hears the voices that
    are not trained. Takes six fits, some ten seconds each at 4,000 corrections."""
    own = Lessons(
        tuple(normalise(text).text for text in texts),
        tuple(labels),
        (CORRECTION_SHARE,) * len(texts),
    )
    every = base + own
    wanted = range(len(base.texts), len(every.texts))
    tones = held_out_tones(every.texts, every.labels, every.weights, wanted)
    heard = np.array([scorer.untrained(text) for text in own.texts]).reshape(-1, 2)
    voices = np.ones((len(own.texts), 2, 4))
    voices[:, :, 1:3] = heard[:, None]
    voices[:, :, 3] = tones
    mix = fit_mix(voices, own.labels, SHIPPED_MIX)
    return named(fit_table(every.texts, every.labels, every.weights), mix, TAUGHT_NAME)
