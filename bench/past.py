"""Rows as if an office had worked for a long time: articles with texts, readings and events.

Every day has the same number of articles, so that what the grouping lane remembers (seven days)
is the same however long the past is; only the tables are larger.
"""

import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction
from django.utils import timezone

from monitor.models import Analysis, Article, ArticleText, Event, Sighting, bulk
from monitor.text.fingerprint import BUCKETS
from monitor.words import month_of
from tests.system.stories import note

PER_DAY = 5_000
"""Five times what a county of half a million people publishes about itself."""
BATCH = 5_000
SOURCES = 60
READING = json.dumps({"keywords": ["停水", "通知"]}, ensure_ascii=False)


def live_through(rows: int, now: datetime) -> None:
    """Fill the empty tables with `rows` articles, indexed and judged, the newest an hour old."""
    chance = random.Random(1)
    for first in range(1, rows + 1, BATCH):
        numbers = range(first, min(first + BATCH, rows + 1))
        with transaction.atomic():
            _insert(numbers, rows, now - timedelta(hours=1), chance)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for model in (Article, Event):
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
                )
        # As rows of years ago are: autovacuum would do it while the clock runs.
        cursor.execute("VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE")


def _insert(numbers: range, rows: int, newest: datetime, chance: random.Random) -> None:
    at = {n: newest - timedelta(days=(rows - n) / PER_DAY) for n in numbers}
    _write(
        Event,
        ("id", "title", "first_published", "last_published"),
        [(n, note(n)[:30], at[n], at[n]) for n in numbers],
    )
    _write(
        Article,
        (
            *("id", "identity", "source", "link", "title", "text_hash", "seen", "published"),
            *("month", "size", "analysed_edition", "grouped_edition", "grouped_in", "rev"),
            *("indexed_rev", "sentiment", "negative", "event_id"),
        ),
        [
            (
                *(n, f"{n:032x}", f"past{n % SOURCES}", f"http://past.example/{n}"),
                *(note(n)[:30], f"{n:032x}", at[n], at[n], month_of(at[n]), 200),
                *(1, 1, 1, 2, 2, "neutral", 0.1, n),
            )
            for n in numbers
        ],
    )
    _write(
        ArticleText,
        ("article_id", "edition", "title", "body", "seen"),
        [(n, 1, note(n)[:30], note(n) + note(n + 1), at[n]) for n in numbers],
    )
    _write(
        Analysis,
        ("article_id", "edition", "reading", "signature", "length", "model", "knowledge"),
        [(n, 1, READING, chance.randbytes(4 * BUCKETS), 200, "past", 1) for n in numbers],
    )
    _write(
        Sighting,
        ("article_id", "source", "seen"),
        [(n, f"past{n % SOURCES}", at[n]) for n in numbers],
    )


def _write(model: Any, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    rest = bulk.defaults(model, columns)
    filled = _filled(rows, tuple(rest.values()))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            names = ", ".join((*columns, *rest))
            with cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
                for row in filled:
                    copy.write_row(row)
            return
        names, marks = ", ".join((*columns, *rest)), ", ".join(["%s"] * (len(columns) + len(rest)))
        cursor.executemany(
            f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})",  # noqa: S608
            [bulk.stored(row) for row in filled],
        )


def _filled(rows: list[tuple[Any, ...]], rest: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    return (row + rest for row in rows)


def main() -> None:
    """Fill the installation that the environment names."""
    live_through(int(sys.argv[1]), timezone.now())


if __name__ == "__main__":
    main()
