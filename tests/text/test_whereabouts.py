"""Where a story plays: here, elsewhere, or nothing tells; with the reason."""

import pytest

from monitor.text.places import Place
from monitor.text.reading import Reader
from monitor.text.whereabouts import Origin, Whereabouts
from tests.text.conftest import MATTERS, PLACES

HOME, ANY, FAR = Origin("home"), Origin("any"), Origin("any", "广东")
OURS = (
    *PLACES,
    Place("province", "江岭省", "above"),
    Place("taoshu", "桃树坳村", "village"),
    Place("ruifeng", "瑞丰食品", "company"),
)


@pytest.fixture(scope="module")
def whereabouts() -> Reader:
    return Reader.shipped(MATTERS, OURS, (), "where-1")


def where(reader: Reader, body: str, title: str = "", origin: Origin = ANY) -> Whereabouts:
    return reader.read([(title, body)], [origin])[0].where


@pytest.mark.parametrize(
    "body",
    [
        "青溪县白石镇停水三天",
        "白石镇停水三天",
        "我县停水三天",
        "桃树坳停水三天",
        "桃树凹村停水三天",
        "瑞丰食品又排污水",
        "不是双河镇，是白石镇停水",
        "我在东临县打工，老家白石镇停水三天没人管",
        "伤者从白石镇转至云岚市救治，三人受伤",
        "青溪县和东临县的水务局会商停水",
    ],
)
def test_ours(whereabouts: Reader, body: str) -> None:
    assert where(whereabouts, body).verdict is True


@pytest.mark.parametrize(
    "body",
    [
        "东临县停水三天",
        "东临县城关镇停水三天",
        "北岭县白石镇停水三天，白石镇居民排队接水",
        "不是青溪县，是东临县停水",
        "北岭县、南川县、东临县和青溪县都下了大雨",
        "广东一工厂爆炸，三人受伤",
        "教育部发布新规，禁止补课",
        "欧冠决赛今夜打响",
    ],
)
def test_elsewhere(whereabouts: Reader, body: str) -> None:
    assert where(whereabouts, body).verdict is False


@pytest.mark.parametrize(
    "body",
    [
        "城关镇停水三天",
        "停水三天没人管",
        "江岭省今日有雨",
        "是青溪县的城关镇还是东临县的城关镇停水？",
    ],
)
def test_nothing_tells(whereabouts: Reader, body: str) -> None:
    assert where(whereabouts, body).verdict is None


def test_what_the_headline_is_about_goes_before_the_text(whereabouts: Reader) -> None:
    body = "记者获悉，东临县与白石镇的供水管网相连，停水已两天。"
    assert where(whereabouts, body, "白石镇停水两天").verdict is True
    assert where(whereabouts, body, "东临县停水两天").verdict is False


def test_a_source_of_ours_settles_what_the_text_leaves_open(whereabouts: Reader) -> None:
    for body in ("停水三天没人管", "城关镇停水三天"):
        assert where(whereabouts, body, origin=ANY).verdict is None
        assert where(whereabouts, body, origin=HOME).verdict is True
        assert where(whereabouts, body, origin=Origin("elsewhere")).verdict is False
    assert where(whereabouts, "东临县停水三天", origin=HOME).verdict is False


def test_a_complaint_at_home_may_compare_with_another_county(whereabouts: Reader) -> None:
    body = "东临县都修好了，我们这边停水三天没人管"
    assert where(whereabouts, body, origin=HOME).verdict is True
    assert where(whereabouts, body, origin=ANY).verdict is False


def test_an_authors_province_speaks_against_us_and_never_for_us(whereabouts: Reader) -> None:
    assert where(whereabouts, "我县停水三天", origin=Origin("any", "江岭")).verdict is True
    assert where(whereabouts, "我县停水三天", origin=FAR).verdict is None
    assert where(whereabouts, "白石镇停水三天", origin=FAR).verdict is True
    assert where(whereabouts, "停水三天", origin=Origin("any", "江岭")).verdict is None


def test_the_reason_says_why_and_quotes_the_names(whereabouts: Reader) -> None:
    told = where(whereabouts, "青溪县白石镇停水，东临县来支援")
    assert {reason.why for reason in told.reasons} == {"主要说的是本县"}
    assert told.told
    silent = where(whereabouts, "停水三天", origin=HOME)
    assert [(reason.why, reason.text) for reason in silent.reasons] == [("信源只说本县的事", "")]
    assert not silent.told
    assert Whereabouts.from_json(told.to_json()) == told
