"""Figures on the gold county: perfect decisions measure as perfect, and each fault where it is."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from monitor.detect.events import Placement
from monitor.detect.risk import Assessment
from monitor.detect.telling import Act
from monitor.evaluation.county import County, GoldArticle
from monitor.evaluation.county_baselines import (
    all_here,
    each_alone,
    matter_alone,
    near_duplicates,
    tone_alone,
)
from monitor.evaluation.county_report import alert_report, event_report, place_report
from monitor.evaluation.figures import (
    alert_figures,
    call_told,
    copy_found,
    event_figures,
    original,
    places_right,
    reading_figures,
)
from monitor.evaluation.mistakes import KINDS, mistakes
from monitor.evaluation.sample import alerts_of, near_misses
from monitor.evaluation.stream import Push, Run
from monitor.words import Evidence, Reason

VERDICT = Assessment(50.0, (Reason("matter", "涉及某事", 50),), True, None, False, False)


@pytest.fixture(scope="module")
def weeks(gold: County) -> Sequence[GoldArticle]:
    return gold.first()


@pytest.fixture(scope="module")
def perfect(gold: County, run: Run) -> Run:
    """What somebody would decide who knows the labels: one alert an event, news of what is new."""
    names = {event: number for number, event in enumerate(gold.events, 1)}
    pushes, members = [], dict[str, frozenset[int]]()
    for article in gold.articles:
        before = members.get(article.event, frozenset())
        members[article.event] = before | {article.number}
        if not gold.events[article.event].needs or (before and not article.role):
            continue
        act = Act.NEWS if before else Act.RAISE
        quote = Evidence(article.number, "title", article.title)
        reason = Reason("new_rescue" if before else "rescue", "有人求救", 0, (quote,))
        pushes.append(
            Push(
                article.published,
                names[article.event],
                act,
                (reason,),
                VERDICT,
                members[article.event],
                frozenset({article.number}),
            )
        )
    placements = {
        a.number: Placement(a.number, a.copy_of, names[a.event], None, 1.0, "")
        for a in gold.articles
    }
    events = {a.number: names[a.event] for a in gold.articles}
    return replace(run, events=events, placements=placements, pushes=pushes)


def test_perfect_alerts_measure_as_perfect(
    gold: County, weeks: Sequence[GoldArticle], perfect: Run
) -> None:
    figures = alert_figures(gold, weeks, perfect)
    assert (figures.precision, figures.recall, figures.per_event) == (1.0, 1.0, 1.0)
    assert figures.calls_pushed == figures.calls > 0
    assert figures.rises_pushed == figures.rises > 0
    assert figures.needed == figures.found == figures.alerts


def test_alerts_of_other_weeks_are_not_counted(gold: County, perfect: Run) -> None:
    parts = [alert_figures(gold, gold.weeks(n, n), perfect) for n in range(1, gold.length + 1)]
    whole = alert_figures(gold, gold.articles, perfect)
    assert sum(part.alerts for part in parts) == whole.alerts
    assert sum(part.needed for part in parts) == whole.needed
    assert all(part.precision == part.recall == 1.0 for part in parts)


def test_a_second_alert_a_false_one_and_a_silent_event_each_cost_their_figure(
    gold: County, weeks: Sequence[GoldArticle], perfect: Run
) -> None:
    raised = [push for push in perfect.pushes if push.act is Act.RAISE]
    first = raised[0]
    double = replace(perfect, pushes=[*perfect.pushes, first])
    assert alert_figures(gold, weeks, double).per_event > 1.0
    assert [one.kind for one in mistakes(gold, weeks, double)].count("double") == 1

    quiet = next(a for a in weeks if not gold.events[a.event].needs)
    of_it = frozenset({quiet.number})
    false = replace(first, articles=of_it, newest=of_it)
    wrong = replace(perfect, pushes=[*perfect.pushes, false])
    assert alert_figures(gold, weeks, wrong).precision < 1.0
    (told,) = [one for one in mistakes(gold, weeks, wrong) if one.kind == "false"]
    assert quiet.event in told.about
    assert any("涉及某事" in line for line in told.lines)

    silent = replace(perfect, pushes=perfect.pushes[1:])
    figures = alert_figures(gold, weeks, silent)
    assert figures.found == figures.needed - 1
    (missed,) = [one for one in mistakes(gold, weeks, silent) if one.kind == "missed"]
    assert weeks[0].event or missed.lines


def test_a_call_that_is_only_one_of_many_articles_was_not_pushed(
    gold: County, weeks: Sequence[GoldArticle], perfect: Run
) -> None:
    unquoted = [replace(push, reasons=()) for push in perfect.pushes]
    blind = replace(perfect, pushes=unquoted)
    assert alert_figures(gold, weeks, blind).calls_pushed == 0
    calls = [one for one in mistakes(gold, weeks, blind) if one.kind == "call"]
    assert len(calls) == alert_figures(gold, weeks, blind).calls


def test_a_repost_of_a_call_that_people_know_need_not_be_pushed_again(
    gold: County, weeks: Sequence[GoldArticle], perfect: Run
) -> None:
    first = next(a for a in weeks if a.role == "call" and a.copy_of is None)
    repost = replace(first, number=1_000_001, copy_of=first.number)
    more = replace(gold, articles=(*gold.articles, repost))
    assert call_told(repost, more, perfect)
    unheard = [push for push in perfect.pushes if first.number not in push.newest]
    assert not call_told(repost, more, replace(perfect, pushes=unheard))


def test_a_call_to_another_county_is_not_counted(
    gold: County, weeks: Sequence[GoldArticle], perfect: Run
) -> None:
    calls = alert_figures(gold, weeks, perfect).calls
    elsewhere = next(a for a in weeks if not gold.events[a.event].needs)
    called = [replace(a, role="call") if a is elsewhere else a for a in weeks]
    assert alert_figures(gold, called, perfect).calls == calls


def test_perfect_events_measure_as_perfect_and_simpler_ways_do_not(
    gold: County, weeks: Sequence[GoldArticle], perfect: Run
) -> None:
    figures = event_figures(gold, weeks, perfect)
    assert figures.together.f1 == pytest.approx(1.0)
    assert figures.mutual == pytest.approx(1.0)
    assert (figures.copies_found, figures.false_links) == (figures.copies, 0)
    assert figures.truth == figures.said

    copies_only = event_figures(gold, weeks, near_duplicates(perfect))
    assert copies_only.together.precision == pytest.approx(1.0)
    assert copies_only.copies_found == figures.copies
    alone = event_figures(gold, weeks, each_alone(perfect))
    assert alone.copies_found == 0
    assert alone.said == len(weeks)
    assert alone.together.recall < copies_only.together.recall < 1.0


def test_a_link_between_two_events_is_false_and_a_copy_of_a_copy_is_found(
    gold: County, weeks: Sequence[GoldArticle], perfect: Run
) -> None:
    one = weeks[0]
    other = next(a for a in weeks if a.event != one.event)
    placements = dict(perfect.placements)
    placements[other.number] = replace(placements[other.number], nearest=one.number)
    wrong = replace(perfect, placements=placements)
    assert event_figures(gold, weeks, wrong).false_links == 1
    assert [m.kind for m in mistakes(gold, weeks, wrong)].count("link") == 1

    copy = next(a for a in gold.articles if a.copy_of is not None)
    root = original(copy.number, gold)
    assert gold.articles[root - 1].copy_of is None
    assert copy_found(copy, gold, perfect)
    assert not copy_found(copy, gold, each_alone(perfect))


def test_torn_and_mixed_events_are_told_apart(
    gold: County, weeks: Sequence[GoldArticle], perfect: Run
) -> None:
    kinds = {one.kind for one in mistakes(gold, weeks, each_alone(perfect))}
    assert "torn" in kinds
    assert "mixed" not in kinds
    heap = replace(perfect, events=dict.fromkeys(perfect.events, 1))
    kinds = {one.kind for one in mistakes(gold, weeks, heap)}
    assert "mixed" in kinds
    assert "torn" not in kinds


def test_every_wrong_place_and_unit_is_among_the_mistakes(
    gold: County, weeks: Sequence[GoldArticle], run: Run
) -> None:
    figures = reading_figures(gold, weeks, run)
    found = mistakes(gold, weeks, run)
    places = [one for one in found if one.kind == "place"]
    assert len(places) == figures.places - figures.places_right
    assert all("应为" in one.lines[1] for one in places)
    assert [one.kind for one in found] == sorted((one.kind for one in found), key=list(KINDS).index)
    here = places_right(weeks, all_here(run))
    assert here == sum(article.where is True for article in weeks)


def test_the_simpler_ways_raise_at_most_one_alert_an_event(
    gold: County, weeks: Sequence[GoldArticle], run: Run
) -> None:
    tone, matter = tone_alone(run, gold), matter_alone(run, gold)
    for simpler in (tone, matter):
        events = [push.event for push in simpler.pushes]
        assert len(events) == len(set(events)) > 0
    for push in tone.pushes:
        (number,) = push.newest
        assert run.readings[number].score.negative >= 0.5
        assert run.readings[number].where.verdict is not False
    for push in matter.pushes:
        (number,) = push.newest
        assert run.readings[number].matters


def test_a_report_has_a_line_for_each_way_and_the_same_figures_as_json(
    gold: County, weeks: Sequence[GoldArticle], perfect: Run
) -> None:
    for report in (
        alert_report(gold, weeks, perfect),
        event_report(gold, weeks, perfect),
        place_report(gold, weeks, perfect),
    ):
        lines = list(report.lines())
        assert [row[0] for row in report.rows] == list(report.json)
        assert report.rows[0][0] == "本系统"
        assert len(lines) == 2 + len(report.rows)
    assert alert_report(gold, weeks, perfect).json["本系统"]["recall"] == 1.0


def test_the_sample_shows_alerts_over_the_week_and_the_nearest_misses(
    gold: County, run: Run
) -> None:
    week = gold.weeks(4, 4)
    alerts = alerts_of(gold, week, run)
    assert len(alerts) == 10
    assert len({one.articles for one in alerts}) == 10
    for one in alerts:
        lines = list(one.lines())
        assert lines[0].startswith("需要回应：风险分")
        assert lines[-1].startswith("标注：")
        assert one.verdict.reasons
    misses = near_misses(gold, week, run)
    scores = [one.verdict.score for one in misses]
    assert scores == sorted(scores, reverse=True)
    assert all("没有预警" in next(one.lines()) for one in misses)
