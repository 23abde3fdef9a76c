"""The buttons by which a person corrects what a page shows, and what was corrected before."""

from typing import Any

from django import template

from monitor.models import Alert, Analysis, Article, Correction, Event
from monitor.models.correction import ELSEWHERE, HOME, Kind
from monitor.pipeline import correct
from monitor.pipeline.kindred import similar
from monitor.pipeline.knowledge import catalogue
from monitor.web.corrections import told
from monitor.words import Sentiment

register = template.Library()

MEMBERS = 100
"""Articles of an event that can be split off on its page, the newest."""
SHOWN = 20
"""Corrections that stand on a page; the others are in the list of all."""


@register.inclusion_tag("parts/correct_article.html", takes_context=True)
def correct_article(context: Any, article: Article) -> dict[str, Any]:
    """What holds of an article, as buttons; nothing before it was read."""
    analysis = Analysis.objects.filter(pk=article.pk).first()
    rows = Correction.objects.filter(article=article).select_related("undone_by")[:SHOWN]
    if analysis is None:
        return {"article": article, "rows": [], "may": False}
    holds = correct.in_force(analysis)
    said = {row.kind for row in Correction.objects.standing().filter(article=article)}
    known = catalogue().units
    return {
        "article": article,
        "may": correct.may_correct(context["request"].user),
        "moods": [(one.value, one.label, one.value == holds[Kind.SENTIMENT]) for one in Sentiment],
        "mood_said": Kind.SENTIMENT in said,
        "places": [
            (value, label, value == holds[Kind.PLACE])
            for value, label in ((HOME, "本地"), (ELSEWHERE, "外地"))
        ],
        "place_said": Kind.PLACE in said,
        "units": [
            (slug, known[slug].name if slug in known else slug) for slug in holds[Kind.UNITS]
        ],
        "others": [
            (slug, unit.name) for slug, unit in known.items() if slug not in holds[Kind.UNITS]
        ],
        "rows": told(rows),
    }


@register.inclusion_tag("parts/correct_event.html", takes_context=True)
def correct_event(context: Any, event: Event) -> dict[str, Any]:
    """误报 for an event with an alert, 漏报 for one without; merging and splitting."""
    rows = Correction.objects.filter(event=event).select_related("undone_by")[:SHOWN]
    alert = Alert.objects.filter(event=event).first()
    may = correct.may_correct(context["request"].user) and event.merged_into_id is None
    members = Article.objects.filter(event=event).order_by("-published", "-id").only("title")
    return {
        "event": event,
        "alert": alert,
        "may": may,
        # Beside the hits of a search the articles that it did not find would only confuse.
        "members": list(members[:MEMBERS]) if may and not context.get("q") else [],
        "similar": similar(event) if may else [],
        "missed": alert is None or not (alert.pushed or alert.false_alarm),
        "rows": told(rows),
    }
