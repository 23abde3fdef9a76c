"""shift: at the hours of YUQING_SHIFT_HOURS the duty channels get one line on how things stand.

Said once an hour of that list, by whoever looks first after it. After a standstill it is said up
to LATEST late, marked as such; a line that is older than that would only confuse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from monitor.models import Alert, Article, ChannelState, Incident, Source
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.notices import announce
from monitor.pipeline.step import Step
from monitor.words import SHANGHAI, day_of

LATEST = timedelta(hours=2)
PUNCTUAL = timedelta(minutes=10)
BEHIND_S = 120.0
"""Rows of a step whose oldest waits longer count as a backlog; the others are just passing."""
NAMED = 3
NAME_CHARACTERS = 12
CHUNK = 2000
DUTY = frozenset({"duty"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the line is made of; `failing` holds names of sources, `troubles` is empty when all
    is well, `late` is the hour that the line should have come at, "" when it comes at it."""

    hours: int
    well: int
    failing: Sequence[str]
    new: int
    articles: int
    alerts: int
    backlog: int
    troubles: Sequence[str]
    late: str = ""


def report(before: datetime | None, steps: Mapping[str, Step], lore: Lore, now: datetime) -> bool:
    """Tell the duty channels if a shift's hour has come since somebody last looked."""
    hours = settings.YUQING.shift_hours
    slot = latest(hours, now)
    if slot is None or before is None or not before < slot or now - slot > LATEST:
        return False
    facts = _facts(slot, latest(hours, slot - timedelta(seconds=1)) or slot, steps, lore, now)
    try:
        with transaction.atomic():
            announce(
                f"shift:{slot.astimezone(SHANGHAI):%Y-%m-%dT%H}",
                "shift",
                line(facts),
                facts.troubles,
                DUTY,
                lore,
                now,
                once=True,
            )
    except IntegrityError:  # another process was quicker
        return False
    return True


def latest(hours: Sequence[int], now: datetime) -> datetime | None:
    """The last instant not after now at which one of these Shanghai hours began."""
    today = day_of(now)
    instants = [
        datetime.combine(day, time(hour), SHANGHAI)
        for day in (today, today - timedelta(days=1))
        for hour in hours
    ]
    return max((instant for instant in instants if instant <= now), default=None)


def line(facts: Facts) -> str:
    """系统正常 · 信源 正常 42 / 失败 2（甲、乙）· 过去12小时 文章 1,204 预警 3 · 积压 0"""
    state = "系统异常" if facts.troubles else "系统正常"
    sources = f"信源 正常 {facts.well} / 失败 {len(facts.failing)}"
    if facts.failing:
        sources += f"（{_named(facts.failing)}）"
    if facts.new:
        sources += f" / 未采集 {facts.new}"
    told = f"过去{facts.hours}小时 文章 {facts.articles:,} 预警 {facts.alerts:,}"
    late = f"（补报 {facts.late}）" if facts.late else ""
    return f"{late}{state} · {sources} · {told} · 积压 {facts.backlog:,}"


def _named(names: Sequence[str]) -> str:
    shown = [
        name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1]}…"
        for name in names[:NAMED]
    ]
    return "、".join(shown) + ("等" if len(names) > NAMED else "")


def _facts(
    slot: datetime, earlier: datetime, steps: Mapping[str, Step], lore: Lore, now: datetime
) -> Facts:
    sources = list(Source.objects.filter(active=True))
    named = {slug: source.name for slug, source in lore.sources.items()}
    waiting = [step.waiting(now) for step in steps.values()]
    return Facts(
        hours=round((slot - earlier) / timedelta(hours=1)),
        well=sum(row.state == "ok" for row in sources),
        failing=[named.get(row.slug, row.slug) for row in sources if row.state == "failing"],
        new=sum(row.state == "new" for row in sources),
        articles=_articles(earlier),
        alerts=Alert.objects.filter(created__gte=earlier).count(),
        backlog=sum(found.rows for found in waiting if found.oldest_s > BEHIND_S),
        troubles=_troubles(lore),
        late=f"{slot.astimezone(SHANGHAI):%H:%M}" if now - slot > PUNCTUAL else "",
    )


def _articles(since: datetime) -> int:
    """Articles first seen since then, counted from the newest back: ids grow with time, and no
    index is kept for a question that is asked twice a day."""
    count, last = 0, None
    while True:
        rows = Article.objects.order_by("-pk")
        chunk = list((rows.filter(pk__lt=last) if last else rows).values_list("pk", "seen")[:CHUNK])
        fresh = sum(seen >= since for _, seen in chunk)
        count += fresh
        if not fresh:
            return count
        last = chunk[-1][0]


def _troubles(lore: Lore) -> list[str]:
    open_ = Incident.objects.filter(ended=None).order_by("began").values_list("words", flat=True)
    names = {slug: channel.name for slug, channel in lore.channels.items()}
    stopped = ChannelState.objects.exclude(stopped=None).filter(slug__in=names)
    return [
        *open_,
        *(f"渠道“{names[row.slug]}”已停用：{row.words or '原因未记录'}" for row in stopped),
        *(f"渠道“{names[slug]}”用不了：{words}" for slug, words in sorted(lore.faulty.items())),
    ]
