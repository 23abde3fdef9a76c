"""The office's directory changes the shipped one by slug, and items() is canonical."""

import json

from monitor.catalog import build_all, names_of
from tests.catalog.office import Office

TOPIC = "- slug: water\n  name: 供水\n  query: 停水 OR 断水\n  kind: standing\n"


def test_the_office_changes_only_the_lines_that_it_writes(office: Office) -> None:
    office.writes("topics.yaml", TOPIC, "shipped")
    office.writes("topics.yaml", "- slug: water\n  enabled: false\n", "own")
    assert office.loads().items()["topic", "water"] == {
        "name": "供水",
        "query": "停水 OR 断水",
        "kind": "standing",
        "enabled": False,
    }


def test_remove_drops_a_shipped_item_and_must_stand_alone(office: Office) -> None:
    office.writes("topics.yaml", TOPIC, "shipped")
    office.writes("topics.yaml", "- slug: water\n  remove: true\n", "own")
    assert office.loads().items() == {}
    office.writes("topics.yaml", "- slug: water\n  name: 水\n  remove: true\n", "own")
    assert "不能再写别的内容" in office.hears()[0]
    office.writes("topics.yaml", "- slug: wasser\n  remove: true\n", "own")
    assert office.hears() == ["own/topics.yaml 第 1 行：要删去的“wasser”并不存在；请删去这一项"]


def test_the_last_file_that_names_a_word_has_it(office: Office) -> None:
    office.writes("lexicon/government.txt", "停水 -1.5\n圆满 +1.5  # 喜报\n", "shipped")
    office.writes("lexicon/own.txt", "停水 -0.5\n", "own")
    items = office.loads().items()
    assert items["lexicon", "government"] == {"圆满": 1.5}
    assert items["lexicon", "own"] == {"停水": -0.5}
    assert build_all(items).weights == {"圆满": 1.5, "停水": -0.5}


def test_levels_are_one_item_with_every_number(office: Office) -> None:
    office.writes("levels.yaml", "alert_at: 40\n", "shipped")
    levels = office.writes("levels.yaml", "growth_factor: 5\n", "own").loads().values().levels
    assert (levels.alert_at, levels.growth_factor, levels.dead_levels) == (40, 5, (30, 10, 3))


def test_items_survive_json_and_mean_the_same(office: Office) -> None:
    office.writes("topics.yaml", TOPIC)
    office.writes("places.yaml", "- slug: town\n  name: 白石镇\n  aliases: 白石\n")
    office.writes("units.yaml", "- slug: u\n  name: 白石镇政府\n  places: [白石镇]\n")
    office.writes("sources.yaml", "- slug: s\n  name: 甲\n  url: http://127.0.0.1/\n")
    catalog = office.loads()
    stored = {key: json.loads(json.dumps(item)) for key, item in catalog.items().items()}
    assert stored == catalog.items()
    assert build_all(stored) == catalog.values()
    assert list(catalog.items()) == [
        ("source", "s"),
        ("topic", "water"),
        ("unit", "u"),
        ("place", "town"),
    ]


def test_one_bad_row_is_a_fault_and_stops_nothing(office: Office) -> None:
    items = office.writes("topics.yaml", TOPIC).loads().items()
    items["topic", "lost"] = {"name": "丢", "query": "停水 OR )"}
    items["source", "gone"] = {"name": "坏", "url": "x"}
    values = build_all(items)
    assert set(values.topics) == {"water"}
    assert set(values.faults) == {("topic", "lost"), ("source", "gone")}
    assert "应以 http://" in values.faults["source", "gone"]


def test_names_know_a_source_by_slug_name_and_platform(office: Office) -> None:
    for slug, name in (("a", "甲站"), ("b", "乙站")):
        text = f"- slug: {slug}\n  name: {name}\n  url: http://127.0.0.1/\n  platform: 微博\n"
        office.writes("sources.yaml", text, slug)
    office.writes("units.yaml", "- slug: u\n  name: 水利局\n  aliases: [水务局]\n", "b")
    names = names_of(office.writes("topics.yaml", TOPIC, "b").loads().items())
    assert names.sources == {
        "a": ("a",),
        "甲站": ("a",),
        "微博": ("a", "b"),
        "b": ("b",),
        "乙站": ("b",),
    }
    assert names.units["水务局"] == ("u",)
    assert names.topics["供水"] == ("water",)
