"""The labelled texts that this project wrote: what the shipped model is trained on.

training/corpus/*.tsv, UTF-8, a header line, columns `id label kind trait need matter text`, and
training/voices.tsv, columns `id need text`; how they came about is told in training/README.md.
Every tenth text, by its id, is gold: no model is ever trained on it.
"""

import csv
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from monitor.words import Sentiment

One = TypeVar("One")

GOLD_SHARE = 10
COLUMNS = ["id", "label", "kind", "trait", "need", "matter", "text"]
VOICE_COLUMNS = ["id", "need", "text"]
CALL = "call"
"""The need of a voice that calls for rescue; of an example, its matter is RESCUE."""
RESCUE = "rescue"
NEEDS = {"yes": True, "far": True, "no": False}
"""`far` must be answered by somebody, but plainly not by the county: place is judged elsewhere."""


@dataclass(frozen=True, slots=True)
class Example:
    """One text and how an ordinary reader feels it; `kind` is news, weibo, message …, `trait`
    what makes it hard (sarcasm, drill, refuted …) or "-". `need`: a government must answer it, on
    the `matter` (a slug of the catalogue or "-")."""

    id: str
    text: str
    label: Sentiment
    kind: str
    trait: str
    need: bool = False
    matter: str = "-"

    @property
    def call(self) -> bool:
        return self.need and self.matter == RESCUE

    @property
    def gold(self) -> bool:
        return zlib.crc32(self.id.encode()) % GOLD_SHARE == 0


def read(folder: Path) -> list[Example]:
    """All examples, in the order of their files; raises ValueError that names file and line."""
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise ValueError(f"{folder} 里没有训练语料（*.tsv），请重新安装")
    return [example for file in files for example in _read(file)]


@dataclass(frozen=True, slots=True)
class Voice:
    """One text of a county, whether it must be answered, and whether it calls for rescue."""

    id: str
    text: str
    need: bool
    call: bool = False


def read_voices(file: Path) -> list[Voice]:
    """The voices, in their order; raises ValueError that names file and line."""
    return list(_parsed(file, VOICE_COLUMNS, _voice))


def _read(file: Path) -> list[Example]:
    return list(_parsed(file, COLUMNS, _example))


def _example(row: list[str]) -> Example:
    name, label, kind, trait, need, matter, text = row
    return Example(name, text, Sentiment(label), kind, trait, NEEDS[need], matter)


def _voice(row: list[str]) -> Voice:
    name, need, text = row
    return Voice(name, text, need == CALL or NEEDS[need], need == CALL)


def _parsed(file: Path, columns: list[str], parse: Callable[[list[str]], One]) -> Iterator[One]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if next(rows, None) != columns:
            raise ValueError(f"{file.name} 第 1 行应为：{' '.join(columns)}")
        for number, row in enumerate(rows, 2):
            try:
                yield parse(row)
            except (KeyError, ValueError) as error:
                raise ValueError(f"{file.name} 第 {number} 行不对：{error}") from error
