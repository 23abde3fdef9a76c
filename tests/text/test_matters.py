"""Matters: what kind of thing is said, and when it is not said at all."""

import pytest

from monitor.text.matters import Matter
from tests.text.conftest import Read


def slugs(read: Read, body: str, title: str = "") -> set[str]:
    return {found.slug for found in read(body, title).matters}


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("城南已经停水两天", "water"),
        ("厂里拖欠工资半年", "wages"),
        ("老板的工钱到现在都没给", "wages"),
        ("河水这几天发黑", "pollution"),
        ("家里没有水做饭", "water"),
        ("电影院发生坍塌", "casualty"),
        ("有没有停水的邻居", "water"),
        ("消防人员赶到时仍有两人被困", "rescue"),
        ("大水淹没农田，三人被困", "rescue"),
    ],
)
def test_words_of_a_matter_are_met(read: Read, text: str, matter: str) -> None:
    assert matter in slugs(read, text)


@pytest.mark.parametrize(
    "text",
    [
        "今天没有停水",
        "近期不会再停水",
        "县里未发生停水",
        "化工厂搬走了。厨房有股异味",  # A and B in two sentences
        "小说里写到矿井坍塌",
        "矿难二十周年，缅怀遇难矿工",
        "保险条款载明死亡赔付",
        "货车侧翻，未造成人员伤亡",
        "各单位要严防坍塌",
        "被困群众已全部转移",
        "如遇被困请拨打119",
    ],
)
def test_denials_settings_and_the_rest_of_the_sentence_void_a_matter(read: Read, text: str) -> None:
    assert slugs(read, text) == set()


def test_a_veto_ends_with_its_sentence(read: Read) -> None:
    assert slugs(read, "上午举行演练。下午厂房坍塌。") == {"casualty"}


def test_a_drill_in_the_headline_voids_the_body(read: Read) -> None:
    body = "10时许，3人被困，2人受伤，救援随即展开。"
    assert slugs(read, body) == {"rescue", "casualty"}
    assert slugs(read, body, "我县举行地震救援演练") == set()


def test_a_film_in_the_headline_does_not(read: Read) -> None:
    assert slugs(read, "楼下三人被困", "看完电影回家") == {"rescue"}


def test_evidence_quotes_the_original(read: Read) -> None:
    body = "𝕏 ㎡ 隔壁化工廠傳來陣陣異味"
    found = read(body).matters
    assert [f.text for f in found] == ["化工廠", "異味"]
    for f in found:
        assert (f.slug, f.name, f.field) == ("pollution", "环境污染", "body")
        assert body[f.start : f.end] == f.text


def test_a_matter_is_quoted_at_most_three_times_a_field(read: Read) -> None:
    read_as = read("停水。" * 500, "停水" * 9).matters
    found = [one for one in read_as if one.slug == "water"]
    assert len(found) == 6


def test_a_latin_word_is_met_whole_only() -> None:
    from monitor.text.reading import Reader

    reader = Reader.shipped((Matter("ai", "人工智能", 5, ("AI",)),), (), (), "x")
    hit, miss = reader.read([("", "ＡＩ写的通知"), ("", "fair play, MAIL")])
    assert [f.text for f in hit.matters] == ["ＡＩ"]
    assert miss.matters == ()


def test_a_weight_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="0 到 100"):
        Matter("x", "错误", 101, ("词",))


def test_a_plus_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="加号和斜线两边"):
        Matter("x", "错误", 10, ("化工厂+",))
