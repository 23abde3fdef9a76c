"""Search as people meet it says the same whichever index answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitor.models import Article
from monitor.pipeline import search
from monitor.pipeline.documents import documents
from monitor.pipeline.index import search_index, state
from tests.pipeline.office import Office, entry, source

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = [
    "城关镇停水，水压也低。拨打12345热线没人接。",
    "停電了！停　电了…停，水也停。👍👍🏽",
    "Ａ股大跌，A股又涨；chatgpt 与 ＧＰＴ４ 都这么说，㍿。",
    "停水通知：明日停水检修。停水 通知已贴出。",
    "城关镇停水，水压也低，居民说已经三天了。",
]
QUERIES = [
    "停水",
    "停",
    '"停 水"',
    '"停水 水压"',
    "停水 停水通知",
    "停电 或 a股",
    "gpt4",
    "12345热线",
    "👍 或 ㍿",
    "停 -标题:通知",
    "-停水",
    "-(-停水) 情感:中性,敏感",
    "",
]


@pytest.fixture
def texts(office: Office) -> Office:
    office.has(sources=[source("forum")])
    ago = timezone.now() - timedelta(days=2)
    office.hears(
        "forum",
        *(
            entry(text, title=text[:8], claimed=ago + timedelta(hours=n))
            for n, text in enumerate(TEXTS)
        ),
    )
    office.works()
    return office


@pytest.fixture
def moved(texts: Office, settings: Any, elastic_url: str) -> Callable[[], None]:
    """Calling it puts the same articles on Elasticsearch and asks there from then on."""

    def move() -> None:
        generation = state().active
        search_index().close()
        search_index.cache_clear()
        settings.YUQING = settings.YUQING.model_copy(update={"index_url": elastic_url})
        search_index().create(generation)
        held = documents(Article.objects.values_list("pk", flat=True))
        search_index().write(generation, list(held.values()))
        search_index().refresh(generation)

    return move


def test_hits_marks_counts_trend_and_hot_words_are_the_same_on_both_indexes(
    moved: Callable[[], None],
) -> None:
    here = [answers(query) for query in QUERIES]
    assert any(hit.highlights.body for results, *_ in here for hit in results.hits)
    moved()
    for query, said in zip(QUERIES, here, strict=True):
        assert answers(query) == said, query


def answers(query: str) -> tuple[Any, ...]:
    found = search.search(query, facets=True, fold=True)
    alone = search.search(query)
    return (
        replace(found, facets=None),
        {day: n for day, n in found.facets.days.items() if n},
        dict(found.facets.sources),
        dict(found.facets.sentiments),
        alone,
        search.trend(query),
        search.hot_words(query),
    )
