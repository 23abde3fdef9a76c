"""One reader over an invented county for all tests of the room (loading takes 0.3 s)."""

from collections.abc import Callable

import pytest

from monitor.text.matters import Matter
from monitor.text.places import Place
from monitor.text.reading import Reader, Reading
from monitor.text.units import Unit

MATTERS = (
    Matter("rescue", "被困求救", 100, ("被困", "求救", "等待救援"), rescue=True),
    Matter(
        "casualty",
        "伤亡事故",
        90,
        ("死亡", "遇难", "受伤", "车祸", "坍塌", "爆炸", "人员伤亡"),
        ("保险条款",),
        casualty=True,
    ),
    Matter("pollution", "环境污染", 60, ("污水", "排污", "化工厂+异味", "河水+发黑")),
    Matter("wages", "欠薪", 60, ("欠薪", "拖欠工资", "讨薪", "工钱+没给")),
    Matter("water", "停水停电", 30, ("停水", "停电", "没有水")),
)
PLACES = (
    Place("qingxi", "青溪县", "county", ("青溪", "小青溪", "咱青溪")),
    Place("baishi", "白石镇", "town"),
    Place("shuanghe", "双河镇", "town"),
    Place("chengguan", "城关镇", "town", ambiguous=True),
    Place("hospital", "人民医院", "site", ambiguous=True),
    Place("yunlan", "云岚市", "above"),
    Place("donglin", "东临县", "county", ("大白石镇",), home=False),
)
UNITS = (
    Unit("water-bureau", "青溪县水务局", ("水务局", "自来水公司"), ("water",)),
    Unit("baishi-gov", "白石镇人民政府", ("白石镇政府",), (), ("baishi",)),
    Unit("labour", "青溪县人社局", ("人社局", "劳动监察大队"), ("wages",)),
)

Read = Callable[..., Reading]


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.shipped(MATTERS, PLACES, UNITS, "test-1", {"没人管": -4.0})


@pytest.fixture(scope="session")
def read(reader: Reader) -> Read:
    def one(body: str, title: str = "") -> Reading:
        return reader.read([(title, body)])[0]

    return one
