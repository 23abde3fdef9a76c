"""The search index: a projection of the rows that can be thrown away and rebuilt.

protocol  what search asks of an index     embedded  SQLite files, one a generation
tokens    the terms that both of them ask  elastic   Elasticsearch, one index a month
"""

from pathlib import Path
from urllib.parse import unquote

from monitor.index.embedded import EmbeddedIndex
from monitor.index.protocol import (
    Cursor,
    Facets,
    GenerationMissing,
    Hit,
    HotWord,
    IndexUnavailable,
    Page,
    Refusal,
    Removal,
    SearchIndex,
    Sum,
)

__all__ = [
    "Cursor",
    "Facets",
    "GenerationMissing",
    "Hit",
    "HotWord",
    "IndexUnavailable",
    "Page",
    "Refusal",
    "Removal",
    "SearchIndex",
    "Sum",
    "open_index",
]


def open_index(url: str) -> SearchIndex:
    """The index behind `sqlite:///absolute/folder`; ValueError for any other address."""
    if not url.startswith("sqlite:///"):
        raise ValueError(f"检索库地址 {url} 不认识，应为 sqlite:///目录")
    folder = Path(unquote(url.removeprefix("sqlite:///")))
    return EmbeddedIndex(folder if folder.is_absolute() else Path("/") / folder)
