"""`scripts/stack`: what docker-compose.yml describes, as plain processes on the real servers."""

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scripts.processes import stores
from scripts.processes.stack import OURS
from tests.required import lacking
from tests.system.county import Entry
from tests.system.stack import POOL, STORES, Stack
from tests.system.stories import STORIES, note
from tests.system.waiting import until

pytestmark = pytest.mark.timeout(600)

ENTRIES = [
    entry
    for n, story in enumerate(STORIES[:4])
    for entry in (Entry(n, f"story{n}", story), Entry(n, f"note{n}", note(n)))
]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """One for all tests of this file, which leave it as they like."""
    if words := stores.missing():
        lacking(words)
    with Stack(ENTRIES) as stack:
        stack.starts()
        yield stack


def goes_through(stack: Stack) -> None:
    """A story and a note are published; both are found, and the story is told, once."""
    told = len(stack.robot.received)
    stack.publish(2)
    stack.robot.wait_for(told + 1, timeout=150)
    until(stack.settled, 150, "never at rest")
    assert len(stack.robot.received) == told + 1
    for entry in stack.published[-2:]:
        ran = stack.yuqing("search", f'"{entry.text[:12]}"', "--json")
        links = [json.loads(line)["url"] for line in ran.stdout.splitlines()]
        assert entry.link in links, ran


def test_every_service_is_well_and_its_article_is_found_and_told(stack: Stack) -> None:
    goes_through(stack)
    ready = f"http://127.0.0.1:{stack.port}/readyz"
    with urllib.request.urlopen(ready, timeout=30) as page:
        assert page.status == 200
    assert stack.healthy() == {*OURS, *STORES}


def test_the_parts_are_the_production_ones(stack: Stack) -> None:
    assert stack.rows("SELECT version()")[0][0].startswith("PostgreSQL")
    ran = stack.yuqing("check")
    assert "PostgreSQL 127.0.0.1:" in ran.stdout
    assert "redis://127.0.0.1:" in ran.stdout
    secrets = [file.read_text() for file in (stack.data / "secrets").iterdir()]
    shown = stack.said() + ran.stdout + ran.stderr
    assert not [secret for secret in secrets if secret in shown]


@pytest.mark.skipif(os.geteuid() != 0, reason="只有 root 能换用户 (only root can become another)")
def test_services_run_as_the_users_of_the_compose_file(stack: Stack) -> None:
    running = stack.processes()
    for name in OURS:
        for process in running[name] + running.get(name + POOL, []):
            assert process.uids().effective == 10001, name
            assert set(process.environ()) >= {"YUQING_SERVICE", "MALLOC_ARENA_MAX"}
            status = Path(f"/proc/{process.pid}/status").read_text()
            assert "NoNewPrivs:\t1" in status
    for name in ("postgres", "redis"):
        assert running[name][0].uids().effective != 0


def test_what_dies_comes_back_and_articles_still_go_through(stack: Stack) -> None:
    for name in ("worker-text", "worker-notify" + POOL, "redis", "postgres", "web", "beat"):
        stack.kill(name)
    goes_through(stack)
    until(lambda: stack.healthy() == {*OURS, *STORES}, 150, "not every service is well again")


def test_one_ctrl_c_stops_everything_and_nothing_survives(stack: Stack) -> None:
    assert stack.up is not None
    family = psutil.Process(stack.up.pid).children(recursive=True)
    assert stack.stop() == 0
    assert [one for one in family if one.is_running()] == []
    assert "超时未停" not in stack.said()


def test_started_again_it_has_its_data_and_a_kill_of_its_supervisor_takes_all_along(
    stack: Stack,
) -> None:
    stack.begin()
    stack.starts()
    goes_through(stack)
    assert stack.up is not None
    family = psutil.Process(stack.up.pid).children(recursive=True)
    stack.up.kill()
    stack.up.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []
