"""The county's articles: enough of them, each its own, with honest labels and dates."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations

import pytest

from demo.archive import Article, ArticleMistake, load
from demo.press import WINDOW, Press
from demo.sites import BY_SLUG, Manner
from monitor.text.fingerprint import likeness, signatures
from monitor.text.normalise import normalise
from monitor.words import SHANGHAI

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
ARTICLES = load()
BY_ID = {article.id: article for article in ARTICLES}


def _past() -> list[Article]:
    return [article for article in ARTICLES if article.when.past]


def test_five_weeks_hold_at_least_four_hundred_articles_in_every_week() -> None:
    press = Press(ARTICLES, NOON)
    ages = [(NOON - press.by_id[a.id].published).days for a in _past()]
    assert len(ages) >= 400
    assert all(0 <= age <= 35 for age in ages)
    assert min(Counter(age // 7 for age in ages).values()) >= 40


def test_lengths_run_from_a_line_to_a_page() -> None:
    lengths = sorted(len(a.title) + len(a.body) for a in ARTICLES)
    assert lengths[0] >= 15
    assert lengths[-1] >= 500
    assert max(lengths) <= 800
    assert sum(length < 60 for length in lengths) > 100
    assert sum(length > 120 for length in lengths) > 50


def test_no_two_articles_resemble_each_other_but_those_of_one_event() -> None:
    marks = signatures([normalise(f"{a.title}\n{a.body}").text for a in ARTICLES])
    alike = [
        (one.id, other.id)
        for (one, mark), (other, more) in combinations(zip(ARTICLES, marks, strict=True), 2)
        if not (one.event and one.event == other.event) and likeness(mark, more) > 0.25
    ]
    assert alike == []


def test_a_reprint_resembles_what_it_reprints_and_comes_later() -> None:
    press = Press(ARTICLES, NOON)
    reprints = [a for a in ARTICLES if a.reprint_of]
    assert len(reprints) >= 20
    for reprint in reprints:
        original = BY_ID[reprint.reprint_of or ""]
        assert press.by_id[reprint.id].published > press.by_id[original.id].published
        one, other = signatures([normalise(a.body).text for a in (reprint, original)])
        assert likeness(one, other) > 0.25, reprint.id


def test_nothing_of_the_last_seventy_two_hours_needs_a_response() -> None:
    press = Press(ARTICLES, NOON.replace(hour=0, minute=1))
    late = [
        a.id
        for a in _past()
        if a.needs_response and press.start - press.by_id[a.id].published < timedelta(hours=72)
    ]
    assert late == []


def test_the_live_event_begins_at_once_and_its_reprints_follow_in_minutes() -> None:
    live = sorted(a.when.live_s or 0 for a in ARTICLES if a.event == "chemical")
    assert live[0] == 5
    assert sum(second <= 20 for second in live) == 4
    assert sum(120 <= second <= 300 for second in live) >= 6


def test_the_flood_night_has_exactly_two_calls_for_rescue_in_two_places() -> None:
    night = [a for a in ARTICLES if (a.event or "").startswith(("flood", "rescue"))]
    calls = [a for a in night if a.needs_response]
    assert len(night) >= 60
    assert {a.event for a in calls} == {"rescue-a", "rescue-b"}
    assert [a.when.live_s for a in calls] == [420, 480]
    assert all(a.sentiment.value == "neutral" for a in night if not a.needs_response)
    assert sum("速报" in a.title for a in night) >= 6


def test_every_source_exists_and_its_past_fits_into_its_feed() -> None:
    counts = Counter(article.source for article in _past())
    assert max(counts.values()) <= WINDOW
    assert set(counts) == {s.slug for s in BY_SLUG.values() if s.manner is not Manner.BROKEN}


def test_a_mistake_in_a_file_is_told_with_its_place(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("@ x-1 fabu morgen 青溪发布 neu\n题\n文\n", "utf-8")
    with pytest.raises(ArticleMistake, match=r"a\.txt 第 1 行"):
        load(tmp_path)
    (tmp_path / "a.txt").write_text("@ x-1 fabu +5s 甲 neu\n题\n文\n" * 2, "utf-8")
    with pytest.raises(ArticleMistake, match="用了两次"):
        load(tmp_path)


def test_the_seed_decides_the_reserve_and_nothing_else() -> None:
    one, same, other = (Press(ARTICLES, NOON, seed) for seed in (7, 7, 8))
    assert one.issues == same.issues
    assert one.issues != other.issues
    scripted = {a.id for a in ARTICLES if a.when.past or a.when.live_s is not None}
    assert [i for i in one.issues if i.article.id in scripted] == [
        i for i in other.issues if i.article.id in scripted
    ]


def test_speed_hurries_the_script_but_not_the_past() -> None:
    slow, fast = Press(ARTICLES, NOON), Press(ARTICLES, NOON, speed=10)
    assert fast.by_id["hg-008"].published - NOON == timedelta(seconds=12.5)
    assert fast.by_id["gw-001"].published == slow.by_id["gw-001"].published
    assert fast.issues[-1].published < slow.issues[-1].published


def test_the_press_ends_and_knows_it() -> None:
    press = Press(ARTICLES, NOON)
    end = press.issues[-1].published
    assert not press.exhausted(end - timedelta(seconds=1))
    assert press.exhausted(end)
    assert press.count(end) == len(ARTICLES)
