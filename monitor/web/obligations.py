"""What the law hangs duties on, as an article's page and an alert's page show it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from monitor.models import Analysis, Article
from monitor.text.incidents import Incident, gravest


def of_reading(reading: Mapping[str, Any]) -> dict[str, Any]:
    """The 突发事件 and the kinds of 61号文 of one reading; none in one of before they were kept."""
    incident = reading.get("incident")
    return {
        "incident": Incident.from_json(incident).words if incident else "",
        "duties": _named(reading.get("duty", ())),
    }


def of_articles(articles: Iterable[Article]) -> dict[str, Any]:
    """The same over an event's articles, those left out that are about another place."""
    rows = Analysis.objects.filter(article__in=[article.pk for article in articles])
    readings = [json.loads(row) for row in rows.values_list("reading", flat=True)]
    ours = [one for one in readings if one.get("where", {}).get("verdict") is not False]
    incident = gravest(Incident.from_json(one["incident"]) for one in ours if one.get("incident"))
    return {
        "incident": incident.words if incident else "",
        "duties": _named(duty for one in ours for duty in one.get("duty", ())),
    }


def _named(duties: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Each kind once, with the first ground on which it came up."""
    grounds: dict[str, str] = {}
    for duty in duties:
        grounds.setdefault(duty["name"], duty["why"])
    return list(grounds.items())
