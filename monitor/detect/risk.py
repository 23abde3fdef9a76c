"""Must the county answer? An additive score of named reasons, after a few axioms.

Axioms, stronger than any number of points:

- A topic or place word alone never alerts: there must be a matter (事项类别).
- Tone alone never alerts, nor does reach alone: the same.
- Another place's event never alerts. Where the text names no place, the source must look at
  our county, or somebody must call for rescue.
- Calls for rescue and casualties need no negative tone and no number of points, and an official
  answer takes nothing from them.
- Otherwise somebody must complain: a negative tone, a petition cue, or a text that the trained
  n-grams take for a concern. What they are sure is none stays quiet whatever its words, and so do
  neutral notices, drills and good news.
- Who writes to government asks for an answer (政府网站发展指引, 国办发〔2017〕47号): a message
  on a board needs no points until it was answered, unless it is thanks or surely no concern.
- What only official sources tell, and others merely reprint, is the government's own information
  and does not alert, unless it states how many people are dead, hurt, missing or trapped: then
  the clocks of the duty office run, whoever said it first.

The answer to "why not" is in the same list of reasons: what was missing stands there with
0 points.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log, log2

from monitor.detect.facts import ANSWER, CONCERN, PETITION, EventView, hurt, toll_words
from monitor.detect.rules import RiskRules, proposed_level
from monitor.detect.substance import Substance, substance_of, whereabouts
from monitor.words import SHANGHAI, Evidence, Level, Reason

SUREST = 0.01
"""Nearer to 0 or 1 a learned probability means nothing more."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict on an event at one moment.

    `score` is the sum of the reasons' points (never below 0). `level` is a proposal, present
    only when `needs_response`. `stale`: the newest article is old, so an event met for the first
    time is recorded and not pushed. `answered`: an official answer to the complaint was seen.
    """

    score: float
    reasons: tuple[Reason, ...]
    needs_response: bool
    level: Level | None
    stale: bool
    answered: bool


def assess(view: EventView, rules: RiskRules, now: datetime) -> Assessment:
    """Judge an event as it stands at `now` (aware)."""
    stale = now - view.last > timedelta(hours=rules.stale_hours)
    home = whereabouts(view)
    if home is False:
        return Assessment(0.0, (_not_home(view),), False, None, stale, False)
    found = substance_of(view, rules)
    spread = list(_spread_reasons(view, found, rules))
    concern = list(_concern_reasons(found, rules))
    # What was asked for was answered, and what is passed on is as much the answer.
    stilled = sum(max(0.0, reason.points) for reason in (*spread, *concern))
    reasons = [
        *_matter_reasons(found, rules),
        *_urgent_reasons(view, found, rules),
        *concern,
        *_tone_reasons(found, rules),
        *_place_reasons(found, home, rules),
        *spread,
        *_lone_reasons(view, found, rules),
        *_answer_reasons(found, stilled, rules),
    ]
    score = round(max(0.0, sum(reason.points for reason in reasons)), 1)
    missing = list(_missing(found, score, rules))
    needs = not missing
    if stale:
        missing.append(
            Reason("stale", f"最新一篇已超过{rules.stale_hours:g}小时，首次发现时只记录、不推送", 0)
        )
    level = proposed_level(score, view.toll, bool(found.calls), rules) if needs else None
    return Assessment(score, (*reasons, *missing), needs, level, stale, found.answer is not None)


def explain(assessment: Assessment) -> tuple[str, ...]:
    """The verdict as lines for a duty officer, the conclusion first."""
    verdict = "需要回应" if assessment.needs_response else "没有预警"
    level = f"，建议{assessment.level.label}" if assessment.level else ""
    head = f"{verdict}：风险分{assessment.score:g}{level}"
    return (head, *(_line(reason) for reason in assessment.reasons))


def _matter_reasons(found: Substance, rules: RiskRules) -> Iterator[Reason]:
    if not found.matters:
        return
    gravest, *further = found.matters
    yield Reason(
        "matter",
        f"涉及“{gravest.name}”",
        gravest.weight * rules.matter_share,
        _matter_quotes(found, gravest.slug, rules),
    )
    if further:
        names = "、".join(f"“{matter.name}”" for matter in further[: rules.further_matters_most])
        count = min(len(further), rules.further_matters_most)
        yield Reason("further_matters", f"还涉及{names}", count * rules.further_matter)


def _matter_quotes(found: Substance, slug: str, rules: RiskRules) -> tuple[Evidence, ...]:
    return _quotes(
        (
            Evidence(article.article, matter.field, matter.text)
            for article in found.ours
            for matter in article.matters
            if matter.slug == slug
        ),
        rules,
    )


def _urgent_reasons(view: EventView, found: Substance, rules: RiskRules) -> Iterator[Reason]:
    if found.calls:
        yield Reason(
            "rescue",
            f"有人求救（{len(found.calls)}篇）",
            rules.rescue_points,
            _quotes((Evidence(a.article, "title", a.title) for a in found.calls), rules),
        )
    if found.counted:
        telling = (a for a in found.ours if hurt(a.casualties))
        yield Reason(
            "casualties",
            f"文中提到{toll_words(view.toll)}",
            rules.casualty_points,
            _quotes((Evidence(a.article, "title", a.title) for a in telling), rules),
        )
    elif found.hurt:
        matter = next(matter for matter in found.matters if matter.casualty)
        yield Reason(
            "casualties",
            f"可能有人员伤亡（“{matter.text}”），人数不详",
            rules.casualty_points,
            _matter_quotes(found, matter.slug, rules),
        )


def _concern_reasons(found: Substance, rules: RiskRules) -> Iterator[Reason]:
    if found.concern is None:
        return
    points = round(rules.concern_points * _log_odds(found.concern), 1)
    if found.concern >= rules.concern_from:
        quotes = [(a.article, cue) for a in found.gravest for cue in a.cued(CONCERN)]
        yield Reason(
            "concern",
            f"像是要求回应的诉求（把握{found.concern:.0%}）",
            points,
            _quotes((Evidence(n, cue.field, cue.text) for n, cue in quotes), rules),
        )
    elif not found.urgent:
        yield Reason("no_concern", f"不像要求回应的诉求（把握{1 - found.concern:.0%}）", points)


def _log_odds(chance: float) -> float:
    bounded = min(max(chance, SUREST), 1 - SUREST)
    return log(bounded / (1 - bounded))


def _tone_reasons(found: Substance, rules: RiskRules) -> Iterator[Reason]:
    if found.negative >= rules.negative_from:
        yield Reason(
            "negative",
            f"语气敏感：最敏感的{len(found.worst)}篇平均{found.negative:.0%}",
            round(rules.negative_points * found.negative, 1),
            _quotes((Evidence(a.article, "title", a.title) for a in found.worst), rules),
        )
    if found.petitions:
        cues = [(a.article, cue) for a in found.petitions for cue in a.cued(PETITION)]
        yield Reason(
            "petition",
            f"有求助、投诉或反映（{len(found.petitions)}篇）",
            rules.petition_points,
            _quotes((Evidence(n, cue.field, cue.text) for n, cue in cues), rules),
        )


def _lone_reasons(view: EventView, found: Substance, rules: RiskRules) -> Iterator[Reason]:
    if view.total == 1 and not found.petitions and not found.urgent:
        yield Reason("lone", "目前只有一篇，也没有求助、投诉或反映", -rules.lone_relief)


def _place_reasons(found: Substance, home: bool | None, rules: RiskRules) -> Iterator[Reason]:
    if home:
        places = _first_few(place for article in found.ours for place in article.places)
        yield Reason("place", f"发生在本地：{places or '文中提到本县'}", rules.home_points)
    else:
        yield Reason("place_unknown", "文中未写明地点，但信源为本地信源", rules.home_unknown_points)
    units = _first_few(unit for article in found.ours for unit in article.units)
    if units:
        yield Reason("unit", f"涉及责任单位：{units}", rules.unit_points)


def _spread_reasons(view: EventView, found: Substance, rules: RiskRules) -> Iterator[Reason]:
    if view.sources > 1:
        points = min(rules.source_points_most, rules.source_points * log2(view.sources))
        yield Reason("sources", f"已有{view.sources}个信源刊载，共{view.total}篇", round(points, 1))
    widest = min(found.ours, key=lambda article: article.tier)
    tier = rules.tier_points[min(max(widest.tier, 1), 4) - 1]
    if tier:
        yield Reason("tier", f"已由影响较大的信源刊载：{widest.source}", tier)
    if len(view.platforms) > 1:
        points = min(rules.platform_points_most, rules.platform_points * (len(view.platforms) - 1))
        yield Reason(
            "platforms",
            f"已传到{len(view.platforms)}个平台：{'、'.join(view.platforms[:5])}",
            points,
        )
    if view.growth >= rules.growth_from:
        yield Reason("growth", f"近1小时新增{view.growth}篇", rules.growth_points)


def _answer_reasons(found: Substance, stilled: float, rules: RiskRules) -> Iterator[Reason]:
    """What the answer takes away: its own points, and the `stilled` ones of spread and concern."""
    if found.answer is None:
        return
    when = found.answer.published.astimezone(SHANGHAI)
    words = f"官方信源已于{when.month}月{when.day}日{when:%H:%M}回应"
    cues = (Evidence(found.answer.article, c.field, c.text) for c in found.answer.cued(ANSWER))
    quotes = _quotes((Evidence(found.answer.article, "title", found.answer.title), *cues), rules)
    if found.urgent:
        yield Reason("answered", f"{words}；因涉及求救或伤亡，不减分", 0, quotes)
    else:
        yield Reason(
            "answered",
            f"{words}，诉求和传播不再加分",
            -round(rules.answer_relief + stilled, 1),
            quotes,
        )


def _missing(found: Substance, score: float, rules: RiskRules) -> Iterator[Reason]:
    """What keeps the event from an alert, strongest first; nothing when it needs a response."""
    if not found.matters and not found.urgent:
        yield Reason("no_matter", "未涉及需要回应的事项类别；只有专题词、地名或语气不构成预警", 0)
    if found.official_only and not found.counted:
        yield Reason(
            "official_only", "全部由官方信源发布或转自官方，且未提到伤亡人数，属政务信息", 0
        )
    if found.urgent:
        return
    if found.concern is not None and found.concern < rules.concern_least:
        yield Reason("no_plea", "写法上几乎不可能是要求回应的诉求", 0)
    elif not found.petitions and not _heard(found, rules):
        yield Reason("calm", "语气平稳，也没有求助、投诉或反映", 0)
    if score < rules.alert_at and not (found.asked and found.answer is None):
        yield Reason("below", f"风险分{score:g}，未到预警线{rules.alert_at:g}", 0)


def _heard(found: Substance, rules: RiskRules) -> bool:
    concerned = found.concern is not None and found.concern >= rules.concern_from
    return concerned or found.negative >= rules.negative_from


def _not_home(view: EventView) -> Reason:
    if any(article.home is False for article in view.articles):
        return Reason("not_home", "说的是外地的事，不预警", 0)
    return Reason("not_home", "文中未提到本地，信源也不是本地信源，不预警", 0)


def _first_few(names: Iterable[str]) -> str:
    return "、".join(list(dict.fromkeys(names))[:5])


def _quotes(evidence: Iterable[Evidence], rules: RiskRules) -> tuple[Evidence, ...]:
    """The first quotations, each wording once."""
    by_words: dict[str, Evidence] = {}
    for quote in evidence:
        by_words.setdefault(quote.text, quote)
        if len(by_words) == rules.quotes:
            break
    return tuple(by_words.values())


def _line(reason: Reason) -> str:
    points = f"（{reason.points:+g}分）" if reason.points else ""
    quotes = "；".join(f"“{quote.text}”" for quote in reason.evidence)
    return f"{reason.words}{points}{'：' + quotes if quotes else ''}"
