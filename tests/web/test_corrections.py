"""纠正: one click, at once in force, under one's own name, and taken back by another."""

from typing import Any

import pytest
from django.utils import timezone

from monitor.models import Alert, Article, Correction, Learned
from monitor.pipeline import correct, knowledge, learning
from monitor.text.model import SentimentModel
from monitor.words import Sentiment
from tests.pipeline.office import entry
from tests.web.county import HOSTILE
from tests.web.fixtures import Person
from tests.web.pages import Page, page
from tests.web.test_access import check_markup

SHIPPED = SentimentModel.shipped().id


@pytest.fixture
def alarmed(county: Any) -> Any:
    """The county with its alert, its units known."""
    county.office.has(units=[{"slug": "baishi", "name": "白石镇人民政府", "places": ["白石镇"]}])
    county.alarm()
    return county


def told() -> Article:
    return Article.objects.get(source="forum")


def buttons(found: Page, kind: str) -> list[tuple[str | None, str | None]]:
    """The buttons whose ids begin so, each with whether it is pressed."""
    return [
        (a["id"], a.get("aria-pressed"))
        for tag, a in found.tags
        if tag == "button" and (a.get("id") or "").startswith(kind)
    ]


def test_a_sentiment_is_put_right_by_one_click_and_taken_back_by_another(
    alarmed: Any, officer: Any
) -> None:
    pk = told().pk
    before = page(officer.get(f"/articles/{pk}"))
    assert buttons(before, "mood-") == [
        ("mood-negative", "true"),
        ("mood-neutral", "false"),
        ("mood-positive", "false"),
    ]
    answer = officer.post(
        f"/articles/{pk}/correct", {"kind": "sentiment", "value": "neutral"}, follow=True
    )
    assert answer.redirect_chain == [(f"/articles/{pk}#correct", 302)]
    found = page(answer)
    assert "情感：敏感 → 中性，已生效" in found.text
    assert buttons(found, "mood-")[1] == ("mood-neutral", "true")
    row = Correction.objects.get()
    assert (row.by, told().sentiment) == ("officer-zhang", "neutral")
    found = page(officer.post(f"/corrections/{row.pk}/undo", follow=True))
    assert f"撤销第 {row.pk} 号（情感：中性 → 敏感）" in found.text
    assert "已撤销" in found.text
    assert buttons(found, "undo-") == []
    assert told().sentiment == "negative"


def test_place_and_units_are_put_right_by_a_click_each(alarmed: Any, officer: Any) -> None:
    pk = told().pk
    path = f"/articles/{pk}/correct"
    officer.post(path, {"kind": "place", "value": "elsewhere"})
    officer.post(path, {"kind": "units", "add": "health"})
    units = correct.in_force(told().analysis)[correct.Kind.UNITS]
    assert {"baishi", "health"} <= set(units)
    found = page(officer.post(path, {"kind": "units", "drop": "baishi"}, follow=True))
    assert ("drop-health", None) in buttons(found, "drop-")
    assert ("drop-baishi", None) not in buttons(found, "drop-")
    assert ("place-elsewhere", "true") in buttons(found, "place-")
    assert Correction.objects.count() == 3


def test_a_false_alarm_is_told_to_the_system_on_the_alerts_page(alarmed: Any, officer: Any) -> None:
    alert = Alert.objects.get()
    found = page(officer.get(f"/alerts/{alert.number}"))
    assert buttons(found, "false-alarm")
    answer = officer.post(f"/events/{alert.event_id}/correct", {"kind": "false_alarm"}, follow=True)
    assert answer.redirect_chain == [(f"/alerts/{alert.number}#correct", 302)]
    assert "不再推送，除非有新的求救" in page(answer).text
    assert not buttons(page(answer), "false-alarm")
    assert Alert.objects.get().false_alarm
    assert "误报" in page(officer.get("/")).text


def test_what_was_missed_is_told_to_the_system_on_the_events_page(
    county: Any, officer: Any
) -> None:
    (pk,) = county.told(entry("城关镇春季植树活动举行，种下三百棵树苗。", title="植树"))
    event = Article.objects.get(pk=pk).event_id
    assert buttons(page(officer.get(f"/search/events/{event}")), "missed")
    answer = officer.post(f"/events/{event}/correct", {"kind": "missed"}, follow=True)
    assert "已判为漏报" in page(answer).text
    county.office.works()
    alert = Alert.objects.get()
    assert (
        "人工判定：officer-zhang认为需要回应" in page(officer.get(f"/alerts/{alert.number}")).text
    )


@pytest.mark.parametrize(
    ("role", "may"), [("officer", True), ("analyst", True), ("admin", True), ("leader", False)]
)
def test_only_those_who_judge_see_buttons_and_may_press_them(
    alarmed: Any, person: Person, role: str, may: bool
) -> None:
    visitor = person(role)
    alert, pk = Alert.objects.get(), told().pk
    for path in (f"/articles/{pk}", f"/alerts/{alert.number}"):
        found = page(visitor.get(path))
        assert bool(buttons(found, "mood-") or buttons(found, "false-alarm")) is may
    row = correct.place(pk, home=False, by="张三")
    for path, given in (
        (f"/articles/{pk}/correct", {"kind": "sentiment", "value": "neutral"}),
        (f"/events/{alert.event_id}/correct", {"kind": "false_alarm"}),
        (f"/corrections/{row.pk}/undo", {}),
    ):
        assert visitor.post(path, given).status_code == (302 if may else 403), path
    assert Correction.objects.count() == (4 if may else 1)
    assert "张三" in page(visitor.get(f"/articles/{pk}")).text, "who said what is seen by all"


def test_strangers_and_links_change_nothing(alarmed: Any, client: Any, officer: Any) -> None:
    pk = told().pk
    paths = [f"/articles/{pk}/correct", "/events/1/correct", "/corrections/1/undo"]
    for path in (*paths, "/models/activate"):
        assert client.post(path)["Location"] == f"/sign-in?next={path}"
        assert officer.get(path).status_code == 405
    assert client.get("/corrections")["Location"] == "/sign-in?next=/corrections"


def test_what_makes_no_sense_changes_nothing_and_says_so(alarmed: Any, officer: Any) -> None:
    pk = told().pk
    for path, given, words in (
        (f"/articles/{pk}/correct", {"kind": "sentiment", "value": "angry"}, "没有这样的纠正"),
        (f"/articles/{pk}/correct", {"kind": "units", "add": "nobody"}, "没有责任单位 nobody"),
        (f"/events/{told().event_id}/correct", {"kind": "missed"}, "已有预警"),
        (f"/events/{told().event_id}/correct", {"kind": "rename"}, "没有这样的纠正"),
        ("/corrections/99/undo", {}, "没有第 99 号纠正"),
    ):
        assert words in page(officer.post(path, given, follow=True)).text
    assert not Correction.objects.exists()


def test_without_any_correction_the_page_says_what_to_do(county: Any, officer: Any) -> None:
    found = page(officer.get("/corrections"))
    check_markup(found)
    assert f"在用随软件附带的模型 {SHIPPED}" in found.text
    assert "纠正或确认 30 个事件的情感，就可以训练本单位的模型，现在有 0 个" in found.text
    assert "还没有纠正" in found.text


def test_all_corrections_are_listed_with_who_and_what_and_taken_back_there(
    alarmed: Any, officer: Any
) -> None:
    event = Alert.objects.get().event_id
    (pk,) = alarmed.told(entry(HOSTILE, title=HOSTILE))
    row = correct.sentiment(pk, Sentiment.NEGATIVE, HOSTILE, HOSTILE)
    correct.false_alarm(event, "李四")
    answer = officer.get("/corrections")
    found = page(answer)
    check_markup(found)
    assert found.text.index("误报：预警") < found.text.index("情感：")
    assert "<script>window.ran=1</script>" in found.text
    assert "\u202e" not in answer.content.decode()
    assert f"/articles/{pk}" in found.links.values()
    assert "现在有 1 个" in found.text
    answer = officer.post(f"/corrections/{row.pk}/undo", {"from": "list"}, follow=True)
    assert answer.redirect_chain == [("/corrections", 302)]
    assert "现在有 0 个" in page(answer).text


def test_the_list_is_turned_page_by_page(
    alarmed: Any, officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitor.web import corrections

    monkeypatch.setattr(corrections, "PAGE", 2)
    for home in (False, True, False):
        correct.place(told().pk, home=home, by="张三")
    found = page(officer.get("/corrections"))
    assert "第 1 页，共 2 页" in found.text
    older = page(officer.get(f"/corrections{found.link('较早的')}"))
    assert "地点：本地 → 外地" in older.text


def test_models_are_listed_with_their_figures_and_activated_by_administrators_alone(
    county: Any, person: Person
) -> None:
    share = {"difference": 0.3, "low": 0.1, "high": 0.5}
    figures = {
        "corrections": 60,
        "stories": 55,
        "active": 0.2,
        "candidate": 0.5,
        "untouched": 90,
        "kept": 0.94,
        "gain": share,
        "gold": 592,
        "gold_active": 0.7,
        "gold_candidate": 0.69,
        "gold_gain": share,
        "rival": SHIPPED,
        "refusal": "差别在误差之内",
    }
    Learned.objects.create(
        slug="office-1",
        made=timezone.now(),
        made_by="张三",
        figures=figures,
        content=SentimentModel.shipped().to_bytes(),
    )
    officer, admin = person("officer"), person("admin")
    found = page(officer.get("/corrections"))
    check_markup(found)
    assert "没有启用：差别在误差之内" in found.text
    assert f"新模型 50%，{SHIPPED} 20%" in found.text
    assert "90 篇，维持原判 94%" in found.text
    assert buttons(found, "activate-") == []
    assert officer.post("/models/activate", {"model": "office-1"}).status_code == 403
    assert buttons(page(admin.get("/corrections")), "activate-") == [("activate-office-1", None)]
    answer = admin.post("/models/activate", {"model": "office-1"}, follow=True)
    assert "已启用 office-1" in page(answer).text
    assert Learned.in_force() is not None
    assert buttons(page(answer), "activate-") == [("activate-shipped", None)]
    answer = admin.post("/models/activate", {"model": "office-2"}, follow=True)
    assert "没有模型 office-2" in page(answer).text
    learning.activate(SHIPPED, "张三")
    assert knowledge.current().scorer.model.id == SHIPPED
