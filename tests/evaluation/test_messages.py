"""Citizens' messages: the county's places are put in, and the rule judges whose they are."""

import pytest

from monitor.catalog import Values
from monitor.detect.reported import origin_of
from monitor.evaluation.county import County
from monitor.evaluation.messages import (
    ASKED,
    OTHERS,
    Board,
    MessageFigures,
    Names,
    message_figures,
    names_of,
    placed,
    told,
)
from monitor.text.reading import Reader

HOME = Names("青溪县", "云岚市", ("白石镇", "柳林村"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("B4县城南停水三天", "青溪县城南停水三天"),
        ("B市B4县城南停水", "云岚市青溪县城南停水"),
        ("B市城南停水", "青溪县城南停水"),
        ("C省B市B4区城南停水", "C省云岚市青溪县城南停水"),
        ("B4区停水，B4的领导来看看", "青溪县停水，青溪县的领导来看看"),
        ("看KTV的B超和G4高速，P2P暴雷", "看KTV的B超和G4高速，P2P暴雷"),
        ("B4栋停水", "B4栋停水"),
        ("今天停水", "今天停水"),
    ],
)
def test_the_county_stands_where_the_anonymous_one_stood(text: str, read: str) -> None:
    assert placed(text, HOME) == read


def test_further_places_become_towns_and_stay_what_they_became() -> None:
    text = placed("B4县B4县的厂，从C7县搬来，C7县赶它走，D2镇不要", HOME)
    first = next(town for town in HOME.towns if f"从{town}搬来" in text)
    assert f"，{first}赶它走" in text
    other = next(town for town in HOME.towns if town != first)
    assert text.endswith(f"，{other}不要")


def test_the_same_seed_puts_the_same_names_in() -> None:
    text = "从C7县到D2镇，再到B4县，B4县"
    assert placed(text, HOME, 1) == placed(text, HOME, 1)
    assert len({placed(text, HOME, seed) for seed in range(9)}) > 1


def test_an_office_without_a_county_is_told_so() -> None:
    with pytest.raises(ValueError, match="没有本县"):
        names_of(Values())


def test_a_message_wants_an_answer_at_home_and_none_elsewhere(
    gold: County, gold_reader: Reader
) -> None:
    texts = [
        "B4县老街化工厂夜里偷排污水，河水发黑发臭，老人孩子睡不着，投诉多次没人管，请求查处！",
        "B4县城南工地拖欠工资半年，老板跑路，四十多人讨薪无门，求领导做主！",
        "B4县的风景真好，周末去走了走。",
    ]
    figures = message_figures(texts, gold.values, gold_reader)
    assert figures == MessageFigures(messages=3, ours=2, others=0, missed=(2,))
    assert "66.7%" in told(figures)
    assert "0.0%" in told(figures)


@pytest.mark.parametrize(
    ("board", "here"),
    [
        (Board("home"), True),
        (Board("home", platform="问政平台"), True),
        (Board("home", platform="论坛"), False),
        (Board("home", official=True), False),
    ],
)
def test_a_board_is_where_citizens_write_to_government(board: Board, here: bool) -> None:
    assert origin_of(board, ASKED).addressed is here


def test_the_other_counties_stand_in_no_gazetteer(gold: County) -> None:
    known = {name for place in gold.values.places.values() for name in (place.name, *place.aliases)}
    assert known.isdisjoint(
        name for other in OTHERS for name in (other.county, other.city, *other.towns)
    )
