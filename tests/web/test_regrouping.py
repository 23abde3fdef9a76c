"""The page of an event: how it went, and merging and splitting by one click."""

from typing import Any

from monitor.models import Article, Correction, Event
from tests.pipeline.office import entry
from tests.web.pages import page
from tests.web.test_access import check_markup


def another(county: Any) -> int:
    """An event of its own about the same plant; returns its number."""
    county.office.hears("paper", entry("双河镇明日停水检修，请居民储水。", title="双河镇停水公告"))
    county.office.works()
    event = Article.objects.order_by("-pk")[0].event_id
    assert event is not None
    return event


def test_the_page_tells_how_the_event_went(county: Any, officer: Any) -> None:
    alert = county.alarm()
    found = page(officer.get(f"/search/events/{alert.event_id}"))
    check_markup(found)
    assert "经过" in found.text
    assert "发酵" in found.text, "three articles within the hour"
    assert "青溪论坛" in found.text
    assert "3 篇" in found.text


def test_two_events_are_merged_by_one_click_and_taken_apart_by_another(
    county: Any, officer: Any
) -> None:
    alert = county.alarm()
    other = another(county)
    assert other != alert.event_id
    answer = officer.post(
        f"/events/{other}/correct", {"kind": "merge", "other": alert.number}, follow=True
    )
    found = page(answer)
    assert f"合并：并入了第 {other} 号事件" in found.text
    assert set(Article.objects.values_list("event", flat=True)) == {alert.event_id}
    gone = page(officer.get(f"/search/events/{other}"))
    assert f"这个事件已并入第 {alert.event_id} 号事件" in gone.text
    row = Correction.objects.get()
    assert row.by == "officer-zhang"
    officer.post(f"/corrections/{row.pk}/undo")
    assert set(Article.objects.values_list("event", flat=True)) == {alert.event_id, other}


def test_chosen_articles_become_an_event_of_their_own(county: Any, officer: Any) -> None:
    event = county.alarm().event_id
    pk = Article.objects.get(source="paper").pk
    found = page(officer.get(f"/search/events/{event}"))
    boxes = {a["value"] for tag, a in found.tags if tag == "input" and a.get("name") == "article"}
    assert boxes == {str(one) for one in Article.objects.values_list("pk", flat=True)}
    answer = officer.post(
        f"/events/{event}/correct", {"kind": "split", "article": [pk]}, follow=True
    )
    assert "机器不会再把它们并回来" in page(answer).text
    assert Article.objects.get(pk=pk).event_id != event
    assert Event.objects.get(pk=event).articles_count == 2


def test_what_cannot_be_merged_or_split_is_told_why_and_changes_nothing(
    county: Any, officer: Any
) -> None:
    event = county.alarm().event_id
    for given, words in (
        ({"kind": "merge", "other": ""}, "请填要合并的事件号或预警号"),
        ({"kind": "merge", "other": "9" * 40}, "请填要合并的事件号或预警号"),
        ({"kind": "merge", "other": str(event)}, "请给出 2 到"),
        ({"kind": "split", "article": ["x"]}, "请选"),
    ):
        answer = page(officer.post(f"/events/{event}/correct", given, follow=True))
        assert f"没有改动：{words}" in answer.text
    assert not Correction.objects.exists()


def test_an_event_that_is_like_it_is_offered(county: Any, officer: Any) -> None:
    alert = county.alarm()
    pk = Article.objects.get(source="paper").pk
    officer.post(f"/events/{alert.event_id}/correct", {"kind": "split", "article": [pk]})
    apart = Article.objects.get(pk=pk).event_id
    found = page(officer.get(f"/search/events/{apart}"))
    assert "可能是同一件事" in found.text
    officer.post(f"/events/{apart}/correct", {"kind": "merge", "other": str(alert.event_id)})
    assert Article.objects.get(pk=pk).event_id == alert.event_id
