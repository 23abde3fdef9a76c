"""The embedded index: one SQLite file a generation, words through FTS5, counting through numpy.

files      generations as files, connections    layout    what stands in such a file
match      a tree as one MATCH expression       columns   what is counted, as numbers by row
matching   the rows that a query finds          kept      what a process keeps of them
reading    page, facets, trend, list            hot       words that tell them from all
writing    a batch, all or none                 removing  by id, by month
registers  numbers that stand for words         index     the `SearchIndex` over all this
"""

from monitor.index.embedded.index import EmbeddedIndex

__all__ = ["EmbeddedIndex"]
