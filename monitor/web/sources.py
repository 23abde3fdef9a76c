"""信源: how collecting is doing, and where every article stands."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from monitor.models import Article, Delivery, Source
from monitor.pipeline import knowledge
from monitor.pipeline.status import status
from monitor.web import trouble
from monitor.words import SOURCE_WORDS, STEP_WORDS, Fate

COLOURS = {"failing": "bad", "new": "wait", "ok": "good", "off": "quiet"}
BEHIND_S = 60.0
"""A step whose oldest row waits longer is behind."""


@dataclass(frozen=True, slots=True)
class Line:
    """One source of the table."""

    row: Source
    name: str
    platform: str
    host: str
    official: bool
    words: str
    kind: str
    articles: int
    total: int


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    figures = status()
    lines = _lines(now - timedelta(days=1))
    context = {
        "lines": lines,
        "states": [
            (words, COLOURS[state], figures["sources"].get(state, 0))
            for state, words in SOURCE_WORDS.items()
        ],
        "fates": [(fate.label, fate.value, figures["articles"][fate.value]) for fate in Fate],
        "articles": sum(figures["articles"].values()),
        "steps": [
            (words, figures["waiting"][step]["rows"], figures["waiting"][step]["oldest_s"])
            for step, words in STEP_WORDS.items()
        ],
        "behind_s": BEHIND_S,
        "deliveries": [
            (words, state, figures["deliveries"][state]) for state, words in Delivery.STATES
        ],
        "troubles": [one for one in trouble.troubles(now) if one.sources],
    }
    return render(request, "sources.html", context)


def _lines(since: Any) -> list[Line]:
    """Every source, failing ones first."""
    known = knowledge.current().sources
    counts = Article.objects.order_by().values_list("source").annotate(n=Count("id"))
    totals, recent = dict(counts), dict(counts.filter(published__gte=since))
    order = list(SOURCE_WORDS)
    lines = []
    for row in Source.objects.all():
        source = known.get(row.slug)
        lines.append(
            Line(
                row=row,
                name=source.name if source else row.slug,
                platform=source.platform if source else "已不在目录中",
                host=urlsplit(source.url).hostname or "" if source else "",
                official=bool(source and source.official),
                words=SOURCE_WORDS[row.state],
                kind=COLOURS[row.state],
                articles=recent.get(row.slug, 0),
                total=totals.get(row.slug, 0),
            )
        )
    return sorted(lines, key=lambda line: (order.index(line.row.state), -line.articles, line.name))
