"""An export to a file that a person named: killed at any moment, the same command goes on with it.

Beside FILE stand, until it is whole, FILE.part with the rows so far and FILE.part.json that says
what they are and how far. FILE itself appears whole or not at all.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from monitor.export import FORMATS, Draft, Progress, draft, sync_folder
from monitor.pipeline import knowledge
from monitor.pipeline.extract import Batch, batches, labels
from monitor.pipeline.search import count
from monitor.query import Query, parse

KEEP_S = 2.0
"""How often what was written is made safe: a kill costs this much work."""
MODE = 0o666
"""Less what the person's umask takes away."""


class FileThere(Exception):  # noqa: N818 - a state of the folder, not a fault
    """The file exists already and was not to be replaced."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for; `limit` None is all. Equal orders to one file are one export."""

    query: str
    format: str
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """How many articles are in the file, of how many; `resumed` of them an earlier run wrote."""

    done: int
    total: int
    resumed: int


def export(order: Order, path: Path, *, force: bool = False) -> Iterator[Exported]:
    """Write the file, or go on with it, yielding how far it is; the last is the whole.

    Raises query.QueryError, IndexUnavailable, FileThere, DraftBusy (another process is at it),
    TooLarge and OSError; after each but the first the same call goes on where this one ended.
    """
    part, record = _beside(path, ".part"), _beside(path, ".part.json")
    kept = _read(record, order)
    if kept and not part.exists() and path.exists():
        # Killed between the last two acts: the file is whole.
        record.unlink()
        yield Exported(kept[0].done, kept[0].done, kept[0].done)
        return
    if path.exists() and not force:
        raise FileThere(str(path))
    values = knowledge.catalogue()
    query = parse(order.query, values.names)
    if not kept:
        record.unlink(missing_ok=True)  # of another order, whose rows end here
    progress, total = kept or (Progress(), _total(query, order))
    with draft(part, order.format, labels(values), progress, mode=MODE) as file:
        resumed = file.done
        yield Exported(resumed, total, resumed)
        for _ in _fill(file, query, order, record, total):
            yield Exported(file.done, max(total, file.done), resumed)
        _write(record, order, file.finish(), total)
        part.rename(path)
        sync_folder(path.parent)
        record.unlink()
    yield Exported(file.done, file.done, resumed)


def pour(order: Order, out: BinaryIO) -> int:
    """Write the same bytes to a stream, which nothing can go on with; returns how many articles."""
    values = knowledge.catalogue()
    query = parse(order.query, values.names)
    form = FORMATS[order.format](labels(values), {})
    done = 0
    out.write(form.begin())
    for batch in _limited(query, "", order.limit):
        out.write(form.rows(batch.rows))
        done += len(batch.rows)
    out.write(form.end())
    out.flush()
    return done


def _fill(file: Draft, query: Query, order: Order, record: Path, total: int) -> Iterator[None]:
    left = None if order.limit is None else order.limit - file.done
    last = time.monotonic()
    for batch in _limited(query, file.progress.position, left):
        file.add(batch.rows, batch.position)
        if time.monotonic() - last >= KEEP_S:
            _write(record, order, file.keep(), total)
            last = time.monotonic()
        yield


def _limited(query: Query, position: str, left: int | None) -> Iterator[Batch]:
    if left == 0:
        return
    with closing(batches(query, position)) as found:
        for batch in found:
            rows = batch.rows[:left]
            yield Batch(rows, batch.position)
            if left is not None:
                left -= len(rows)
                if not left:
                    return


def _total(query: Query, order: Order) -> int:
    found = count(query)
    return found if order.limit is None else min(found, order.limit)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _read(record: Path, order: Order) -> tuple[Progress, int] | None:
    """How far an earlier run of this very order came; None when there was none."""
    try:
        kept: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        if kept["order"] != asdict(order):
            return None
        return Progress(**kept["progress"]), int(kept["total"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None  # whatever it is, it is no record of ours: begin anew


def _write(record: Path, order: Order, progress: Progress, total: int) -> None:
    """Put the record there whole or not at all; the rows that it speaks of are on the disk."""
    text = json.dumps(
        {"order": asdict(order), "progress": asdict(progress), "total": total}, ensure_ascii=False
    )
    new = _beside(record, ".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.rename(record)
