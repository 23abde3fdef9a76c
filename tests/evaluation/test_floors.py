"""Quality has floors (tests/gold/floors.toml): on the county's last weeks, on the shipped gold
texts and, where YUQING_EVAL_DATA is set, on labelled texts of others. Only figures are printed,
never the texts: rules are not tuned on what is reported."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor.evaluation.county import County
from monitor.evaluation.figures import alert_figures, event_figures, reading_figures
from monitor.evaluation.labelled import ToneSet, tone_set
from monitor.evaluation.messages import message_figures, messages_of
from monitor.evaluation.stream import Run
from monitor.evaluation.tone import tone_figures
from monitor.evaluation.tone_baselines import ours
from monitor.text import corpus
from monitor.text.lexicon import Lexicon
from monitor.text.reading import Reader
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Scorer
from tests.evaluation.conftest import GOLD

DATA = os.environ.get("YUQING_EVAL_DATA", "")
CORPUS = Path(__file__).parents[2] / "training" / "corpus"
FLOORS: list[dict[str, Any]] = tomllib.loads((GOLD / "floors.toml").read_text(encoding="utf-8"))[
    "floor"
]

Figures = Mapping[str, float | None]


def floors(part: str) -> list[Any]:
    """The lines of one part of the table, as parameters of a test."""
    return [pytest.param(floor, id=floor["figure"]) for floor in FLOORS if _part(floor) == part]


def _part(floor: Mapping[str, Any]) -> str:
    return str(floor["figure"]).rpartition(".")[0]


def holds(floor: Mapping[str, Any], figures: Figures) -> None:
    name = str(floor["figure"])
    measured = figures[name.rpartition(".")[2]]
    assert measured is not None
    print(f"{name}: {measured:.4f}")
    if "least" in floor:
        assert measured >= floor["least"], f"{name} fell: {floor['reason']}"
    else:
        assert measured <= floor["most"], f"{name} rose: {floor['reason']}"


@pytest.fixture(scope="session")
def scorer(gold: County) -> Scorer:
    lexicon = Lexicon.shipped(gold.values.weights)
    return Scorer(lexicon, Segmenter(lexicon.extra))


@pytest.fixture(scope="session")
def alerts(gold: County, run: Run) -> Figures:
    return alert_figures(gold, gold.last(), run).to_json()


@pytest.fixture(scope="session")
def events(gold: County, run: Run) -> Figures:
    return event_figures(gold, gold.last(), run).to_json()


@pytest.fixture(scope="session")
def places(gold: County, run: Run) -> Figures:
    return reading_figures(gold, gold.last(), run).to_json()


@pytest.fixture(scope="session")
def own_texts(scorer: Scorer) -> Figures:
    examples = [example for example in corpus.read(CORPUS) if example.gold]
    texts, labels = zip(*((one.text, one.label) for one in examples), strict=True)
    return tone_figures(ToneSet("gold", texts, labels), ours(scorer)).to_json()


def test_every_floor_says_why_and_is_measured_somewhere() -> None:
    parts = {"alerts", "events", "places", "tone.gold", "messages", *SETS}
    for floor in FLOORS:
        assert floor["reason"].strip(), floor
        assert ("least" in floor) != ("most" in floor), floor
        assert _part(floor) in parts, floor
    names = [floor["figure"] for floor in FLOORS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("floor", floors("alerts"))
def test_alerts_hold_their_floor(floor: Mapping[str, Any], alerts: Figures) -> None:
    holds(floor, alerts)


@pytest.mark.parametrize("floor", floors("events"))
def test_events_hold_their_floor(floor: Mapping[str, Any], events: Figures) -> None:
    holds(floor, events)


@pytest.mark.parametrize("floor", floors("places"))
def test_places_and_units_hold_their_floor(floor: Mapping[str, Any], places: Figures) -> None:
    holds(floor, places)


@pytest.mark.parametrize("floor", floors("tone.gold"))
def test_sentiment_holds_its_floor_on_texts_of_our_own(
    floor: Mapping[str, Any], own_texts: Figures
) -> None:
    holds(floor, own_texts)


def _sets() -> Iterator[str]:
    for floor in FLOORS:
        part = _part(floor)
        if part.startswith("tone.") and part != "tone.gold":
            yield part


SETS = list(dict.fromkeys(_sets()))


needs_data = pytest.mark.skipif(
    not DATA, reason="YUQING_EVAL_DATA names no folder of labelled texts: set it to measure these"
)


@needs_data
@pytest.mark.parametrize("part", SETS)
def test_sentiment_holds_its_floor_on_texts_of_others(part: str, scorer: Scorer) -> None:
    of = tone_set(Path(DATA) / f"{part.removeprefix('tone.')}.csv.gz")
    assert of is not None
    figures = tone_figures(of, ours(scorer)).to_json()
    for floor in FLOORS:
        if _part(floor) == part:
            holds(floor, figures)


@needs_data
def test_citizens_messages_are_judged_as_ours_and_only_as_ours(
    gold: County, gold_reader: Reader
) -> None:
    figures = message_figures(messages_of(Path(DATA)), gold.values, gold_reader)
    shares = {"ours": figures.ours_share, "others": figures.others_share}
    for floor in FLOORS:
        if _part(floor) == "messages":
            holds(floor, shares)
