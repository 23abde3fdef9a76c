"""backup: every table and the office's own files as of one moment, while everything goes on.

Left out is what can be made again (the index, what the grouping lane remembers) and what must
not outlive its time (sessions, sign-in links).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from monitor.models import IndexState, SignInLink
from monitor.pipeline import archive
from monitor.pipeline.moment import one_moment
from monitor.words import SHANGHAI

PATTERN = "yuqing-????????-??????.zip"
CHUNK = 1000
KEY = "secret.key"
OWN_FILES = (KEY, "yuqing.env")
LEFT_OUT = frozenset({SignInLink, IndexState})


class NotBackedUp(Exception):  # noqa: N818 - reads as what happened
    """There is nothing that could be backed up now; in words."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many rows of all tables have been written."""

    done: int
    total: int


def kept_models() -> list[type[models.Model]]:
    """Every table of a backup."""
    own = apps.get_app_config("monitor").get_models()
    return [*(model for model in own if model not in LEFT_OUT), Group, User, User.groups.through]


def name(now: datetime) -> str:
    """The file's name; names in order of time are in order."""
    return f"yuqing-{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.zip"


def back_up(path: Path) -> Iterator[Progress]:
    """Write a backup to `path`, yielding progress; OSError when the disk refuses.

    The file holds the signing key and the channels' secrets: it is for its owner alone.
    """
    migrations = _migrations()
    with archive.writing(path) as file, one_moment():
        kept = kept_models()
        total = sum(model._default_manager.count() for model in kept)
        done = 0
        for model in kept:
            codecs = [archive.codec(column) for column in model._meta.concrete_fields]
            columns = [one.column for one in codecs]
            rows = model._default_manager.order_by().values_list(*columns).iterator(CHUNK)
            done += file.table(model._meta.db_table, codecs, rows)
            yield Progress(done, max(done, total))
        for inside, place in _own_files():
            file.file(inside, place)
        file.close(
            archive.Manifest(
                version=version("yuqing"),
                created=timezone.now().astimezone(SHANGHAI).isoformat(timespec="seconds"),
                office=settings.YUQING.office,
                migrations=migrations,
                tables=file.tables,
                files=file.files,
            )
        )


def _migrations() -> dict[str, str]:
    """The newest migration of each app, all of them applied."""
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(leaves):
        raise NotBackedUp("数据库还没有升级到本版本，请先运行 yuqing migrate，或用旧版本程序备份")
    return dict(leaves)


def _own_files() -> Iterator[tuple[str, Path]]:
    for one in OWN_FILES:
        path = settings.YUQING.data / one
        if path.is_file():
            yield one, path
    folder = settings.YUQING.catalog
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.is_file():
            yield f"catalog/{path.name}", path


def forget_older(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups of a folder; returns what was deleted."""
    old = sorted(folder.glob(PATTERN))[:-keep]
    for path in old:
        path.unlink()
    return old
