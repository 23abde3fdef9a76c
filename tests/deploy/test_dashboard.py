"""The dashboard and the rules ask only for what there is, and forget nothing that there is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.index import IndexUnavailable
from monitor.models import Incident, Source
from monitor.pipeline import gauges, index, services
from monitor.pipeline.readiness import Part
from monitor.stack.answers import Question
from monitor.stack.build import build_info
from tests.deploy.expressions import COMMON, TARGET, results, wanted
from tests.deploy.figures import Seen, families, family_of, samples
from tests.peers.robot import Robot
from tests.pipeline.office import Office, source, webhook
from tests.pipeline.test_deliver import queue
from tests.system.stories import note
from tests.web.county import POISON

ROOT = Path(__file__).parents[2] / "deploy"
BOARD = json.loads((ROOT / "grafana" / "dashboards" / "yuqing.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((ROOT / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
DOCUMENT = (Path(__file__).parents[2] / "docs" / "watching.md").read_text(encoding="utf-8")
WITHOUT_PANEL = {
    "process_virtual_memory_bytes",
    "process_start_time_seconds",
    "process_max_fds",
}
"""Told by prometheus_client beside what we want, and of use to nobody here."""
SECTIONS = ["概况", "流水线", "积压", "送达", "信源", "检索库", "判断", "进程"]


def panels() -> list[dict[str, Any]]:
    return [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def expressions() -> list[tuple[str, str]]:
    """Whose it is, and the expression."""
    return [
        *((panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]),
        *((rule["alert"], rule["expr"]) for rule in rules()),
    ]


@pytest.fixture
def texts(office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What console and worker tell after every kind of thing has happened once."""
    office.has(sources=[source("forum"), source("dead")], channels=[webhook(robot.url)])
    office.polls()  # nobody answers there
    office.hears("forum", POISON, *(note(n) for n in range(3)))
    office.works()
    for answer in (200, 503, 400):
        robot.answers(answer)
        queue("hook")
        office.runs("deliver")
    _fails(office, monkeypatch)
    for kind in ("collect", "text", "index", "notify", "web", "watch"):
        services.seen(kind)
    first = Source.objects.order_by("pk").first()
    assert first is not None
    Incident.objects.create(
        subject="watch:analyse", began=first.due, noticed=first.due, words="研读积压"
    )
    question = Question("test", gauges._read, good_s=0, patience_s=60)
    monkeypatch.setattr(gauges, "_QUESTION", question)
    monkeypatch.setattr(
        gauges.readiness,
        "parts",
        lambda: [Part("broker", "消息服务", ""), Part("index", "库", "x")],
    )
    return [gauges.exposition().decode()]


def _fails(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch finds the index away."""

    def away(*_: Any) -> None:
        raise IndexUnavailable("away")

    office.hears("forum", note(7))
    office.reads()
    with monkeypatch.context() as broken:
        broken.setattr(index, "_project", away)
        office.runs("index")


def check(owner: str, expression: str, seen: Seen) -> None:
    for asked in wanted(expression):
        if asked.name in COMMON:
            continue
        assert asked.name in seen, f"{owner}: there is no {asked.name}"
        for label in asked.labels:
            assert label in seen[asked.name], f"{owner}: {asked.name} has no label {label}"
        for label, value in asked.values:
            assert value in seen[asked.name][label], f"{owner}: no {label}={value}"


@pytest.mark.django_db(transaction=True)
def test_everything_that_is_asked_for_exists(texts: list[str]) -> None:
    seen = samples(*texts)
    for owner, expression in expressions():
        assert list(wanted(expression)), f"{owner} asks for nothing of ours"
        check(owner, expression, seen)


@pytest.mark.django_db(transaction=True)
def test_everything_that_exists_is_shown_or_named_here(texts: list[str]) -> None:
    known = families(*texts)
    shown = {
        family_of(asked.name, known)
        for panel in panels()
        for target in panel["targets"]
        for asked in wanted(target["expr"])
    }
    assert known - shown == WITHOUT_PANEL


@pytest.mark.django_db(transaction=True)
def test_the_manual_lists_every_metric_with_its_labels(texts: list[str]) -> None:
    seen, known = samples(*texts), families(*texts)
    rows = dict(re.findall(r"^\| `(yuqing_\w+)` \|([^|]*)\|", DOCUMENT, re.MULTILINE))
    ours = {name for name in known if name.startswith("yuqing_")}
    assert set(rows) == ours
    for name in ours:
        labels = {
            label
            for series, found in seen.items()
            if family_of(series, known) == name
            for label in found
        } - {"le"}
        assert set(re.findall(r"`(\w+)`", rows[name])) == labels, name


def test_a_legend_and_a_message_use_labels_that_the_outcome_has() -> None:
    for panel in panels():
        for target in panel["targets"]:
            used = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", target["legendFormat"]))
            assert used <= results(target["expr"]) | TARGET, panel["title"]
    for rule in rules():
        words = "".join(rule["annotations"].values())
        used = set(re.findall(r"\$labels\.(\w+)", words))
        assert used <= results(rule["expr"]) | TARGET, rule["alert"]


def test_every_rule_says_in_words_what_is_wrong_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["cure"]


def test_the_board_has_its_sections_and_no_panel_lies_over_another() -> None:
    titles = [panel["title"] for panel in BOARD["panels"] if panel["type"] == "row"]
    assert titles == SECTIONS
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert all(x < 24 for x, _ in cells), panel["title"]
        taken |= cells


def test_every_panel_asks_the_data_source_that_is_shipped() -> None:
    folder = ROOT / "grafana" / "provisioning" / "datasources"
    (shipped,) = yaml.safe_load((folder / "prometheus.yaml").read_text("utf-8"))["datasources"]
    for panel in panels():
        assert panel["datasource"]["uid"] == shipped["uid"]


def test_the_rules_are_read_by_the_prometheus_that_is_shipped() -> None:
    config = yaml.safe_load((ROOT / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    assert config["rule_files"] == ["alerts.yml"]
    jobs = {job["job_name"] for job in config["scrape_configs"]}
    named = {
        job for _, expression in expressions() for job in re.findall(r'\bjob="([^"]+)"', expression)
    }
    assert named <= jobs


def test_a_worker_names_its_version_as_the_console_does() -> None:
    (sample,) = build_info("worker-text").samples
    assert sample.name == "yuqing_build_info"
    assert sample.labels["service"] == "worker-text"
    assert re.fullmatch(r"\d+\.\d+\.\d+", sample.labels["version"])


@pytest.mark.parametrize(
    ("expression", "name", "labels", "values"),
    [
        ("max by (step) (yuqing_a)", "yuqing_a", {"step"}, set()),
        ('sum(rate(yuqing_a{x="1",y=~"b|c"}[5m]))', "yuqing_a", {"x", "y"}, {"1", "b", "c"}),
        (
            'sum by (a) (max by (b, instance) (yuqing_a{c!="d"}))',
            "yuqing_a",
            {"a", "b", "c"},
            set(),
        ),
    ],
)
def test_the_reader_of_expressions_finds_what_is_wanted(
    expression: str, name: str, labels: set[str], values: set[str]
) -> None:
    (found,) = wanted(expression)
    assert found.name == name
    assert found.labels == labels
    assert {value for _, value in found.values} == values
