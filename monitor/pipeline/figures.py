"""figures: tables → what a briefing says, all read at one moment.

Only articles that search can find are counted, so that every number can be looked up by its
query; how many are still on their way is said beside them.

A source is *alive* in a period when we know that it was heard in it:
- an article was seen at it in the period (first or again), or
- its last successful poll lies in the period (rows keep only the last), or
- it was read later, but its list reached back over the whole period: it has articles
  published in the period and also in the one before.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from monitor.briefing.material import Life, Material, Raised, prominent
from monitor.briefing.tally import tally
from monitor.briefing.values import Briefing, Counting, Period, Row
from monitor.models import Alert, Article, ArticleText, Delivery, Event, Sighting, Source
from monitor.pipeline import knowledge
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.moment import one_moment
from monitor.words import Level, Sentiment


def briefing(period: Period) -> Briefing:
    """The figures of a period and their change on as many days before it."""
    lore = knowledge.current()
    with one_moment():
        material = _material(period, lore)
        now = [row for row in material.rows if row.day >= period.first]
        lives = _lives(prominent(now, material.alerted))
    return tally(material, lives)


def _material(period: Period, lore: Lore) -> Material:
    rows, models = _rows(period)
    topics = lore.values.topics.items()
    return Material(
        office=settings.YUQING.office,
        period=period,
        rows=rows,
        alive=alive(period),
        alive_before=alive(period.before),
        raised=tuple(_raised(period, lore)),
        alerted=_alerted({row.event for row in rows if row.event is not None}),
        counting=Counting(
            models=tuple(sorted(models)),
            waiting=_published(period).filter(indexed_rev=0).count(),
            stale_hours=lore.values.levels.stale_hours,
            taken=timezone.now(),
        ),
        names=lore.names,
        source_names={slug: source.name for slug, source in lore.sources.items()},
        topic_names={slug: topic.name for slug, topic in topics},
    )


def _published(period: Period):  # type: ignore[no-untyped-def]
    start, end = period.bounds
    return Article.objects.filter(published__gte=start, published__lt=end).order_by()


def _rows(period: Period) -> tuple[tuple[Row, ...], set[str]]:
    """The findable articles of the period and the one before, and the models that read them."""
    start, end = period.before.bounds[0], period.bounds[1]
    found = (
        ArticleText.objects.filter(
            edition=F("article__analysed_edition"),
            article__published__gte=start,
            article__published__lt=end,
            article__indexed_rev__gt=0,
        )
        .order_by("-article__published", "-article_id")
        .values_list(
            "article_id",
            "article__published",
            "article__source",
            "article__outlet",
            "title",
            "article__link",
            "article__sentiment",
            "article__event_id",
            "article__level",
            "article__analysis__topics",
            "article__analysis__model",
        )
    )
    rows, models = [], set()
    for pk, published, source, outlet, title, link, tone, event, level, topics, model in found:
        rows.append(
            Row(
                id=pk,
                published=published,
                source=source,
                outlet=outlet,
                title=title,
                link=link,
                sentiment=Sentiment(tone),
                event=event,
                level=Level(level) if level else None,
                topics=tuple((topics or "").split()),
            )
        )
        models.add(model or "")
    return tuple(rows), models - {""}


def alive(period: Period) -> frozenset[str]:
    """Slugs of the sources alive in the period, as this module's head defines it."""
    start, end = period.bounds
    seen = Sighting.objects.filter(seen__gte=start, seen__lt=end).order_by()
    polled = Source.objects.filter(succeeded__gte=start, succeeded__lt=end)
    reaching = _sources(_published(period)) & _sources(_published(period.before))
    return frozenset({*_sources(seen), *polled.values_list("slug", flat=True), *reaching})


def _sources(rows) -> set[str]:  # type: ignore[no-untyped-def]
    return set(rows.values_list("source", flat=True).distinct())


def _alerted(events: Iterable[int]) -> dict[int, tuple[str, Level]]:
    wanted = set(events)
    rows = Alert.objects.values_list("event_id", "number", "level").iterator(2000)
    return {event: (number, Level(level)) for event, number, level in rows if event in wanted}


def _raised(period: Period, lore: Lore) -> Iterator[Raised]:
    """The period's alerts in the order of their numbers."""
    start, end = period.bounds
    alerts = list(Alert.objects.filter(created__gte=start, created__lt=end).order_by("id"))
    told: dict[int, list[tuple[str, str]]] = defaultdict(list)
    deliveries = Delivery.objects.filter(notice__alert__in=[alert.pk for alert in alerts])
    for alert, state, stopped in deliveries.values_list("notice__alert", "state", "quarantined"):
        told[alert].append((state, stopped))
    for alert in alerts:
        yield Raised(
            event=alert.event_id,
            number=alert.number,
            level=Level(alert.level),
            headline=alert.headline,
            created=alert.created,
            state=_state(alert, told[alert.pk], lore.values.levels.stale_hours),
        )


def _state(alert: Alert, deliveries: list[tuple[str, str]], stale_hours: float) -> str:
    """How far the telling of an alert went, over all of its parts and channels."""
    if not alert.pushed:
        return f"未推送（首见已超过{stale_hours:g}小时）"
    if not deliveries:
        return "未推送（没有可用渠道）"
    sent = sum(state == Delivery.SENT for state, _ in deliveries)
    failed = sum(state == Delivery.FAILED or bool(stopped) for state, stopped in deliveries)
    if sent == len(deliveries):
        return "已推送"
    if failed:
        return "已推送（部分送达失败）" if sent else "送达失败"
    return "已推送（部分待送达）" if sent else "待送达"


def _lives(events: list[int]) -> dict[int, Life]:
    """What is told of the chosen events beyond the period."""
    titles = dict(Event.objects.filter(pk__in=events).values_list("pk", "title"))
    firsts = {
        event: Article.objects.filter(event_id=event)
        .order_by("published", "id")
        .values_list("published", "source")
        .first()
        for event in events
    }
    return {
        event: Life(titles[event], began=first[0], first_source=first[1])
        for event, first in firsts.items()
        if first is not None
    }
