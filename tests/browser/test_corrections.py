"""纠正 in a real browser: by keyboard alone, and on a phone."""

from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from monitor.models import Alert, Article, Correction
from monitor.pipeline import correct
from monitor.words import Sentiment
from tests.browser.visitor import Visitor


@pytest.fixture
def alarmed(county: Any) -> Any:
    county.office.has(units=[{"slug": "baishi", "name": "白石镇人民政府", "places": ["白石镇"]}])
    county.alarm()
    return county


def test_a_mistake_is_put_right_and_taken_back_without_a_mouse(
    alarmed: Any, visitor: Visitor
) -> None:
    article = Article.objects.get(source="forum")
    visitor.comes_in("officer")
    visitor.opens(f"/articles/{article.pk}")
    visitor.tabs_to("#mood-neutral")
    visitor.presses(Keys.ENTER)
    visitor.sees("情感：敏感 → 中性，已生效")
    assert visitor.find("#mood-neutral").get_attribute("aria-pressed") == "true"
    visitor.tabs_to(f"#undo-{Correction.objects.get().pk}")
    visitor.presses(Keys.ENTER)
    visitor.sees("已撤销")
    article.refresh_from_db()
    assert article.sentiment == "negative"
    assert visitor.complaints() == []


def test_a_false_alarm_is_one_key_on_the_alerts_page(alarmed: Any, visitor: Visitor) -> None:
    visitor.comes_in("officer")
    visitor.opens(f"/alerts/{Alert.objects.get().number}")
    visitor.tabs_to("#false-alarm")
    visitor.presses(Keys.SPACE)
    visitor.sees("已判为误报")
    assert Alert.objects.get().false_alarm
    assert visitor.complaints() == []


def test_corrections_fit_a_phone(alarmed: Any, visitor: Visitor) -> None:
    article = Article.objects.get(source="forum")
    correct.sentiment(article.pk, Sentiment.NEUTRAL, "张三", "转述别处的事，语气平和，没有诉求")
    correct.units(article.pk, ["health", "ecology", "baishi"], "李四")
    alert = Alert.objects.get()
    row = correct.false_alarm(alert.event_id, "张三")
    correct.undo(row.pk, "李四", "看错了")
    visitor.comes_in("officer")
    for width in (375, 1440):
        visitor.is_at(width)
        for path in (
            f"/articles/{article.pk}",
            f"/alerts/{alert.number}",
            f"/search/events/{alert.event_id}",
            "/corrections",
        ):
            visitor.opens(path)
            visitor.sees("纠正")
            assert visitor.overflow == 0, (path, width)
    assert visitor.complaints() == []
