"""One SQLite for the whole process: the wheel's, because older ones can corrupt a WAL file.

SQLite before 3.51.3 may lose a write when two connections meet at the reset of the
write-ahead log (sqlite.org/wal.html, "WAL-reset bug"). Django and Celery import the
standard library's module by name, so the wheel takes that name before they do.
"""

import importlib
import sys

OLDEST_SAFE = (3, 51, 3)


def install() -> None:
    """Make `import sqlite3` mean the wheel; RuntimeError when it is missing or too old."""
    try:
        pysqlite3 = importlib.import_module("pysqlite3")
        dbapi2 = importlib.import_module("pysqlite3.dbapi2")
    except ImportError as error:
        raise RuntimeError(
            "没有安装 pysqlite3（此平台没有现成的包），不能用 SQLite："
            "请改用 PostgreSQL（YUQING_DATABASE_URL）和 Elasticsearch（YUQING_INDEX_URL）"
        ) from error
    if pysqlite3.sqlite_version_info < OLDEST_SAFE:
        wanted = ".".join(map(str, OLDEST_SAFE))
        raise RuntimeError(
            f"SQLite {pysqlite3.sqlite_version} 太旧（需要 {wanted} 以上），请重装 pysqlite3"
        )
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = dbapi2
