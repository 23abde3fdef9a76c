"""The search index: a projection of the rows that can be thrown away and rebuilt."""

from pathlib import Path
from urllib.parse import unquote

from monitor.index.protocol import (
    Cursor,
    Facets,
    GenerationMissing,
    Hit,
    IndexUnavailable,
    Page,
    SearchIndex,
)
from monitor.index.sqlite import SqliteIndex

__all__ = [
    "Cursor",
    "Facets",
    "GenerationMissing",
    "Hit",
    "IndexUnavailable",
    "Page",
    "SearchIndex",
    "open_index",
]


def open_index(url: str) -> SearchIndex:
    """The index behind `sqlite:///absolute/folder`; ValueError for any other address."""
    if not url.startswith("sqlite:///"):
        raise ValueError(f"检索库地址 {url} 不认识，应为 sqlite:///目录")
    folder = Path(unquote(url.removeprefix("sqlite:///")))
    return SqliteIndex(folder if folder.is_absolute() else Path("/") / folder)
