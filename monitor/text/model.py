"""The trained part of sentiment: a table over character n-grams, and how much its word counts.

Two one-against-rest logistic models share the table's rows: column 0 tells negative from the rest,
column 1 positive from the rest. What they say (`tones`) is one of four voices; the others are
the lexicon's mood, Weibo faces and a constant. `mix` weighs the voices:

    a = mix[0] · voices(negative)      b = mix[1] · voices(positive)
    P(negative), P(neutral), P(positive) = softmax(a, 0, b)

A table trained on one kind of text overrates itself on others, so the weights of the voices are
fixed where the office has taught nothing and learned from its corrections where it has
(monitor.text.fitting).
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from monitor.text.ngrams import BUCKETS, READ_CHARACTERS, Grams, grams

VOICES = ("constant", "mood", "faces", "tone")
FILE = "sentiment.npz"
STEP = 1 / 2048
"""The table holds whole numbers of this size. Whole numbers add up to the same sum in any order, so
a text is scored alike alone and in a batch, here and on any other processor."""

Numbers = NDArray[np.float32]
Table = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class SentimentModel:
    """`table` (BUCKETS, 2) in STEPs; `mix` (2, 4) in the order of VOICES; `id` names the model."""

    id: str
    table: Table
    mix: NDArray[np.float64]

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
                )
        except (KeyError, TypeError, ValueError, OSError, EOFError, BadZipFile) as error:
            raise ValueError("情感模型文件已损坏，请重新训练（yuqing train）或重新安装") from error
        if model.table.shape != (BUCKETS, 2) or model.mix.shape != (2, len(VOICES)):
            raise ValueError("情感模型与本版软件不符，请重新训练（yuqing train）")
        return model

    def to_bytes(self) -> bytes:
        """Less than 1 MB: most of the table is zero."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, id=np.array(self.id), table=self.table, mix=self.mix)
        return buffer.getvalue()

    def tones(self, texts: Sequence[str]) -> tuple[Numbers, "Lean"]:
        """(n, 2) tones of n normalised texts, and what each character contributed to them."""
        found = grams(texts)
        return tones(self.table, found), Lean(self.table, found)

    def odds(self, mood: float, voices: Sequence[float]) -> tuple[float, float]:
        """Log odds of negative and of positive, each against neutral; `voices` are the sum of
        faces and the two tones."""
        faces, negative, positive = voices
        (c, m, f, t), (d, n, g, u) = self.mix.tolist()
        return c + m * mood + f * faces + t * negative, d + n * mood + g * faces + u * positive


def tones(table: Table, found: Grams) -> Numbers:
    """(n, 2): the sum of the n-grams' rows over the root of their number, so that a long text is
    surer than a short one, but not in proportion."""
    if len(found.starts) == 1:
        return np.zeros((0, 2), np.float32)
    each = np.add(table[found.one], table[found.two], dtype=np.int32)
    each += table[found.three]
    sums = np.add.reduceat(each, found.starts[:-1], axis=0, dtype=np.int64)
    return np.asarray(sums * STEP / np.sqrt(found.lengths)[:, None], np.float32)


class Lean:
    """Which way the characters of a batch's texts lean: > 0 negative, < 0 positive."""

    def __init__(self, table: Table, found: Grams) -> None:
        self._lean = (table[:, 0].astype(np.float32) - table[:, 1]) * np.float32(STEP)
        self._found = found

    def of(self, number: int, start: int = 0, end: int = READ_CHARACTERS) -> Numbers:
        """The shares of one text's characters start..end, as far as it was read; an n-gram's is
        split among its own."""
        found = self._found
        first, last = int(found.starts[number]), int(found.starts[number + 1])
        part = slice(min(first + start, last), min(first + end, last))
        one, two, three = (
            self._lean[buckets[part]] / n
            for n, buckets in ((1, found.one), (2, found.two), (3, found.three))
        )
        share = one + two + three
        share[1:] += two[:-1] + three[:-1]
        share[2:] += three[:-2]
        return np.asarray(share, np.float32)


@cache
def _shipped() -> SentimentModel:
    file = resources.files("monitor.text") / FILE
    if not file.is_file():
        raise FileNotFoundError(f"情感模型文件不存在：{file}，请重新执行 make install")
    return SentimentModel.from_bytes(file.read_bytes())
