"""The catalogue between files, console and running workers."""

from typing import Any

import pytest
from django.utils import timezone

from monitor.catalog import CatalogErrors
from monitor.catalog.merge import Verdict
from monitor.models import CatalogItem, Knowledge, Source
from monitor.pipeline import catalogue, knowledge
from tests.pipeline.office import Office, source, webhook

TOPIC = {"slug": "river", "name": "河道", "query": "黑水 OR 排污"}


def value(kind: str, slug: str) -> Any:
    return CatalogItem.objects.get(kind=kind, slug=slug).value


def edit(kind: str, item: dict[str, Any], **fields: Any) -> None:
    """What the console does: the whole item with some fields changed."""
    changed = {key: one for key, one in (item | fields).items() if key != "slug"}
    catalogue.edit(kind, item["slug"], changed, by="分析员")


def test_applied_twice_nothing_moves_the_second_time(office: Office) -> None:
    office.has(sources=[source("forum")], topics=[TOPIC])
    revision, rows = Knowledge.current(), list(CatalogItem.objects.values())
    changes = catalogue.apply()
    assert [change for change in changes if change.writes] == []
    assert Knowledge.current() == revision
    assert list(CatalogItem.objects.values()) == rows


def test_the_shipped_standing_topics_are_there_after_a_first_apply(office: Office) -> None:
    names = {topic.name for topic in knowledge.current().values.topics.values()}
    assert {"生态环境", "安全生产", "防汛救灾", "营商环境", "政策误读"} <= names
    assert len(names) == 19


def test_a_persons_edit_survives_the_files_and_what_the_files_changed_elsewhere_is_taken(
    office: Office,
) -> None:
    office.has(topics=[TOPIC])
    edit("topic", TOPIC, query="黑水 OR 死鱼")
    office.writes(topics=[TOPIC | {"name": "河道水质"}])
    (change,) = [change for change in catalogue.apply() if change.slug == "river"]
    assert change.writes
    assert value("topic", "river")["query"] == "黑水 OR 死鱼"
    assert value("topic", "river")["name"] == "河道水质"


def test_a_field_changed_on_both_sides_stays_the_persons_and_is_reported_once(
    office: Office,
) -> None:
    office.has(topics=[TOPIC])
    edit("topic", TOPIC, query="黑水 OR 死鱼")
    office.writes(topics=[TOPIC | {"query": "黑水"}])
    conflicts = [c.slug for c in catalogue.apply() if c.verdict is Verdict.CONFLICT]
    assert conflicts == ["river"]
    assert value("topic", "river")["query"] == "黑水 OR 死鱼"
    assert [c.slug for c in catalogue.apply() if c.verdict is Verdict.CONFLICT] == []


def test_a_preview_tells_the_same_and_does_nothing(office: Office) -> None:
    office.writes(topics=[TOPIC])
    revision = Knowledge.current()
    assert [c.slug for c in catalogue.preview() if c.writes] == ["river"]
    assert not CatalogItem.objects.filter(slug="river").exists()
    assert Knowledge.current() == revision


def test_one_mistake_in_the_files_and_nothing_of_them_is_applied(office: Office) -> None:
    office.has(topics=[TOPIC])
    revision = Knowledge.current()
    office.writes(
        topics=[TOPIC | {"name": "新名"}, TOPIC | {"slug": "bad", "query": "(黑水"}],
        sources=[source("new")],
    )
    with pytest.raises(CatalogErrors, match=r"topics\.yaml 第 \d+ 行"):
        catalogue.apply()
    assert value("topic", "river")["name"] == "河道"
    assert not Source.objects.filter(slug="new").exists()
    assert Knowledge.current() == revision


def test_a_bad_edit_is_refused_and_a_good_one_is_in_force_at_once(office: Office) -> None:
    office.has(topics=[TOPIC])
    before = knowledge.current()
    with pytest.raises(CatalogErrors, match="检索式"):
        edit("topic", TOPIC, query="(黑水")
    assert knowledge.current() is before
    edit("topic", TOPIC, query="死鱼")
    after = knowledge.current()
    assert after.revision > before.revision
    assert str(after.values.topics["river"].query.text) == "死鱼"
    row = CatalogItem.objects.get(slug="river")
    assert row.edited_by == "分析员"
    assert row.edited is not None
    assert row.edited <= timezone.now()


def test_knowledge_is_read_once_a_revision(office: Office) -> None:
    first = knowledge.current()
    assert knowledge.current() is first
    edit("topic", TOPIC)
    assert knowledge.current() is not first


def test_sources_of_the_catalogue_get_a_row_and_are_switched_off_and_on_with_it(
    office: Office,
) -> None:
    office.has(sources=[source("a"), source("b"), source("c", enabled=False)])
    assert {row.slug: row.state for row in Source.objects.all()} == {"a": "new", "b": "new"}
    Source.objects.filter(slug="a").update(failures=3, succeeded=timezone.now())
    office.has(sources=[source("b", enabled=False)])
    assert {row.slug: row.state for row in Source.objects.all()} == {"a": "off", "b": "off"}
    office.has(sources=[source("a")])
    back = Source.objects.get(slug="a")
    assert back.active
    assert back.failures == 3, "its history is kept"
    assert back.due <= timezone.now()


def test_an_item_taken_out_of_the_files_goes_unless_a_person_changed_it(office: Office) -> None:
    kept = TOPIC | {"slug": "kept", "name": "水质"}
    office.has(topics=[TOPIC, kept])
    edit("topic", kept, name="我的")
    office.has(topics=[])
    assert not CatalogItem.objects.filter(slug="river").exists()
    assert value("topic", "kept")["name"] == "我的"


def test_what_a_person_removed_does_not_come_back_with_the_files(office: Office) -> None:
    office.has(sources=[source("forum")])
    catalogue.edit("source", "forum", None, by="管理员")
    assert not Source.objects.get(slug="forum").active
    catalogue.apply()
    assert "forum" not in knowledge.current().sources
    assert not Source.objects.get(slug="forum").active


def test_one_item_that_went_bad_takes_nobody_else_down(office: Office) -> None:
    office.has(topics=[TOPIC, TOPIC | {"slug": "old", "name": "旧版写法"}])
    # As after an upgrade whose rules are stricter than those under which the row was written.
    CatalogItem.objects.filter(slug="old").update(value={"name": "旧版写法", "query": "(黑水"})
    Knowledge.moved()
    lore = knowledge.current()
    assert "river" in lore.values.topics
    assert list(lore.values.faults) == [("topic", "old")]
    assert "第 1 个字" in lore.values.faults["topic", "old"]


def test_a_channel_without_its_secret_is_named_and_the_others_are_ready(office: Office) -> None:
    missing = webhook("http://h.example/x", "missing", settings={"secret": "${GONE}"})
    off = webhook("http://h.example/x", "off", enabled=False)
    office.has(channels=[webhook("http://h.example/x"), missing, off])
    lore = knowledge.current()
    assert list(lore.channels) == ["hook", "missing"]
    assert list(lore.faulty) == ["missing"]
    assert "YUQING_SECRET_GONE" in lore.faulty["missing"]
