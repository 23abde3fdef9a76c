"""One article: the text, what the machine read in it, and where it came from."""

from typing import Any

import pytest

from monitor.models import Alert, Article
from tests.pipeline.office import entry
from tests.web.county import HOSTILE, POISON
from tests.web.pages import page


def test_the_text_is_shown_with_the_words_that_were_judged_by(county: Any, officer: Any) -> None:
    alert = county.alarm()
    article = Article.objects.get(source="forum")
    answer = officer.get(f"/articles/{article.pk}")
    found = page(answer)
    assert POISON in found.text
    assert "河边人" in found.text
    assert found.marks
    assert alert.number in found.text
    kinds = {kind for tag, a in found.tags if tag == "mark" for kind in (a["class"] or "").split()}
    assert {"neg", "matter"} <= kinds
    assert "白石镇" in found.text[found.text.index("研读") :]


def test_an_article_without_an_alert_says_what_keeps_it_from_one(county: Any, officer: Any) -> None:
    foul = "东临县鑫旺化工厂夜里偷排污水，河面全是死鱼，村民投诉没人管"
    (far,) = county.office.hears("paper", entry(foul, title="东临县污水"))
    (idle,) = county.office.hears("forum", entry("今晚广场放露天电影，大家带好板凳"))
    assert "为什么没有预警" not in page(officer.get(f"/articles/{far}")).text
    county.office.reads()
    found = page(officer.get(f"/articles/{far}")).text
    assert "不预警" in found[found.index("为什么没有预警") :]
    found = page(officer.get(f"/articles/{idle}")).text
    assert "未涉及需要回应的事项类别" in found[found.index("为什么没有预警") :]


def test_an_article_with_an_alert_has_no_such_question(county: Any, officer: Any) -> None:
    county.alarm()
    article = Article.objects.get(source="forum")
    assert "为什么没有预警" not in page(officer.get(f"/articles/{article.pk}")).text


def test_what_was_searched_for_is_marked_too(county: Any, officer: Any) -> None:
    county.alarm()
    article = Article.objects.get(source="forum")
    found = page(officer.get(f"/articles/{article.pk}", {"q": "村民"}))
    assert "村民" in found.marks
    assert page(officer.get(f"/articles/{article.pk}", {"q": "((("})).text


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/x"])
def test_only_web_addresses_become_links(county: Any, officer: Any, link: str) -> None:
    (pk,) = county.told(entry("便民信息一条", title="便民"))
    Article.objects.filter(pk=pk).update(link=link)
    found = page(officer.get(f"/articles/{pk}"))
    assert link not in found.links.values()
    assert "不提供跳转" in found.text


def test_the_way_to_the_original_takes_nothing_along(county: Any, officer: Any) -> None:
    (pk,) = county.told(entry("便民信息一条", title="便民", link="https://forum.example/t/1"))
    links = [a for tag, a in page(officer.get(f"/articles/{pk}")).tags if tag == "a"]
    (original,) = (a for a in links if a["href"] == "https://forum.example/t/1")
    assert set((original["rel"] or "").split()) == {"noopener", "noreferrer", "nofollow"}


def test_earlier_editions_can_be_read(county: Any, officer: Any) -> None:
    link = "https://forum.example/t/2"
    (pk,) = county.told(entry("第一次的说法", title="初稿", link=link))
    county.told(entry("改过的说法", title="改稿", link=link))
    newest = page(officer.get(f"/articles/{pk}"))
    assert "改过的说法" in newest.text
    earlier = page(officer.get(newest.link("第 1 版")))
    assert "第一次的说法" in earlier.text
    assert "不是最新的" in earlier.text


def test_an_article_not_read_yet_is_shown_and_says_so(county: Any, officer: Any) -> None:
    (pk,) = county.office.hears("forum", entry("刚刚来的一条", title="新"))
    found = page(officer.get(f"/articles/{pk}"))
    assert "刚刚来的一条" in found.text
    assert "还没有研读" in found.text


def test_other_sources_that_showed_it_are_named(county: Any, officer: Any) -> None:
    told = entry("两处都有的一条", title="转见", link="https://forum.example/t/3")
    (pk,) = county.told(told)
    county.told(told, by="micro")
    text = page(officer.get(f"/articles/{pk}")).text
    record = text[text.index("转见", text.index("记录")) :]
    assert "青溪论坛" in record
    assert "微语同城" in record


def test_hostile_text_stays_text(county: Any, officer: Any) -> None:
    (pk,) = county.told(entry(HOSTILE + POISON, title=HOSTILE, author=HOSTILE, outlet=HOSTILE))
    answer = officer.get(f"/articles/{pk}")
    found = page(answer)
    assert found.text.count("<script>window.ran=1</script>") >= 4
    assert not [a for tag, a in found.tags if tag == "img"]
    assert "\u202e" not in answer.content.decode()


def test_an_article_that_is_not_there_is_told_of(officer: Any) -> None:
    assert officer.get("/articles/123456").status_code == 404


def test_what_the_law_hangs_duties_on_is_shown_with_the_article_and_its_alert(
    county: Any, officer: Any
) -> None:
    (pk,) = county.office.hears(
        "forum",
        entry("白石镇瓷厂着火了，浓烟滚滚，3人死亡，8人受伤，求大家帮帮", title="白石镇瓷厂着火"),
    )
    county.office.works()
    article = page(officer.get(f"/articles/{pk}")).text
    assert "事故灾难（较大）" in article[article.index("突发事件") :]
    assert "涉及突发事件处置和自然灾害应对" in article[article.index("须回应情形") :]
    alert = page(officer.get(f"/alerts/{Alert.objects.get().number}")).text
    obliged = alert[alert.index("法定情形") :]
    assert "事故灾难（较大）" in obliged
    assert "涉及突发事件处置和自然灾害应对" in obliged


def test_an_article_of_no_incident_shows_no_such_line(county: Any, officer: Any) -> None:
    (pk,) = county.told(entry("今晚广场放露天电影，大家带好板凳"))
    found = page(officer.get(f"/articles/{pk}")).text
    assert "突发事件" not in found
    assert "须回应情形" not in found
