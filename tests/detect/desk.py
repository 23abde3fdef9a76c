"""Short ways to write articles and events of the invented county 青溪县 in tests."""

from datetime import UTC, datetime, timedelta

from monitor.detect.events import Member
from monitor.detect.facts import ArticleFacts, Cue, EventView, MatterFact
from monitor.detect.marks import marks_of
from monitor.text.fingerprint import signature
from monitor.text.normalise import normalise

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)

POLLUTION = MatterFact("pollution", "生态环境", 70, False, False, "偷排", "title")
HURT = MatterFact("hurt", "伤亡事故", 90, False, True, "住院", "title")
WATER = MatterFact("water", "供水供电供暖", 45, False, False, "停水", "title")
FLOOD = MatterFact("flood", "自然灾害", 60, False, False, "暴雨", "body")
CALL = MatterFact("trapped", "被困求救与失联", 100, True, False, "被困", "body")
POTHOLE = MatterFact("road", "市政公用和交通", 30, False, False, "坑洼", "body")

ASKS = Cue("petition", "有没有人管", "body")
ANSWERS = Cue("official", "情况通报", "title")

_counter = iter(range(1, 1_000_000))


def article(
    title: str = "青溪县的一件事", *, hours_ago: float = 2, **facts: object
) -> ArticleFacts:
    """An article of the local forum about our county, in a calm tone unless told otherwise."""
    values: dict[str, object] = {
        "article": next(_counter),
        "source": "qingxi-forum",
        "tier": 4,
        "official": False,
        "platform": "论坛",
        "published": NOW - timedelta(hours=hours_ago),
        "title": title,
        "negative": 0.1,
        "home": True,
        "home_source": True,
        "places": ("白石镇",),
    }
    return ArticleFacts(**{**values, **facts})  # type: ignore[arg-type]


def official(title: str, **facts: object) -> ArticleFacts:
    """An article of the county government's own site."""
    own: dict[str, object] = {
        "source": "qingxi-gov",
        "official": True,
        "platform": "政府网站",
        "tier": 3,
    }
    return article(title, **{**own, **facts})  # type: ignore[arg-type]


def event(*articles: ArticleFacts, answers: tuple[ArticleFacts, ...] = ()) -> EventView:
    return EventView.of(1, articles, NOW, answers)


def member(
    number: int, text: str, *, title: str = "", event: int | None = None, hours: float = 0
) -> Member:
    """An article as the window sees it, signed like the real ones, `hours` after NOW."""
    normalised = normalise(f"{title}\n{text}").text
    letters = sum(character.isalnum() for character in normalised)
    return Member(
        article=number,
        event=event,
        signature=signature(normalised),
        published=NOW + timedelta(hours=hours),
        title=title,
        length=letters,
        marks=marks_of(title, text),
    )
