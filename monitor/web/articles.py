"""文章: one text with what the machine read in it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from monitor.models import Alert, Analysis, Article, ArticleText, Event
from monitor.pipeline import knowledge
from monitor.query import QueryError, highlights, parse
from monitor.web import obligations
from monitor.web.dossier import laid_out, source_names
from monitor.web.marking import Mark, found, marked, paragraphs
from monitor.web.templatetags.display import points

REPRINTS = 20
SHOWN_MOST = 100_000
"""Characters of a body that are shown: more would choke a phone."""
NOT_ASSESSED = "未涉及需要回应的事项类别；只有专题词、地名或语气不构成预警"
"""Of an event that was never assessed, since it holds nothing noteworthy (pipeline.analyse)."""
TOLL = {"dead": "死亡", "injured": "受伤", "missing": "失联", "trapped": "被困"}


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest edition, or the one asked for with `edition`; `q` is marked in it."""
    article = Article.objects.select_related("event", "reprint_of").filter(pk=pk).first()
    if article is None:
        raise Http404(f"没有第 {pk} 号文章")
    editions = list(article.texts.order_by("-edition"))
    text = _chosen(editions, request.GET.get("edition", ""))
    analysis = Analysis.objects.filter(article=article).first()
    reading = json.loads(analysis.reading) if analysis else None
    current = bool(reading and analysis and analysis.edition == text.edition)
    marks = _marks(reading) if reading and current else {"title": [], "body": []}
    asked = _asked(request.GET.get("q", ""), text)
    names = source_names()
    alert = Alert.objects.filter(event=article.event_id).first() if article.event_id else None
    context = {
        "article": article,
        "text": text,
        "editions": editions,
        "newest": text.edition == article.edition,
        "title": marked(text.title, [*marks["title"], *asked["title"]]),
        "paragraphs": paragraphs(text.body[:SHOWN_MOST], [*marks["body"], *asked["body"]]),
        "left_out": max(0, len(text.body) - SHOWN_MOST),
        "marked": bool(marks["title"] or marks["body"]),
        "asked": bool(asked["title"] or asked["body"]),
        "analysis": analysis,
        "current": current,
        "read": _read(reading, analysis) if reading and analysis else None,
        "source": names.get(article.source, article.source),
        "sightings": [
            (names.get(row.source, row.source), row.seen)
            for row in article.sightings.order_by("seen")
        ],
        "alert": alert,
        "why_not": _why_not(article.event) if article.event and not alert else None,
        "reprints": [
            (row, names.get(row.source, row.source))
            for row in article.reprints.order_by("published")[:REPRINTS]
        ],
        "reprints_count": article.reprints.count(),
        "q": request.GET.get("q", ""),
    }
    return render(request, "article.html", context)


def _why_not(event: Event) -> dict[str, Any]:
    """What keeps an event from an alert, that first, then what speaks for one."""
    if event.quarantined:
        return {"words": "研判这个事件时多次出错，已隔离；请管理员用 yuqing quarantine 查看原因"}
    if event.assessed_rev < event.rev:
        return {"words": "正在研判，稍后刷新即可看到"}
    if not event.reasons:
        return {"words": NOT_ASSESSED}
    laid = laid_out(event.reasons)
    return {**laid, "reasons": sorted(laid["reasons"], key=lambda reason: bool(reason["points"]))}


def _chosen(editions: list[ArticleText], wanted: str) -> ArticleText:
    if not editions:
        raise Http404("这篇文章没有正文")
    for text in editions:
        if wanted == str(text.edition):
            return text
    return editions[0]


def _asked(query: str, text: ArticleText) -> dict[str, list[Mark]]:
    """What the search that led here found; a query that cannot be read marks nothing."""
    if not query.strip():
        return {"title": [], "body": []}
    try:
        spans = highlights(parse(query, knowledge.current().names), text.title, text.body)
    except QueryError:
        return {"title": [], "body": []}
    return {"title": found(spans.title), "body": found(spans.body)}


def _marks(reading: Mapping[str, Any]) -> dict[str, list[Mark]]:
    """Everything the machine quoted, by field."""
    marks: dict[str, list[Mark]] = {"title": [], "body": []}
    for word in reading["score"]["evidence"]:
        kind = "neg" if word["weight"] < 0 else "pos"
        mood = "敏感" if kind == "neg" else "正面"
        marks[word["field"]].append(
            Mark(word["start"], word["end"], kind, f"{mood}用词 {points(round(word['weight'], 1))}")
        )
    for group, kind, label in (("matters", "matter", "事项"), ("places", "place", "地点")):
        for one in reading[group]:
            words = f"{label}：{one['name']}"
            marks[one["field"]].append(Mark(one["start"], one["end"], kind, words))
    for one in reading["cues"]:
        marks[one["field"]].append(Mark(one["start"], one["end"], "cue", one["name"]))
    return marks


def _read(reading: Mapping[str, Any], analysis: Analysis) -> dict[str, Any]:
    topics = knowledge.current().values.topics
    score = reading["score"]
    return {
        "score": score,
        "shares": [
            ("敏感", "negative", score["negative"]),
            ("中性", "neutral", score["neutral"]),
            ("正面", "positive", score["positive"]),
        ],
        "words": [
            {**word, "kind": "neg" if word["weight"] < 0 else "pos"} for word in score["evidence"]
        ],
        "matters": _names(reading["matters"]),
        "places": _names(reading["places"]),
        "elsewhere": reading["elsewhere"],
        "units": _units(reading["units"]),
        "helpers": _units(reading.get("helpers", ())),
        "obliged": obligations.of_reading(reading),
        "cues": _names(reading["cues"]),
        "toll": [
            f"{words} {reading['casualties'][kind]} 人"
            for kind, words in TOLL.items()
            if reading["casualties"].get(kind)
        ],
        "topics": [
            (slug, topics[slug].name if slug in topics else slug)
            for slug in analysis.topics.split()
        ],
        "keywords": reading["keywords"][:12],
    }


def _names(items: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(item["name"] for item in items))


def _units(items: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Units with every ground on which they came up."""
    grounds: dict[str, list[str]] = {}
    for item in items:
        grounds.setdefault(item["name"], []).append(item["why"])
    return [(name, "；".join(dict.fromkeys(filter(None, why)))) for name, why in grounds.items()]
