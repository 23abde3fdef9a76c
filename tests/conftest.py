"""The test run's own data folder, database and settings, made before Django reads them.

`YUQING_TEST_DATABASE=postgresql` runs every test that touches tables on a real PostgreSQL server
(tests/peers/postgres.py); without it they run on SQLite. `make test` does both.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers import postgres
from tests.peers.elasticsearch.fixtures import needs_server
from tests.peers.elasticsearch.server import missing as elasticsearch_missing
from tests.required import REQUIRED

_KEPT = ("YUQING_EVAL_DATA", "YUQING_TEST_")
ON_POSTGRESQL = os.environ.get("YUQING_TEST_DATABASE") == "postgresql"
_LEFT_OUT = pytest.StashKey[str]()

# Every YUQING_ setting of the machine is set aside: a test run must not touch real data.
for _name in [
    name for name in os.environ if name.startswith("YUQING_") and not name.startswith(_KEPT)
]:
    del os.environ[_name]
_folder = tempfile.TemporaryDirectory(prefix="yuqing-tests-", ignore_cleanup_errors=True)
os.environ["YUQING_DATA"] = _folder.name
os.environ["YUQING_FETCH_ALLOW"] = "127.0.0.0/8"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
if ON_POSTGRESQL:
    try:
        os.environ["YUQING_DATABASE_URL"] = postgres.run_url()
    except postgres.PostgresMissing as missing:
        pytest.exit(f"SKIPPED: {missing}", returncode=1 if REQUIRED else 0)

import django  # noqa: E402 - after the environment that its settings read

# pytest-django sets up before conftests are read, and so could not have seen the above.
django.setup()


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """An empty database of the kind that this run tests, for processes of their own."""
    if ON_POSTGRESQL:
        with postgres.beside(os.environ["YUQING_DATABASE_URL"]) as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path}/yuqing.db"


def pytest_report_header() -> str:
    from django.db import connection

    return f"database: {connection.vendor}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    """On PostgreSQL what touches tables, also through a fixture; elsewhere all but its own."""
    kept = [item for item in items if _belongs(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _belongs(item)])
    items[:] = kept


def pytest_report_collectionfinish(config: pytest.Config) -> str:
    """One line for all the tests that this machine cannot run."""
    return config.stash.get(_LEFT_OUT, "")


def _belongs(item: Any) -> bool:
    if not REQUIRED and needs_server(item) and elasticsearch_missing():
        item.config.stash[_LEFT_OUT] = elasticsearch_missing()
        return False
    if item.get_closest_marker("postgresql"):
        return ON_POSTGRESQL
    touches = {"db", "transactional_db", "database_url"} & set(item.fixturenames)
    return not ON_POSTGRESQL or bool(touches or item.get_closest_marker("django_db"))
