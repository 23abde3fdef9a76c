"""Rows to export, and files read back as other programs read them."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from openpyxl import load_workbook

from monitor.export import FORMATS, Labels, Row
from monitor.words import Level, Sentiment

LABELS = Labels(
    sources={"forum": "青溪论坛"}, topics={"eco": "生态环境"}, units={"water": "自来水公司"}
)
NOON = datetime(2026, 11, 23, 4, 0, 7, tzinfo=UTC)


def row(number: int = 1, **fields: Any) -> Row:
    values: dict[str, Any] = {
        "id": number,
        "title": f"双河镇停水公告{number}",
        "body": "明日停水检修。\n请居民储水。",
        "source": "forum",
        "outlet": "云岚晚报",
        "author": "河边人",
        "published": NOON - timedelta(minutes=number),
        "sentiment": Sentiment.NEGATIVE,
        "negative": 0.87654,
        "level": Level.II,
        "event": 7,
        "event_title": "双河镇停水",
        "alert": "2026-0001",
        "topics": ("eco", "gone"),
        "units": ("water",),
        "link": "http://forum.example/1",
    }
    return Row(**values | fields)


def written(format_: str, rows: Iterable[Row], pieces: int = 1000) -> bytes:
    """A whole file, its rows given `pieces` at a time to a writer that each time begins anew, as
    after a kill."""
    left = list(rows)
    form = FORMATS[format_](LABELS, {})
    out = form.begin()
    while left:
        out += form.rows(left[:pieces]) + form.pause()
        left = left[pieces:]
        form = FORMATS[format_](LABELS, form.mark)
    return out + form.end()


def table(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def sheets(file: bytes) -> list[list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(file))
    return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
