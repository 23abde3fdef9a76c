"""突发事件 with class and grade, and the kinds of 61号文 that must be answered."""

import pytest

from monitor.text.casualties import NOBODY, Casualties
from monitor.text.found import Found
from monitor.text.incidents import Duties, Grades, Incident, gravest
from monitor.text.lookup import Lookup, Vocabulary
from monitor.text.matters import Matter

MATTERS = (
    Matter("fire", "火灾爆炸", 70, ("着火",), incident="accident", duties=("incident",)),
    Matter(
        "traffic",
        "交通事故",
        45,
        ("翻车",),
        incident="accident",
        incident_if_hurt=True,
        duties=("interest",),
    ),
    Matter("disaster", "自然灾害", 60, ("山洪",), incident="natural", duties=("incident",)),
    Matter("casualty", "伤亡事故", 80, ("身亡",), casualty=True, incident="accident"),
    Matter("health", "公共卫生", 65, ("聚集性感染",), incident="health", duties=("interest",)),
    Matter("crowd", "聚集", 80, ("堵路",), incident="security", duties=("interest",)),
    Matter("relief", "困难群众", 50, ("低保",), duties=("moral", "interest")),
)


def found(*slugs: str) -> list[Found]:
    names = {matter.slug: matter for matter in MATTERS}
    return [Found(slug, names[slug].name, "body", 0, 2, names[slug].words[0][:2]) for slug in slugs]


@pytest.fixture
def duties() -> Duties:
    return Duties(MATTERS, Vocabulary())


def incident(duties: Duties, *slugs: str, toll: Casualties = NOBODY) -> str:
    made = duties.incident(found(*slugs), toll)
    return made.words if made else ""


@pytest.mark.parametrize(
    ("slugs", "toll", "words"),
    [
        (["fire"], Casualties(), "事故灾难"),
        (["fire"], Casualties(dead=1), "事故灾难（一般）"),
        (["fire"], Casualties(dead=2, injured=9), "事故灾难（一般）"),
        (["fire"], Casualties(dead=3), "事故灾难（较大）"),
        (["fire"], Casualties(injured=10), "事故灾难（较大）"),
        (["fire"], Casualties(dead=10), "事故灾难（重大）"),
        (["fire"], Casualties(dead=1, injured=50), "事故灾难（重大）"),
        (["fire"], Casualties(dead=30), "事故灾难（特别重大）"),
        (["fire"], Casualties(injured=100), "事故灾难（特别重大）"),
        (["disaster"], Casualties(missing=4), "自然灾害"),
        (["health"], Casualties(injured=12), "公共卫生事件（较大）"),
        (["crowd"], Casualties(injured=12), "社会安全事件"),
        (["traffic"], Casualties(), ""),
        (["traffic"], Casualties(injured=1), "事故灾难（一般）"),
        (["relief"], Casualties(dead=1), ""),
    ],
)
def test_class_and_grade_follow_the_law(
    duties: Duties, slugs: list[str], toll: Casualties, words: str
) -> None:
    assert incident(duties, *slugs, toll=toll) == words


def test_the_class_is_that_of_which_most_is_said(duties: Duties) -> None:
    toll = Casualties(dead=3)
    assert incident(duties, "disaster", "disaster", "fire", toll=toll) == "自然灾害（较大）"
    # Harm alone tells no class where a cause is told.
    assert incident(duties, "casualty", "casualty", "disaster", toll=toll) == "自然灾害（较大）"
    assert incident(duties, "casualty", toll=toll) == "事故灾难（较大）"
    assert incident(duties, "casualty") == ""


def test_the_offices_own_standards_are_kept_to() -> None:
    strict = Duties(MATTERS, Vocabulary(), Grades(dead=(3, 2, 1), injured=(30, 20, 10)))
    assert incident(strict, "fire", toll=Casualties(dead=2)) == "事故灾难（重大）"


def test_each_kind_of_duty_comes_once_with_its_ground(duties: Duties) -> None:
    told = found("fire", "relief", "relief")
    kinds = duties.of(told, duties.incident(told, NOBODY), ())
    assert [(one.slug, one.why) for one in kinds] == [
        ("incident", "突发事件：火灾爆炸"),
        ("moral", "事项：困难群众"),
        ("interest", "事项：困难群众"),
    ]
    assert kinds[0].name == "涉及突发事件处置和自然灾害应对"


def test_being_told_to_answer_is_a_kind_of_its_own() -> None:
    vocabulary = Vocabulary()
    duties = Duties(MATTERS, vocabulary)
    text = "省生态环境保护督察组已下发督办函"
    quote = duties.ordered(Lookup(vocabulary).find(text))
    assert quote is not None
    assert text[slice(*quote)] in ("生态环境保护督察", "环保督察", "督办函")
    assert duties.ordered(Lookup(vocabulary).find("今天开会")) is None


def test_an_event_is_what_most_of_its_articles_tell_and_as_grave_as_the_gravest() -> None:
    fire = Incident("accident", "事故灾难", None, ())
    grave = Incident("accident", "事故灾难", 3, ())
    flood = Incident("natural", "自然灾害", 1, ())
    assert gravest([]) is None
    assert gravest([fire, flood, grave]) == grave
    assert gravest([flood]) == flood


def test_an_incident_survives_json() -> None:
    one = Incident("accident", "事故灾难", 3, tuple(found("fire")))
    assert Incident.from_json(one.to_json()) == one
