"""Everything that is known about one alert, gathered for its page."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_string, policy
from typing import Any

from django.db.models import Count, Min

from monitor.models import Alert, Article, Delivery, Event, Notice
from monitor.pipeline import knowledge
from monitor.web import obligations, plot, tidings
from monitor.web.trouble import channel_names

FIRST, NEWEST = 60, 140
"""Articles listed of an event: its first and its newest."""
PLOTTED = 20_000
NOTICES = {"alert": "首报", "growth": "升温", "news": "新情况"}
OUTCOMES = {"sent": "已送达", "failed": "未成", "died": "中断", "late": "迟到", "": "进行中"}


@dataclass(frozen=True, slots=True)
class Told:
    """An original and its reprints, oldest first."""

    article: Article
    source: str
    reprints: tuple[tuple[Article, str], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline."""

    at: datetime
    words: str
    detail: str = ""
    article: int | None = None
    kind: str = ""


def of(alert: Alert) -> dict[str, Any]:
    """The page's context."""
    event = alert.event
    articles, left_out = _articles(event)
    notices = list(alert.notices.order_by("created", "id").prefetch_related("deliveries__sendings"))
    return {
        "alert": alert,
        "event": event,
        "moved": _moved(event),
        "reasons": laid_out(alert.reasons),
        "now_reasons": laid_out(event.reasons) if _differ(alert, event) else None,
        "told": _folded(articles),
        "listed": len(articles),
        "left_out": left_out,
        "plot": _spread(event, notices),
        "moments": _timeline(alert, articles, notices),
        "deliveries": _deliveries(notices),
        "states": tidings.rows([alert])[0].states,
        "sources": _counted(event),
        "obliged": obligations.of_articles(articles),
    }


def _moved(event: Event) -> str:
    """The number of the alert that tells on, when the event was merged into another."""
    if event.merged_into_id is None:
        return ""
    number = Alert.objects.filter(event=event.merged_into_id).values_list("number", flat=True)
    return number.first() or ""


def _differ(alert: Alert, event: Event) -> bool:
    """Whether the event would be judged by other reasons today."""

    def said(reasons: Any) -> list[tuple[str, float]]:
        return sorted((reason["words"], reason["points"]) for reason in reasons)

    return bool(event.reasons) and said(event.reasons) != said(alert.reasons)


def laid_out(reasons: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Reasons with most points first, and their sum; each quotation knows whether its article
    is still there."""
    ordered = sorted(reasons, key=lambda reason: -reason["points"])
    ids = {quote["article"] for reason in ordered for quote in reason["evidence"]}
    there = set(Article.objects.filter(pk__in=ids).values_list("pk", flat=True))
    shown = [
        {
            **reason,
            "evidence": [
                {**quote, "there": quote["article"] in there} for quote in reason["evidence"]
            ],
        }
        for reason in ordered
    ]
    total = round(max(0.0, sum(reason["points"] for reason in reasons)), 1)
    return {"reasons": shown, "total": total}


def _articles(event: Event) -> tuple[list[Article], int]:
    """The articles listed, oldest first, and how many are left out between them."""
    rows = Article.objects.filter(event=event)
    total = rows.count()
    if total <= FIRST + NEWEST:
        return list(rows.order_by("published", "id")), 0
    first = list(rows.order_by("published", "id")[:FIRST])
    newest = list(rows.order_by("-published", "-id")[:NEWEST])
    return [*first, *reversed(newest)], total - FIRST - NEWEST


def _folded(articles: Sequence[Article]) -> list[Told]:
    names = source_names()
    by_id = {article.pk: article for article in articles}
    reprints: dict[int, list[tuple[Article, str]]] = defaultdict(list)
    originals = []
    for article in articles:
        root = _root(article, by_id)
        if root == article.pk:
            originals.append(article)
        else:
            reprints[root].append((article, names.get(article.source, article.source)))
    return [
        Told(one, names.get(one.source, one.source), tuple(reprints[one.pk])) for one in originals
    ]


def _root(article: Article, by_id: dict[int, Article]) -> int:
    """The first article of the chain of reprints that is listed here."""
    seen = {article.pk}
    while (before := article.reprint_of_id) in by_id and before not in seen:
        article = by_id[before]
        seen.add(article.pk)
    return article.pk


def source_names() -> dict[str, str]:
    return {slug: source.name for slug, source in knowledge.current().sources.items()}


def _spread(event: Event, notices: Iterable[Notice]) -> plot.Plot | None:
    published = Article.objects.filter(event=event).order_by().values_list("published", flat=True)
    flags = [(notice.created, NOTICES.get(notice.kind, notice.kind)) for notice in notices]
    return plot.by_time(published[:PLOTTED], flags)


def _counted(event: Event) -> list[tuple[str, int]]:
    """Sources with their number of articles, most first."""
    names = source_names()
    counts = Article.objects.filter(event=event).order_by().values_list("source")
    found = counts.annotate(n=Count("id")).order_by("-n", "source")[:12]
    return [(names.get(slug, slug), n) for slug, n in found]


def _timeline(alert: Alert, articles: Sequence[Article], notices: Iterable[Notice]) -> list[Moment]:
    names = source_names()
    moments = []
    if articles:
        first = articles[0]
        name = names.get(first.source, first.source)
        told = f"{name}：{first.title}"
        moments.append(Moment(first.published, "首发", told, first.pk, "article"))
        seen = Article.objects.filter(event=alert.event).aggregate(seen=Min("seen"))["seen"]
        moments.append(Moment(seen, "首见", "本系统首次采集到"))
    moments.append(Moment(alert.created, "预警", f"编号 {alert.number}", kind="alert"))
    for notice in notices:
        if notice.kind != "alert":
            words = NOTICES.get(notice.kind, notice.kind)
            moments.append(Moment(notice.created, words, "；".join(notice.words), kind="alert"))
    if len(articles) > 1:
        last = articles[-1]
        name = names.get(last.source, last.source)
        told = f"{name}：{last.title}"
        moments.append(Moment(last.published, "最新", told, last.pk, "article"))
    return sorted(moments, key=lambda moment: moment.at)


def _deliveries(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    names = channel_names()
    return [
        {
            "row": delivery,
            "notice": NOTICES.get(notice.kind, notice.kind),
            "n": notice.n,
            "channel": names.get(delivery.channel, delivery.channel),
            "text": wording(delivery.body),
            "ledger": [
                (sending, OUTCOMES.get(sending.outcome, sending.outcome))
                for sending in delivery.sendings.all()
            ],
            "kind": {Delivery.SENT: "good", Delivery.FAILED: "bad"}.get(delivery.state, "wait"),
        }
        for notice in notices
        for delivery in notice.deliveries.all()
    ]


def wording(body: str) -> str:
    """What a recipient reads of a delivery's body, which is JSON or a mail as it was sent."""
    try:
        data = json.loads(body)
    except ValueError:
        return _mail(body)
    if isinstance(data, dict):
        for kind in ("markdown", "markdown_v2", "text"):
            content = data.get(kind)
            if isinstance(content, dict) and isinstance(content.get("content"), str):
                return content["content"]
    return json.dumps(data, ensure_ascii=False, indent=2)


def _mail(body: str) -> str:
    message = message_from_string(body, policy=policy.default)
    part = message.get_body(("plain", "html")) if message.keys() else None
    if part is None:
        return body
    subject = f"主题：{message['Subject']}\n\n" if message["Subject"] else ""
    return f"{subject}{part.get_content()}"
