"""Each mistake is told with its file, its line and its cure, and all of them at once."""

import time

import pytest

from tests.catalog.office import Office

SOURCE = "- slug: {slug}\n  name: {name}\n  url: {url}\n"


def source(slug: str = "a", name: str = "甲", url: str = "http://127.0.0.1/f") -> str:
    return SOURCE.format(slug=slug, name=name, url=url)


def test_a_bad_url_is_told_with_its_line_and_what_an_address_begins_with(office: Office) -> None:
    office.writes("sources.yaml", "# 信源\n\n" + source(url='"htp://x"'))
    assert office.hears() == [
        'sources.yaml 第 5 行：网址 "htp://x" 不对，应以 http:// 或 https:// 开头'
    ]


@pytest.mark.parametrize(
    ("url", "cure"),
    [
        ("ftp://x/y", "应以 http:// 或 https:// 开头"),
        ("http:///rss", "缺主机名"),
        ("http://a b/rss", "不能有空格"),
        ("http://x:99999/", "端口写错了"),
        ("http://[::1/", "主机名或端口写错了"),
        ("http://user:pass@x/", "不能在网址里写用户名和密码"),
    ],
)
def test_every_sort_of_bad_url_has_its_cure(office: Office, url: str, cure: str) -> None:
    (told,) = office.writes("sources.yaml", source(url=f'"{url}"')).hears()
    assert "第 3 行" in told
    assert cure in told


def test_all_mistakes_of_all_files_are_told_in_one_run(office: Office) -> None:
    office.writes(
        "sources.yaml",
        source("Bad Slug") + source("b", "乙", "x") + "- slug: c\n  name: 丙\n",
    )
    office.writes("topics.yaml", "- slug: t\n  name: 专\n  query: '(停水 OR'\n")
    office.writes("lexicon/own.txt", "停水 -1.5\n欠薪\n")
    told = office.hears()
    assert [line.split("：")[0] for line in told] == [
        "lexicon/own.txt 第 2 行",
        "sources.yaml 第 1 行",
        "sources.yaml 第 6 行",
        "sources.yaml 第 7 行",
        "topics.yaml 第 3 行",
    ]
    assert "缺 网址（url）" in told[3]


def test_a_tab_is_told_and_later_mistakes_are_still_found(office: Office) -> None:
    told = office.writes("sources.yaml", source() + "\ttier: 2\n").hears()
    assert told == ["sources.yaml 第 4 行：有制表符（Tab 键），YAML 不认；请改成空格"]
    office.writes("sources.yaml", "- slug: a\n  name:\t甲\n  url: x\n")
    assert len(office.hears()) == 2


def test_a_duplicate_slug_and_a_duplicate_name_name_the_first_one(office: Office) -> None:
    told = office.writes(
        "sources.yaml", source("a", "甲") + source("a", "乙") + source("b", "甲")
    ).hears()
    assert told == [
        "sources.yaml 第 4 行：代号“a”与第 1 行重复；请换一个",
        "sources.yaml 第 8 行：信源名称“甲”与 sources.yaml 第 2 行 重复；请换一个，或删去其中一项",
    ]


def test_a_name_that_the_shipped_catalogue_has_already_is_a_duplicate(office: Office) -> None:
    office.writes("sources.yaml", source("a", "甲"), "shipped")
    (told,) = office.writes("sources.yaml", source("b", "甲"), "own").hears()
    assert told.startswith("own/sources.yaml 第 2 行：信源名称“甲”与 shipped/sources.yaml 第 2 行")


def test_a_key_written_twice_is_told(office: Office) -> None:
    told = office.writes("sources.yaml", source() + "  name: 乙\n").hears()
    assert told == ["sources.yaml 第 4 行：“name”写了两次（第 2 行已有）；请只留一个"]


def test_an_unknown_key_and_an_unknown_file_get_the_nearest_name(office: Office) -> None:
    office.writes("sources.yaml", source() + "  intervals: 5\n")
    office.writes("topic.yaml", "")
    told = office.hears()
    assert "sources.yaml 第 4 行：不认识“intervals”，是不是想写“interval_minutes”？" in told
    assert any("是不是想写“topics.yaml”？" in line for line in told)


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("tier: 5", "影响层级（tier）：“5”不对，应是 1 到 4 的整数"),
        ("tier: 二", "应是 1 到 4 的整数"),
        ("tier: [1]", "这里是一串，应是 1 到 4 的整数"),
        ("official: 也许", "应写 true（是）或 false（否）"),
        ("region: hom", "是不是想写“home”？"),
        ("interval_minutes: 0", "应是 0.05 到 1440 的数"),
        ("interval_minutes: nan", "应是 0.05 到 1440 的数"),
        ("options: 1", "应是“名称: 值”"),
        ("kind: api", "feed（订阅源）"),
    ],
)
def test_a_value_of_the_wrong_type_says_what_is_allowed(
    office: Office, line: str, cure: str
) -> None:
    (told,) = office.writes("sources.yaml", source() + f"  {line}\n").hears()
    assert told.startswith("sources.yaml 第 4 行：")
    assert cure in told


def test_words_that_yaml_would_take_for_other_types_stay_words(office: Office) -> None:
    office.writes("sources.yaml", source(name="12345") + "  platform: No\n  official: 是\n")
    item = office.loads().items()["source", "a"]
    assert (item["name"], item["platform"], item["official"]) == ("12345", "No", True)


def test_a_query_error_points_at_the_line_of_the_character(office: Office) -> None:
    topic = "- slug: t\n  name: 专\n  query: |\n    停水 OR 停电\n    ) 断水\n"
    (told,) = office.writes("topics.yaml", topic).hears()
    assert told.startswith("topics.yaml 第 5 行：检索式（query）第 10 个字起有误：")
    assert "右括号" in told
    folded = "- slug: t\n  name: 专\n  query: 停水\n    停电\n    断水 )\n"
    (told,) = office.writes("topics.yaml", folded).hears()
    assert told.startswith("topics.yaml 第 5 行：")


def test_a_topic_may_name_sources_and_units_and_not_topics(office: Office) -> None:
    office.writes("sources.yaml", source(name="本地论坛") + "  platform: 论坛\n")
    topic = "- slug: {0}\n  name: {0}\n  query: '停水 {1}'\n"
    office.writes("topics.yaml", topic.format("good", "source:本地论坛"))
    assert office.hears() == []
    office.writes("topics.yaml", topic.format("bad", "source:本地论谈"))
    assert "本地论坛" in office.hears()[0]
    office.writes("topics.yaml", topic.format("worse", "unit:水务局"))
    assert office.writes("units.yaml", "- slug: w\n  name: 水利局\n").hears()
    office.writes("topics.yaml", topic.format("refused", "topic:good"))
    assert office.hears()


def test_an_unknown_reference_is_told_at_its_own_line(office: Office) -> None:
    office.writes("matters.yaml", "- slug: wages\n  name: 欠薪\n  weight: 60\n  words: [欠薪]\n")
    office.writes("places.yaml", "- slug: town\n  name: 白石镇\n")
    office.writes(
        "units.yaml",
        "- slug: labour\n  name: 人社局\n  matters:\n    - 欠薪\n    - 欠新\n  places: [石白镇]\n",
    )
    told = office.hears()
    assert told == [
        "units.yaml 第 5 行：没有叫“欠新”的事项类别，是不是想写“欠薪”？",
        "units.yaml 第 6 行：没有叫“石白镇”的地名，是不是想写“白石镇”？",
    ]


def test_references_by_name_become_slugs(office: Office) -> None:
    office.writes("places.yaml", "- slug: town\n  name: 白石镇\n")
    office.writes("units.yaml", "- slug: u\n  name: 镇政府\n  places: [白石镇, town]\n")
    assert office.loads().items()["unit", "u"]["places"] == ["town"]


def test_a_yaml_bomb_is_refused_at_its_first_anchor(office: Office) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    began = time.perf_counter()
    (told,) = office.writes("sources.yaml", bomb).hears()
    assert time.perf_counter() - began < 1
    assert told == "sources.yaml 第 1 行：不支持锚点（&名字）；请把内容直接写全"


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 50_000, "{a: " * 50_000])
def test_deep_nesting_is_refused_quickly(office: Office, text: str) -> None:
    began = time.perf_counter()
    (told,) = office.writes("sources.yaml", text).hears()
    assert time.perf_counter() - began < 5
    assert told.startswith("sources.yaml 第 1 行：")


def test_a_file_over_a_megabyte_is_refused(office: Office) -> None:
    (told,) = office.writes("topics.yaml", "#" * 1_000_001).hears()
    assert "超过上限 1,000,000" in told
    (told,) = office.writes("topics.yaml", "").writes("lexicon/big.txt", "#" * 1_000_001).hears()
    assert told.startswith("lexicon/big.txt：文件超过")


def test_another_encoding_is_told_with_its_line(office: Office) -> None:
    (told,) = office.writes("sources.yaml", "# ok\nname: 白石镇的信源".encode("gb18030")).hears()
    assert told == "sources.yaml 第 2 行：不是 UTF-8 编码；请在编辑器里选“另存为”，编码选 UTF-8"


def test_a_byte_order_mark_and_windows_newlines_are_fine(office: Office) -> None:
    text = source().replace("\n", "\r\n").encode("utf-8-sig")
    assert office.writes("sources.yaml", text).hears() == []


@pytest.mark.parametrize(
    ("text", "line", "cure"),
    [
        ("- slug: a\n  name: 甲: 乙\n", 2, "多了一个冒号"),
        ('- slug: a\n  name: "甲\n', 3, "引号没有成对"),
        ("- slug: a\n  names: [甲\n", 3, "方括号或花括号没有成对"),
        ("- slug: a\n name: 甲\n", 2, "缩进没有对齐"),
        ("- slug: a\n  name: @甲\n", 2, "请加引号"),
        ("- slug: a\n  name: \x00\n", 2, "控制字符"),
        ("- slug: a\n---\n- slug: b\n", 2, "只能有一份内容"),
        ("- slug: a\n  name: !!python/name:os.system x\n", 2, "不支持类型标记"),
        ("slug: a\n", 1, "应是一份清单"),
        ("- a\n", 1, "应以“- slug: 代号”开头"),
        ("- name: 甲\n", 1, "缺代号"),
    ],
)
def test_broken_yaml_is_told_in_chinese(office: Office, text: str, line: int, cure: str) -> None:
    told = office.writes("sources.yaml", text).hears()[0]
    assert told.startswith(f"sources.yaml 第 {line} 行：")
    assert cure in told


@pytest.mark.parametrize(
    ("text", "line", "cure"),
    [
        ("停水\n", 1, "应写成“词 权重”"),
        ("停水 很坏\n", 1, "应写成“词 权重”"),
        ("# 词\n停水 -1\n停水 -2\n", 3, "写了两次（第 2 行已有）"),
        ("停水 -5\n", 1, "应在 -3 到 3 之间"),
    ],
)
def test_a_dictionary_mistake_is_told_with_its_line(
    office: Office, text: str, line: int, cure: str
) -> None:
    (told,) = office.writes("lexicon/own.txt", text).hears()
    assert told.startswith(f"lexicon/own.txt 第 {line} 行：")
    assert cure in told


def test_levels_must_rise_and_matter_words_must_not_be_single_characters(office: Office) -> None:
    office.writes("levels.yaml", "alert_at: 90\ndead_levels: [3, 10, 30]\n")
    office.writes("matters.yaml", "- slug: a\n  name: 甲\n  weight: 5\n  words: [涝, 水+, 水+涨]\n")
    told = "\n".join(office.hears())
    assert "分数线应依次递增" in told
    assert "levels.yaml 第 2 行：死亡人数分级（dead_levels）：人数应从Ⅰ级到Ⅲ级依次递减" in told
    assert "“涝”只有一个字" in told
    assert "“水+”不对" in told
    assert "水+涨" not in told


def test_a_missing_directory_is_told(office: Office) -> None:
    office.directories.append(office.folder / "none")
    assert "这个目录不存在" in office.hears()[0]


def test_a_units_matter_may_be_narrowed_by_words_and_a_wrong_one_is_told(office: Office) -> None:
    office.writes("matters.yaml", "- slug: a\n  name: 隐患\n  weight: 5\n  words: [隐患]\n")
    unit = "- slug: u\n  name: 某局\n  matters: [隐患+电梯/扶梯]\n"
    office.writes("units.yaml", unit)
    assert office.loads().values().units["u"].matters == ("a+电梯/扶梯",)
    office.writes("units.yaml", unit + "  assists: [隐忧+电梯, 隐患+]\n")
    assert office.hears() == [
        "units.yaml 第 4 行：没有叫“隐忧+电梯”的事项类别，是不是想写“隐患”？",
        "units.yaml 第 4 行：没有叫“隐患+”的事项类别，是不是想写“隐患”？",
    ]
    office.writes("units.yaml", "- slug: u\n  name: 某局\n  matters: [隐患+电梯//扶梯]\n")
    (told,) = office.hears()
    assert told.startswith("units.yaml 第 3 行：主管事项（matters）里的“a+电梯//扶梯”不对")
