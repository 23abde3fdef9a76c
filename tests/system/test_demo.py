"""What a newcomer sees after `make run`: feeds polled, one push, a search, a briefing."""

import json
import time
import urllib.request
from pathlib import Path

import pytest
from docx import Document

from tests.system.conftest import Start, written
from tests.system.waiting import until

pytestmark = pytest.mark.timeout(300)

EARLY = 6
"""Alerts of the first minute: the river's, and messages to government of the last days."""
WATCHED_S = 20
"""So long after the first push it must be the only first report."""


def _phone(port: int) -> list[dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/phone.json", timeout=5) as answer:
            return list(json.load(answer)["messages"])
    except OSError:
        return []


def _alerts(port: int) -> list[str]:
    """First reports only; what follows to the same alert carries another head."""
    texts = [str(message["text"]) for message in _phone(port)]
    return [text for text in texts if "【舆情预警】" in text.splitlines()[0]]


def _river(port: int) -> list[str]:
    """The alerts about the event that the demo is written around."""
    return [text for text in _alerts(port) if "白石镇" in text]


def test_the_demo_pushes_one_alert_finds_it_and_writes_a_briefing(
    start: Start, port: int, tmp_path: Path
) -> None:
    began = time.monotonic()
    up = start("up", "--demo", "--port", str(port))
    until(lambda: bool(_river(port + 1)) or up.poll() is not None, 150, "no push reached the phone")
    assert up.poll() is None, written(tmp_path)
    print(f"first push {time.monotonic() - began:.0f} s after the start")
    pushed = _river(port + 1)
    assert len(pushed) == 1
    end = time.monotonic() + WATCHED_S
    while time.monotonic() < end:
        assert _river(port + 1) in (pushed, [])  # nothing: the phone was slow to answer
        time.sleep(0.5)
    assert _river(port + 1) == pushed
    assert len(_alerts(port + 1)) <= EARLY

    found = start("search", "停水 -招聘", "--json", "--limit", "50")
    assert found.wait(60) == 0
    hits = [json.loads(line) for line in written(tmp_path).splitlines() if line.startswith("{")]
    assert hits
    for hit in hits:
        marked = [*hit["highlights"]["title"], *hit["highlights"]["body"]]
        assert {mark["text"] for mark in marked} == {"停水"}
        assert "招聘" not in hit["title"]

    paper = tmp_path / "week.docx"
    assert start("brief", "--out", str(paper)).wait(120) == 0
    text = "\n".join(paragraph.text for paragraph in Document(str(paper)).paragraphs)
    assert "总体情况" in text
    assert paper.with_suffix(".xlsx").exists()
    assert start("check").wait(60) == 0
