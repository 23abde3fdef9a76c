"""The console in a real browser: the duty officer's ways through it, on a desk and on a phone."""

from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from monitor.models import Alert, Article
from monitor.web import alerts
from tests.browser.visitor import Visitor
from tests.pipeline.office import entry
from tests.web.county import HOSTILE, POISON


def test_from_a_link_to_the_article_behind_an_alert(county: Any, visitor: Visitor) -> None:
    alert = county.alarm()
    visitor.comes_in("officer")
    visitor.sees(alert.headline)
    visitor.clicks(alert.headline)
    visitor.sees("为何预警")
    visitor.clicks("转载 2 篇")
    visitor.clicks("白石镇一化工厂被指偷排")
    text = visitor.sees("研读")
    assert POISON in text
    assert visitor.complaints() == []


def test_the_list_renews_itself_where_one_is(
    county: Any, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "REFRESH_S", 1)
    alert = county.alarm()
    visitor.comes_in()
    visitor.find(f"#alert-{alert.number}")
    visitor.driver.execute_script(
        "document.getElementById(arguments[0]).focus(); window.stayed = true",
        f"alert-{alert.number}",
    )
    Alert.objects.update(headline="标题已更新")
    visitor.sees("标题已更新")
    assert visitor.focused.get_attribute("id") == f"alert-{alert.number}"
    assert visitor.driver.execute_script("return window.stayed") is True
    assert visitor.complaints() == []


def test_searching_by_clicks(county: Any, visitor: Visitor) -> None:
    county.quiet()
    county.alarm()
    visitor.comes_in()
    visitor.searches("镇")
    visitor.sees("5 篇符合")
    visitor.clicks("青溪论坛")
    visitor.sees("1 篇符合")
    assert visitor.find("#q").get_attribute("value") == "镇 信源:青溪论坛"
    visitor.driver.find_element("css selector", ".chips a").click()
    visitor.sees("5 篇符合")
    visitor.clicks("共 3 条")
    visitor.sees("转：白石镇化工厂偷排污水")
    visitor.clicks("共 3 条")
    visitor.until(lambda _: "转：白石镇化工厂偷排污水" not in visitor.text, "folded up again")
    visitor.searches("停水 (县城")
    visitor.sees("左括号没有配对")
    assert visitor.find("mark.wrong").text == "("
    assert visitor.complaints() == []


def test_more_hits_are_added_and_the_keyboard_goes_on_there(county: Any, visitor: Visitor) -> None:
    county.told(*(entry(f"便民信息第{n}条", title=f"便民{n}号") for n in range(30)))
    visitor.comes_in()
    visitor.opens("/search?q=便民&fold=0")
    visitor.clicks("更多")
    visitor.sees("已到最后一条")
    assert len(visitor.driver.find_elements("css selector", ".result")) == 30
    assert visitor.focused.get_attribute("href").split("?")[0].rsplit("/", 1)[1].isdigit()


def test_no_page_is_wider_than_a_phone(county: Any, visitor: Visitor) -> None:
    county.robot.answers(403)
    county.told(entry(HOSTILE + POISON, title="长" * 200 + "a" * 300, author="b" * 150))
    alert, article = Alert.objects.get(), Article.objects.first()
    assert article is not None
    visitor.is_at(375)
    visitor.comes_in()
    for path in (
        "/",
        "/?told=0",
        f"/alerts/{alert.number}",
        "/search?q=停水",
        "/search?q=(" + "很" * 300,
        "/search?q=火星",
        f"/search/events/{alert.event_id}",
        f"/articles/{article.pk}?q=停水",
        "/sources",
        "/nope",
        "/sign-in",
    ):
        visitor.opens(path)
        visitor.driver.execute_script(
            "document.querySelectorAll('details').forEach((one) => { one.open = true })"
        )
        assert visitor.overflow <= 0, path
    assert visitor.complaints() == []


def test_everything_is_reached_by_keyboard(county: Any, visitor: Visitor) -> None:
    county.alarm()
    visitor.comes_in()
    visitor.opens("/")
    assert visitor.tabs_to(".skip") == 1
    visitor.presses(Keys.ENTER)
    visitor.tabs_to(".alert-row h2 a", most=8)
    visitor.opens("/")
    visitor.driver.find_element("css selector", "body").send_keys("/")
    assert visitor.focused.get_attribute("name") == "q"
    visitor.focused.send_keys("偷排", Keys.ENTER)
    visitor.sees("3 篇符合")
    visitor.driver.find_element("css selector", "body").send_keys("/")
    assert visitor.focused.get_attribute("id") == "q"
    visitor.tabs_to(".result h2 a", most=40)
    outline = visitor.driver.execute_script(
        "return getComputedStyle(document.activeElement).outlineStyle"
    )
    assert outline == "solid"
    visitor.presses(Keys.ENTER)
    visitor.sees("研读")


def test_hostile_feed_text_runs_nothing(county: Any, visitor: Visitor) -> None:
    told = entry(HOSTILE + POISON, title=HOSTILE, author=HOSTILE, outlet=HOSTILE)
    (pk,) = county.told(told)
    alert = Alert.objects.get()
    visitor.comes_in()
    for path in ("/", f"/alerts/{alert.number}", "/search?q=停水", f"/articles/{pk}?q=停水"):
        visitor.opens(path)
        assert "<script>window.ran=1</script>" in visitor.text, path
        assert visitor.ran is None
        assert visitor.driver.find_elements("css selector", "main img") == []
    visitor.opens("/search?q=" + "%3Cscript%3Ewindow.ran%3D3%3C/script%3E")
    assert visitor.ran is None
    assert visitor.complaints() == []


def test_what_slipped_into_a_page_would_be_refused_by_the_browser(
    county: Any, visitor: Visitor
) -> None:
    visitor.comes_in()
    visitor.driver.execute_script(
        "const slipped = document.createElement('script');"
        "slipped.textContent = 'window.ran = 4'; document.body.append(slipped)"
    )
    assert visitor.ran is None
    assert any("Content Security Policy" in one for one in visitor.complaints())


def test_a_page_that_lost_its_server_says_so(county: Any, visitor: Visitor) -> None:
    visitor.comes_in()
    assert "失去联系" not in visitor.text
    visitor.driver.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    visitor.driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    try:
        visitor.driver.execute_script("htmx.ajax('GET', '/', {target: '#alerts', swap: 'none'})")
        visitor.sees("与服务器失去联系")
    finally:
        online = offline | {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
        visitor.driver.execute_cdp_cmd("Network.emulateNetworkConditions", online)
    visitor.driver.execute_script("htmx.ajax('GET', '/', {target: '#alerts', swap: 'none'})")
    visitor.until(lambda _: "失去联系" not in visitor.text, "the banner goes away again")
