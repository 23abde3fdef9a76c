"""A known event is told again for a call, a higher toll, a new place, or growth by a factor."""

import json
from dataclasses import replace

import pytest

from monitor.detect.facts import ArticleFacts
from monitor.detect.news import AT_ONCE, Snapshot, news
from monitor.text.casualties import Casualties
from tests.detect.desk import CALL, FLOOD, NOW, POLLUTION, article, event, official


def snapshot(*articles: ArticleFacts) -> Snapshot:
    return Snapshot.of(event(*articles))


def told_again(before: Snapshot, after: Snapshot) -> list[str]:
    return [reason.code for reason in news(before, after)]


def flood(count: int, **facts: object) -> list[ArticleFacts]:
    return [article(f"暴雨实况{n}", matters=(FLOOD,), **facts) for n in range(count)]  # type: ignore[arg-type]


def test_nothing_new_tells_nothing() -> None:
    posts = flood(4)
    assert told_again(snapshot(*posts), snapshot(*posts)) == []
    assert told_again(snapshot(*posts), snapshot(*posts, *flood(3))) == []


def test_a_call_for_rescue_is_told_at_once_with_its_words() -> None:
    posts = flood(10)
    call = article("下街十二号二楼有两位老人", matters=(CALL,))
    view = event(*posts, call)
    (reason,) = news(snapshot(*posts), Snapshot.of(view), view=view)
    assert reason.code in AT_ONCE
    assert reason.words == "又有人求救（新增1处）"
    assert [quote.text for quote in reason.evidence] == [call.title]


def test_each_further_call_is_told_and_a_reprint_of_one_is_not() -> None:
    first, second = (article(f"被困在{n}号", matters=(CALL,)) for n in (1, 2))
    reprint = replace(first, article=first.article + 9_000, reprint_of=first.article)
    again = replace(first, article=first.article + 9_001, reprint_of=reprint.article)
    known = snapshot(first)
    assert told_again(known, snapshot(first, reprint, again)) == []
    assert told_again(known, snapshot(reprint, again)) == []
    assert told_again(known, snapshot(first, second)) == ["new_rescue"]
    both = news(snapshot(*flood(2)), snapshot(first, second, reprint))
    assert "新增2处" in both[0].words


def test_an_official_report_of_a_rescue_is_no_call() -> None:
    posts = flood(5)
    report = official("消防员转移被困群众", matters=(CALL,))
    assert told_again(snapshot(*posts), snapshot(*posts, report)) == []


def test_a_higher_toll_is_told_and_a_lower_one_is_not() -> None:
    three = article("三人住院", matters=(POLLUTION,), casualties=Casualties(injured=3))
    six = article("六人住院", matters=(POLLUTION,), casualties=Casualties(injured=6))
    dead = article("一人死亡", matters=(POLLUTION,), casualties=Casualties(dead=1))
    (reason,) = news(snapshot(three), snapshot(three, six), view=event(three, six))
    assert reason.code == "higher_toll"
    assert reason.words == "伤亡数字上升：受伤或住院由3人增至6人"
    assert reason.evidence[0].article == six.article
    assert told_again(snapshot(three, six), snapshot(three)) == []
    assert news(snapshot(three), snapshot(three, dead))[0].words == "伤亡数字上升：死亡1人"


def test_a_new_place_is_told_but_not_the_county_around_it() -> None:
    here = article(matters=(POLLUTION,), places=("白石镇",))
    wide = article(matters=(POLLUTION,), places=("青溪县", "云岚市"))
    there = article(matters=(POLLUTION,), places=("双河镇",))
    passing = article("路过清水镇", places=("清水镇",))
    assert told_again(snapshot(here), snapshot(here, wide, passing)) == []
    (reason,) = news(snapshot(here), snapshot(here, there))
    assert (reason.code, reason.words) == ("new_place", "涉及新的地点：双河镇")


def test_what_another_county_suffers_is_no_news_of_ours() -> None:
    here = flood(2)
    there = article(matters=(CALL,), home=False, places=("北岗镇",), casualties=Casualties(dead=9))
    assert told_again(snapshot(*here), snapshot(*here, there)) == []


def test_growth_is_told_once_and_counted_anew_from_there() -> None:
    told = snapshot(*flood(4))
    assert told_again(told, snapshot(*flood(11))) == []
    grown = snapshot(*flood(12))
    assert told_again(told, grown) == ["growth"]
    told = grown.told(told)
    assert told_again(told, snapshot(*flood(35))) == []
    assert told_again(told, snapshot(*flood(36))) == ["growth"]


def test_growth_of_a_tiny_event_waits_for_the_floor() -> None:
    one = snapshot(*flood(1))
    assert told_again(one, snapshot(*flood(5))) == []
    assert told_again(one, snapshot(*flood(6))) == ["growth"]
    assert [r.code for r in news(one, snapshot(*flood(5)), growth_factor=2, floor=3)] == ["growth"]


def test_growth_alone_can_be_held_back() -> None:
    assert "growth" not in AT_ONCE


def test_a_snapshot_survives_the_database() -> None:
    call = article(matters=(CALL,), casualties=Casualties(dead=1, missing=2))
    reprint = replace(call, article=call.article + 9_000, reprint_of=call.article)
    kept = snapshot(call, reprint, *flood(3))
    assert Snapshot.from_json(json.loads(json.dumps(kept.to_json()))) == kept
    with pytest.raises(KeyError):
        Snapshot.from_json({"articles": 1})


def test_what_was_once_told_stays_told() -> None:
    call = article(matters=(CALL,), places=("双河镇",), casualties=Casualties(dead=3))
    before = snapshot(call)
    later = snapshot(*flood(3)).told(before)
    assert told_again(later, snapshot(call, *flood(3))) == []
    assert (later.articles, later.dead) == (3, 3)


def test_time_does_not_matter_to_a_snapshot() -> None:
    posts = flood(3)
    earlier = [replace(post, published=NOW) for post in posts]
    assert snapshot(*posts) == snapshot(*earlier)
