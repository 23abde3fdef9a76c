"""The search index: a projection of the rows that can be thrown away and rebuilt.

protocol  what search asks of an index     embedded  SQLite files, one a generation
tokens    the terms that both of them ask  elastic   Elasticsearch, one index a month
access    what signs in to a cluster       hotness   the scores of hot words
"""

from pathlib import Path
from urllib.parse import unquote

from monitor.index.access import Access
from monitor.index.protocol import (
    HOT_AT_LEAST,
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
    Space,
    Sum,
)

__all__ = [
    "HOT_AT_LEAST",
    "Access",
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
    "Space",
    "Sum",
    "open_index",
]


def open_index(url: str, access: Access | None = None) -> SearchIndex:
    """The index behind `sqlite:///absolute/folder` or `http(s)://host:port,host:port/prefix`.

    `access` is what signs in to a cluster. Raises ValueError in words for any other address.
    """
    scheme, _, rest = url.partition("://")
    if scheme in ("http", "https"):
        # The client of a cluster takes longer to load than everything else in this room; an
        # installation without one does without.
        from monitor.index.elastic import ElasticIndex

        return ElasticIndex(url, access or Access())
    if scheme != "sqlite" or not rest.startswith("/"):
        raise ValueError(
            f"检索库地址 {url} 不认识，应为 sqlite:///目录 或 http(s)://主机:9200/前缀"
        )
    folder = Path(unquote(rest.removeprefix("/")))
    # Where PostgreSQL and Elasticsearch do the work, its SQLite need not be installed.
    from monitor.index.embedded import EmbeddedIndex

    return EmbeddedIndex(folder if folder.is_absolute() else Path("/") / folder)
