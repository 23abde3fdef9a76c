"""The course of an event, and the headline that stands for it."""

from datetime import timedelta

import pytest

from monitor.detect.course import State, course
from monitor.detect.headline import central
from monitor.detect.story import FINE, Story
from tests.detect.desk import NOW


def ago(*hours: float) -> list:
    return [NOW - timedelta(hours=hour) for hour in hours]


def test_the_course_tells_first_newest_and_the_loudest_hour() -> None:
    went = course(ago(30, 20.2, 20.4, 20.5, 1), NOW)
    assert (went.first, went.newest) == (NOW - timedelta(hours=30), NOW - timedelta(hours=1))
    assert (went.peak, went.most) == (NOW - timedelta(hours=21), 3)


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        ([1, 2, 3], State.GROWING),
        ([1, 2, 3, 4, 10, 12, 14, 16], State.GROWING),
        ([1, 2], State.STEADY),
        ([1, 4, 8, 12, 16, 20, 24, 28], State.STEADY),
        ([30, 31, 32, 2], State.STEADY),
        ([30, 31, 32, 33, 34, 35, 36, 37, 2], State.FADING),
        ([60, 61, 62, 63], State.FADING),
    ],
)
def test_the_state_follows_from_the_counts_of_these_hours(hours: list[float], state: State) -> None:
    assert course(ago(*hours), NOW).state is state


def test_an_event_without_articles_has_neither_course_nor_title() -> None:
    with pytest.raises(ValueError, match="without articles"):
        course([], NOW)
    with pytest.raises(ValueError, match="without articles"):
        central([])


def test_the_title_says_most_of_what_the_articles_share_in_few_words() -> None:
    story = Story((("拖拉机", 5.0), ("甘蔗", 5.0), ("侧翻", 4.0)), (("何家湾村", FINE),))
    titles = [
        "警情通报",
        "何家湾村拖拉机侧翻",
        "刚才路过看见拉甘蔗的拖拉机侧翻了好吓人围了好多人大家绕一下路啊不要再往那边挤了",
        "突发！",
    ]
    assert central([(title, story) for title in titles]) == 1


def test_of_titles_that_say_nothing_the_first_stays() -> None:
    assert central([("突发！", Story()), ("速看", Story())]) == 0
