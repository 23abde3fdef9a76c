"""An installation with many articles whose index is rebuilt while it is written and searched.

with Library(data, articles=5000) as library:
    library.lives()                     writers and searchers begin
    library.kills_a_rebuild()           `yuqing reindex`, killed -9 half-way
    library.rebuilds()                  to its end
    print(library.rests())              they end; what they saw
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psycopg
import pysqlite3

from tests.peers.elasticsearch.server import ask
from tests.system.waiting import until

PATIENCE_S = 120.0
TRIES = 10


@dataclass
class Seen:
    """What writers and searchers tell at their end; times of searches in seconds."""

    new: int = 0
    changed: int = 0
    searches: list[float] = field(default_factory=list)
    failed: int = 0
    failures: list[str] = field(default_factory=list)


class Library:
    """Articles of the past, indexed once. `settings` are YUQING_ variables."""

    def __init__(self, data: Path, articles: int, **settings: str) -> None:
        self.data = data
        self.articles = articles
        kept = {k: v for k, v in os.environ.items() if not k.startswith("YUQING_")}
        self.environment = kept | {"YUQING_DATA": str(data)} | settings
        self._index = settings.get("YUQING_INDEX_URL", "")
        self._database = settings.get("YUQING_DATABASE_URL", "")
        self._living: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        self.yuqing("migrate", "-v0")
        self.yuqing("catalog", "apply")
        self._run("bench.past", str(self.articles))
        self.rebuilds()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._living:
            process.kill()
            process.wait()

    # going on

    def lives(self, writers: int = 2, searchers: int = 1) -> None:
        """New articles, new levels and searches, from now on."""
        for n in range(writers):
            self._begins("writes", f"live{n}")
        for _ in range(searchers):
            self._begins("searches")

    def rests(self) -> Seen:
        """All of that ends, with everything worked off."""
        seen = Seen()
        for process in self._living:
            told = json.loads(process.communicate(timeout=PATIENCE_S)[0])
            seen.new += told.get("new", 0)
            seen.changed += told.get("changed", 0)
            seen.searches += told.get("took", [])
            seen.failed += told.get("failed", 0)
            seen.failures += told.get("failures", [])
        self._living.clear()
        return seen

    def _begins(self, *what: str) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.system.living", *what],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._living.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

    # rebuilding

    def rebuilds(self) -> float:
        """`yuqing reindex` to its end; returns the seconds it took."""
        began = time.monotonic()
        self.yuqing("reindex")
        return time.monotonic() - began

    def kills_a_rebuild(self, share: float) -> float:
        """Start `yuqing reindex`, kill it -9 when about this share is copied; returns its share."""
        rebuild, copied = self.meets_a_rebuild(share, lambda rebuild: rebuild.kill())
        rebuild.wait()
        return copied

    def meets_a_rebuild(
        self, share: float, hurts: "Callable[[subprocess.Popen[str]], None]"
    ) -> "tuple[subprocess.Popen[str], float]":
        """Start `yuqing reindex` and hurt it when about this share is copied.

        Returns it and what was copied; one that was too quick to be hurt is followed by another.
        """
        for _ in range(TRIES):
            rebuild = self.begins_a_rebuild()
            while rebuild.poll() is None and self._copied() < share * self.articles:
                time.sleep(0.005)
            hurts(rebuild)
            if self.column("building"):
                return rebuild, self._copied() / self.articles
            rebuild.wait()
        raise AssertionError(f"{TRIES} rebuilds were too quick to be met")

    def begins_a_rebuild(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "monitor", "reindex"],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _copied(self) -> int:
        return int(self.column("cursor") or 0) if self.column("building") else 0

    # asking

    def yuqing(self, *arguments: str, code: int = 0) -> str:
        """Run a command; what it printed. AssertionError unless it ends with `code`."""
        return self._run("monitor", *arguments, code=code)

    def column(self, name: str) -> Any:
        """A column of the index's row."""
        return self.value(f"SELECT {name} FROM monitor_indexstate")  # noqa: S608

    def value(self, sql: str) -> Any:
        if self._database:
            with psycopg.connect(self._database) as connection:
                row = connection.execute(sql.encode()).fetchone()
        else:
            path = f"file:{self.data}/yuqing.db?mode=ro"
            connection = pysqlite3.connect(path, uri=True, timeout=30)
            try:
                row = connection.execute(sql).fetchone()
            finally:
                connection.close()
        return row[0] if row else None

    def generations(self) -> set[str]:
        """The generations that the index holds anything of."""
        if not self._index:
            return {file.name.split(".")[0] for file in (self.data / "index").glob("g*")}
        server, _, prefix = self._index.rpartition("/")
        found = ask(server, "GET", f"/_resolve/index/{prefix}.*")["indices"]
        return {index["name"].split(".")[1] for index in found}

    def settles(self) -> None:
        """Wait until no article is due for the index."""
        due = "SELECT count(*) FROM monitor_article WHERE indexed_rev < rev AND quarantined = ''"
        until(lambda: self.value(due) == 0, PATIENCE_S, "articles are still due")

    def _run(self, module: str, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{module} {arguments}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr
