"""How changes and shares are put into words."""

from collections.abc import Sequence

from monitor.briefing.clean import short
from monitor.briefing.values import Briefing, Change
from monitor.words import Sentiment

NAME = 24
"""Longest name of a source or topic, in characters."""
NAMES = 12
"""How many sources are named one by one before 等."""
MINUS = "−"


def comparison(briefing: Briefing) -> str:
    """How the week compares, over which sources, and which ones are left out."""
    period, coverage, change = briefing.period, briefing.coverage, briefing.total.change
    if change is None:
        return (
            f"没有在{period.this}和{period.previous}都在线的信源，与{period.previous}的数字不可比，"
            "故不作比较。" + _left_out(briefing)
        )
    negative = briefing.tones[Sentiment.NEGATIVE].change
    assert negative is not None  # noqa: S101 - measures have changes together
    scope = "全部信源两期均在线" if coverage.complete else "只计两期均在线的信源"
    return (
        f"与{period.previous}相比（{scope}，共 {len(coverage.common)} 个）：文章"
        f"{_moved(change)}；敏感文章{_moved(negative)}。" + _left_out(briefing)
    )


def _moved(change: Change) -> str:
    """由 120 篇增至 150 篇，增加 30 篇（25.0%）"""
    now, before = change.now.value, change.before.value
    if now == before:
        return f"均为 {now} 篇，持平"
    verb, noun = ("增至", "增加") if now > before else ("降至", "减少")
    rate = f"（{abs(change.rate):.1%}）" if change.rate is not None else ""
    return f"由 {before} 篇{verb} {now} 篇，{noun} {abs(change.difference)} 篇{rate}"


def _left_out(briefing: Briefing) -> str:
    coverage, previous, this = briefing.coverage, briefing.period.previous, briefing.period.this
    parts = []
    if coverage.gained:
        parts.append(f"新增（{previous}未在线）{_names(coverage.gained)}")
    if coverage.silent:
        parts.append(f"中断（{this}未见采到）{_names(coverage.silent)}")
    return f"未计入比较的信源：{'；'.join(parts)}。" if parts else ""


def _names(names: Sequence[str]) -> str:
    listed = "、".join(short(name, NAME) for name in names[:NAMES])
    more = "等" if len(names) > NAMES else ""
    return f"{len(names)} 个：{listed}{more}"


def signed(change: Change | None) -> str:
    """+12（+8.3%）; 0 for no change; the share is left out where there was nothing before."""
    if change is None:
        return "不可比"
    if not change.difference:
        return "0"
    sign = "+" if change.difference > 0 else MINUS
    rate = f"（{sign}{abs(change.rate):.1%}）" if change.rate is not None else ""
    return f"{sign}{abs(change.difference)}{rate}"


def share(part: int, whole: int) -> str:
    """25.0%; a dash where there is no whole."""
    return f"{part / whole:.1%}" if whole else "—"
