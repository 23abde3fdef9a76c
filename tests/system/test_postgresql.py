"""PostgreSQL crashes and comes back while processes collect, read, group, index and send."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.peers.feeds import FeedServer
from tests.peers.postgres import Postgres
from tests.peers.robot import Robot
from tests.pipeline.office import SIGNING, TOWN_ITEMS, environment, rss, source, webhook
from tests.system.stories import STORIES, note
from tests.system.waiting import until

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[2]
FEEDS, NOTES, CRASHES, PROCESSES = 4, 90, 6, 2
INDEXED = "SELECT count(*) FROM monitor_article WHERE indexed_rev >= rev AND indexed_rev > 0"


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def _holds(url: str, statement: str) -> bool:
    return bool(ask(url, statement)[0][0])


def catalog(folder: Path, feeds: FeedServer, robot: Robot) -> list[str]:
    """The office's own files; returns every text that its feeds show."""
    texts = [note(n) for n in range(FEEDS * NOTES)] + list(STORIES[:4])
    sources = []
    for n in range(FEEDS):
        feed = feeds.feed(f"/{n}.xml")
        shown = texts[n::FEEDS]
        feed.serves(rss(*({"body": text, "guid": f"{n}-{k}"} for k, text in enumerate(shown))))
        sources.append(source(f"feed{n}", feed.url))
    own = folder / "catalog"
    own.mkdir(parents=True)
    files = {"sources": sources, "places": TOWN_ITEMS, "channels": [webhook(robot.url)]}
    for name, items in files.items():
        (own / f"{name}.yaml").write_text(json.dumps(items, ensure_ascii=False), encoding="utf-8")
    return texts


def test_a_server_that_crashes_again_and_again_loses_nothing_and_blames_nobody(
    tmp_path: Path,
) -> None:
    with Postgres() as server, FeedServer() as feeds, Robot(SIGNING) as robot:
        texts = catalog(tmp_path, feeds, robot)
        url = server.database("office")
        environ = environment(tmp_path, DATABASE_URL=url, SECRET_SIGNING=SIGNING)
        for arguments in (("migrate", "-v0"), ("catalog", "apply")):
            command = [sys.executable, "-m", "monitor", *arguments]
            subprocess.run(command, env=environ, check=True, timeout=120, capture_output=True)
        workers = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.system.shift"],
                env=environ,
                cwd=ROOT,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            for _ in range(PROCESSES)
        ]
        try:
            for worker in workers:
                worker.stdout.readline()  # type: ignore[union-attr]
            for crash in range(CRASHES):
                far = f"SELECT ({INDEXED}) >= {crash * len(texts) // CRASHES}"
                until(partial(_holds, url, far), 60, "stands still")
                server.restarts()
            until(lambda: ask(url, INDEXED)[0][0] == len(texts), 90, "does not end")
            until(lambda: len(ask(url, "SELECT 1 FROM monitor_alert")) == 4, 60, "no alerts")
            waiting = "SELECT 1 FROM monitor_delivery WHERE state <> 'sent'"
            until(lambda: not ask(url, waiting), 60, "deliveries wait")
            assert [worker.poll() for worker in workers] == [None] * PROCESSES, "nobody died"
        finally:
            for worker in workers:
                worker.communicate(timeout=60)
        assert [worker.returncode for worker in workers] == [0] * PROCESSES
        assert ask(url, "SELECT count(*), count(event_id) FROM monitor_article") == [
            (len(texts), len(texts))
        ]
        for table in ("article", "event", "delivery"):
            blamed = f"SELECT count(*) FROM monitor_{table} WHERE quarantined <> ''"  # noqa: S608
            assert ask(url, blamed) == [(0,)], table
        assert len({received.delivery for received in robot.received}) == 4
