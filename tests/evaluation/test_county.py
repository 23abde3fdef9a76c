"""The gold county: what it holds, and what a mistake in it is answered with."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from monitor.evaluation.county import County, CountyError, load
from tests.evaluation.conftest import GOLD, SHIPPED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the county that may be spoilt."""
    copy = tmp_path / "county"
    shutil.copytree(GOLD, copy, ignore=shutil.ignore_patterns("__*"))
    return copy


def spoil(path: Path, line: int, before: str, after: str) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    assert before in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(before, after, 1)
    path.write_text("\n".join(lines), encoding="utf-8")


def test_it_is_as_large_as_promised(gold: County) -> None:
    assert len(gold.articles) >= 1_200
    assert gold.length == 8
    assert len(gold.events) >= 60
    assert sum(event.needs for event in gold.events.values()) >= 20
    roles = Counter(article.role for article in gold.articles)
    assert roles["call"] >= 12
    assert all(roles[role] for role in ("rise", "newplace", "answer", "old"))
    assert {article.where for article in gold.articles} == {True, False, None}


def test_the_flood_night_has_its_calls_in_the_reported_weeks(gold: County) -> None:
    by_event = Counter(article.event for article in gold.last() if article.role == "call")
    assert max(by_event.values()) >= 12


def test_the_weeks_of_tuning_and_of_report_share_no_article_and_no_event(gold: County) -> None:
    first, last = gold.first(), gold.last()
    assert [*first, *last] == list(gold.articles)
    assert not {article.event for article in first} & {article.event for article in last}
    assert {gold.week(article) for article in gold.weeks(2, 3)} == {2, 3}


def test_no_copy_is_of_another_event_or_of_a_later_text(gold: County) -> None:
    for article in gold.articles:
        if article.copy_of is not None:
            before = gold.articles[article.copy_of - 1]
            assert before.event == article.event
            assert before.number < article.number


def test_every_label_is_one_of_the_catalogue(gold: County) -> None:
    for event in gold.events.values():
        assert not event.matter or event.matter in gold.values.matters, event.id
        assert set(event.units) <= set(gold.values.units), event.id


def test_a_folder_that_is_none_is_told_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(CountyError, match=r"缺 articles\.tsv.*--gold"):
        load(tmp_path, SHIPPED)


@pytest.mark.parametrize(
    ("name", "line", "before", "after", "words"),
    [
        ("articles.tsv", 3, "\t", " ", "articles.tsv 第 3 行有"),
        ("articles.tsv", 3, "2026-", "2026年", "articles.tsv 第 3 行"),
        ("articles.tsv", 3, "2026-05-04", "2026-04-04", "第 3 行：应按时间先后"),
        ("articles.tsv", 2, "neutral", "calm", "articles.tsv 第 2 行"),
        ("articles.tsv", 2, "luntan", "nowhere", "第 2 行：没有事件"),
        ("events.tsv", 2, "yes", "ja", "events.tsv 第 2 行：needs 应为"),
        ("sources.yaml", 3, "slug", "slag", "sources.yaml 第"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    folder: Path, name: str, line: int, before: str, after: str, words: str
) -> None:
    spoil(folder / name, line, before, after)
    with pytest.raises(CountyError) as told:
        load(folder, SHIPPED)
    assert words in str(told.value)
