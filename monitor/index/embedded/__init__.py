"""The embedded index: one SQLite file a generation, words through FTS5.

files    generations as files, connections         keys     row keys in the order of search
match    a tree as one MATCH expression            writing  a batch, all or none
reading  a page, its total, its facets             index    the `SearchIndex` over them
"""

from monitor.index.embedded.index import EmbeddedIndex

__all__ = ["EmbeddedIndex"]
