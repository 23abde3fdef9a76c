"""The labelled texts that this project wrote: what the shipped model is trained on.

training/corpus/*.tsv, UTF-8, a header line, columns `id label kind trait text`; how they came about
is told in training/README.md.
Every tenth text, by its id, is gold: no model is ever trained on it.
"""

import csv
import zlib
from dataclasses import dataclass
from pathlib import Path

from monitor.words import Sentiment

GOLD_SHARE = 10
COLUMNS = ["id", "label", "kind", "trait", "text"]


@dataclass(frozen=True, slots=True)
class Example:
    """One text and how an ordinary reader feels it; `kind` is news, weibo, message …, `trait`
    what makes it hard (sarcasm, drill, refuted …) or "-"."""

    id: str
    text: str
    label: Sentiment
    kind: str
    trait: str

    @property
    def gold(self) -> bool:
        return zlib.crc32(self.id.encode()) % GOLD_SHARE == 0


def read(folder: Path) -> list[Example]:
    """All examples, in the order of their files; raises ValueError that names file and line."""
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise ValueError(f"{folder} 里没有训练语料（*.tsv），请重新安装")
    return [example for file in files for example in _read(file)]


def _read(file: Path) -> list[Example]:
    found = []
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if next(rows, None) != COLUMNS:
            raise ValueError(f"{file.name} 第 1 行应为：{' '.join(COLUMNS)}")
        for number, row in enumerate(rows, 2):
            try:
                name, label, kind, trait, text = row
                found.append(Example(name, text, Sentiment(label), kind, trait))
            except ValueError as error:
                raise ValueError(f"{file.name} 第 {number} 行不对：{error}") from error
    return found
