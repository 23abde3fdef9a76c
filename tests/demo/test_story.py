"""The demo office's catalogue fits the shipped one, and judged by the real rooms the county's
story has the alerts it was written for: one event, two calls for rescue, and little else."""

from datetime import datetime
from pathlib import Path

import pytest

from demo.archive import load
from demo.press import Issue, Press
from demo.sites import SITES
from monitor import catalog
from monitor.catalog import Values
from monitor.detect.telling import Act
from monitor.evaluation.county import GoldArticle
from monitor.evaluation.stream import Push, Run, reader_of, run
from monitor.words import SHANGHAI, Level, Sentiment

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
DOUBTFUL = 8
"""Of 530 articles; among them a cat at a bus stop, and what people say about water on the road."""
STRANGERS = 2
"""Articles that the river's event draws in by nothing but the village they name."""


@pytest.fixture(scope="module")
def values(tmp_path_factory) -> Values:
    own = tmp_path_factory.mktemp("catalog")
    for file in (ROOT / "demo" / "catalog").glob("*.yaml"):
        (own / file.name).write_text(file.read_text("utf-8").replace("{port}", "8001"), "utf-8")
    return catalog.load([ROOT / "config" / "catalog", own]).values()


@pytest.fixture(scope="module")
def story(values: Values) -> tuple[list[str], Run]:
    """Ids of the articles by number less one, and what the product decides on them."""
    issues = Press(load(), NOON).issues
    articles = [_article(number, issue) for number, issue in enumerate(issues, 1)]
    return [a.id for a in articles], run(articles, values, reader_of(values), begin=NOON)


def _article(number: int, issue: Issue) -> GoldArticle:
    article = issue.article
    return GoldArticle(
        number=number,
        id=article.id,
        event="",
        published=issue.published,
        source=article.source,
        ip="",
        where=None,
        mood=Sentiment.NEUTRAL,
        role="",
        copy_of=None,
        title=article.title,
        body=article.body,
    )


def _firsts(ids: list[str], run: Run, *acts: Act) -> dict[str, Push]:
    """Id of an event's first article → its first push of these kinds."""
    found: dict[str, Push] = {}
    for push in run.pushes:
        if push.act in acts:
            found.setdefault(ids[min(push.articles) - 1], push)
    return found


def _pushed(story: tuple[list[str], Run]) -> set[str]:
    return set(_firsts(*story, Act.RAISE, Act.PUSH))


def _members(ids: list[str], run: Run, first: str) -> set[str]:
    event = run.events[ids.index(first) + 1]
    return {ids[number - 1] for number, other in run.events.items() if other == event}


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


def test_the_event_written_for_it_and_both_calls_for_rescue_are_pushed(story) -> None:
    assert {"hg-001", "xq-019", "xq-035"} <= _pushed(story)


def test_beside_them_are_messages_to_government_and_few_others(story, values: Values) -> None:
    ids, run = story
    boards = {a.article.id for a in Press(load(), NOON).issues if a.article.source == "liuyan"}
    others = _pushed(story) - boards - {"hg-001", "xq-019", "xq-035"}
    assert len(others) <= DOUBTFUL
    first = _firsts(ids, run, Act.RAISE, Act.PUSH)
    assert all(first[one].verdict.level in (Level.III, Level.IV) for one in others)


def test_the_river_event_gathers_its_reprints_and_is_proposed_at_level_two(story) -> None:
    ids, run = story
    members = _members(ids, run, "hg-001")
    assert len(members) >= 12
    assert sum(not one.startswith("hg-") for one in members) <= STRANGERS
    assert run.verdicts[run.events[ids.index("hg-001") + 1]].level is Level.II


def test_the_cat_and_the_outage_grow_over_reprints(story) -> None:
    for first in ("mao-001", "ts-004"):
        assert len(_members(*story, first)) >= 6


def test_older_complaints_are_on_record(story) -> None:
    assert len(_firsts(*story, Act.RECORD)) >= 40


def test_the_first_post_alone_is_enough_for_a_push(story) -> None:
    ids, run = story
    push = _firsts(ids, run, Act.RAISE)["hg-001"]
    assert push.articles == {ids.index("hg-001") + 1}
    assert push.verdict.level is Level.II
