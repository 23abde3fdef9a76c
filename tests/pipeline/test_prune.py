"""prune: what is long past goes, evidence and everything newer stays."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitor.index import IndexUnavailable
from monitor.models import (
    Alert,
    Analysis,
    Article,
    ArticleText,
    Correction,
    Event,
    IndexState,
    Sighting,
    fate_counts,
)
from monitor.pipeline import past, prune, search
from monitor.pipeline.index import search_index, state
from monitor.pipeline.past import Month, older_than
from monitor.pipeline.reindex import LANE as REBUILD
from monitor.pipeline.reindex import Busy
from monitor.words import month_of
from tests.pipeline.office import Office, source
from tests.system.stories import STORIES, note

NOW = timezone.now()
FIRST_KEPT = older_than(12, NOW)


def ago(months: int) -> str:
    return older_than(months, NOW)


def aged(pks: list[int], months: int) -> None:
    """As if these articles had been published so long ago, and were shelved there."""
    then = timezone.now() - timedelta(days=31 * months)
    Article.objects.filter(pk__in=pks).update(published=then, seen=then, month=ago(months))


def held(query: str = "") -> set[int]:
    return {hit.id for hit in search.search(query, size=100).hits}


def lets_go(months: int = 12) -> int:
    first_kept = older_than(months, timezone.now())
    found = past.plan(first_kept)
    done = 0
    for progress in prune.prune([month for month in found if month.going], first_kept):
        done = progress.done
    return done


def rows(pks: list[int]) -> dict[str, int]:
    """How many rows there are of these articles, by table."""
    tables = {"articles": Article.objects.filter(pk__in=pks).count()}
    for model in (Analysis, ArticleText, Sighting):
        tables[model.__name__] = model.objects.filter(article__in=pks).count()
    return tables


@pytest.fixture
def archive(office: Office) -> dict[str, list[int]]:
    """Articles of today, of 15 and of 20 months ago; one of the old ones raised an alert."""
    office.has(sources=[source("forum"), source("other")])
    told = {
        "today": office.hears("forum", *(note(n) for n in range(5))),
        "15": office.hears("forum", *(note(n) for n in range(100, 107))),
        "20": office.hears("forum", *(note(n) for n in range(200, 205))),
        "alerted": office.hears("forum", STORIES[6]),
    }
    office.reads()
    aged(told["15"] + told["alerted"], 15)
    aged(told["20"], 20)
    office.works()
    assert Alert.objects.count() == 1
    return told


def test_a_plan_says_by_month_what_would_go_and_what_is_evidence(
    archive: dict[str, list[int]],
) -> None:
    before = fate_counts()
    found = past.plan(FIRST_KEPT)
    assert [(one.month, one.articles, one.kept, one.going) for one in found] == [
        (ago(20), 5, 0, 5),
        (ago(15), 8, 1, 7),
    ]
    assert all(5 * 2000 < one.size < 8 * 20_000 for one in found)
    assert fate_counts() == before


def test_the_past_leaves_rows_and_index_and_everything_else_stays(
    archive: dict[str, list[int]],
) -> None:
    assert lets_go() == 12
    gone, stays = archive["15"] + archive["20"], archive["today"] + archive["alerted"]
    assert set(rows(gone).values()) == {0}
    assert rows(stays)["articles"] == 6
    assert set(rows(stays).values()) == {6}
    assert held() == set(stays)
    assert lets_go() == 0
    assert past.plan(FIRST_KEPT) == [Month(ago(15), 1, 1, 0)]


def test_what_an_alert_quotes_is_evidence_too(archive: dict[str, list[int]]) -> None:
    quoted = archive["20"][2]
    alert = Alert.objects.get()
    quote = {"article": quoted, "field": "title", "text": "已处置"}
    answer = {"code": "answered", "words": "官方已回应", "points": -10.0, "evidence": [quote]}
    alert.reasons = [*alert.reasons, answer]
    alert.save()
    assert lets_go() == 11
    assert set(rows([quoted]).values()) == {1}
    assert quoted in held()


def test_articles_of_an_event_merged_into_an_alerted_one_are_evidence(
    archive: dict[str, list[int]],
) -> None:
    absorbed = Article.objects.get(pk=archive["20"][0]).event
    Event.objects.filter(pk=absorbed.pk).update(merged_into=Alert.objects.get().event)
    assert lets_go() == 11
    assert archive["20"][0] in held()


def test_an_event_that_goes_on_is_counted_anew_and_an_empty_one_goes(
    archive: dict[str, list[int]],
) -> None:
    old, lonely, new = archive["20"][0], archive["20"][1], archive["today"][0]
    story, ended = (Article.objects.get(pk=pk).event_id for pk in (new, lonely))
    Article.objects.filter(pk=old).update(event=story)
    Article.objects.filter(pk=new).update(reprint_of=old)
    Event.objects.filter(pk=story).update(articles_count=2, first_published=NOW - timedelta(600))
    lets_go()
    event = Event.objects.get(pk=story)
    article = Article.objects.get(pk=new)
    assert (event.articles_count, event.sources_count) == (1, 1)
    assert event.first_published == event.last_published == article.published
    assert (article.reprint_of, article.event_id) == (None, story)
    assert not Event.objects.filter(pk=ended).exists()


def test_an_event_that_was_empty_before_goes_too_unless_something_refers_to_it(
    archive: dict[str, list[int]],
) -> None:
    then = NOW - timedelta(days=900)
    empty, referred = (
        Event.objects.create(pk=pk, title="", first_published=then, last_published=then)
        for pk in (9001, 9002)
    )
    Event.objects.filter(articles=archive["today"][0]).update(merged_into=referred)
    lets_go()
    assert not Event.objects.filter(pk=empty.pk).exists()
    assert Event.objects.filter(pk=referred.pk).exists()


class Between:
    """The real index; what is to happen does when articles have left it and still have rows."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self.real, self.happens = search_index(), happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def remove(self, *what: Any) -> None:
        self.real.remove(*what)
        self.happens()


def test_an_alert_that_is_raised_meanwhile_keeps_its_articles_and_search_finds_them(
    office: Office, archive: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Article.objects.get(pk=archive["15"][0])
    fields = {"created": NOW, "level": 3, "score": 60, "headline": "迟来的", "told": {}}

    def alerts() -> None:
        Alert.objects.get_or_create(
            event_id=late.event_id, defaults=fields | {"number": "2026-0099", "reasons": []}
        )

    monkeypatch.setattr(prune, "search_index", lambda: Between(alerts))
    assert lets_go() == 11
    assert set(rows([late.pk]).values()) == {1}
    office.works()
    assert late.pk in held()


def test_what_a_new_alert_of_another_event_quotes_stays(
    office: Office, archive: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    late, today = archive["15"][0], Article.objects.get(pk=archive["today"][0])
    quote = {"article": late, "field": "title", "text": "已处置"}
    reason = {"code": "answered", "words": "官方已回应", "points": -10.0, "evidence": [quote]}
    fields = {"created": NOW, "level": 3, "score": 60, "headline": "迟来的", "told": {}}

    def alerts() -> None:
        Alert.objects.get_or_create(
            event_id=today.event_id, defaults=fields | {"number": "2026-0099", "reasons": [reason]}
        )

    monkeypatch.setattr(prune, "search_index", lambda: Between(alerts))
    assert lets_go() == 11
    assert set(rows([late]).values()) == {1}


def test_what_a_person_corrects_meanwhile_stays_and_nothing_else_does(
    archive: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    late, other = archive["15"][1], archive["15"][0]

    def corrects() -> None:
        if not Correction.objects.exists():
            row = {"kind": Correction.Kind.SENTIMENT, "was": "neutral", "now": "negative"}
            Correction.objects.create(pk=other, article_id=late, by="张三", at=NOW, **row)

    monkeypatch.setattr(prune, "search_index", lambda: Between(corrects))
    assert lets_go() == 11
    assert set(rows([late]).values()) == {1}
    assert set(rows([other]).values()) == {0}, "a correction's number is not an article's"


def test_what_is_merged_into_an_alerted_event_meanwhile_stays(
    archive: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Article.objects.get(pk=archive["15"][0])
    into = Alert.objects.get().event

    def merges() -> None:
        Event.objects.filter(pk=late.event_id).update(merged_into=into)

    monkeypatch.setattr(prune, "search_index", lambda: Between(merges))
    assert lets_go() == 11
    assert set(rows([late.pk]).values()) == {1}


def test_a_month_whose_rows_have_gone_leaves_the_index_with_the_next_prune(
    archive: dict[str, list[int]],
) -> None:
    for model in (Analysis, ArticleText, Sighting):
        model.objects.filter(article__in=archive["20"]).delete()
    Article.objects.filter(pk__in=archive["20"]).delete()
    assert set(archive["20"]) & set(search_index_ids())
    lets_go()
    assert not set(archive["20"]) & set(search_index_ids())


def search_index_ids() -> list[int]:
    index, name = search_index(), state().active
    return [number for day in index.sums(name) for number in index.revs(name, day)]


def test_a_prune_killed_between_index_and_rows_goes_on_where_it_was(
    archive: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(prune, "search_index", lambda: Between(dies))
        lets_go()
    assert rows(archive["15"])["articles"] == 7
    Article.objects.update(until=None)  # the minute for which they were held is over
    assert lets_go() == 7
    assert set(rows(archive["15"]).values()) == {0}
    assert held() == set(archive["today"] + archive["alerted"])


def test_an_index_that_does_not_answer_stops_it_and_nothing_is_lost(
    office: Office, archive: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise IndexUnavailable("检索库没有应答")

    with monkeypatch.context() as patch:
        patch.setattr(prune, "search_index", lambda: Between(away))
        with pytest.raises(IndexUnavailable):
            lets_go()
    assert rows(archive["15"])["articles"] == 7
    office.works()
    assert held() == {*archive["today"], *archive["15"], *archive["alerted"]}
    assert IndexState.objects.get().until is None, "it does not keep a rebuild waiting"


def test_an_article_that_a_worker_has_in_hand_goes_when_it_is_done(
    archive: dict[str, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = Article.objects.filter(pk=archive["15"][3])
    busy.update(owner="elsewhere:1", until=timezone.now() + timedelta(seconds=15))
    seen = []

    def ends(_: float) -> None:
        seen.append(busy.exists())
        busy.update(owner="", until=None)

    monkeypatch.setattr("monitor.pipeline.prune.time.sleep", ends)
    assert lets_go() == 12
    assert seen == [True]


def test_a_rebuild_and_a_prune_never_meet(archive: dict[str, list[int]]) -> None:
    rebuild = REBUILD.claim(timezone.now(), 1)
    with pytest.raises(Busy):
        lets_go()
    assert rows(archive["15"])["articles"] == 7
    REBUILD.release(rebuild)
    assert lets_go() == 12


def test_a_generation_that_a_killed_rebuild_left_half_full_forgets_them_too(
    archive: dict[str, list[int]],
) -> None:
    from monitor.pipeline.reindex import reindex

    steps = reindex()
    for progress in steps:
        if progress.done == progress.total:
            break
    steps.close()
    building = state().building
    assert search_index().count(building) == 18
    lets_go()
    assert search_index().count(building) == search_index().count(state().active) == 6


def test_months_are_shanghais(office: Office) -> None:
    assert older_than(24, NOW) < older_than(23, NOW) < month_of(NOW) == older_than(0, NOW)
