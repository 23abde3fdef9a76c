"""Many rows in one statement, for the hot paths (Django's bulk_update writes slow CASE ladders)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, models


@lru_cache(maxsize=4096)
def _instant(value: datetime) -> Any:
    # Cached: a batch writes the same few instants hundreds of times, at 15 µs each.
    return connection.ops.adapt_datetimefield_value(value)


def stored(values: Iterable[Any]) -> list[Any]:
    """Parameters as the ORM would store them; a raw cursor would keep an instant's zone."""
    return [_instant(value) if isinstance(value, datetime) else value for value in values]


def defaults(model: type[models.Model], given: Sequence[str]) -> dict[str, Any]:
    """Column → stored default of every column that `given` leaves out (Django keeps defaults
    in Python, so an INSERT of our own has to name them)."""
    return {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.column not in given
    }


def insert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    unique: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """Insert rows; where `unique` already exists do nothing, or overwrite the `update` columns."""
    table = model._meta.db_table
    marks = ", ".join(["%s"] * len(columns))
    then = "NOTHING"
    if update:
        then = "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in update)
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own identifiers
        f" ON CONFLICT ({', '.join(unique)}) DO {then}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, [stored(row) for row in rows])


def update(
    model: type[models.Model],
    assignments: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    where: Sequence[str],
) -> None:
    """One UPDATE a row: each of `assignments` ("name = %s" or "rev = rev + 1"), then the keys."""
    condition = " AND ".join(f"{name} = %s" for name in where)
    sql = f"UPDATE {model._meta.db_table} SET {', '.join(assignments)} WHERE {condition}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, [stored(row) for row in rows])
