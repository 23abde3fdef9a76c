"""The file of a backup: a zip of tables as JSON lines, the office's own files, and a manifest.

It names tables and columns, not classes, and knows no database: what SQLite wrote PostgreSQL
reads, and a later version reads what an earlier one wrote.
"""

import base64
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.db import models

FORMAT = 1
MANIFEST = "manifest.json"
LONGEST_LINE = 64 * 1024 * 1024
LEVEL = 3
"""zlib's: a third of the time of its default, a tenth larger."""


class ArchiveError(Exception):
    """The file is no backup, is damaged, or is of a version that we cannot read; in words."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name, its columns in the order of the values, and how many rows."""

    name: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What the archive holds; `migrations` is the newest applied one of each app."""

    version: str
    created: str
    office: str
    migrations: dict[str, str]
    tables: list[Table] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Codec:
    """One column: its value in a row, as JSON can say it, and back."""

    column: str
    encode: Callable[[Any], Any] | None
    decode: Callable[[Any], Any] | None


def codec(column: models.Field) -> Codec:
    """How values of a model's column are written."""
    name = str(column.attname)
    if isinstance(column, models.DateTimeField):
        return Codec(name, datetime.isoformat, datetime.fromisoformat)
    if isinstance(column, models.BinaryField):
        return Codec(name, _base64, base64.b64decode)
    return Codec(name, None, None)


def _base64(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()


class Writer:
    """An archive that is being written; it takes its name only when it is complete."""

    def __init__(self, container: zipfile.ZipFile) -> None:
        self._zip = container
        self.tables: list[Table] = []
        self.files: list[str] = []

    def table(self, name: str, codecs: Sequence[Codec], rows: Iterable[Sequence[Any]]) -> int:
        """Write one table's rows, in constant memory; returns how many."""
        count = 0
        with self._zip.open(f"tables/{name}.jsonl", "w", force_zip64=True) as member:
            for row in rows:
                values = [
                    one.encode(value) if one.encode and value is not None else value
                    for one, value in zip(codecs, row, strict=True)
                ]
                member.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
                count += 1
        self.tables.append(Table(name, tuple(one.column for one in codecs), count))
        return count

    def file(self, name: str, path: Path) -> None:
        """Put one of the office's own files beside the tables."""
        self._zip.write(path, f"files/{name}")
        self.files.append(name)

    def close(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new archive at `path`: there whole, for its owner alone, or not at all."""
    draft = path.with_name(f".{path.name}.part")
    try:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as container:
                yield Writer(container)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Reader:
    """An archive that was checked from end to end before anything of it is believed."""

    def __init__(self, container: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip = container
        self.manifest = manifest

    def rows(self, table: Table, codecs: Sequence[Codec]) -> Iterator[list[Any]]:
        """The rows of a table with values in the order of `codecs`, which are its columns."""
        with self._zip.open(f"tables/{table.name}.jsonl") as member:
            for line in _lines(member):
                yield [
                    one.decode(value) if one.decode and value is not None else value
                    for one, value in zip(codecs, json.loads(line), strict=True)
                ]

    def file(self, name: str) -> bytes:
        return self._zip.read(f"files/{name}")


def _lines(member: Any) -> Iterator[bytes]:
    while line := member.readline(LONGEST_LINE):
        if not line.endswith(b"\n"):
            raise ArchiveError("备份文件中有一行过长，文件可能已损坏，请换一份备份")
        yield line


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """The archive at `path`; ArchiveError when it is damaged or not one of ours."""
    try:
        file: BinaryIO = path.open("rb")
    except OSError as error:
        raise ArchiveError(f"打不开备份文件 {path}：{error.strerror}") from error
    with file:
        try:
            container = zipfile.ZipFile(file)
            damaged = container.testzip()
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
            raise ArchiveError(f"{path} 不是完整的备份文件（{error}），请换一份备份") from error
        if damaged:
            raise ArchiveError(f"备份文件已损坏（{damaged}），请换一份备份")
        with container:
            yield Reader(container, _manifest(container, path))


def _manifest(container: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        said = json.loads(container.read(MANIFEST))
        if said["format"] > FORMAT:
            raise ArchiveError(f"备份由较新的版本 {said['version']} 写成，请先升级本程序再恢复")
        tables = [Table(one["name"], tuple(one["columns"]), one["rows"]) for one in said["tables"]]
        return Manifest(**said | {"tables": tables})
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveError(f"{path} 不是舆情监测的备份文件") from error
