"""What the documents say is what the code does."""

import re
import tomllib
from pathlib import Path

import pytest

from monitor.__main__ import COMMANDS, INTERNAL
from monitor.pipeline import alert, analyse, collect, deliver, group, index
from monitor.pipeline.steps import STEPS

ROOT = Path(__file__).parent.parent
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
BATCHES = {
    "collect": collect.BATCH,
    "analyse": analyse.BATCH,
    "index": index.BATCH,
    "alert": alert.BATCH,
    "deliver": deliver.BATCH,
}


def _row(step: str) -> str:
    (row,) = re.findall(rf"^\| {step} \|.*$", ARCHITECTURE, re.MULTILINE)
    return str(row)


@pytest.mark.parametrize("step", STEPS)
def test_the_table_of_steps_names_module_queue_and_batch(step: str) -> None:
    row = _row(step)
    assert f"`pipeline/{step}.py`" in row
    assert row.rstrip(" |").endswith(STEPS[step].queue)
    if step in BATCHES:
        assert f"| {BATCHES[step]} " in row


def test_the_steps_stand_in_the_table_in_their_order() -> None:
    order = [ARCHITECTURE.index(f"\n| {step} |") for step in STEPS]
    assert order == sorted(order)
    assert group.STEP.name in STEPS


def test_every_dependency_has_its_reason() -> None:
    choices = (ROOT / "docs" / "choices.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for needed in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        name = re.split(r"[><=\[]", needed)[0]
        assert name in choices, name


@pytest.mark.parametrize(
    "name",
    ["README.md", "README.zh-CN.md", "docs/manual.md", "docs/watching.md", "docs/deployment.md"],
)
def test_every_command_a_document_shows_exists(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    known = {command for group_ in COMMANDS.values() for command in group_} | INTERNAL
    shown = set(re.findall(r"yuqing ([a-z]+)", text))
    assert shown
    assert shown <= known


def test_the_lock_file_has_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    packages = re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE)
    assert len(packages) > 50
    assert lock.count("--hash=sha256:") > len(packages)
