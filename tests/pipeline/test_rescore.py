"""rescore: the past is read again with what is known now, and nobody waits for it."""

import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from monitor.models import Alert, Analysis, Article
from monitor.pipeline import alert, analyse, catalogue, correct, index, knowledge, search
from monitor.pipeline import rescore as past
from monitor.pipeline.rescore import Progress, rescore
from monitor.words import Sentiment
from tests.pipeline.office import Office, entry, source
from tests.system.stories import STORIES, note

WATER = STORIES[6]
LONG_AGO = timezone.now() - timedelta(days=400)


@pytest.fixture
def desk(office: Office) -> Office:
    return office.has(sources=[source("forum")])


def learns(slug: str, query: str) -> int:
    """A topic is added; returns the knowledge's new revision."""
    catalogue.edit("topic", slug, {"name": slug, "query": query}, by="分析员")
    return knowledge.current().revision


def all_of(since: datetime = LONG_AGO, **how: Any) -> list[Progress]:
    return list(rescore(since, **({"patience": 0.0} | how)))


def test_articles_are_read_again_with_what_is_known_now_and_found_by_it(desk: Office) -> None:
    (pk,) = desk.hears("forum", WATER)
    desk.works()
    before = Analysis.objects.get(pk=pk)
    now = learns("taps", "自来水")
    assert all_of()[-1] == Progress(1, 1)
    desk.works()
    after = Analysis.objects.get(pk=pk)
    assert (before.knowledge < after.knowledge, after.knowledge) == (True, now)
    assert after.model == knowledge.current().scorer.model.id
    assert [hit.id for hit in search.search("专题:taps").hits] == [pk]
    assert Article.objects.get(pk=pk).event_id, "it stays where it was grouped"


def test_only_what_was_published_since_and_read_by_older_knowledge_is_read(desk: Office) -> None:
    old, young = desk.hears(
        "forum",
        entry(note(1), claimed=timezone.now() - timedelta(days=9)),
        entry(note(2), claimed=timezone.now() - timedelta(days=1)),
    )
    desk.works()
    assert all_of() == [Progress(0, 0)]
    now = learns("tea", "茶")
    assert all_of(timezone.now() - timedelta(days=2))[-1] == Progress(1, 1)
    assert Analysis.objects.get(pk=young).knowledge == now > Analysis.objects.get(pk=old).knowledge
    assert all_of()[-1] == Progress(1, 1)
    assert all_of() == [Progress(0, 0)]


def test_an_event_that_now_needs_a_response_is_raised(desk: Office) -> None:
    desk.hears("forum", "大塘镇老街又有嗡嗡机了，有人投诉。")
    desk.works()
    assert not Alert.objects.exists()
    noise = {"name": "噪声扰民", "weight": 70, "words": ["嗡嗡机"]}
    catalogue.edit("matter", "noise", noise, by="分析员")
    all_of()
    desk.works()
    assert Alert.objects.count() == 1


def test_what_people_corrected_holds(desk: Office) -> None:
    (pk,) = desk.hears("forum", WATER)
    desk.works()
    correct.sentiment(pk, Sentiment.POSITIVE, "张三")
    desk.works()
    learns("taps", "自来水 情感:正面")
    all_of()
    article = Article.objects.select_related("analysis").get(pk=pk)
    assert (article.sentiment, article.negative) == ("positive", 0.0)
    assert "taps" in article.analysis.topics.split()


def test_what_somebody_touched_meanwhile_is_left_and_met_again(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = desk.hears("forum", WATER, note(2))
    desk.works()
    learns("taps", "自来水")
    real, rounds = analyse.read, []

    def interrupted(claims: Any, lore: Any) -> Any:
        findings = real(claims, lore)
        rounds.append([claim.key for claim in claims])
        if len(rounds) == 1:
            correct.sentiment(first, Sentiment.POSITIVE, "张三")
        return findings

    monkeypatch.setattr(analyse, "read", interrupted)
    assert all_of()[-1] == Progress(2, 2)
    assert rounds == [[first, second], [first]]
    assert Article.objects.get(pk=first).sentiment == "positive"


def test_a_text_that_cannot_be_read_is_told_of_and_its_neighbours_are_read(
    desk: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, bad, third = desk.hears("forum", note(1), note(2), note(3))
    desk.works()
    before = Analysis.objects.get(pk=bad).knowledge
    now = learns("tea", "茶")
    real, alone = analyse.read, []

    def chokes(claims: Any, lore: Any) -> Any:
        keys = [claim.key for claim in claims]
        if bad in keys:
            alone.extend(keys if len(keys) == 1 else [])
            raise ValueError("坏字符")
        return real(claims, lore)

    monkeypatch.setattr(analyse, "read", chokes)
    with caplog.at_level(logging.ERROR):
        assert all_of()[-1] == Progress(2, 3, unread=1)
    assert alone == [bad], "it is not tried again in every round"
    assert f"文章 {bad} 读不了" in caplog.text
    assert "有 1 篇文章读不了" in caplog.text
    known = dict(Analysis.objects.values_list("pk", "knowledge"))
    assert known == {first: now, bad: before, third: now}


def test_an_ill_database_is_no_texts_fault(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hears("forum", note(1), note(2))
    desk.works()
    learns("tea", "茶")

    def away(_claims: Any, _lore: Any) -> Any:
        raise OperationalError("away")

    monkeypatch.setattr(analyse, "read", away)
    with pytest.raises(OperationalError):
        all_of()


def test_what_another_model_read_is_read_again_though_nothing_else_changed(desk: Office) -> None:
    old, same = desk.hears("forum", note(1), note(2))
    desk.works()
    Analysis.objects.filter(pk=old).update(model="shipped-before-the-upgrade")
    lore = knowledge.current()
    model = lore.scorer.model.id
    assert [row.pk for row in past.due(LONG_AGO, lore.revision, model)] == [old]
    assert all_of()[-1] == Progress(1, 1)
    assert set(Analysis.objects.values_list("pk", "model")) == {(old, model), (same, model)}
    assert all_of() == [Progress(0, 0)]
    newer = Analysis.objects.filter(pk=old)
    newer.update(model="activated-meanwhile", knowledge=lore.revision + 1)
    assert not past.due(LONG_AGO, lore.revision, model).exists(), "or it would never end"


def test_a_batch_holds_no_more_text_than_a_process_can(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hears("forum", *(note(n) for n in range(4)))
    desk.works()
    learns("tea", "茶")
    Article.objects.update(size=900_000)
    assert [step.done for step in all_of()] == [0, 2, 4]


def test_the_past_lets_new_work_pass_while_somebody_does_it(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hears("forum", *(note(n) for n in range(6)))
    desk.works()
    learns("tea", "茶")
    Article.objects.update(rev=9)  # six wait for the index
    monkeypatch.setattr(past, "CROWD", {index: 2, alert: 2})
    rested: list[int] = []

    def works_meanwhile(_seconds: float) -> None:
        rested.append(index.look(timezone.now()).rows)
        first = Article.objects.filter(indexed_rev__lt=9).order_by("id")[:1].get()
        Article.objects.filter(pk=first.pk).update(indexed_rev=9)

    steps = rescore(LONG_AGO, rest=works_meanwhile, patience=5.0)
    assert next(steps) == Progress(0, 6)
    assert next(steps) == Progress(6, 6)
    assert rested == [6, 5, 4, 3]


def test_nobody_there_is_not_waited_for_twice(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hears("forum", *(note(n) for n in range(6)))
    desk.works()
    learns("tea", "茶")
    Article.objects.update(rev=9)
    monkeypatch.setattr(past, "CROWD", {index: 2, alert: 2})
    monkeypatch.setattr(past, "BATCH", 2)
    rested: list[float] = []
    assert list(rescore(LONG_AGO, rest=rested.append, patience=2.0))[-1] == Progress(6, 6)
    assert sum(rested) == 2.0


RUN = """
import signal
import django
django.setup()
from datetime import UTC, datetime
from monitor.pipeline import analyse, rescore as past

past.BATCH = 5
keep, batches = analyse.keep, []

def hangs_in_the_third(findings, revision):
    keep(findings, revision)
    batches.append(findings)
    if len(batches) == 3:
        print("written, not committed", flush=True)
        signal.pause()

analyse.keep = hangs_in_the_third
list(past.rescore(datetime(2020, 1, 1, tzinfo=UTC), patience=0.0))
"""


@pytest.mark.django_db(transaction=True)
def test_killed_it_goes_on_where_it_was(desk: Office, tmp_path: Path) -> None:
    desk.hears("forum", *(note(n) for n in range(30)))
    desk.works()
    now = learns("tea", "茶")
    process = subprocess.Popen(
        [sys.executable, "-c", RUN],
        env=os.environ | {"YUQING_DATABASE_URL": _address(), "YUQING_DATA": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written, not committed\n"
    process.kill()
    process.wait(60)
    assert Analysis.objects.filter(knowledge=now).count() == 10
    steps = all_of()
    assert (steps[0], steps[-1]) == (Progress(0, 20), Progress(20, 20))
    assert not past.due(LONG_AGO, now, knowledge.current().scorer.model.id).exists()


def _address() -> str:
    """The test database's own, for a process beside us."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "postgresql":
        url = urlsplit(os.environ["YUQING_DATABASE_URL"])
        return url._replace(path=f"/{name}").geturl()
    return f"sqlite:///{name}"
