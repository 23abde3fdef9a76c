"""Training the model: the n-gram table on texts, the mix of voices and what concern is worth on
held-out tones.

Both are logistic regressions with a quadratic penalty, minimised by L-BFGS (Nocedal, "Updating
Quasi-Newton Matrices with Limited Storage", 1980) in numpy alone: an office trains with what it
has installed, and the same texts give the same model everywhere.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from monitor.text.model import STEP, UNHEEDED, SentimentModel, Table, tones
from monitor.text.ngrams import BUCKETS, SILENT, grams
from monitor.words import Sentiment

PENALTY = 1.0
STEPS = 120
MEMORY = 8
TOLERANCE = 1e-4
FOLDS = 5
PRIOR = 40.0
"""How many corrections it takes until they say as much about the mix as the shipped one does."""

Floats = NDArray[np.float64]
Slope = Callable[[Floats], tuple[float, Floats]]
Matrix = tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]


def fit_table(
    texts: Sequence[str], labels: Sequence[Sentiment], weights: Sequence[float] | None = None
) -> Table:
    """The (BUCKETS, 2) table of normalised texts; rare n-grams count more (idf)."""
    sides = (Sentiment.NEGATIVE, Sentiment.POSITIVE)
    truths = [np.array([label is side for label in labels]) for side in sides]
    weight = np.ones(len(texts)) if weights is None else np.asarray(weights, np.float64)
    return _fit(_matrix(texts), truths, weight)


def fit_question(
    texts: Sequence[str], answers: Sequence[bool], weights: Sequence[float]
) -> tuple[Table, Floats]:
    """The (BUCKETS, 1) column of a yes/no question (concern, call), and its `heed`, fitted on tones
    of texts held out in FOLDS folds: P(yes) of another text is neither too bold nor too shy."""
    truth, weight = np.array(answers), np.asarray(weights, np.float64)
    found, known = grams(texts), _matrix(texts)
    turns = np.arange(len(texts)) % FOLDS
    held = np.zeros(len(texts))
    for turn in range(FOLDS):
        column = _fit(known, [truth], np.where(turns == turn, 0.0, weight))
        held = np.where(turns == turn, tones(column, found)[:, 0], held)
    voices = np.stack([np.ones(len(held)), held], axis=1)

    def slope(point: Floats) -> tuple[float, Floats]:
        loss, pull = _logistic(voices @ point, truth, weight)
        return loss, pull @ voices

    return _fit(known, [truth], weight), minimise(slope, np.zeros(2))


def _fit(matrix: Matrix, truths: Sequence[NDArray[np.bool_]], weight: Floats) -> Table:
    """A column of the table for each yes/no question."""
    rows, buckets, values, rarity = matrix
    used, places = np.unique(buckets, return_inverse=True)
    table = np.zeros((BUCKETS, len(truths)), np.int16)
    most = np.iinfo(np.int16).max
    for column, truth in enumerate(truths):

        def slope(point: Floats, truth: NDArray[np.bool_] = truth) -> tuple[float, Floats]:
            lean = np.bincount(rows, values * point[places], len(weight)) + point[-1]
            loss, pull = _logistic(lean, truth, weight)
            down = np.bincount(places, values * pull[rows], len(used)) + PENALTY * point[:-1]
            loss += PENALTY / 2 * float(point[:-1] @ point[:-1])
            return loss, np.append(down, pull.sum())

        found = minimise(slope, np.zeros(len(used) + 1))
        steps = np.rint(found[:-1] * rarity[used] / STEP)
        table[used, column] = np.clip(steps, -most, most)
    return table


def held_out_tones(
    texts: Sequence[str],
    labels: Sequence[Sentiment],
    weights: Sequence[float] | None,
    wanted: Sequence[int],
    folds: Sequence[int] | None = None,
    fitted: Callable[[], None] = lambda: None,
) -> NDArray[np.float32]:
    """(len(wanted), 2): the tone of each wanted text by a table that never saw it, nor any other
    wanted text of its fold; `fitted` is called after each of the fits, one a fold."""
    known = folds or [place % FOLDS for place in range(len(wanted))]
    fold = dict(zip(wanted, known, strict=True))
    found = np.zeros((len(wanted), 2), np.float32)
    for turn in sorted(set(known)):
        kept = [n for n in range(len(texts)) if fold.get(n) != turn]
        table = fit_table(
            [texts[n] for n in kept],
            [labels[n] for n in kept],
            None if weights is None else [weights[n] for n in kept],
        )
        places = [place for place, number in enumerate(wanted) if fold[number] == turn]
        found[places] = tones(table, grams([texts[wanted[place]] for place in places]))
        fitted()
    return found


def fit_mix(voices: Floats, labels: Sequence[Sentiment], prior: Floats) -> Floats:
    """The (2, 4) mix for `voices` (n, 2, 4), pulled towards `prior` as by PRIOR examples."""
    negative = np.array([label is Sentiment.NEGATIVE for label in labels])
    positive = np.array([label is Sentiment.POSITIVE for label in labels])
    spread = np.maximum(np.abs(voices).mean(axis=0), 1e-3)  # so that each voice resists alike

    def slope(point: Floats) -> tuple[float, Floats]:
        mix = point.reshape(prior.shape)
        a, b = (voices[:, side] @ mix[side] for side in (0, 1))
        chance = softmax(a, b)
        truth = np.where(negative, chance[:, 0], np.where(positive, chance[:, 2], chance[:, 1]))
        off = (mix - prior) * spread
        loss = -float(np.log(np.maximum(truth, 1e-12)).sum()) + PRIOR / 2 * float((off**2).sum())
        down = np.stack(
            [
                (chance[:, 0] - negative) @ voices[:, 0],
                (chance[:, 2] - positive) @ voices[:, 1],
            ]
        )
        return loss, (down + PRIOR * off * spread).ravel()

    return minimise(slope, prior.ravel().copy()).reshape(prior.shape)


def softmax(a: Floats, b: Floats) -> Floats:
    """(n, 3): P(negative), P(neutral), P(positive) of the log odds against neutral."""
    top = np.maximum(np.maximum(a, b), 0.0)
    parts = np.stack([np.exp(a - top), np.exp(-top), np.exp(b - top)], axis=1)
    return np.asarray(parts / parts.sum(axis=1, keepdims=True))


def named(
    table: Table,
    mix: Floats,
    name: str,
    questions: Table | None = None,
    heed: Floats | None = None,
) -> SentimentModel:
    """The model under an id that tells its content: the name and eight digits of its hash.
    Without the columns of concern and call it hears neither."""
    if questions is None or heed is None:
        questions, heed = np.zeros((BUCKETS, 2), np.int16), np.array(UNHEEDED)
    whole = np.hstack([table, questions])
    digest = hashlib.sha256(whole.tobytes() + mix.tobytes() + heed.tobytes()).hexdigest()[:8]
    return SentimentModel(f"{name}-{digest}", whole, mix, heed)


def _matrix(texts: Sequence[str]) -> Matrix:
    """Sparse rows, columns and values of the texts, and the rarity of every bucket."""
    found = grams(texts)
    row = np.repeat(np.arange(len(texts)), found.lengths)
    cells = np.concatenate(
        [row * BUCKETS + bucket for bucket in (found.one, found.two, found.three)]
    )
    cells, counts = np.unique(cells[cells % BUCKETS != SILENT], return_counts=True)
    rows, buckets = np.divmod(cells, BUCKETS)
    held = np.bincount(buckets, minlength=BUCKETS)
    rarity = np.log((1 + len(texts)) / (1 + held)) + 1
    values = counts * rarity[buckets] / np.sqrt(found.heard)[rows]
    return rows, buckets, values, rarity


def _logistic(lean: Floats, truth: NDArray[np.bool_], weight: Floats) -> tuple[float, Floats]:
    signed = np.where(truth, -lean, lean)
    loss = float((weight * np.logaddexp(0, signed)).sum())
    return loss, weight * (1 / (1 + np.exp(-np.clip(lean, -30, 30))) - truth)


def minimise(slope: Slope, point: Floats) -> Floats:
    """Where `slope` (value and gradient of a convex function) is lowest, by L-BFGS with
    backtracking; at most STEPS steps."""
    value, down = slope(point)
    past: deque[tuple[Floats, Floats, float]] = deque(maxlen=MEMORY)
    for _ in range(STEPS):
        if np.abs(down).max() < TOLERANCE * max(1.0, np.abs(point).max()):
            break
        way = _direction(down, past)
        descent, length = float(way @ down), 1.0
        while True:
            ahead = point + length * way
            higher, there = slope(ahead)
            if higher <= value + 1e-4 * length * descent or length < 1e-8:
                break
            length /= 2
        moved, bent = ahead - point, there - down
        if (curve := float(moved @ bent)) > 1e-12:
            past.append((moved, bent, 1 / curve))
        point, value, down = ahead, higher, there
    return point


def _direction(down: Floats, past: deque[tuple[Floats, Floats, float]]) -> Floats:
    """The two-loop recursion: an inverse curvature made of the last few steps."""
    way = -down
    shares = []
    for moved, bent, curve in reversed(past):
        share = curve * float(moved @ way)
        shares.append(share)
        way = way - share * bent
    if past:
        moved, bent, curve = past[-1]
        way = way / (curve * float(bent @ bent))
    else:
        way = way / max(1.0, float(np.abs(down).max()))
    for (moved, bent, curve), share in zip(past, reversed(shares), strict=True):
        way = way + moved * (share - curve * float(bent @ way))
    return way
