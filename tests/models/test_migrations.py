"""Migrations go forward and back with rows in the tables, and hold nobody up."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pysqlite3
import pytest

from tests.pipeline.office import environment

PATIENCE_S = 60.0
ARTICLE = """
    INSERT INTO monitor_article (identity, source, link, outlet, author, title, text_hash, seen,
        published, size, edition, analysed_edition, grouped_edition, rev, indexed_rev, sentiment,
        owner, token, attempts, failure, quarantined)
    VALUES ('{n}', 'forum', '', '', '', '第{n}篇', '{n}', '2026-11-01', '{published}',
        9, 1, 0, 0, 1, 0, '', '', 0, 0, '', '')
"""
"""As version 0.1 wrote it."""
TEXT = """
    INSERT INTO monitor_articletext (article_id, edition, title, body, seen)
    SELECT id, 1, title, '正文', seen FROM monitor_article
"""


class Installation:
    """A database that is migrated by `yuqing migrate`."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.environment = environment(folder, DATABASE_URL=url)

    def migrates(self, *to: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "monitor", "migrate", "-v0", *to],
            env=self.environment,
            timeout=PATIENCE_S * 2,
            capture_output=True,
            text=True,
        )

    @contextmanager
    def connection(self) -> Iterator[Any]:
        if self.url.startswith("sqlite:"):
            connection = pysqlite3.connect(self.url.removeprefix("sqlite://"), isolation_level=None)
        else:
            connection = psycopg.connect(self.url, autocommit=True)
        try:
            yield connection
        finally:
            connection.close()

    def does(self, *statements: str) -> None:
        with self.connection() as connection:
            for statement in statements:
                connection.execute(statement)

    def reads(self, statement: str) -> list[tuple[Any, ...]]:
        with self.connection() as connection:
            return list(connection.execute(statement).fetchall())


@pytest.fixture
def old(database_url: str, tmp_path: Path) -> Installation:
    """An installation of the first version with three articles of two months."""
    found = Installation(database_url, tmp_path)
    assert found.migrates("monitor", "0001").returncode == 0
    days = ("2026-09-30 15:59:59", "2026-09-30 16:00:00", "2026-10-31 15:59:59")  # UTC
    found.does(*(ARTICLE.format(n=n, published=f"{day}+00:00") for n, day in enumerate(days)), TEXT)
    return found


def test_an_upgrade_keeps_every_row_and_shelves_the_articles_by_shanghai_months(
    old: Installation,
) -> None:
    done = old.migrates()
    assert (done.returncode, done.stderr) == (0, "")
    months = "SELECT identity, month FROM monitor_article ORDER BY identity"
    assert old.reads(months) == [("0", "202609"), ("1", "202610"), ("2", "202610")]
    assert old.reads("SELECT count(*) FROM monitor_articletext") == [(3,)]


def test_there_is_a_way_back_with_every_row_and_forward_again(old: Installation) -> None:
    assert old.migrates().returncode == 0
    titles = (
        "SELECT a.title, t.body FROM monitor_article a"
        " JOIN monitor_articletext t ON t.article_id = a.id ORDER BY 1"
    )
    before = old.reads(titles)
    back = old.migrates("monitor", "0001")
    assert (back.returncode, back.stderr) == (0, "")
    assert old.reads(titles) == before
    assert len(before) == 3
    with pytest.raises((pysqlite3.OperationalError, psycopg.errors.UndefinedColumn)):
        old.reads("SELECT month FROM monitor_article")
    assert old.migrates().returncode == 0
    assert old.reads("SELECT count(DISTINCT month) FROM monitor_article") == [(2,)]


@contextmanager
def writing(house: Installation) -> Iterator[Any]:
    """A transaction that has written an article and is not yet committed."""
    with psycopg.connect(house.url) as connection:
        connection.execute(ARTICLE.format(n="open", published="2026-11-02"))
        yield connection


def waits(house: Installation) -> int:
    """The server's process that builds an index and waits for a transaction to end."""
    building = (
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'"
        " AND wait_event_type = 'Lock'"
    )
    end = time.monotonic() + PATIENCE_S
    while not (found := house.reads(building)):
        assert time.monotonic() < end, "nobody builds an index"
        time.sleep(0.05)
    return int(found[0][0])


def valid(house: Installation) -> list[tuple[bool]]:
    return house.reads(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('article_of_month')"
    )


@pytest.mark.postgresql
def test_an_index_is_built_while_others_write(old: Installation) -> None:
    assert old.migrates("monitor", "0002").returncode == 0
    ended: list[int] = []
    with writing(old) as transaction:
        migration = threading.Thread(
            target=lambda: ended.append(old.migrates("monitor", "0003").returncode)
        )
        migration.start()
        waits(old)
        old.does("SET lock_timeout = '2s'", ARTICLE.format(n="meanwhile", published="2026-11-03"))
        assert ended == [], "it waits for whoever began before it"
        transaction.commit()
    migration.join(PATIENCE_S)
    assert ended == [0]
    assert valid(old) == [(True,)]


@pytest.mark.postgresql
def test_an_index_whose_building_was_broken_off_is_built_by_the_next_run(
    old: Installation,
) -> None:
    assert old.migrates("monitor", "0002").returncode == 0
    ended: list[int] = []
    with writing(old) as transaction:
        migration = threading.Thread(
            target=lambda: ended.append(old.migrates("monitor", "0003").returncode)
        )
        migration.start()
        old.does(f"SELECT pg_terminate_backend({waits(old)})")
        migration.join(PATIENCE_S)
        transaction.rollback()
    assert ended == [1]
    assert valid(old) == [(False,)]
    assert old.migrates().returncode == 0
    assert valid(old) == [(True,)]


@pytest.mark.postgresql
def test_pages_of_articles_keep_room_for_their_next_versions(old: Installation) -> None:
    options = "SELECT reloptions FROM pg_class WHERE relname = 'monitor_article'"
    assert old.migrates().returncode == 0
    assert "fillfactor=60" in old.reads(options)[0][0]
    assert old.migrates("monitor", "0006").returncode == 0
    assert old.reads(options) == [(None,)]
