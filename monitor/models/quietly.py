"""Operations that a migration may run while the office works; its class must say
`atomic = False`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AddIndex, RunSQL


class AddIndexQuietly(AddIndexConcurrently):
    """An index built without holding writers up: CONCURRENTLY on PostgreSQL, plainly on SQLite
    (which has one writer anyhow). One that an interrupted run left unfinished is made anew."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_forwards(self, app_label, schema_editor, *states)
            return
        with _patient(schema_editor):
            if self._is_unfinished(schema_editor):
                schema_editor.execute(f'DROP INDEX CONCURRENTLY "{self.index.name}"')
            super().database_forwards(app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_backwards(self, app_label, schema_editor, *states)
            return
        with _patient(schema_editor):
            super().database_backwards(app_label, schema_editor, *states)

    def _is_unfinished(self, schema_editor: Any) -> bool:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid",
                [f'"{self.index.name}"'],
            )
            return cursor.fetchone() is not None


class OnPostgreSQL(RunSQL):
    """Statements for PostgreSQL alone; elsewhere nothing is done."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, *states)


@contextmanager
def _patient(schema_editor: Any) -> Iterator[None]:
    """A concurrent build waits for every transaction that began before it, and holds nobody up
    while it waits: the limit on locks, which is for steps, would only break it off."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
