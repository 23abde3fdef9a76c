"""The formats that are one line after another: csv for spreadsheets, jsonl for programs."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from monitor.export.table import COLUMNS, Cell, Labels, Row, cells
from monitor.words import SHANGHAI

BOM = b"\xef\xbb\xbf"
"""Without it Excel reads a UTF-8 file in the code page of the computer."""


class Csv:
    """RFC 4180 with every cell in quotes, so that no other separator can begin a cell either."""

    def __init__(self, labels: Labels, _mark: Mapping[str, Any]) -> None:
        self._labels = labels
        self.mark: dict[str, Any] = {}

    def begin(self) -> bytes:
        return BOM + _csv([[heading for heading, _ in COLUMNS]])

    def rows(self, rows: Iterable[Row]) -> bytes:
        return _csv([_spelled(value) for value in cells(row, self._labels)] for row in rows)

    def pause(self) -> bytes:
        return b""

    def end(self) -> bytes:
        return b""


class JsonLines:
    """An object a line, with slugs and the texts untouched: nothing reckons them out."""

    def __init__(self, _labels: Labels, _mark: Mapping[str, Any]) -> None:
        self.mark: dict[str, Any] = {}

    def begin(self) -> bytes:
        return b""

    def rows(self, rows: Iterable[Row]) -> bytes:
        lines = (json.dumps(_object(row), ensure_ascii=False) + "\n" for row in rows)
        # A lone surrogate can come from no database, but it must not end an export.
        return "".join(lines).encode("utf-8", "replace")

    def pause(self) -> bytes:
        return b""

    def end(self) -> bytes:
        return b""


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue().encode()


def _spelled(value: Cell) -> Any:
    return value.isoformat(" ") if isinstance(value, datetime) else value


def _object(row: Row) -> dict[str, Any]:
    """Keys as in `yuqing search --json`."""
    return {
        "id": row.id,
        "title": row.title,
        "body": row.body,
        "url": row.link,
        "source": row.source,
        "outlet": row.outlet,
        "author": row.author,
        "published": row.published.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "sentiment": row.sentiment.value if row.sentiment else None,
        "negative": None if row.negative is None else round(row.negative, 4),
        "level": int(row.level) if row.level else None,
        "event": row.event,
        "event_title": row.event_title,
        "alert": row.alert or None,
        "topics": list(row.topics),
        "units": list(row.units),
    }
