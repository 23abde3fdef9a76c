"""Which events of 青溪县 need an answer, and what a duty officer reads about why or why not."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from monitor.detect.facts import ArticleFacts, Cue, EventView, MatterFact
from monitor.detect.risk import Assessment, assess, explain
from monitor.detect.rules import RiskRules, proposed_level
from monitor.text.casualties import Casualties
from monitor.words import Level
from tests.detect.desk import (
    ANSWERS,
    ASKS,
    CALL,
    FLOOD,
    HURT,
    NOW,
    POLLUTION,
    POTHOLE,
    WATER,
    article,
    event,
    official,
)

RULES = RiskRules()


def judged(*articles: ArticleFacts, answers: tuple[ArticleFacts, ...] = ()) -> Assessment:
    return assess(event(*articles, answers=answers), RULES, NOW)


def codes(assessment: Assessment) -> set[str]:
    return {reason.code for reason in assessment.reasons}


def points(assessment: Assessment, code: str) -> float:
    return next(reason.points for reason in assessment.reasons if reason.code == code)


def discharge() -> tuple[ArticleFacts, ...]:
    """Chemical discharge in 白石镇, three people in hospital, carried by five sources."""
    return tuple(
        article(
            f"白石镇化工厂半夜偷排，三人住院（{source}）",
            source=source,
            platform=platform,
            tier=tier,
            negative=0.9,
            matters=(POLLUTION, HURT),
            units=("生态环境局", "白石镇"),
            cues=(ASKS,),
            casualties=Casualties(injured=3),
        )
        for source, platform, tier in (
            ("qingxi-forum", "论坛", 4),
            ("yunlan-evening", "网站", 3),
            ("province-daily", "网站", 2),
            ("weibo", "微博", 3),
            ("video", "短视频", 3),
        )
    )


def complaint(**facts: object) -> ArticleFacts:
    values: dict[str, object] = {
        "negative": 0.8,
        "matters": (WATER,),
        "places": ("城关镇",),
        "units": ("供水公司",),
        "cues": (ASKS,),
        "hours_ago": 6,
    }
    return article("城关镇又停水，三天了有没有人管", **{**values, **facts})  # type: ignore[arg-type]


def test_a_discharge_with_people_in_hospital_needs_a_response_of_level_two_or_three() -> None:
    verdict = judged(*discharge())
    assert verdict.needs_response
    assert verdict.level in (Level.II, Level.III)
    assert {"matter", "casualties", "negative", "petition", "place", "unit", "sources"} <= codes(
        verdict
    )


def test_the_score_is_the_sum_of_its_reasons() -> None:
    verdict = judged(*discharge())
    assert verdict.score == pytest.approx(sum(reason.points for reason in verdict.reasons), abs=0.1)


def test_reasons_quote_the_articles_they_rest_on() -> None:
    articles = discharge()
    verdict = judged(*articles)
    matter = next(reason for reason in verdict.reasons if reason.code == "matter")
    assert matter.words == "涉及“伤亡事故”"
    assert [(quote.article, quote.field, quote.text) for quote in matter.evidence] == [
        (articles[0].article, "title", "住院")
    ]
    assert any("伤" in line and "3人" in line for line in explain(verdict))
    assert all(len(reason.evidence) <= RULES.quotes for reason in verdict.reasons)


def test_a_cat_that_goes_viral_does_not_alert() -> None:
    verdict = judged(
        *(
            article(
                "柳林镇公交站的猫站长", source=f"source-{n}", platform=f"平台{n}", tier=1 + n % 4
            )
            for n in range(40)
        )
    )
    assert not verdict.needs_response
    assert verdict.level is None
    assert "no_matter" in codes(verdict)


def test_a_water_cut_that_was_answered_officially_stays_quiet() -> None:
    answer = official(
        "关于城关镇部分区域停水的情况通报",
        matters=(WATER,),
        places=("城关镇",),
        cues=(ANSWERS,),
        hours_ago=3,
    )
    assert judged(complaint()).needs_response
    inside, outside = judged(complaint(), answer), judged(complaint(), answers=(answer,))
    for verdict in (inside, outside):
        assert verdict.answered
        assert not verdict.needs_response
        assert points(verdict, "answered") < 0
        assert "below" in codes(verdict)
    assert "11月3日17:00回应" in " ".join(explain(inside))


@pytest.mark.parametrize(
    "change",
    [
        {"hours_ago": 8},
        {"matters": (POTHOLE,)},
        {"places": ("双河镇",)},
        {"cues": ()},
        {"official": False},
    ],
    ids=["older than the complaint", "another matter", "another town", "no answer", "not official"],
)
def test_what_is_no_answer_takes_no_points(change: dict[str, object]) -> None:
    values: dict[str, object] = {
        "matters": (WATER,),
        "places": ("城关镇",),
        "cues": (ANSWERS,),
        "hours_ago": 3,
    }
    other = official("县里的另一篇文章", **{**values, **change})
    verdict = judged(complaint(), answers=(other,))
    assert not verdict.answered
    assert verdict.needs_response


def test_an_answer_takes_nothing_from_casualties_and_calls_for_rescue() -> None:
    answer = official("情况通报", matters=(POLLUTION,), cues=(ANSWERS,), hours_ago=1)
    verdict = judged(*discharge(), answer)
    assert verdict.answered
    assert verdict.needs_response
    assert points(verdict, "answered") == 0
    call = article("水到二楼了，老人被困", matters=(FLOOD, CALL), hours_ago=2)
    assert judged(call, answer).needs_response


def test_a_flood_night_of_calm_posts_is_quiet_until_someone_calls_for_rescue() -> None:
    posts = tuple(
        article(f"双河镇雨量实况{n}", matters=(FLOOD,), source=f"source-{n}", negative=0.2)
        for n in range(30)
    )
    calm = judged(*posts)
    assert not calm.needs_response
    assert "calm" in codes(calm)
    call = article("双河镇下街十二号，二楼，老人两位，水还在涨", matters=(CALL,), negative=0.05)
    urgent = judged(*posts, call)
    assert urgent.needs_response
    assert urgent.level is not None
    assert urgent.level <= Level.III
    rescue = next(reason for reason in urgent.reasons if reason.code == "rescue")
    assert rescue.evidence[0].text == call.title


@pytest.mark.parametrize(
    ("quotes", "matters", "calls"),
    [
        (("水到一楼顶", "请联系"), (), True),
        (("被困", "出不来"), (), True),
        (("急需冲锋舟",), (FLOOD,), True),
        (("急需冲锋舟",), (), False),
        (("救命",), (), False),
        (("联系不上",), (WATER,), False),
        (("联系不上", "出不来"), (WATER,), False),
    ],
)
def test_a_call_needs_two_facts_or_a_matter_and_more_than_everyday_words(
    quotes: tuple[str, ...], matters: tuple[MatterFact, ...], calls: bool
) -> None:
    cues = tuple(Cue("rescue", quote, "body") for quote in quotes)
    post = article("下街的情况", matters=matters, cues=cues)
    assert judged(post).needs_response is calls
    assert ("rescue" in codes(judged(post))) is calls
    assert not judged(replace(post, official=True)).needs_response


def test_an_answered_complaint_stays_quiet_however_far_it_is_reprinted() -> None:
    answer = official("情况通报", matters=(WATER,), places=("城关镇",), cues=(ANSWERS,))
    reprints = tuple(complaint(source=f"s{n}", platform=f"平台{n % 5}", tier=1) for n in range(40))
    assert judged(*reprints).needs_response
    quiet = judged(*reprints, answer)
    assert quiet.answered
    assert not quiet.needs_response
    assert "诉求和传播不再加分" in " ".join(explain(quiet))


def test_another_countys_disaster_does_not_alert() -> None:
    there = tuple(
        article(
            "北岗县煤矿事故",
            source=f"source-{n}",
            home=False,
            places=(),
            negative=0.95,
            matters=(HURT, CALL),
            casualties=Casualties(dead=12),
        )
        for n in range(20)
    )
    verdict = judged(*there)
    assert not verdict.needs_response
    assert verdict.score == 0
    assert codes(verdict) == {"not_home"}
    assert explain(verdict) == ("没有预警：风险分0", "说的是外地的事，不预警")


def test_casualties_elsewhere_named_beside_ours_are_not_counted_as_ours() -> None:
    ours = complaint()
    there = replace(
        complaint(), home=False, matters=(HURT,), casualties=Casualties(dead=30), source="other"
    )
    verdict = judged(ours, there)
    assert verdict.needs_response
    assert "casualties" not in codes(verdict)
    assert verdict.level is not Level.I


def test_without_a_place_only_a_source_of_ours_counts_and_weakly() -> None:
    named = judged(complaint())
    local = judged(complaint(home=None, places=()))
    foreign = judged(complaint(home=None, places=(), home_source=False))
    assert local.needs_response
    assert local.score < named.score
    assert "place_unknown" in codes(local)
    assert not foreign.needs_response
    assert codes(foreign) == {"not_home"}


def test_a_call_for_rescue_that_names_no_place_is_told_whatever_source_it_came_by() -> None:
    nowhere = {"home": None, "places": (), "home_source": False, "matters": (CALL,)}
    plea = Cue("call", "水到二楼了", "body")
    assert judged(article(**nowhere, cues=(plea,))).needs_response
    assert not judged(article(**nowhere)).needs_response
    assert not judged(article(**{**nowhere, "home": False}, cues=(plea,))).needs_response


def test_a_call_that_names_our_county_is_not_outvoted_by_what_plays_elsewhere() -> None:
    call = article(cues=(Cue("call", "水到二楼了", "body"),), matters=(CALL,))
    elsewhere = [complaint(home=False, source=f"other-{n}") for n in range(3)]
    assert judged(call, *elsewhere).needs_response


def test_the_articles_that_name_a_place_decide_by_majority() -> None:
    ours, theirs = complaint(), complaint(home=False)
    assert judged(ours, theirs).needs_response
    assert not judged(ours, theirs, complaint(home=False)).needs_response


def test_a_place_or_topic_alone_never_alerts() -> None:
    verdict = judged(article("青溪县白石镇城关镇双河镇", negative=0.5, units=("水务局",)))
    assert not verdict.needs_response
    assert "no_matter" in codes(verdict)


def test_a_negative_tone_alone_never_alerts_however_far_it_spreads() -> None:
    verdict = judged(
        *(
            article("青溪县真让人失望", negative=0.99, source=f"s{n}", tier=1, cues=(ASKS,))
            for n in range(64)
        )
    )
    assert verdict.score > RULES.alert_at
    assert not verdict.needs_response


def test_a_successful_drill_reported_by_officials_does_not_alert() -> None:
    verdict = judged(official("青溪县灭火救援演练成功", negative=0.02))
    assert not verdict.needs_response
    assert {"no_matter", "official_only"} <= codes(verdict)


def test_a_routine_notice_does_not_alert_even_with_a_matter() -> None:
    assert not judged(official("停水通知", matters=(WATER,), negative=0.6)).needs_response
    assert not judged(article("停水通知", matters=(WATER,), negative=0.3)).needs_response


def test_an_official_report_alerts_only_when_it_counts_casualties() -> None:
    safety = official("防溺水安全提示", matters=(HURT,), negative=0.7)
    toll = official(
        "警情通报", matters=(HURT,), cues=(ANSWERS,), casualties=Casualties(dead=1, injured=2)
    )
    rescue = official("消防员涉水转移被困群众", matters=(CALL,), negative=0.1)
    assert not judged(safety).needs_response
    assert judged(toll).needs_response
    assert not judged(rescue).needs_response


def test_media_that_reprint_an_official_notice_add_no_complaint_of_their_own() -> None:
    notice = official("情况通报：城关镇部分区域停水", matters=(WATER,), hours_ago=9)
    papers = [
        article(f"城关镇水管爆裂{n}", matters=(WATER,), negative=0.8, source=f"s{n}", tier=1)
        for n in range(4)
    ]
    reprints = [
        replace(papers[0], reprint_of=notice.article),
        *(replace(paper, reprint_of=before.article) for before, paper in pairwise(papers)),
    ]
    assert judged(notice, *papers).needs_response
    quiet = judged(notice, *reprints)
    assert not quiet.needs_response
    assert "official_only" in codes(quiet)
    angry = replace(reprints[-1], cues=(ASKS,))
    assert judged(notice, *reprints[:-1], angry).needs_response


def test_a_lone_post_without_a_request_counts_less_until_another_joins() -> None:
    remark = article("咋又停水了", matters=(WATER,), negative=0.8, places=("城关镇",))
    alone = judged(remark)
    assert points(alone, "lone") < 0
    assert not alone.needs_response
    assert "lone" not in codes(judged(remark, complaint(cues=())))
    assert "lone" not in codes(judged(replace(remark, cues=(ASKS,))))
    assert "lone" not in codes(judged(replace(remark, casualties=Casualties(injured=1))))
    assert judged(remark, complaint(cues=(), source="other")).needs_response


def test_casualties_need_no_negative_tone() -> None:
    verdict = judged(article("双河镇两车相撞", negative=0.0, casualties=Casualties(injured=2)))
    assert verdict.needs_response
    assert "受伤或住院2人" in " ".join(explain(verdict))
    said_none = judged(article("双河镇两车相撞", casualties=Casualties(dead=0, injured=0)))
    assert not said_none.needs_response


def test_governments_calm_replies_do_not_soften_the_publics_tone() -> None:
    calm = [official(f"回复{n}", matters=(WATER,), negative=0.0) for n in range(5)]
    alone, among = judged(complaint(cues=())), judged(complaint(cues=()), *calm)
    assert points(among, "negative") == points(alone, "negative")


def test_a_small_matter_needs_a_petition_to_reach_the_line() -> None:
    grumble = article("这条路坑洼不平", matters=(POTHOLE,), negative=0.7)
    verdict = judged(grumble)
    assert not verdict.needs_response
    assert "未到预警线42" in " ".join(explain(verdict))
    assert judged(replace(grumble, cues=(ASKS,), units=("交通局",))).needs_response


def test_wider_spread_scores_more_but_is_capped() -> None:
    def spread(count: int) -> float:
        return judged(*(complaint(source=f"s{n}") for n in range(count))).score

    assert spread(1) < spread(2) < spread(8)
    assert spread(200) == spread(400)


def test_growth_within_the_hour_counts() -> None:
    slow = judged(*(complaint(source="s", hours_ago=5) for _ in range(6)))
    fast = judged(*(complaint(source="s", hours_ago=0.5) for _ in range(6)))
    assert "growth" in codes(fast)
    assert fast.score == slow.score + RULES.growth_points


def test_an_old_story_is_marked_stale() -> None:
    fresh, old = judged(complaint()), judged(complaint(hours_ago=73))
    assert not fresh.stale
    assert old.stale
    assert old.needs_response
    assert "只记录、不推送" in " ".join(explain(old))


def test_a_bounded_view_keeps_the_counts_of_the_whole_event() -> None:
    few = complaint(), complaint(source="other")
    whole = event(*few)
    bounded = replace(whole, total=400, sources=32, growth=50)
    assert assess(bounded, RULES, NOW).score > assess(whole, RULES, NOW).score
    assert "32个信源刊载，共400篇" in " ".join(explain(assess(bounded, RULES, NOW)))


@pytest.mark.parametrize(
    ("toll", "level"),
    [
        (Casualties(dead=30), Level.I),
        (Casualties(dead=29), Level.II),
        (Casualties(dead=10), Level.II),
        (Casualties(dead=3), Level.III),
        (Casualties(dead=2), Level.IV),
        (Casualties(injured=100), Level.I),
        (Casualties(injured=50), Level.II),
        (Casualties(injured=10), Level.III),
        (Casualties(injured=9), Level.IV),
        (Casualties(missing=2, trapped=1), Level.III),
        (Casualties(missing=2), Level.IV),
    ],
)
def test_the_level_follows_the_bands_of_decree_493(toll: Casualties, level: Level) -> None:
    assert proposed_level(RULES.alert_at, toll, False, RULES) is level


def test_the_gravest_of_points_toll_and_rescue_is_proposed() -> None:
    none = Casualties()
    assert proposed_level(45, none, False, RULES) is Level.IV
    assert proposed_level(70, none, False, RULES) is Level.III
    assert proposed_level(100, none, False, RULES) is Level.II
    assert proposed_level(500, none, False, RULES) is Level.II
    assert proposed_level(45, none, True, RULES) is Level.III
    assert proposed_level(100, Casualties(dead=30), False, RULES) is Level.I


def test_an_office_can_tune_the_weights() -> None:
    strict = RiskRules(alert_at=10, level_three_at=15, level_two_at=20)
    grumble = event(article("这条路坑洼不平", matters=(POTHOLE,), negative=0.7))
    assert not assess(grumble, RULES, NOW).needs_response
    assert assess(grumble, strict, NOW).level is Level.II
    with pytest.raises(ValueError, match="预警线"):
        RiskRules(alert_at=90)
    with pytest.raises(ValueError, match="死亡人数"):
        RiskRules(dead_levels=(3, 10, 30))


def test_a_view_counts_its_own_articles_and_is_never_empty() -> None:
    view = event(complaint(hours_ago=0.5), complaint(hours_ago=5, platform="微博", source="weibo"))
    assert (view.total, view.sources, view.growth) == (2, 2, 1)
    assert view.platforms == ("微博", "论坛")
    assert view.last - view.first == timedelta(hours=4.5)
    with pytest.raises(ValueError, match="no articles"):
        EventView.of(1, [], NOW)


def test_a_concern_counts_by_its_odds_and_quotes_its_clauses() -> None:
    plea = Cue("concern", "报了四次修", "body")
    sure = assess(event(article(matters=(WATER,), concern=0.95, cues=(plea,))), RULES, NOW)
    even = assess(event(article(matters=(WATER,), concern=0.5)), RULES, NOW)
    (reason,) = [r for r in sure.reasons if r.code == "concern"]
    assert reason.words == "像是要求回应的诉求（把握95%）"
    assert [quote.text for quote in reason.evidence] == ["报了四次修"]
    assert reason.points == pytest.approx(3 * RULES.concern_points, abs=1)
    assert sure.score > even.score
    assert [r.points for r in even.reasons if r.code == "concern"] == [0]


def test_what_is_no_concern_loses_points_in_words() -> None:
    calm = assess(event(article(matters=(POLLUTION,), negative=0.9, concern=0.2)), RULES, NOW)
    (reason,) = [r for r in calm.reasons if r.code == "no_concern"]
    assert reason.words == "不像要求回应的诉求（把握80%）"
    assert reason.points < 0


def test_a_sure_no_stays_quiet_whatever_tone_and_words_but_not_over_a_call_or_figure() -> None:
    loud = article(matters=(POLLUTION,), negative=1.0, cues=(ASKS,), concern=0.01)
    verdict = assess(event(loud), RULES, NOW)
    assert not verdict.needs_response
    assert "no_plea" in [reason.code for reason in verdict.reasons]
    counted = article(casualties=Casualties(dead=2), concern=0.01)
    assert assess(event(loud, counted), RULES, NOW).needs_response
    calling = article(cues=(Cue("call", "水到门框了", "body"),), concern=0.01)
    assert assess(event(loud, calling), RULES, NOW).needs_response


def test_a_word_of_harm_without_figure_needs_somebody_who_sounds_concerned() -> None:
    calm = assess(event(article(matters=(HURT,), concern=0.3)), RULES, NOW)
    told = assess(event(article(matters=(HURT,), concern=0.8)), RULES, NOW)
    assert "casualties" not in [reason.code for reason in calm.reasons]
    assert "casualties" in [reason.code for reason in told.reasons]


def test_words_of_a_rescue_matter_are_no_call_where_nobody_sounds_concerned() -> None:
    assert not article(matters=(CALL,), concern=0.1).calls_for_rescue
    assert article(matters=(CALL,), concern=0.6).calls_for_rescue
    assert article(matters=(CALL,)).calls_for_rescue, "rows of before concern was read"


def test_a_message_to_government_needs_an_answer_without_points_until_it_has_one() -> None:
    asked = article(matters=(POTHOLE,), concern=0.3, addressed=True, hours_ago=3)
    assert assess(event(replace(asked, addressed=False)), RULES, NOW).needs_response is False
    verdict = assess(event(asked), RULES, NOW)
    assert verdict.needs_response
    assert "petition" in {reason.code for reason in verdict.reasons}
    reply = official("回复", matters=(POTHOLE,), cues=(ANSWERS,), hours_ago=1)
    assert not assess(event(asked, reply), RULES, NOW).needs_response


def test_thanks_to_government_and_a_sure_no_need_none() -> None:
    sure = article(matters=(POTHOLE,), concern=0.01, addressed=True)
    plain = article(concern=0.3, addressed=True)
    assert not assess(event(sure), RULES, NOW).needs_response
    assert not assess(event(plain), RULES, NOW).needs_response
