"""The stream decides as the pipeline does: the same articles, the same events, the same pushes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

import pytest
import yaml
from django.utils import timezone

from monitor.detect.telling import Act
from monitor.evaluation import stream
from monitor.evaluation.county import County, GoldArticle
from monitor.evaluation.stream import Run
from monitor.models import Alert, Article, Event, Notice
from monitor.pipeline import knowledge
from monitor.text.reading import Reader
from tests.evaluation.conftest import GOLD
from tests.pipeline.office import Office, entry

FEW = 150
KINDS = {Act.RAISE: "alert", Act.PUSH: "alert", Act.NEWS: "news", Act.GROWTH: "growth"}


def some(gold: County) -> list[GoldArticle]:
    """Articles of the first weeks, whole events: those with calls, rises, answers and old news
    first, then those with copies, then any."""
    events: dict[str, list[GoldArticle]] = defaultdict(list)
    for article in gold.first():
        events[article.event].append(article)

    def worth(own: Iterable[GoldArticle]) -> tuple[int, bool]:
        known = list(own)
        return -len({a.role for a in known} - {""}), not any(a.copy_of for a in known)

    chosen: list[GoldArticle] = []
    for own in sorted(events.values(), key=worth):
        chosen += own[:12]
        if len(chosen) >= FEW:
            break
    return sorted(chosen, key=lambda article: article.number)


def settle(office: Office) -> None:
    """The office has the gold county's catalogue, and no channel."""
    items = {
        name: yaml.safe_load((GOLD / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in ("places", "units", "sources")
    }
    office.has(**items)


def live(office: Office, articles: Iterable[GoldArticle], monkeypatch: Any) -> dict[int, int]:
    """The articles arrive in their own minutes, and the pipeline does its work; returns the number
    of the article that each row is."""
    numbers: dict[int, int] = {}
    clock: dict[str, datetime] = {}
    monkeypatch.setattr(timezone, "now", lambda: clock["now"])
    for moment, arrivals in groupby(articles, key=lambda article: article.published):
        clock["now"] = moment
        for article in arrivals:
            told = entry(
                article.body,
                title=article.title,
                link=f"http://gold.example/{article.number}",
                claimed=moment,
            )
            (row,) = office.hears(article.source, told)
            numbers[row] = article.number
        office.reads()
    return numbers


def together(events: Mapping[int, int]) -> set[frozenset[int]]:
    """Which articles share an event."""
    parts: dict[int, set[int]] = defaultdict(set)
    for article, event in events.items():
        parts[event].add(article)
    return {frozenset(part) for part in parts.values()}


def pushes_of(run: Run) -> list[tuple[datetime, int, str, tuple[str, ...]]]:
    """When, about the event of which first article, what kind, and which reasons."""
    return [
        (p.moment, min(p.articles), KINDS[p.act], tuple(r.words for r in p.reasons))
        for p in run.pushes
        if p.act in KINDS
    ]


@pytest.mark.django_db(transaction=True)
def test_the_pipelines_tables_and_the_stream_come_to_the_same_decisions(
    office: Office, gold: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(office)
    articles = some(gold)
    assert len(articles) >= FEW
    values = knowledge.catalogue()  # the office's own rows, in their order
    ran = stream.run(articles, values, stream.reader_of(values))
    numbers = live(office, articles, monkeypatch)

    rows = Article.objects.values_list("id", "event", "reprint_of", "negative")
    assert {numbers[pk]: negative for pk, _, _, negative in rows} == pytest.approx(
        {number: reading.score.negative for number, reading in ran.readings.items()}
    )
    assert {numbers[pk]: numbers.get(near) for pk, _, near, _ in rows} == {
        number: placement.nearest for number, placement in ran.placements.items()
    }
    assert together({numbers[pk]: event for pk, event, _, _ in rows}) == together(ran.events)

    first = {
        event: min(numbers[pk] for pk, own, _, _ in rows if own == event) for _, event, _, _ in rows
    }
    told = [
        (notice.created, first[notice.alert.event_id], notice.kind, tuple(notice.words))
        for notice in Notice.objects.select_related("alert").order_by("created", "id")
        if notice.alert is not None
    ]
    assert sorted(told) == sorted(pushes_of(ran))
    assert {"alert", "news"} <= {kind for _, _, kind, _ in told}
    recorded = Alert.objects.filter(pushed=False).values_list("event", flat=True)
    silent = {p.event for p in ran.pushes if p.act is Act.RECORD}
    silent -= {p.event for p in ran.pushes if p.act is not Act.RECORD}
    assert {first[event] for event in recorded} == {
        min(number for number, event in ran.events.items() if event == own) for own in silent
    }
    scores = {first[pk]: score for pk, score in Event.objects.values_list("pk", "score")}
    judged = {
        min(n for n, e in ran.events.items() if e == own): v for own, v in ran.verdicts.items()
    }
    assert {number: scores[number] for number in judged} == {
        number: verdict.score for number, verdict in judged.items()
    }


def test_what_an_article_gets_does_not_depend_on_what_comes_after(
    gold: County, gold_reader: Reader
) -> None:
    articles = gold.first()[:120]
    part, whole = (stream.run(some, gold.values, gold_reader) for some in (articles[:60], articles))
    assert {n: whole.events[n] for n in part.events} == part.events
    moment = articles[60].published
    assert [p for p in whole.pushes if p.moment < moment] == [
        p for p in part.pushes if p.moment < moment
    ]


def test_progress_is_told_for_every_part_of_the_way(gold: County, gold_reader: Reader) -> None:
    seen: list[tuple[int, int]] = []
    articles = gold.first()[:30]
    stream.run(articles, gold.values, gold_reader, lambda *step: seen.append(step))
    assert seen[0] == (0, 30)
    assert seen[-1] == (30, 30)
    assert seen == sorted(seen)


def test_readings_are_those_of_the_reader_alone(gold: County, gold_reader: Reader) -> None:
    article = replace(gold.first()[0])
    run = stream.run([article], gold.values, gold_reader)
    assert (
        run.readings[article.number].score
        == gold_reader.read([(article.title, article.body)])[0].score
    )
