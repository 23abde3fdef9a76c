"""热度 orders lists: many widely read sources, lately."""

from datetime import timedelta

from monitor.detect.heat import heat
from tests.detect.desk import NOW, article


def test_more_sources_are_hotter_than_more_reprints_of_one() -> None:
    five_papers = [article(source=f"s{n}", tier=3) for n in range(5)]
    one_forum = [article(source="forum", tier=3) for _ in range(5)]
    single = [article(source="forum", tier=3)]
    assert heat(five_papers, NOW) > heat(one_forum, NOW) > heat(single, NOW)


def test_a_widely_read_source_is_hotter_than_a_small_one() -> None:
    by_tier = [heat([article(tier=tier)], NOW) for tier in (1, 2, 3, 4)]
    assert by_tier == sorted(by_tier, reverse=True)
    assert len(set(by_tier)) == 4


def test_heat_halves_with_the_half_life_and_comes_back_with_a_new_article() -> None:
    old = article(tier=1, hours_ago=0)
    assert heat([old], NOW) == 8.0
    assert heat([old], NOW + timedelta(hours=24)) == 4.0
    assert heat([old], NOW + timedelta(hours=12), half_life=timedelta(hours=6)) == 2.0
    again = article(tier=1, hours_ago=-24)
    assert heat([old, again], NOW + timedelta(hours=24)) == 16.0


def test_an_event_without_articles_is_cold_and_the_future_is_now() -> None:
    assert heat([], NOW) == 0.0
    assert heat([article(tier=4, hours_ago=-3)], NOW) == 1.0
