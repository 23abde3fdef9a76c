"""Many rows in one statement, for the hot paths (Django's bulk_update writes slow CASE ladders)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg
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
) -> int:
    """Insert rows; where `unique` already exists do nothing, or overwrite the `update` columns.

    Returns how many rows were written.
    """
    table = model._meta.db_table
    marks = ", ".join(["%s"] * len(columns))
    then = "NOTHING"
    if update:
        then = "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in update)
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own identifiers
        f" ON CONFLICT ({', '.join(unique)}) DO {then}"
    )
    return each(sql, rows)


def update(
    model: type[models.Model],
    assignments: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    where: Sequence[str],
) -> None:
    """One UPDATE a row: each of `assignments` ("name = %s" or "rev = rev + 1"), then the keys.

    In the order of the keys, so that two writers of the same rows never wait for each other in a
    circle.
    """
    rows = sorted(rows, key=lambda row: tuple(row[-len(where) :]))
    condition = " AND ".join(f"{name} = %s" for name in where)
    sql = f"UPDATE {model._meta.db_table} SET {', '.join(assignments)} WHERE {condition}"  # noqa: S608
    each(sql, rows)


def each(sql: str, rows: Iterable[Sequence[Any]]) -> int:
    """Run a statement of ours with each row's values; returns how many rows were written."""
    values = [stored(row) for row in rows]
    if not values:
        return 0
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.executemany(sql, values)
            return cursor.rowcount
    # The driver's own cursor prepares the statement once and sends all rows down one pipeline;
    # Django's writes the values into the text, which the server has to parse anew for each row.
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.executemany(sql, values)
        return cursor.rowcount
