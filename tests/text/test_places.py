"""Places and units: ours, elsewhere, and who has to answer."""

import pytest

from monitor.text.reading import Reading
from tests.text.conftest import Read


def places(reading: Reading) -> set[str]:
    return {found.slug for found in reading.places}


def test_the_longest_name_wins(read: Read) -> None:
    reading = read("小青溪的夜景")
    assert [f.text for f in reading.places] == ["小青溪"]
    reading = read("大白石镇的庙会")
    assert (reading.places, reading.elsewhere) == ((), ("东临县",))


def test_an_ambiguous_name_alone_is_not_ours(read: Read) -> None:
    assert places(read("城关镇人民医院挂号难")) == set()


@pytest.mark.parametrize(
    "text",
    [
        "青溪的城关镇挂号难",
        "咱县城关镇挂号难",
        "我们县的城关镇挂号难",
        "从白石镇到城关镇的路",
    ],
)
def test_an_ambiguous_name_is_ours_beside_other_evidence(read: Read, text: str) -> None:
    assert "chengguan" in places(read(text))


def test_evidence_in_the_title_serves_the_body(read: Read) -> None:
    assert places(read("城关镇停水", "青溪县一周要闻")) == {"qingxi", "chengguan"}


def test_the_city_above_us_is_neither_ours_nor_elsewhere(read: Read) -> None:
    reading = read("云岚市发布通告，城关镇照常上课")
    assert (reading.places, reading.elsewhere) == ((), ())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("东临县一工厂起火", ("东临县",)),
        ("隔壁东河县也停水了", ("东河县",)),
        ("北岭县和南川县的队伍", ("北岭县", "南川县")),
        ("全县各乡镇，贫困县摘帽，超市、夜市和菜市场", ()),
        ("恳请市政府关注，希望县里处理", ()),
        ("我们县的县城，县委县政府", ()),
        ("青溪县和云岚市", ()),
    ],
)
def test_other_counties_are_named(read: Read, text: str, names: tuple[str, ...]) -> None:
    assert read(text).elsewhere == names


def test_names_of_elsewhere_are_bounded(read: Read) -> None:
    names = [f"{a}{b}县" for a in "东西南北" for b in "岭湖川山"]
    assert len(read("，".join(f"在{name}" for name in names)).elsewhere) == 8


def test_a_unit_is_found_by_name_by_ground_and_by_competence(read: Read) -> None:
    reading = read("白石镇停水，打水务局电话没人接")
    assert {(f.slug, f.why, f.text) for f in reading.units} == {
        ("water-bureau", "点名", "水务局"),
        ("water-bureau", "主管：停水停电", "停水"),
        ("baishi-gov", "属地：白石镇", "白石镇"),
    }


def test_the_bureau_of_another_county_is_not_ours(read: Read) -> None:
    assert read("东临县水务局通报停水").units == ()
    assert read("东临县和青溪县的水务局会商停水").units != ()
