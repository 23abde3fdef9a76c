"""The kinds of file there are."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from monitor.export.lines import Csv, JsonLines
from monitor.export.table import Labels, Row
from monitor.export.workbook import Workbook


class Format(Protocol):
    """Rows in, bytes out, each to be appended to those before; holds no rows.

    Made with the `mark` of an earlier one (JSON, empty at first) it goes on where that one
    stood after `pause`.
    """

    def __init__(self, labels: Labels, mark: Mapping[str, Any]) -> None: ...

    def begin(self) -> bytes:
        """The first bytes of a file."""

    def rows(self, rows: Iterable[Row]) -> bytes:
        """Rows in their order; raises TooLarge when the file cannot take them."""

    def pause(self) -> bytes:
        """Whatever is held back of the rows so far; after it the mark may be kept."""

    def end(self) -> bytes:
        """The last bytes of a file."""

    @property
    def mark(self) -> dict[str, Any]: ...


FORMATS: dict[str, type[Format]] = {"csv": Csv, "xlsx": Workbook, "jsonl": JsonLines}
"""By the ending of the file's name."""
WORDS = {
    "xlsx": "Excel（xlsx）",
    "csv": "表格（csv）",
    "jsonl": "程序用（jsonl）",
}
