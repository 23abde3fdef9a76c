"""Weights and thresholds of the risk score, and the level that follows from them."""

from dataclasses import dataclass

from monitor.detect.facts import hurt
from monitor.text.casualties import Casualties
from monitor.words import Level


@dataclass(frozen=True, slots=True)
class RiskRules:
    """Every number that an office may tune; the catalogue's levels.yaml converts into it.

    Points are added up; a usual complaint about one town from one source comes to 40–65, a grave
    matter carried by several sources to 80–130.
    """

    alert_at: float = 42
    """Points from which an event needs a response (unless somebody is hurt or calls for rescue)."""
    level_three_at: float = 70
    """Points from which level III is proposed."""
    level_two_at: float = 100
    """Points from which level II is proposed. Level I is never proposed by points alone."""

    dead_levels: tuple[int, int, int] = (30, 10, 3)
    """Deaths from which level I, II, III is proposed: 特别重大, 重大, 较大 in
    生产安全事故报告和调查处理条例 (国务院令第493号) 第三条; fewer are 一般."""
    injured_levels: tuple[int, int, int] = (100, 50, 10)
    """The same article's numbers of 重伤; news seldom says how badly, so all injured count."""
    trapped_level_three: int = 3
    """People trapped or missing from which level III is proposed: 较大涉险事故 in
    生产安全事故信息报告和处置办法 (原安监总局令第21号) 第二十六条."""

    matter_share: float = 0.5
    """Points per point of weight of the gravest matter (weights run 0..100)."""
    further_matter: float = 3
    """Points for each further matter."""
    further_matters_most: int = 3
    """Further matters counted at most."""

    concern_points: float = 8
    """Points per unit of the log odds of P(concern): once at .73, twice at .88, three times at
    .95; below .5 they are taken away alike."""

    concern_articles: int = 2
    """The mean is taken over this many articles that sound most like one."""
    concern_from: float = 0.5
    """P(concern) from which somebody is taken to ask for an answer."""
    concern_least: float = 0.05
    """P(concern) below which nobody does, whatever the tone and the words."""

    negative_from: float = 0.5
    """Mean P(negative) from which the tone counts."""
    negative_points: float = 20
    """Points at P(negative) = 1; proportional below."""
    negative_articles: int = 3
    """The mean is taken over this many most negative articles."""

    home_points: float = 10
    """Points when the text names our county or a place in it."""
    home_unknown_points: float = 4
    """Points when the text names no place but the source looks at our county only."""
    unit_points: float = 5
    """Points when a unit responsible is recognised."""
    petition_points: float = 10
    """Points when somebody asks, complains or reports."""

    lone_relief: float = 12
    """Points taken away while there is a single article and nobody asks for anything in it."""

    source_points: float = 6
    """Points for each doubling of the number of distinct sources."""
    source_points_most: float = 18
    """Points for the number of sources at most."""
    tier_points: tuple[float, float, float, float] = (6, 3, 0, 0)
    """Points for the most read source's tier 1, 2, 3, 4."""
    platform_points: float = 2
    """Points for each platform beyond the first."""
    platform_points_most: float = 6
    """Points for platforms at most."""
    growth_from: int = 5
    """Articles in the last hour from which an event counts as growing."""
    growth_points: float = 5
    """Points for growing."""

    casualty_points: float = 25
    """Points when people are hurt, missing or trapped."""
    rescue_points: float = 40
    """Points when somebody calls for rescue."""
    answer_relief: float = 30
    """Points taken away once an official source has answered, beside all points for spread."""

    stale_hours: float = 72
    """Age of the newest article from which an event met for the first time is only recorded."""
    quotes: int = 3
    """Quotations kept with each reason."""

    def __post_init__(self) -> None:
        if not 0 < self.alert_at <= self.level_three_at <= self.level_two_at:
            raise ValueError("预警分数线应满足 0 < 预警线 ≤ Ⅲ级线 ≤ Ⅱ级线")
        for name, bands in (("死亡", self.dead_levels), ("受伤", self.injured_levels)):
            if list(bands) != sorted(bands, reverse=True):
                raise ValueError(f"{name}人数分级应从Ⅰ级到Ⅲ级依次递减")


DEFAULT_RULES = RiskRules()


def proposed_level(score: float, toll: Casualties, rescue: bool, rules: RiskRules) -> Level:
    """The gravest of what points, people hurt and a call for rescue suggest. A proposal only."""
    levels = [Level.IV]
    if score >= rules.level_two_at:
        levels.append(Level.II)
    elif score >= rules.level_three_at:
        levels.append(Level.III)
    if rescue:
        levels.append(Level.III)
    if hurt(toll):
        levels += [_band(toll.dead, rules.dead_levels), _band(toll.injured, rules.injured_levels)]
        if (toll.missing or 0) + (toll.trapped or 0) >= rules.trapped_level_three:
            levels.append(Level.III)
    return min(levels)


def _band(people: int | None, bands: tuple[int, int, int]) -> Level:
    for level, least in zip((Level.I, Level.II, Level.III), bands, strict=True):
        if (people or 0) >= least:
            return level
    return Level.IV
