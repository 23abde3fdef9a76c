"""检索: the one query language with facets, a trend and hits folded into events."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from monitor.detect.course import course
from monitor.export import WORDS
from monitor.index import Cursor, Facets, IndexUnavailable
from monitor.models import Article, Event
from monitor.pipeline import knowledge
from monitor.pipeline.documents import documents
from monitor.pipeline.knowledge import Lore
from monitor.pipeline.search import Hit, Results
from monitor.pipeline.search import search as find
from monitor.query import QueryError, highlights, matches, parse
from monitor.web import plot, refine
from monitor.web.dossier import source_names
from monitor.web.marking import excerpt, found, marked
from monitor.words import Sentiment

SIZE = 20
EVENT_READ, EVENT_LISTED = 1_000, 60
"""Articles of an event that are looked at, and listed, when its hits are unfolded."""
EVENT_COURSE = 5_000
"""Articles of which an event's course is told, the first ones."""
ECHOED = 60
"""Characters of a mistaken query shown on either side of the mistake."""
SHOWN, LISTED = 7, 60
"""Values of a facet that are shown at once, and when it is unfolded."""
EXAMPLES = (
    ("停水 城关镇", "两个词都出现（空格就是“且”）"),
    ("停水 -招聘", "含“停水”，不含“招聘”"),
    ("(污水 或 排污) 化工厂", "括号里任一个，再加“化工厂”"),
    ('"停水通知"', "加引号：连在一起的原话"),
    ("标题:停水", "只在标题里找；“正文:”同理"),
    ("情感:敏感 级别:<=2", "敏感的，且属Ⅰ、Ⅱ级预警的"),
    ("日期:2026-11-01..2026-11-22", "这一段日子里发布的，起止可空一头"),
)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page of a query; with `before` the hits after that place, for 更多."""
    text = request.GET.get("q", "").strip()
    folded = request.GET.get("fold") != "0"
    context: dict[str, Any] = {
        "q": text,
        "folded": folded,
        "examples": EXAMPLES,
        "export_formats": WORDS,
    }
    try:
        before = Cursor.parse(request.GET["before"]) if "before" in request.GET else None
    except (ValueError, OverflowError, OSError):
        before = None  # a mangled place: the first page is what the person wants
    more = before is not None and bool(request.headers.get("HX-Request"))
    try:
        results = find(text, size=SIZE, before=before, facets=not more, fold=folded)
    except QueryError as error:
        context["mistake"] = _mistake(text, error)
        return render(request, "search.html", context, status=400)
    except IndexUnavailable as error:
        context["unavailable"] = getattr(error, "words", str(error))
        return render(request, "search.html", context, status=503)
    context |= _shown(text, folded, results)
    if more:
        return render(request, "parts/hits.html", {**context, "continued": True})
    lore = knowledge.current()
    context |= {
        "first_page": before is None,
        "total": results.total,
        "events": results.folded,
        "about": results.estimated,
        "chips": _chips(text, lore),
    }
    if results.facets:
        context["facets"] = _facets(text, results.facets, lore)
        context |= _trend(text, results.facets, lore)
    return render(request, "search.html", context)


def _shown(text: str, folded: bool, results: Results) -> dict[str, Any]:
    names = source_names()
    following = {"q": text, "before": str(results.next)} | ({} if folded else {"fold": "0"})
    return {
        "hits": [_hit(hit, names) for hit in results.hits],
        "more": f"{reverse('search')}?{urlencode(following)}" if results.next else "",
    }


def _hit(hit: Hit, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "hit": hit,
        "title": marked(hit.title, found(hit.highlights.title)),
        "excerpt": excerpt(hit.body, hit.highlights.body),
        "source": names.get(hit.source, hit.source),
    }


def _mistake(text: str, error: QueryError) -> dict[str, Any]:
    """The query around the mistake, cut in three, with the words that say what is wrong."""
    start = min(error.start, len(text))
    end = min(max(error.end, start + 1), start + ECHOED)
    before = text[max(0, start - ECHOED) : start]
    after = text[end : end + ECHOED]
    return {
        "words": error.words,
        "place": start + 1,
        "before": ("…" if start > ECHOED else "") + before,
        "wrong": text[start:end] or "␣",
        "after": after + ("…" if end + ECHOED < len(text) else ""),
    }


def _link(text: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': text})}"


def _chips(text: str, lore: Lore) -> list[dict[str, str]]:
    shown = _shown_as(lore)
    return [
        {
            "field": refine.LABELS[chip.field],
            "value": shown.get((chip.field, chip.value), chip.spelled),
            "link": _link(refine.without(text, chip)),
        }
        for chip in refine.chips(text, lore.names)
    ]


def _shown_as(lore: Lore) -> dict[tuple[str, str], str]:
    """(field, value) → the name that people read."""
    values = lore.values
    return {
        **{("topic", slug): topic.name for slug, topic in values.topics.items()},
        **{("source", slug): source.name for slug, source in values.sources.items()},
        **{("unit", slug): unit.name for slug, unit in values.units.items()},
        **{("sentiment", one.value): one.label for one in Sentiment},
    }


def _facets(text: str, facets: Facets, lore: Lore) -> list[dict[str, Any]]:
    """The values that occur, each with its count and the link that narrows (or widens) to it."""
    shown = _shown_as(lore)
    chosen = {(chip.field, chip.value): chip for chip in refine.chips(text, lore.names)}
    days = {day.isoformat(): n for day, n in sorted(facets.days.items(), reverse=True)}
    groups = {
        "sentiment": facets.sentiments,
        "topic": _most(facets.topics),
        "source": _most(facets.sources),
        "date": days,
    }
    found_facets = []
    for field, counts in groups.items():
        room = refine.room_for(text, field, lore.names)
        values = []
        for value, count in counts.items():
            name = shown.get((field, value), value)
            chip = chosen.get((field, value))
            wider = refine.without(text, chip) if chip else ""
            narrower = f"{room} {refine.spelling(field, value, name, lore.names)}".strip()
            if count:
                link = _link(wider if chip else narrower)
                values.append({"name": name, "count": count, "chosen": bool(chip), "link": link})
        if values:
            found_facets.append(
                {
                    "name": refine.LABELS[field],
                    "first": values[:SHOWN],
                    "rest": values[SHOWN:LISTED],
                    "left_out": max(0, len(values) - LISTED),
                }
            )
    return found_facets


def _most(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _trend(text: str, facets: Facets, lore: Lore) -> dict[str, Any]:
    """The plot by days and the link of each of its bars."""
    drawn = plot.by_day(facets.days)
    if drawn is None:
        return {}
    room = refine.room_for(text, "date", lore.names)
    bars = []
    for bar in drawn.bars:
        days = f"{bar.first}" if bar.first == bar.last else f"{bar.first}..{bar.last}"
        bars.append((bar, _link(f"{room} {refine.LABELS['date']}:{days}".strip())))
    return {"plot": drawn, "bars": bars}


def _course(event: int) -> dict[str, Any] | None:
    """How an event went, with its first source; None without articles."""
    rows = Article.objects.filter(event=event).order_by("published", "id")
    told = list(rows.values_list("published", "source")[:EVENT_COURSE])
    if not told:
        return None
    source = told[0][1]
    went = course([published for published, _ in told], timezone.now())
    return {"went": went, "source": source_names().get(source, source)}


@require_safe
def event(request: HttpRequest, event: int) -> HttpResponse:
    """The hits of one event: a part of the search page, or a page of its own."""
    row = Event.objects.filter(pk=event).first()
    if row is None:
        raise Http404("没有这个事件，或已并入别的事件")
    text = request.GET.get("q", "").strip()
    try:
        query = parse(text, knowledge.current().names)
    except QueryError as error:
        raise Http404("检索式有误") from error
    ids = list(
        Article.objects.filter(event=event, analysed_edition__gt=0)
        .order_by("-published", "-id")
        .values_list("pk", flat=True)[:EVENT_READ]
    )
    texts = documents(ids)
    hits = [texts[pk] for pk in ids if pk in texts and matches(query, texts[pk])]
    names = source_names()
    context = {
        "q": text,
        "event": row,
        "total": len(hits),
        "hits": [
            {
                "document": one,
                "title": marked(one.title, found(highlights(query, one.title, "").title)),
                "source": names.get(one.source, one.source),
            }
            for one in hits[:EVENT_LISTED]
        ],
        "left_out": max(0, len(hits) - EVENT_LISTED),
        "number": getattr(getattr(row, "alert", None), "number", ""),
        "course": _course(event),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "parts/event_hits.html" if part else "event.html", context)
