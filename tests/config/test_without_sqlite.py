"""With PostgreSQL and Elasticsearch the product runs where the wheel of SQLite does not exist."""

import subprocess
import sys
from pathlib import Path

from tests.pipeline.office import environment

IMPORTS = """
import sys
sys.modules["pysqlite3"] = None
import django
django.setup()
import config.celery, config.urls
from monitor.pipeline.index import search_index
print(type(search_index()).__name__)
"""


def run(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    given = environment(folder, **settings) | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, "-c", IMPORTS], env=given, capture_output=True, text=True, timeout=60
    )


def test_nothing_of_it_is_asked_for(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        DATABASE_URL="postgresql://yuqing@127.0.0.1:9/yuqing",
        INDEX_URL="http://127.0.0.1:9/yuqing",
    )
    assert (done.returncode, done.stdout) == (0, "ElasticIndex\n"), done.stderr


def test_the_embedded_stack_says_what_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode != 0
    assert "没有安装 pysqlite3" in done.stderr
