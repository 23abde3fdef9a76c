"""How the tables stand, for whoever scrapes the console: asked at the scrape, kept some seconds.

However many ask, the tables are read by one thread at a time and at most every GOOD_S seconds; a
scrape waits no longer than PATIENCE_S and then gets the last reading with its age.
Names and labels: docs/watching.md.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connections
from django.db.models import Count, QuerySet
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from monitor.catalog.values import SOURCE_KINDS
from monitor.models import Alert, ChannelState, Delivery, Incident, Source, fate_counts
from monitor.pipeline import knowledge, meters, readiness, services
from monitor.pipeline.steps import STEPS
from monitor.stack.answers import Question
from monitor.stack.build import build_info
from monitor.words import SOURCE_WORDS, Fate, Level

GOOD_S = 10.0
PATIENCE_S = 6.0
"""Prometheus gives up on a scrape after 10 s."""
FAILED_SINCE = timedelta(days=1)
UNSEEN_STEPS = ("analyse", "group", "index")
"""What stands between an article's arrival and its being found."""

Value = tuple[tuple[str, ...], float]


def exposition() -> bytes:
    """Everything the console tells Prometheus: the tables, the parts, and this process itself."""
    registry = CollectorRegistry()
    registry.register(_Readings())
    ProcessCollector(registry=registry)
    return generate_latest(registry) + generate_latest(meters.REGISTRY)


class _Readings(Collector):
    """A collector for one scrape."""

    def collect(self) -> Iterator[Metric]:
        yield build_info("web")
        yield from _parts()
        known = _QUESTION.answer()
        if known is not None:
            yield from known.found
            yield _gauge("yuqing_reading_age_seconds", "以上读数是多久以前的", known.age_s)


def _parts() -> Iterator[Metric]:
    up = [((part.slug,), float(part.ok)) for part in readiness.parts()]
    yield _gauge("yuqing_part_up", "各部分能否使用", up, "part")


def _read() -> list[Metric]:
    now = timezone.now()
    try:
        return [
            *_steps(now),
            *_articles(),
            *_sources(),
            *_telling(now),
            *_watch(now),
        ]
    finally:
        connections.close_all()


def _steps(now: datetime) -> Iterator[Metric]:
    waiting = {name: step.waiting(now) for name, step in STEPS.items()}
    rows = [((name,), found.rows) for name, found in waiting.items()]
    yield _gauge("yuqing_step_waiting_rows", "等待处理的行数", rows, "step")
    ages = [((name,), found.oldest_s) for name, found in waiting.items()]
    yield _gauge("yuqing_step_oldest_waiting_seconds", "等得最久的一行等了多久", ages, "step")
    unseen = max(waiting[name].oldest_s for name in UNSEEN_STEPS)
    yield _gauge("yuqing_index_lag_seconds", "还检索不到的文章最久等了多久", unseen)


def _articles() -> Iterator[Metric]:
    fates = fate_counts()
    yield _gauge("yuqing_articles", "文章数", [((k,), n) for k, n in fates.items()], "fate")
    behind = fates[Fate.NEW] + fates[Fate.ANALYSED]
    yield _gauge("yuqing_index_lag_articles", "检索库还没有（或还不是最新）的文章数", behind)


def _sources() -> Iterator[Metric]:
    known = knowledge.current().sources
    kinds = SOURCE_KINDS
    # Every state of every kind, so that a source that recovers leaves a 0 and not a gap.
    found = Counter(dict.fromkeys(((kind, state) for kind in kinds for state in SOURCE_WORDS), 0))
    for row in Source.objects.all():
        if row.slug in known:
            found[known[row.slug].kind, row.state] += 1
    yield _gauge("yuqing_sources", "信源数", found.items(), "kind", "state")


def _telling(now: datetime) -> Iterator[Metric]:
    levels = dict(_counted(Alert.objects, "level"))
    alerts = [((str(int(level)),), levels.get((level,), 0)) for level in Level]
    yield _gauge("yuqing_alerts", "预警数", alerts, "level")
    slugs = sorted(knowledge.current().channels)
    waiting = Delivery.objects.filter(state__in=[Delivery.QUEUED, Delivery.SENDING], quarantined="")
    failed = Delivery.objects.filter(state=Delivery.FAILED, due__gte=now - FAILED_SINCE)
    states = (Delivery.QUEUED, Delivery.SENDING, Delivery.FAILED)
    counts = dict.fromkeys(((slug, state) for slug in slugs for state in states), 0)
    for rows in (waiting, failed):
        counts |= dict(_counted(rows, "channel", "state"))
    words = "未送达的消息数（失败的只算近 24 小时）"
    yield _gauge("yuqing_deliveries", words, counts.items(), "channel", "state")
    stopped = set(ChannelState.objects.exclude(stopped=None).values_list("slug", flat=True))
    yield _gauge(
        "yuqing_channel_stopped",
        "渠道是否停用",
        [((slug,), float(slug in stopped)) for slug in slugs],
        "channel",
    )


def _watch(now: datetime) -> Iterator[Metric]:
    ages = [((kind,), (now - at).total_seconds()) for kind, at in services.newest(now).items()]
    yield _gauge("yuqing_heartbeat_age_seconds", "最近一次动静是多久以前", ages, "kind")
    incidents = Incident.objects.filter(ended=None).values_list("subject", "began")
    lasting = [((subject,), (now - began).total_seconds()) for subject, began in incidents]
    yield _gauge("yuqing_incident_seconds", "未了的系统故障持续了多久", lasting, "subject")
    stall = settings.YUQING.stall_minutes * 60
    yield _gauge("yuqing_stall_seconds", "积压多久算故障（YUQING_STALL_MINUTES）", stall)


def _counted(rows: QuerySet, *names: str) -> list[Value]:
    found = rows.order_by().values_list(*names).annotate(n=Count("pk"))
    return [(tuple(row[:-1]), row[-1]) for row in found]


def _gauge(name: str, words: str, values: float | Iterable[Value], *labels: str) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for labelled, value in [((), values)] if isinstance(values, int | float) else values:
        family.add_metric(labelled, value)
    return family


_QUESTION = Question("指标", _read, good_s=GOOD_S, patience_s=PATIENCE_S)
