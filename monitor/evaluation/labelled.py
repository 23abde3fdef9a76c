"""Labelled texts from csv files: columns `text,label` and whatever else, plain or gzip, UTF-8."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monitor.words import Sentiment

MOST_ROWS = 1_000_000
LONGEST = 1_000_000
"""Characters of one field."""
SUFFIXES = (".csv", ".csv.gz")
MOODS = {word: mood for mood in Sentiment for word in (mood.value, mood.label)} | {
    "负面": Sentiment.NEGATIVE,
    "消极": Sentiment.NEGATIVE,
    "积极": Sentiment.POSITIVE,
}
"""Labels that name a sentiment."""
LEFT_OUT = frozenset({"", "other", "其他"})
"""Labels of texts that are in a file and are not measured."""


class LabelledError(ValueError):
    """A file that cannot be read; says in Chinese which, where and what to do."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text and what a person said of it; `more` holds the other columns, `line` is where the
    row ends in its file."""

    text: str
    label: str
    more: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class ToneSet:
    """Texts with their sentiment; `left_out` rows carry no sentiment."""

    name: str
    texts: tuple[str, ...]
    labels: tuple[Sentiment, ...]
    left_out: int = 0


def load(path: Path) -> list[Labelled]:
    """All rows of a file in their order, rows without text left out.

    Raises LabelledError for a file that is not there, not csv, without the two columns, or longer
    than MOST_ROWS.
    """
    try:
        return list(_rows(path))
    except gzip.BadGzipFile as error:
        raise LabelledError(f"{path} 不是 gzip 文件；请去掉文件名里的 .gz，或重新压缩") from error
    except OSError as error:
        raise LabelledError(f"读不了 {path}（{error.strerror or error}）；请检查路径") from error
    except (EOFError, zlib.error) as error:
        raise LabelledError(f"{path} 不完整；请重新复制一份") from error


def tone_set(path: Path) -> ToneSet | None:
    """The file's texts with their sentiment; None where no label names one: the file is about
    something else.

    Raises LabelledError, also for a label that is neither a sentiment nor `LEFT_OUT`, and when
    there is nothing to tell apart.
    """
    rows = load(path)
    if not any(row.label in MOODS for row in rows):
        return None
    for row in rows:
        if row.label not in MOODS and row.label not in LEFT_OUT:
            raise LabelledError(
                f"{path.name} 第 {row.line} 行：标签“{row.label[:20]}”不认识，应为 negative、"
                "neutral、positive（或敏感、中性、正面）；不参评的写 other"
            )
    kept = [row for row in rows if row.label in MOODS]
    labels = tuple(MOODS[row.label] for row in kept)
    negative = Counter(labels)[Sentiment.NEGATIVE]
    if not 0 < negative < len(labels):
        raise LabelledError(f"{path.name} 只有一类标签，比不出高低；敏感的和其他的都要有")
    return ToneSet(name_of(path), tuple(row.text for row in kept), labels, len(rows) - len(kept))


def tone_sets(paths: Sequence[Path]) -> tuple[list[ToneSet], list[str]]:
    """The sets of these files, and the names of those that are about something else."""
    read = [(path.name, tone_set(path)) for path in paths]
    return [one for _, one in read if one], [name for name, one in read if not one]


def _rows(path: Path) -> Iterator[Labelled]:
    opened = gzip.open if path.name.endswith(".gz") else open
    csv.field_size_limit(LONGEST)
    with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        try:
            yield from _read(path.name, reader)
        except UnicodeDecodeError as error:
            raise LabelledError(
                f"{path.name} 第 {reader.line_num + 1} 行起不是 UTF-8；请另存为“CSV UTF-8”再试"
            ) from error
        except csv.Error as error:
            raise LabelledError(
                f"{path.name} 第 {reader.line_num + 1} 行读不懂（{error}）；请检查引号，"
                f"每格至多 {LONGEST:,} 字"
            ) from error


def _read(name: str, reader: "csv.DictReader[str]") -> Iterator[Labelled]:
    missing = {"text", "label"} - set(reader.fieldnames or ())
    if missing:
        raise LabelledError(
            f"{name} 第 1 行缺列 {'、'.join(sorted(missing))}；第一行应写 text,label"
        )
    for number, row in enumerate(reader):
        if number == MOST_ROWS:
            raise LabelledError(f"{name} 超过 {MOST_ROWS:,} 行；请拆成几个文件")
        text, label = row.pop("text"), row.pop("label")
        if None in row or text is None or label is None:
            raise LabelledError(
                f"{name} 第 {reader.line_num} 行的列数与第一行不同；文字里有逗号的要加引号"
            )
        if text.strip():
            yield Labelled(text, label.strip(), row, reader.line_num)


def files(folder: Path) -> list[Path]:
    """The labelled files of a folder, by name; raises LabelledError when there are none."""
    if not folder.is_dir():
        raise LabelledError(f"评测数据目录 {folder} 不存在；请检查 YUQING_EVAL_DATA 或 --data")
    found = sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIXES))
    if not found:
        raise LabelledError(f"评测数据目录 {folder} 里没有 .csv 或 .csv.gz 文件")
    return found


def name_of(path: Path) -> str:
    """What a file's set is called: its name without .csv and .gz."""
    return path.name.removesuffix(".gz").removesuffix(".csv")
