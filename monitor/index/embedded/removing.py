"""Taking documents out of one generation, by id or by month."""

from collections.abc import Sequence

from pysqlite3 import dbapi2 as sqlite

from monitor.index.embedded import layout, registers
from monitor.index.embedded.writing import GONE, stored, take_out, transaction
from monitor.index.protocol import Removal

# What one transaction of `drop_month` does, so that writers get their turn: rows taken out,
# and pages of words rewritten without them (a tenth of a second each).
_ROWS, _PAGES = 5_000, 500
# Ten million articles have some 400,000 pages.
_STEPS = 10_000


def remove(connection: sqlite.Connection, removals: Sequence[Removal]) -> None:
    """Take documents out; what stays says up to which rev, until its month is dropped."""
    highest: dict[int, Removal] = {}
    for removal in removals:
        if removal.id not in highest or highest[removal.id].rev <= removal.rev:
            highest[removal.id] = removal
    with transaction(connection):
        known = stored(connection, highest)
        due = [r for r in highest.values() if r.id not in known or known[r.id].rev <= r.rev]
        rows = [known[r.id].row for r in due if r.id in known]
        take_out(connection, [row for row in rows if row != GONE])
        months = {number: old.month for number, old in known.items()}
        connection.executemany(
            "INSERT OR REPLACE INTO gone (id, rev, month) VALUES (?, ?, ?)",
            [(r.id, r.rev, r.month or months.get(r.id, "")) for r in due],
        )


def drop_month(connection: sqlite.Connection, month: str) -> None:
    """Take out all rows of a month and give their space back to what comes.

    A third of 1,000,000 articles: 20 seconds, in steps of a fraction of one.
    """
    found = connection.execute("SELECT row FROM docs WHERE month = ?", (month,)).fetchall()
    rows = [row for (row,) in found]
    for at in range(0, len(rows), _ROWS):
        with transaction(connection), layout.unmerged(connection):
            take_out(connection, _still_of(connection, month, rows[at : at + _ROWS]))
    with transaction(connection):
        connection.execute("DELETE FROM gone WHERE month = ?", (month,))
        registers.forget_words(connection)
    for _ in range(_STEPS):
        if not layout.merge(connection, _PAGES):
            return


def _still_of(connection: sqlite.Connection, month: str, rows: Sequence[int]) -> list[int]:
    """Those of the rows that nobody has replaced meanwhile; they ascend."""
    left = connection.execute(
        "SELECT row FROM docs WHERE month = ? AND row BETWEEN ? AND ?", (month, rows[0], rows[-1])
    )
    return [row for (row,) in left]
