"""One SQLite for the whole process: the wheel's, because older ones can corrupt a WAL file.

SQLite before 3.51.3 may lose a write when two connections meet at the reset of the
write-ahead log (sqlite.org/wal.html, "WAL-reset bug"). Django and Celery import the
standard library's module by name, so the wheel takes that name before they do.
"""

import sys

import pysqlite3
import pysqlite3.dbapi2

OLDEST_SAFE = (3, 51, 3)


def install() -> None:
    """Make `import sqlite3` mean the wheel; RuntimeError when even that one is too old."""
    if pysqlite3.sqlite_version_info < OLDEST_SAFE:
        wanted = ".".join(map(str, OLDEST_SAFE))
        raise RuntimeError(
            f"SQLite {pysqlite3.sqlite_version} 太旧（需要 {wanted} 以上），请重装 pysqlite3"
        )
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
