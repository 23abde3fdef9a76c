"""Units: who has to answer, from what a text is mainly about, and why."""

import pytest

from monitor.text.matters import Matter
from monitor.text.places import Place
from monitor.text.reading import Reader, Reading
from monitor.text.units import Unit

MATTERS = (
    Matter("hazard", "安全隐患", 45, ("隐患", "要塌了", "松动")),
    Matter("wages", "欠薪", 60, ("欠薪", "工钱"), own_line=True),
    Matter("power", "供电", 40, ("停电", "跳闸")),
    Matter("conduct", "干部作风", 55, ("没人管", "踢皮球"), broad=True),
    Matter("rescue", "被困求救", 90, ("被困",), rescue=True),
)
PLACES = (
    Place("qingxi", "青溪县", "county"),
    Place("baishi", "白石镇", "town"),
    Place("factory", "白石瓷厂", "company"),
    Place("school", "白石中学", "site"),
)
UNITS = (
    Unit("emergency", "应急管理局", (), ("rescue",), (), ("hazard",)),
    Unit("market", "市场监督管理局", ("市监局",), ("hazard+电梯/扶梯",)),
    Unit("housing", "住建局", (), (), (), ("hazard",)),
    Unit("labour", "人社局", (), ("wages",)),
    Unit("power", "供电公司", (), ("power",), vertical=True),
    Unit("discipline", "纪委监委", (), ("conduct",)),
    Unit("baishi-gov", "白石镇人民政府", ("白石镇政府",), (), ("baishi", "factory", "school")),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.shipped(MATTERS, PLACES, UNITS, "units-1")


def units(reading: Reading) -> dict[str, list[str]]:
    grounds: dict[str, list[str]] = {}
    for one in reading.units:
        grounds.setdefault(one.slug, []).append(one.why)
    return grounds


def read(reader: Reader, body: str, title: str = "") -> Reading:
    return reader.read([(title, body)])[0]


def test_a_narrowed_charge_goes_to_the_one_whose_words_are_told(reader: Reader) -> None:
    lift = read(reader, "青溪县一栋楼电梯有隐患")
    assert units(lift) == {"market": ["主管：安全隐患"]}
    assert [one.slug for one in lift.helpers] == ["emergency", "housing"]
    assert {one.why for one in lift.helpers} == {"协办：安全隐患"}


def test_where_nobody_is_competent_those_who_help_are_concerned(reader: Reader) -> None:
    wall = read(reader, "青溪县一堵墙要塌了")
    assert units(wall) == {"emergency": ["协办：安全隐患"], "housing": ["协办：安全隐患"]}
    assert wall.helpers == ()


def test_a_unit_that_is_named_is_concerned_and_the_helpers_stay_helpers(reader: Reader) -> None:
    wall = read(reader, "青溪县一堵墙要塌了，市监局说不归他们")
    assert units(wall) == {"market": ["点名"]}
    assert [one.slug for one in wall.helpers] == ["emergency", "housing"]


def test_a_vertical_unit_is_called_so(reader: Reader) -> None:
    assert units(read(reader, "青溪县又停电"))["power"] == ["垂管单位，主管：供电"]
    assert units(read(reader, "供电公司没人接电话"))["power"] == ["垂管单位，点名"]


def test_what_is_told_along_with_it_is_nobodys_main_business(reader: Reader) -> None:
    body = "青溪县老街一到晚上就停电，天天停电，电压低得跳闸。护栏也松动了。反正没人管。"
    assert set(units(read(reader, body, "青溪老街停电"))) == {"power"}


def test_a_broad_matter_decides_where_nothing_else_is_told(reader: Reader) -> None:
    assert set(units(read(reader, "青溪县那个窗口踢皮球"))) == {"discipline"}


def test_the_ground_is_a_reason_of_its_own(reader: Reader) -> None:
    reading = read(reader, "白石镇停电，白石镇政府知道吗")
    assert units(reading)["baishi-gov"] == ["点名", "属地：白石镇"]


def test_in_a_matter_of_departments_the_name_of_a_town_is_no_ground(reader: Reader) -> None:
    assert set(units(read(reader, "白石镇有人欠薪"))) == {"labour"}
    assert set(units(read(reader, "白石瓷厂欠薪"))) == {"labour", "baishi-gov"}


def test_what_happens_in_a_school_is_not_the_business_of_its_town(reader: Reader) -> None:
    assert set(units(read(reader, "青溪县白石中学停电"))) == {"power"}


def test_the_town_gets_people_out_of_its_school(reader: Reader) -> None:
    stuck = units(read(reader, "青溪县白石中学有学生被困"))
    assert stuck == {"emergency": ["主管：被困求救"], "baishi-gov": ["属地：白石中学"]}


def test_while_people_are_in_danger_nothing_else_is_anybodys_business(reader: Reader) -> None:
    body = "青溪县老街停电，又停电，跳闸。楼上三个老人被困"
    assert set(units(read(reader, body))) == {"emergency"}


def test_every_reason_quotes_the_text(reader: Reader) -> None:
    title, body = "白石镇停电", "隐患没人管，供电公司和市监局踢皮球，电梯关人"
    reading = read(reader, body, title)
    for one in (*reading.units, *reading.helpers):
        assert {"title": title, "body": body}[one.field][one.start : one.end] == one.text != ""


def test_a_charge_without_words_behind_its_plus_is_refused() -> None:
    with pytest.raises(ValueError, match="两边都要有字"):
        Unit("x", "某局", (), ("hazard+",))
