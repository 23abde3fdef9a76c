"""Concern: what a government must answer, said in whatever words."""

import numpy as np
import pytest

from monitor.text.concern import Concern, telling_clauses
from monitor.text.matters import HEARD, Matter
from monitor.text.reading import Reader, Reading
from monitor.text.whereabouts import Origin
from tests.text.conftest import PLACES, UNITS, Read

OTHER = Matter("public", "其他民生诉求", 30, (), fallback=True)


@pytest.fixture(scope="module")
def county() -> Reader:
    wages = Matter("wages", "欠薪", 60, ("欠薪",))
    return Reader.shipped((wages, OTHER), PLACES, UNITS, "concern")


def one(county: Reader, text: str, title: str = "") -> Reading:
    return county.read([(title, text)])[0]


@pytest.mark.parametrize(
    "text",
    [
        "我们巷子的路灯黑了三个月，报了四次修，到现在没有一个人来看",
        "食堂的菜里又吃出虫子，问后勤，说洗洗就没事了",
        "化粪池堵了半个月，一楼的人家里都是臭水，物业只会说等通知",
    ],
)
def test_a_complaint_is_a_concern_without_any_word_of_the_catalogue(
    county: Reader, text: str
) -> None:
    reading = one(county, text)
    assert reading.concern.chance > 0.5
    assert [matter.slug for matter in reading.matters][:1] == ["public"]


@pytest.mark.parametrize(
    "text",
    [
        "今天的晚霞真好看，河边好多人拍照",
        "谢谢窗口的小姑娘，十分钟就办好了，还给倒了杯水",
        "请问图书馆周一开不开门",
        "全县一季度交通事故起数同比下降一成",
    ],
)
def test_small_talk_thanks_questions_and_figures_are_none(county: Reader, text: str) -> None:
    reading = one(county, text)
    assert reading.concern.chance < 0.5
    assert reading.concern.evidence == ()
    assert reading.matters == ()


def test_its_clauses_are_quoted_where_they_stand(county: Reader) -> None:
    title, body = "路灯黑了三个月", "报了四次修，到现在没有一个人来看，晚上老人都不敢出门"
    found = one(county, body, title).concern.evidence
    assert found
    for word in found:
        assert {"title": title, "body": body}[word.field][word.start : word.end] == word.text
        assert word.weight > 0


def test_a_named_matter_needs_no_concern_and_hides_the_fallback(county: Reader) -> None:
    reading = one(county, "老板欠薪半年，我们十几个人到现在没拿到一分钱")
    assert {matter.slug for matter in reading.matters} == {"wages"}


LAMPS = Matter("roads", "道路市政", 40, ("修路",), about=("路灯", "井盖+巷子"))


@pytest.fixture(scope="module")
def town() -> Reader:
    loose = Matter("conduct", "干部作风", 45, ("踢皮球",), broad=True)
    return Reader.shipped((LAMPS, loose, OTHER), PLACES, UNITS, "about")


def test_a_concern_without_a_matter_is_of_what_it_speaks_about(town: Reader) -> None:
    (matter,) = one(town, "我们巷子的路灯黑了三个月，报了四次修，到现在没有一个人来看").matters
    assert (matter.slug, matter.text, matter.why) == ("roads", "路灯", HEARD)


def test_so_is_one_that_only_says_that_nobody_cares(town: Reader) -> None:
    text = "井盖丢了半个月，几个部门踢皮球，到现在没有一个人来管。巷子里摔了两个老人"
    assert {matter.slug for matter in one(town, text).matters} == {"conduct", "roads"}


def test_small_talk_about_the_same_thing_has_no_matter(town: Reader) -> None:
    assert one(town, "今晚路灯下的桂花真好看，河边好多人拍照").matters == ()


def test_whoever_gives_thanks_has_no_matter_left(county: Reader) -> None:
    text = "之前反映的路灯修好了，谢谢师傅，黑了三个月到现在终于亮了"
    assert one(county, text, "感谢").matters == ()


def test_concern_survives_being_stored(read: Read) -> None:
    reading = read("路灯黑了三个月，报了四次修，没有一个人来看")
    again = Reading.from_json(reading.to_json())
    assert again.concern == reading.concern
    old = reading.to_json()
    del old["concern"]
    assert Reading.from_json(old).concern == Concern()


def test_of_a_long_clause_the_telling_part_is_quoted() -> None:
    text = "甲" * 60 + "没人来修" + "乙" * 40
    share = np.array([1.0 if char in "没人来修" else -0.1 for char in text], np.float32)
    ((weight, (start, end)),) = telling_clauses(text, lambda: share)
    assert "没人来修" in text[start:end]
    assert end - start <= 24
    assert weight > 0


def test_a_thank_you_ends_a_polite_request_and_takes_nothing_from_it(county: Reader) -> None:
    text = "楼下的水到门框了，奶奶在二楼出不来，哪位有船来接一下，谢谢"
    assert "call" in [cue.slug for cue in one(county, text, text).cues]


CRY = "楼下的水到门框了，奶奶在二楼出不来，哪位有船来接一下"


def test_a_call_for_rescue_is_of_the_rescue_matter_in_whatever_words() -> None:
    rescue = Matter("rescue", "被困求救", 90, ("救命",), rescue=True)
    called = one(Reader.shipped((rescue, OTHER), PLACES, UNITS, "call"), CRY, CRY)
    assert {matter.slug for matter in called.matters} == {"rescue"}


def test_unless_the_emergency_has_a_name_of_its_own() -> None:
    rescue = Matter("rescue", "被困求救", 90, ("救命",), rescue=True)
    water = Matter("drowning", "溺水", 85, ("水到门框",), incident="accident")
    called = one(Reader.shipped((rescue, water, OTHER), PLACES, UNITS, "call"), CRY, CRY)
    assert {matter.slug for matter in called.matters} == {"drowning"}


BOARD = Origin("home", addressed=True)


def test_who_writes_to_government_sounds_more_like_a_concern_there(county: Reader) -> None:
    text = "请问三胎补贴从哪个月开始发放，需要到哪里申请，社区说还没有接到通知"
    elsewhere, there = county.read([("", text)] * 2, [Origin("home"), BOARD])
    assert there.concern.chance > elsewhere.concern.chance
    assert there.concern.evidence
    assert [matter.slug for matter in there.matters][:1] == ["public"]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("关于三胎补贴发放问题的答复", "三胎补贴自下月起发放，请到社区申请"),
        ("【回复】三胎补贴", "三胎补贴自下月起发放，请到社区申请"),
        ("三胎补贴", "您的来信收悉，三胎补贴自下月起发放"),
    ],
)
def test_an_offices_reply_gains_nothing_there(county: Reader, title: str, body: str) -> None:
    elsewhere, there = county.read([(title, body)] * 2, [Origin("home"), BOARD])
    assert there.concern == elsewhere.concern
