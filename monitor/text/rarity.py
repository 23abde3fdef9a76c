"""How rare words are, as counted once in this project's own texts (training/frequency.py)."""

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib import resources

FILE = "frequency.json"
UNKNOWN = 0.7
"""Texts that a word of which fewer than LEAST were counted is taken to stand in."""
LEAST = 3


class Rarity:
    """How rare words are, from the number of `texts` and in how many of them each stands."""

    def __init__(self, texts: int, counts: Mapping[str, int]) -> None:
        self._unknown = _nats(UNKNOWN, texts)
        self._known = {word: _nats(count, texts) for word, count in counts.items()}

    @classmethod
    def shipped(cls) -> "Rarity":
        """What was counted in the corpus of this project, read once a process."""
        return _shipped()

    def of(self, word: str) -> float:
        """-ln of the share of texts that hold the word, 0 … 9 nats."""
        return self._known.get(word, self._unknown)


def _nats(count: float, texts: int) -> float:
    return -math.log((count + 0.3) / (texts + 1))


@cache
def _shipped() -> Rarity:
    file = resources.files("monitor.text") / FILE
    if not file.is_file():
        raise FileNotFoundError(f"词频文件不存在：{file}，请重新执行 make install")
    data = json.loads(file.read_text("utf-8"))
    return Rarity(data["texts"], data["counts"])
