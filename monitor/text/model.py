"""The trained part of sentiment: a table over character n-grams, and how much its word counts.

Four one-against-rest logistic models share the table's rows: column 0 tells negative from the
rest, column 1 positive from the rest, column 2 what a government must answer from the rest
(concern), column 3 what calls for rescue from the rest. What the first two say (`tones`) is one
of four voices; the others are the lexicon's mood, Weibo faces and a constant. `mix` weighs them:

    a = mix[0] · voices(negative)      b = mix[1] · voices(positive)
    P(negative), P(neutral), P(positive) = softmax(a, 0, b)

Concern and call have one voice each, not mixed: P = 1 / (1 + exp(-h[0] - h[1] · tone)), with their
row h of `heed` fitted on tones of texts that the table had not seen.

A table trained on one kind of text overrates itself on others, so the weights of the voices are
fixed where the office has taught nothing and learned from its corrections where it has
(monitor.text.fitting).
"""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from monitor.text.ngrams import BUCKETS, READ_CHARACTERS, Grams, grams

VOICES = ("constant", "mood", "faces", "tone")
COLUMNS = 4
CONCERN, CALL = 2, 3
"""Of the table: the columns of concern and of calls for rescue."""
UNHEEDED = ((-4.0, 0.0), (-4.0, 0.0))
"""The `heed` of a model that was taught nothing about either."""
FILE = "sentiment.npz"
STEP = 1 / 2048
"""The table holds whole numbers of this size. Whole numbers add up to the same sum in any order, so
a text is scored alike alone and in a batch, here and on any other processor."""

Numbers = NDArray[np.float32]
Table = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class SentimentModel:
    """`table` (BUCKETS, 4) in STEPs; `mix` (2, 4) in the order of VOICES; `heed` (2, 2); `id` names
    the model."""

    id: str
    table: Table
    mix: NDArray[np.float64]
    heed: NDArray[np.float64] = field(default_factory=lambda: np.array(UNHEEDED))

    @classmethod
    def shipped(cls) -> "SentimentModel":
        """The model that comes with the product, read once a process."""
        return _shipped()

    @classmethod
    def from_bytes(cls, data: bytes) -> "SentimentModel":
        """What `to_bytes` wrote; raises ValueError, in Chinese, on anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as kept:
                model = cls(
                    str(kept["id"]),
                    kept["table"].astype(np.int16, casting="safe"),
                    kept["mix"].astype(np.float64),
                    kept["heed"].astype(np.float64),
                )
        except (KeyError, TypeError, ValueError, OSError, EOFError, BadZipFile) as error:
            raise ValueError("情感模型文件已损坏，请重新训练（yuqing train）或重新安装") from error
        shapes = (model.table.shape, model.mix.shape, model.heed.shape)
        if shapes != ((BUCKETS, COLUMNS), (2, len(VOICES)), (2, 2)):
            raise ValueError("情感模型与本版软件不符，请重新训练（yuqing train）")
        return model

    def to_bytes(self) -> bytes:
        """Less than 1 MB: most of the table is zero."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer, id=np.array(self.id), table=self.table, mix=self.mix, heed=self.heed
        )
        return buffer.getvalue()

    def tones(self, texts: Sequence[str]) -> tuple[Numbers, "Lean"]:
        """(n, 4) tones of n normalised texts, and what each character contributed to them."""
        found = grams(texts)
        return tones(self.table, found), Lean(self.table, found)

    def odds(self, mood: float, voices: Sequence[float]) -> tuple[float, float]:
        """Log odds of negative and of positive, each against neutral; `voices` are the sum of
        faces and the first two tones."""
        faces, negative, positive = voices
        (c, m, f, t), (d, n, g, u) = self.mix.tolist()
        return c + m * mood + f * faces + t * negative, d + n * mood + g * faces + u * positive

    def chance(self, column: int, tone: float) -> float:
        """P(concern) or P(call) of a text with this tone in that column."""
        constant, slope = self.heed[column - CONCERN].tolist()
        return float(1 / (1 + math.exp(-constant - slope * tone)))


def tones(table: Table, found: Grams) -> Numbers:
    """(n, columns of the table): the sum of the n-grams' rows over the root of their number, so
    that a long text is surer than a short one, but not in proportion."""
    if len(found.starts) == 1:
        return np.zeros((0, table.shape[1]), np.float32)
    each = np.add(table[found.one], table[found.two], dtype=np.int32)
    each += table[found.three]
    sums = np.add.reduceat(each, found.starts[:-1], axis=0, dtype=np.int64)
    return np.asarray(sums * STEP / np.sqrt(found.heard)[:, None], np.float32)


class Lean:
    """Which way the characters of a batch's texts lean: > 0 negative, < 0 positive."""

    def __init__(self, table: Table, found: Grams) -> None:
        self._table = table
        self._found = found

    def toward(self, number: int, column: int) -> Numbers:
        """The shares of one text's characters in its tone of that column."""
        found = self._found
        part = slice(int(found.starts[number]), int(found.starts[number + 1]))
        return _spread(
            *(
                self._table[buckets[part], column] * np.float32(STEP / n)
                for n, buckets in ((1, found.one), (2, found.two), (3, found.three))
            )
        )

    def of(self, number: int, start: int = 0, end: int = READ_CHARACTERS) -> Numbers:
        """The shares of one text's characters start..end, as far as it was read; an n-gram's is
        split among its own."""
        found = self._found
        first, last = int(found.starts[number]), int(found.starts[number + 1])
        part = slice(min(first + start, last), min(first + end, last))
        return _spread(*(shares[part] for shares in self._shares))

    @cached_property
    def _shares(self) -> list[Numbers]:
        """What each character of an n-gram leans, for the n-grams of all texts at once."""
        found = self._found
        return [
            _difference(self._table[buckets]) * np.float32(STEP) / np.float32(n)
            for n, buckets in ((1, found.one), (2, found.two), (3, found.three))
        ]


def _spread(one: Numbers, two: Numbers, three: Numbers) -> Numbers:
    """What each character gets of the n-grams that it stands in."""
    share = one + two + three
    share[1:] += two[:-1] + three[:-1]
    share[2:] += three[:-2]
    return np.asarray(share, np.float32)


def _difference(rows: Table) -> Numbers:
    return rows[:, 0].astype(np.float32) - rows[:, 1]


@cache
def _shipped() -> SentimentModel:
    file = resources.files("monitor.text") / FILE
    if not file.is_file():
        raise FileNotFoundError(f"情感模型文件不存在：{file}，请重新执行 make install")
    return SentimentModel.from_bytes(file.read_bytes())
