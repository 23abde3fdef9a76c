"""Hostile text: nothing crashes, scores stay sane, quotations stand in the original, and the time
that a text takes grows with its length and no faster. Read with the shipped catalogue."""

import json
import math
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.catalog import load
from monitor.text.gist import Gist
from monitor.text.places import Place
from monitor.text.reading import READ_MAX, Reader, Reading
from monitor.text.units import Unit

SHIPPED = Path(__file__).parents[2] / "config" / "catalog"
COUNTY = (Place("qingxi", "青溪县", "county"), Place("huangsha", "黄沙铺镇", "town"))
TOWN = Unit("huangsha-gov", "黄沙铺镇人民政府", (), (), ("huangsha",))

LANGUAGES = {
    "English": "The water has been off for three days and nobody answers the phone.",
    "Русский": "Воды нет уже три дня, никто не отвечает на звонки.",
    "العربية": "انقطعت المياه منذ ثلاثة أيام ولا أحد يرد على الهاتف.",
    "עברית": "אין מים כבר שלושה ימים ואף אחד לא עונה לטלפון.",
    "हिन्दी": "तीन दिन से पानी नहीं आ रहा और कोई फ़ोन नहीं उठाता।",
    "ไทย": "น้ำไม่ไหลมาสามวันแล้วและไม่มีใครรับโทรศัพท์",
    "日本語": "三日前から断水しているのに、誰も電話に出ません。",
    "한국어": "사흘째 물이 나오지 않는데 아무도 전화를 받지 않습니다.",
    "Ελληνικά": "Τρεις μέρες χωρίς νερό και κανείς δεν απαντά στο τηλέφωνο.",
    "བོད་ཡིག": "ཉིན་གསུམ་རིང་ཆུ་མེད། སུས་ཀྱང་ཁ་པར་ལེན་གྱི་མི་འདུག",
    "ئۇيغۇرچە": "ئۈچ كۈن بولدى سۇ يوق، ھېچكىم تېلېفون ئالمايدۇ.",
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    values = load([SHIPPED]).values()
    return Reader.shipped(
        list(values.matters.values()),
        [*values.places.values(), *COUNTY],
        [*values.units.values(), TOWN],
        "hostile",
        values.weights,
    )


def read(reader: Reader, body: str, title: str = "") -> Reading:
    return reader.read([(title, body)])[0]


def sane(reading: Reading, title: str, body: str) -> None:
    """Fails unless scores are shares, quotations are true and the reading can be stored."""
    shares = (reading.score.negative, reading.score.neutral, reading.score.positive)
    assert all(math.isfinite(share) and 0 <= share <= 1 for share in shares)
    assert math.isclose(sum(shares), 1, abs_tol=1e-4)
    fields = {"title": title, "body": body}
    quotes = [
        *(*reading.matters, *reading.places, *reading.units, *reading.helpers, *reading.cues),
        *(*reading.duty, *(reading.incident.reasons if reading.incident else ())),
        *(reason for reason in reading.where.reasons if reason.text),
    ]
    for quote in (*quotes, *reading.score.evidence):
        assert quote.text
        assert fields[quote.field][quote.start : quote.end] == quote.text
    stored = json.loads(json.dumps(reading.to_json(), allow_nan=False))
    again = Reading.from_json(stored, reading.signature)
    assert again == replace(reading, gist=Gist())


PIECES = st.sampled_from(
    (
        *(
            "停水",
            "化*工*厂",
            "偷 排 污 水",
            "石皮坏",
            "扌斥迁",
            "欠xin",
            "hgc",
            "救命",
            "被困三天",
        ),
        *("青溪县", "黄沙浦镇", "黄沙铺", "东临县", "3死1伤", "三十余名", "冇人管", "县应急局"),
        *(
            "<p>",
            "</p>",
            "<script>",
            "</script>",
            "<!--",
            "-->",
            "&nbsp;",
            "&#27424;",
            "&amp",
            "<a x=",
        ),
        *(
            "\ud83d",
            "\ude00",
            "😀",
            "🏳️‍🌈",
            "[怒]",
            "\u202e",
            "\u200f",
            "\u200d",
            "\u200b",
            "\ufeff",
        ),
        *(
            "锟斤拷",
            "ä¸\xad",
            "\ufffd",
            "\x00",
            "\x85",
            "\u0301",
            "ﷺ",
            "㍿",
            "①",
            "Ａ１",
            "エ",
            "Ⅷ",
        ),
        *("。", "，", "！", "\n", " ", "*", "-", "·", "/", "+", "…", "“", "”"),
    )
)


@settings(max_examples=250, deadline=None)
@given(
    title=st.lists(PIECES | st.text(max_size=4), max_size=6).map("".join),
    body=st.lists(PIECES | st.text(max_size=6), max_size=40).map("".join),
)
@example(title="", body="")
@example(title="水", body="")
@example(title="\ud83d", body="\ude00")
def test_whatever_is_written_is_read_sanely(reader: Reader, title: str, body: str) -> None:
    sane(read(reader, body, title), title, body)


@settings(max_examples=60, deadline=None)
@given(
    st.text(min_size=1, max_size=30), st.sampled_from(["gb18030", "latin-1", "cp1251", "utf-16"])
)
def test_text_in_a_wrong_encoding_is_read_sanely(reader: Reader, text: str, wrong: str) -> None:
    mojibake = f"青溪县停水{text}".encode(errors="replace").decode(wrong, errors="replace")
    sane(read(reader, mojibake, mojibake[:20]), mojibake[:20], mojibake)


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_languages_are_read_and_tell_nothing(reader: Reader, language: str) -> None:
    text = LANGUAGES[language]
    reading = read(reader, text, text)
    sane(reading, text, text)
    # 断水 says the same in Japanese.
    assert language == "日本語" or reading.matters == ()
    assert reading.where.verdict is None


@pytest.mark.parametrize("unit", ["水", "\u200d", "\ud83d", "<", "<script>", "&", "*", "化*", "县"])
def test_a_megabyte_of_one_thing_is_read_sanely(reader: Reader, unit: str) -> None:
    body = unit * (1_000_000 // len(unit))
    sane(read(reader, body), "", body)


LONG = (
    *("停水没人管，", "化*工*", "偷 排 ", "<b>欠", "<script>", "&#27424;", "<a ", "被困", "东临县"),
    *("死3人", "黄沙浦", "我们在二楼", "是本县还是", "\u200d水", "冇人", "没有", "“停", "说"),
)


@pytest.mark.parametrize("unit", LONG)
def test_time_grows_with_the_length_and_no_faster(reader: Reader, unit: str) -> None:
    def seconds(characters: int) -> float:
        body = unit * (characters // len(unit))
        times = []
        for _ in range(3):
            begin = time.process_time()
            read(reader, body)
            times.append(time.process_time() - begin)
        return min(times)

    short, long = READ_MAX // 10, READ_MAX
    # Ten times the length takes ten times as long; were it squared, a hundred times.
    assert seconds(long) < 40 * seconds(short) + 0.05


@pytest.mark.parametrize(
    ("text", "matter", "quote"),
    [
        ("对岸那个化*工*厂又冒黑烟", "environment", "工*厂"),
        ("化 工 厂 偷 排 污 水", "environment", "偷 排"),
        ("夜里排-污-水到田里", "environment", "排-污"),
        ("化⋆工⋆厂又偷⋆排", "environment", "偷⋆排"),
        ("hgc偷排没人查", "environment", "hgc"),
        ("昨天弓虽拆了两家", "land", "弓虽拆"),
        ("qiang拆的人又来了", "land", "qiang拆"),
        ("扌斥迁补偿款没到", "land", "扌斥迁"),
        ("门口路面石皮损", "roads", "石皮损"),
        ("厂里欠xin半年", "wages", "欠xin"),
        ("欠\u200d薪半年", "wages", "欠\u200d薪"),
        ("欠\u202e薪半年", "wages", "欠\u202e薪"),
        ("欠<b>薪</b>半年", "wages", "欠<b>薪"),
        ("&#27424;薪半年", "wages", "&#27424;薪"),
        ("ＱＩＡＮ薪半年", "wages", "ＱＩＡＮ薪"),
        ("拖|欠|工|资", "wages", "拖|欠"),
        ("有人要tiao楼", "extreme", "tiao楼"),
        ("走召市又卖过期食品", "food-drug", "走召市"),
        ("停/水/三/天/了", "utilities", "停/水"),
        ("又停電，電話沒人接", "utilities", "停電"),
    ],
)
def test_an_evasive_spelling_is_found_and_quoted_as_it_stands(
    reader: Reader, text: str, matter: str, quote: str
) -> None:
    found = [one.text for one in read(reader, text).matters if one.slug == matter]
    assert any(quote in one or one in quote for one in found), found


@pytest.mark.parametrize(
    "text",
    [
        "尺寸是3*4*5，颜色有红-黄-蓝",
        "2026-05-04 12:30 天气晴",
        "第一·第二·第三小组",
        "男/女/老/少都来跳舞",
        "C++ 和 <vector> 的区别 &lt;笔记&gt;",
        "二○二六年元旦",
    ],
)
def test_ordinary_signs_between_characters_make_no_matter(reader: Reader, text: str) -> None:
    assert read(reader, text).matters == ()


def test_a_name_written_by_its_sound_is_ours(reader: Reader) -> None:
    reading = read(reader, "黄沙浦街上停电两天了")
    assert [(one.slug, one.text) for one in reading.places] == [("huangsha", "黄沙浦")]
    assert reading.where.verdict is True


def test_what_a_script_holds_is_not_read(reader: Reader) -> None:
    assert read(reader, "<script>var 停水='停水三天没人管'</script>天气好").matters == ()
    assert read(reader, "<p>停水三天没人管</p>").matters != ()
