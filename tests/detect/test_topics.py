"""Standing topics find the articles that their queries describe."""

import pytest

from monitor.detect.topics import TopicError, TopicMatcher
from monitor.query import Document, Names
from tests.detect.desk import NOW


def document(title: str, body: str = "", **facts: object) -> Document:
    values: dict[str, object] = {"id": 1, "source": "forum", "published": NOW}
    return Document(title=title, body=body, **{**values, **facts})  # type: ignore[arg-type]


def test_a_document_hits_each_topic_whose_query_it_answers() -> None:
    topics = TopicMatcher.from_texts(
        {
            "water": "停水 -招聘",
            "pollution": "(污水 OR 排污) 化工厂",
            "county": "青溪县 OR 小青溪",
        }
    )
    assert topics.hits(document("小青溪又停水了")) == ("county", "water")
    assert topics.hits(document("化工厂夜里排污", "就在青溪县白石镇")) == ("county", "pollution")
    assert topics.hits(document("停水期间招聘送水工")) == ()


def test_a_topic_may_ask_for_a_source_by_name() -> None:
    names = Names(sources={"青溪论坛": ("forum",)}, topics={}, units={})
    topics = TopicMatcher.from_texts({"forum-water": "停水 source:青溪论坛"}, names)
    assert topics.hits(document("停水")) == ("forum-water",)
    assert topics.hits(document("停水", source="paper")) == ()


def test_a_wrong_query_names_its_topic_and_the_place() -> None:
    with pytest.raises(TopicError) as caught:
        TopicMatcher.from_texts({"water": "停水", "broken": "(停水 OR 停电"})
    assert caught.value.slug == "broken"
    assert "监测专题“broken”" in caught.value.words
    assert 0 <= caught.value.start <= caught.value.end


def test_a_topic_must_not_rest_on_topics() -> None:
    with pytest.raises(TopicError):
        TopicMatcher.from_texts({"loop": "topic:loop"})


def test_no_topics_hit_nothing() -> None:
    assert TopicMatcher.from_texts({}).hits(document("停水")) == ()
