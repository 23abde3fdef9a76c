"""The demo office's catalogue fits the shipped one, and judged by the real rooms the county's
story has the alerts it was written for: one event, two calls for rescue, and nothing else."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo.archive import load
from demo.press import Issue, Press
from demo.sites import SITES
from monitor import catalog
from monitor.catalog import Values
from monitor.detect.events import Member, Window
from monitor.detect.facts import ArticleFacts, Cue, EventView, MatterFact
from monitor.detect.marks import marks_of
from monitor.detect.risk import Assessment, assess
from monitor.detect.rules import DEFAULT_RULES
from monitor.text.reading import Reader, Reading
from monitor.words import SHANGHAI, Level

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def values(tmp_path_factory) -> Values:
    own = tmp_path_factory.mktemp("catalog")
    for file in (ROOT / "demo" / "catalog").glob("*.yaml"):
        (own / file.name).write_text(file.read_text("utf-8").replace("{port}", "8001"), "utf-8")
    return catalog.load([ROOT / "config" / "catalog", own]).values()


def _reader(values: Values) -> Reader:
    kinds = (values.matters, values.places, values.units)
    return Reader.shipped(*(list(kind.values()) for kind in kinds), "1", values.weights)


def _facts(n: int, issue: Issue, reading: Reading, values: Values) -> ArticleFacts:
    source = values.sources[issue.article.source]
    home = True if reading.places else (False if reading.elsewhere else None)
    return ArticleFacts(
        article=n,
        source=source.name,
        tier=source.tier,
        official=source.official,
        platform=source.platform,
        published=issue.published,
        title=issue.article.title,
        negative=reading.score.negative,
        matters=tuple(
            MatterFact(m.slug, m.name, w.weight, w.rescue, w.casualty, m.text, m.field)
            for m in reading.matters
            for w in [values.matters[m.slug]]
        ),
        home=home,
        home_source=source.region == "home",
        places=tuple(place.name for place in reading.places),
        units=tuple(unit.name for unit in reading.units),
        cues=tuple(Cue(cue.slug, cue.text, cue.field) for cue in reading.cues),
        casualties=reading.casualties,
    )


@pytest.fixture(scope="module")
def story(values: Values) -> dict[str, tuple[list[str], Assessment]]:
    """Id of an event's first article → ids of all and the verdict at its newest."""
    issues = Press(load(), NOON).issues
    readings = _reader(values).read([(i.article.title, i.article.body) for i in issues])
    window = Window()
    facts: list[ArticleFacts] = []
    events: dict[int, list[int]] = defaultdict(list)
    for n, (issue, reading) in enumerate(zip(issues, readings, strict=True)):
        title, body = issue.article.title, issue.article.body
        length = sum(ch.isalnum() for ch in title + body)
        marks = marks_of(title, body)
        member = Member(n, None, reading.signature, issue.published, title, length, marks)
        place = window.place([member])[0]
        event = n if place.event is None else place.event
        window.remember({n: event})
        one = _facts(n, issue, reading, values)
        facts.append(replace(one, reprint_of=None if place.event is None else place.nearest))
        events[event].append(n)
    found = {}
    for event, members in events.items():
        now = max(NOON, *(issues[n].published for n in members)) + timedelta(seconds=1)
        view = EventView.of(event, [facts[n] for n in members], now)
        ids = [issues[n].article.id for n in members]
        found[ids[0]] = (ids, assess(view, DEFAULT_RULES, now))
    return found


def test_every_site_is_a_source_that_is_polled_within_fifteen_seconds(values: Values) -> None:
    assert set(values.sources) == {site.slug for site in SITES}
    for site in SITES:
        source = values.sources[site.slug]
        assert source.url == f"http://127.0.0.1:8001{site.path}"
        assert source.name == site.name
        assert 10 <= source.interval_s <= 15


def test_the_duty_group_is_the_demo_robot(values: Values) -> None:
    channel = values.channels["zhiban"]
    assert (channel.name, channel.kind, channel.detail, channel.group) == (
        "值班群",
        "wecom",
        "summary",
        True,
    )
    assert channel.resolved({})["key"] == "demo-key"
    assert channel.resolved({})["api_host"] == "http://127.0.0.1:8001"


def test_only_the_event_written_for_it_and_the_two_calls_for_rescue_are_pushed(story) -> None:
    pushed = {
        first
        for first, (_, verdict) in story.items()
        if verdict.needs_response and not verdict.stale
    }
    assert pushed == {"hg-001", "xq-019", "xq-035"}


def test_the_river_event_gathers_its_reprints_and_is_proposed_at_level_two(story) -> None:
    members, verdict = story["hg-001"]
    assert len(members) >= 12
    assert all(one.startswith("hg-") for one in members)
    assert verdict.level is Level.II


def test_the_cat_and_the_answered_outage_grow_over_reprints_and_stay_quiet(story) -> None:
    for first, least in (("mao-001", 6), ("ts-004", 6)):
        members, verdict = story[first]
        assert len(members) >= least
        assert not verdict.needs_response


def test_older_complaints_are_on_record(story) -> None:
    recorded = [v for _, v in story.values() if v.needs_response and v.stale]
    assert len(recorded) >= 40


def test_the_first_post_alone_is_enough_for_a_push(values: Values) -> None:
    issue = Press(load(), NOON).by_id["hg-001"]
    reading = _reader(values).read([(issue.article.title, issue.article.body)])[0]
    now = issue.published + timedelta(seconds=12)
    view = EventView.of(1, [_facts(1, issue, reading, values)], now)
    verdict = assess(view, DEFAULT_RULES, now)
    assert verdict.needs_response
    assert verdict.level is Level.II
