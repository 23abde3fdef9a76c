"""From rows to the values that query and index know."""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from monitor.models import ArticleText
from monitor.query import Document
from monitor.words import Level, Sentiment


def documents(articles: Iterable[int]) -> dict[int, Document]:
    """The newest analysed text of each article as the index should show it, by article id."""
    rows = ArticleText.objects.filter(
        article__in=list(articles), edition=F("article__analysed_edition")
    ).values_list(
        "article_id",
        "title",
        "body",
        "article__source",
        "article__analysis__units",
        "article__analysis__topics",
        "article__sentiment",
        "article__level",
        "article__published",
        "article__event_id",
        "article__rev",
        "article__month",
        "article__analysis__reading",
    )
    return {row[0]: _document(*row) for row in rows}


def _document(
    pk: int,
    title: str,
    body: str,
    source: str,
    units: str,
    topics: str,
    sentiment: str,
    level: int | None,
    published: datetime,
    event: int | None,
    rev: int,
    month: str,
    reading: str,
) -> Document:
    return Document(
        id=pk,
        title=title,
        body=body,
        source=source,
        units=tuple(units.split()),
        topics=tuple(topics.split()),
        sentiment=Sentiment(sentiment),
        level=Level(level) if level else None,
        published=published,
        event=event,
        rev=rev,
        month=month,
        words=tuple(json.loads(reading)["keywords"]),
    )
