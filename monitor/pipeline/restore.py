"""restore: a backup into an empty database, SQLite or PostgreSQL, whichever wrote it.

The tables are first made as they were when the backup was written, filled in one transaction,
and then brought up to date as any older database is. What was on its way when the backup was
written is not sent by itself: nobody knows whether it has been.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from monitor.models import Alert, Article, Delivery, Export
from monitor.pipeline.archive import ArchiveError, Manifest, Reader, Table, codec
from monitor.pipeline.backup import KEY, OWN_FILES, Progress

CHUNK = 1000
UNSURE = "恢复备份时正在待发，是否已经发出不明，请核实后重发"


class NotEmpty(Exception):  # noqa: N818 - reads as what happened
    """The database holds something already; nothing was changed."""


def restore(file: Reader) -> Iterator[Progress]:
    """Fill the empty database, yielding progress.

    Raises NotEmpty, and ArchiveError for a backup of a later version or an incomplete one; then,
    as after a kill, the database is still empty.
    """
    manifest = file.manifest
    _refuse_later(manifest)
    _migrate_to(manifest)
    by_table = _models_then(manifest)
    _refuse_full(manifest, by_table)
    total, done = sum(table.rows for table in manifest.tables), 0
    with transaction.atomic():
        for table in manifest.tables:
            for rows in _fill(file, table, by_table[table.name]):
                done += rows
                yield Progress(done, total)
        _number_on(by_table.values())
        _take_over(by_table)
    # Killed from here on, it is an older installation's database: `yuqing up` brings it up to date.
    call_command("migrate", verbosity=0, interactive=False)


def _refuse_later(manifest: Manifest) -> None:
    known = MigrationExecutor(connection).loader.disk_migrations
    strange = [pair for pair in manifest.migrations.items() if pair not in known]
    if strange:
        raise ArchiveError(f"备份由较新的版本 {manifest.version} 写成，请先升级本程序再恢复")


def _migrate_to(manifest: Manifest) -> None:
    for app, name in manifest.migrations.items():
        call_command("migrate", app, name, verbosity=0, interactive=False)


def _models_then(manifest: Manifest) -> dict[str, type[models.Model]]:
    """The models as they were when the backup was written, by table."""
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state(list(manifest.migrations.items()))
    return {
        model._meta.db_table: model for model in state.apps.get_models(include_auto_created=True)
    }


def _refuse_full(manifest: Manifest, by_table: dict[str, type[models.Model]]) -> None:
    for table in manifest.tables:
        if table.name not in by_table:
            raise ArchiveError(f"备份中的表 {table.name} 不认识，请用写备份的版本恢复")
        if by_table[table.name]._default_manager.exists():
            raise NotEmpty(
                "数据库里已有内容，没有改动。恢复只进空库：请另设 YUQING_DATA 或新建一个空的数据库"
            )


def _fill(file: Reader, table: Table, model: type[models.Model]) -> Iterator[int]:
    """Write a table's rows in chunks; yields the size of each."""
    by_column = {field.attname: field for field in model._meta.concrete_fields}
    codecs = [codec(by_column[column]) for column in table.columns]
    rows = file.rows(table, codecs)
    written = 0
    while chunk := list(islice(rows, CHUNK)):
        model._default_manager.bulk_create(
            [model(**dict(zip(table.columns, row, strict=True))) for row in chunk]
        )
        written += len(chunk)
        yield len(chunk)
    if written != table.rows:
        raise ArchiveError(
            f"备份中的表 {table.name} 应有 {table.rows} 行，只有 {written} 行，请换一份备份"
        )


def _number_on(filled: Any) -> None:
    """New rows are numbered after the restored ones."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(filled)):
            cursor.execute(statement)


def _take_over(by_table: dict[str, type[models.Model]]) -> None:
    """Nobody works on these rows, nothing of them is in an index, and nothing leaves unasked."""

    def rows(table: str) -> models.QuerySet:
        return by_table[table]._default_manager.all()

    for model in by_table.values():
        if {"owner", "token", "until"} <= {field.name for field in model._meta.fields}:
            model._default_manager.update(owner="", until=None)
    rows("monitor_article").update(indexed_rev=0)
    rows("monitor_sending").filter(ended=None, outcome="").update(
        outcome="unknown", words=UNSURE, ended=timezone.now()
    )
    rows("monitor_delivery").filter(state__in=[Delivery.QUEUED, Delivery.SENDING]).update(
        state=Delivery.FAILED, code="restored", words=UNSURE
    )
    if "monitor_export" in by_table:  # their files were not in the backup
        rows("monitor_export").filter(state=Export.DONE).update(state=Export.EXPIRED)
        rows("monitor_export").filter(state=Export.QUEUED).update(position="", size=0, done=0)
    rows("monitor_knowledge").update(revision=models.F("revision") + 1)


def put_files(file: Reader) -> tuple[list[str], list[str]]:
    """Write the office's own files where none is: those written, and those left as they were."""
    written, left = [], []
    for name in file.manifest.files:
        folder, _, own = name.partition("/")
        if folder == "catalog" and own and "/" not in own and own not in ("..", "."):
            place = settings.YUQING.catalog / own
        elif name in OWN_FILES:
            place = settings.YUQING.data / name
        else:
            raise ArchiveError(f"备份中的文件 {name} 不是本系统的，请换一份备份")
        content = file.file(name)
        # The key of an empty folder was made a moment ago and has signed nothing.
        if name != KEY and place.exists() and place.read_bytes() != content:
            left.append(name)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
        place.write_bytes(content)
        written.append(name)
    return written, left


def counts() -> dict[str, int]:
    """What a person wants to see again after a restore."""
    return {
        "文章": Article.objects.count(),
        "预警": Alert.objects.count(),
        "送达": Delivery.objects.count(),
    }
