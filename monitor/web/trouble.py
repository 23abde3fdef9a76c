"""What stands in the way of watching or telling, in words with the cure: never a silent failure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from monitor.models import Alert, ChannelState, Delivery, Source
from monitor.pipeline import knowledge, quarantine, watch
from monitor.pipeline.steps import STEPS
from monitor.web.templatetags.display import lasting
from monitor.words import STEP_WORDS

SILENT = timedelta(hours=1)
NEVER_FAILURES = 3
"""A source that never succeeded is told of after so many failures."""
NAMED = 4
UNSENT = timedelta(days=1)
"""A delivery that failed longer ago is found on its alert's page and in the figures only."""
BEHIND = timedelta(seconds=120)
"""Twice the minute within which an article should have reached a phone."""


FAULTY_CURE = "缺的设置写好后，重新启动 yuqing up 才会生效。"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`words` tell what is wrong, `cure` what to do; `channel` is set where it can be resumed.

    `alerts` are the numbers of those whose pages tell more.
    """

    grave: bool
    words: str
    cure: str
    channel: str = ""
    sources: bool = False
    alerts: tuple[str, ...] = ()


def troubles(now: datetime) -> list[Trouble]:
    """Gravest first; empty when all is well."""
    found = [
        *_stopped(),
        *_faulty(),
        *_standing(),
        *_unsent(now),
        *_behind(now),
        *_quarantined(),
        *_none(),
        *_failing(now),
    ]
    return sorted(found, key=lambda one: not one.grave)


def _stopped() -> list[Trouble]:
    stopped = list(ChannelState.objects.exclude(stopped=None).order_by("slug"))
    if not stopped:
        return []
    names = channel_names()
    waiting = dict(
        Delivery.objects.filter(channel__in=[row.slug for row in stopped])
        .filter(Q(state=Delivery.QUEUED) | Q(state=Delivery.SENDING))
        .order_by()
        .values_list("channel")
        .annotate(n=Count("id"))
    )
    return [
        Trouble(
            grave=True,
            words=f"渠道“{names.get(row.slug, row.slug)}”已停用：{row.words or '原因未记录'}",
            cure=f"有 {waiting.get(row.slug, 0)} 条消息在等待。排除故障后恢复渠道，即会发出。",
            channel=row.slug,
        )
        for row in stopped
    ]


def _faulty() -> list[Trouble]:
    names = channel_names()
    return [
        Trouble(True, f"渠道“{names.get(slug, slug)}”用不了：{words}", FAULTY_CURE)
        for slug, words in sorted(knowledge.current().faulty.items())
    ]


def _standing() -> list[Trouble]:
    """What the watch has told of, but for backlogs, which `_behind` shows sooner."""
    return [
        Trouble(grave=True, words=f"系统故障：{row.words}。", cure=row.cure)
        for row in watch.standing()
        if row.subject.removeprefix("watch:") not in STEPS
    ]


def _unsent(now: datetime) -> list[Trouble]:
    """Messages that were given up; a failed delivery's `due` is when it was last tried."""
    rows = Delivery.objects.filter(state=Delivery.FAILED, due__gte=now - UNSENT)
    failed = rows.count()
    if not failed:
        return []
    numbers = (
        Alert.objects.filter(notices__deliveries__in=rows)
        .order_by("-id")
        .distinct()
        .values_list("number", flat=True)
    )
    return [
        Trouble(
            grave=True,
            words=f"近 24 小时有 {failed} 条推送发送失败，不再自动重试。",
            cure="请到预警页看原因，排除后在那里点“重新发送”。",
            alerts=tuple(numbers[:NAMED]),
        )
    ]


def _behind(now: datetime) -> list[Trouble]:
    late = {
        name: looked.oldest_s
        for name, step in STEPS.items()
        if (looked := step.waiting(now)).oldest_s > BEHIND.total_seconds()
    }
    if not late:
        return []
    # To the minute, so that an open list is not told anew at every look.
    steps = "、".join(f"{STEP_WORDS[name]}（{lasting(s // 60 * 60)}）" for name, s in late.items())
    return [
        Trouble(
            grave=True,
            words=f"处理跟不上，预警可能延迟。等待最久的：{steps}。",
            cure="刚启动或刚大量采集时会自行消化；若一直不减，运行 yuqing check 看原因。",
            sources=True,
        )
    ]


def _quarantined() -> list[Trouble]:
    kept = quarantine.counts()
    if not kept:
        return []
    kinds = "、".join(f"{kind} {n} 项" for kind, n in kept.items())
    cure = "运行 yuqing quarantine list 看原因，排除后运行 yuqing quarantine rerun 重新处理。"
    return [Trouble(False, f"有内容多次处理失败，已隔离：{kinds}。", cure, sources=True)]


def _none() -> list[Trouble]:
    lore = knowledge.current()
    found = []
    if not Source.objects.filter(active=True).exists():
        cure = "用命令 yuqing source add 网址 添加，或写进本单位目录的 sources.yaml。"
        found.append(Trouble(True, "还没有信源，采集不到任何文章。", cure, sources=True))
    if not lore.channels and not lore.faulty:
        cure = "请在本单位目录的 channels.yaml 中添加渠道，再用 yuqing channel test 试发。"
        found.append(Trouble(False, "还没有推送渠道，预警只显示在这里，不会发到手机。", cure))
    return found


def failing(now: datetime) -> list[Source]:
    """Sources that have brought nothing but errors for more than an hour, or ever."""
    rows = Source.objects.filter(active=True, failures__gt=0)
    return [
        row
        for row in rows
        if (now - row.succeeded > SILENT if row.succeeded else row.failures >= NEVER_FAILURES)
    ]


def _failing(now: datetime) -> list[Trouble]:
    rows = failing(now)
    groups = (
        ("超过 1 小时采集失败，可能漏采", [row for row in rows if row.succeeded]),
        ("从未采集成功", [row for row in rows if not row.succeeded]),
    )
    cure = "系统会一直重试。原因和下次采集时间见信源页。"
    return [
        Trouble(False, f"{len(group)} 个信源{words}：{_named(group)}。", cure, sources=True)
        for words, group in groups
        if group
    ]


def _named(rows: Sequence[Source]) -> str:
    sources = knowledge.current().sources
    names = [sources[row.slug].name if row.slug in sources else row.slug for row in rows]
    return "、".join(names[:NAMED]) + ("等" if len(names) > NAMED else "")


def channel_names() -> dict[str, str]:
    """What the office calls its channels, also those that are switched off."""
    return {slug: channel.name for slug, channel in knowledge.current().values.channels.items()}
