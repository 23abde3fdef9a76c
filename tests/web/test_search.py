"""Searching as a person does: words, clicks on facets, mistakes, folding, paging."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.models import Event
from monitor.pipeline.index import search_index, state
from tests.pipeline.office import entry
from tests.web.county import HOSTILE
from tests.web.pages import Page, page


def ask(client: Any, query: str, **more: str) -> Page:
    return page(client.get("/search", {"q": query, **more}))


def query_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["q"][0]


def test_a_hit_shows_its_words_marked_where_it_was_and_when(county: Any, officer: Any) -> None:
    county.quiet()
    found = ask(officer, "停水")
    assert "1 篇符合" in found.text
    assert "双河镇停水公告" in found.text
    assert found.marks == ["停水", "停水"]
    assert "云岚晚报" in found.text


def test_an_empty_query_shows_everything(county: Any, officer: Any) -> None:
    county.quiet()
    assert "2 篇，全部文章" in ask(officer, "").text


def test_a_click_on_a_facet_narrows_the_query_in_words_and_a_click_on_it_again_widens(
    county: Any, officer: Any
) -> None:
    county.quiet()
    county.alarm()
    narrowed = ask(officer, "镇").link("青溪论坛")
    assert query_of(narrowed) == "镇 信源:青溪论坛"
    found = page(officer.get(narrowed))
    assert "1 篇符合" in found.text
    assert query_of(found.link("青溪论坛")) == "镇"


def test_every_value_of_every_facet_finds_as_many_articles_as_it_says(
    county: Any, officer: Any
) -> None:
    county.quiet()
    county.alarm()
    found = ask(officer, "镇 或 河")
    facets = officer.get("/search", {"q": "镇 或 河"}).context["facets"]
    assert {facet["name"] for facet in facets} >= {"情感", "专题", "信源", "日期"}
    values = [value for facet in facets for value in (*facet["first"], *facet["rest"])]
    assert len(values) >= 6
    for value in values:
        assert f"{value['count']} 篇符合" in page(officer.get(value["link"])).text, value
    assert found.link("敏感")


def test_a_bar_of_the_trend_shows_its_day(county: Any, officer: Any) -> None:
    county.quiet()
    bars = officer.get("/search", {"q": "镇"}).context["bars"]
    assert sum(bar.count for bar, _ in bars) == 2
    bar, link = next((bar, link) for bar, link in bars if bar.count)
    assert query_of(link) == f"镇 日期:{bar.first}"
    assert f"{bar.count} 篇符合" in page(officer.get(link)).text


@pytest.mark.parametrize(
    ("query", "wrong", "words"),
    [
        ("停水 (县城", "(", "左括号没有配对"),
        ("停水 情感:坏", "坏", "情感只能是"),
        ("信源:青溪论", "青溪论", "青溪论坛"),
        ('停水 "县城', '"', "引号没有配对"),
    ],
)
def test_a_mistake_is_pointed_at_in_the_query_itself(
    county: Any, officer: Any, query: str, wrong: str, words: str
) -> None:
    answer = officer.get("/search", {"q": query})
    assert answer.status_code == 400
    found = page(answer)
    assert found.marks == [wrong]
    assert words in found.text
    assert f"第 {query.index(wrong) + 1} 个字符处" in found.text


def test_a_query_of_ten_thousand_characters_is_refused_in_a_few(county: Any, officer: Any) -> None:
    answer = officer.get("/search", {"q": "停" * 10_050})
    assert answer.status_code == 400
    assert "最多 10,000 个" in page(answer).text
    assert len(page(answer).text) < 2_000


def test_a_thousand_brackets_are_a_mistake_and_no_error(county: Any, officer: Any) -> None:
    assert officer.get("/search", {"q": "(" * 1000 + "停" + ")" * 1000}).status_code == 400


def test_hits_of_one_event_are_one_and_unfold_in_place(county: Any, officer: Any) -> None:
    county.alarm()
    found = ask(officer, "偷排")
    assert "3 篇符合" in found.text
    event = Event.objects.get(articles_count=3)
    link = found.link("共 3 条")
    part = officer.get(link, headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert len([words for words in page(part).links if "化工厂" in words]) == 3
    whole = page(officer.get(link))
    assert event.title in whole.text
    assert "找到 3 篇" in whole.text


def test_unfolding_shows_only_what_the_query_finds(county: Any, officer: Any) -> None:
    county.alarm()
    event = Event.objects.get(articles_count=3)
    part = page(officer.get(f"/search/events/{event.pk}", {"q": "标题:被指"}))
    assert "白石镇一化工厂被指偷排" in part.text
    assert "转：白石镇化工厂偷排污水" not in part.text


def test_hits_can_be_listed_one_by_one(county: Any, officer: Any) -> None:
    county.alarm()
    found = ask(officer, "偷排", fold="0")
    assert "共 3 条" not in found.text
    assert "白石镇一化工厂被指偷排" in found.text
    assert "转：白石镇化工厂偷排污水" in found.text


def test_hot_words_narrow_the_query_and_leave_out_what_was_typed(county: Any, officer: Any) -> None:
    for kind in ("井水", "鱼塘", "河道", "农田"):
        county.told(entry(f"{kind}受到化工厂污染，村民反映情况。", title=f"{kind}污染"))
    county.quiet()
    place = ask(officer, "污染 或 垃圾").link("看比平时多见的词")
    part = page(officer.get(place, headers={"HX-Request": "true"}))
    assert part.links
    assert "污染" not in part.links
    word, link = next(iter(part.links.items()))
    assert query_of(link) == f"(污染 或 垃圾) {word}"
    assert re.search(r"[1-9]\d* 篇符合", page(officer.get(link)).text)
    whole = page(officer.get(place))
    assert whole.link(word) == link
    assert "检索“污染 或 垃圾”找到的文章里比平时多见的词" in whole.text


def test_too_few_articles_have_no_hot_words_and_the_page_says_why(
    county: Any, officer: Any
) -> None:
    county.quiet()
    assert "文章太少" in page(officer.get("/search/hot", {"q": "停水"})).text
    assert "检索式有误" in page(officer.get("/search/hot", {"q": "停水 ("})).text
    search_index().drop(state().active)
    answer = officer.get("/search/hot", {"q": "停水"})
    assert answer.status_code == 503
    assert "检索库暂时不可用" in page(answer).text


def test_a_hit_leads_to_its_alert(county: Any, officer: Any) -> None:
    alert = county.alarm()
    assert ask(officer, "偷排").link(f"预警 {alert.number}") == f"/alerts/{alert.number}"


def test_more_hits_come_in_order_and_none_twice(county: Any, officer: Any) -> None:
    county.told(
        *(
            entry(
                f"便民信息{n}：{'甲乙丙丁戊己庚辛'[n % 8] * 9}路灯报修电话{n}", title=f"便民{n}号"
            )
            for n in range(45)
        )
    )
    seen: list[str] = []
    found = ask(officer, "便民", fold="0")
    for _ in range(5):
        seen += [words for words in found.links if words.endswith("号")]
        if "更多" not in found.links:
            break
        answer = officer.get(found.links["更多"], headers={"HX-Request": "true"})
        assert b"<html" not in answer.content
        found = page(answer)
    assert len(seen) == len(set(seen)) == 45


def test_a_mangled_place_shows_the_first_page(county: Any, officer: Any) -> None:
    county.quiet()
    assert "1 篇符合" in ask(officer, "停水", before="x.y").text


def test_finding_nothing_says_what_to_try(county: Any, officer: Any) -> None:
    county.quiet()
    found = ask(officer, "火星 专题:教育")
    assert "没有找到文章" in found.text
    assert query_of(found.link("去掉“教育”再找")) == "火星"


def test_an_index_that_cannot_answer_is_told_of_and_no_error(county: Any, officer: Any) -> None:
    county.quiet()
    search_index().drop(state().active)
    answer = officer.get("/search", {"q": "停水"})
    assert answer.status_code == 503
    assert "检索库暂时不可用" in page(answer).text
    assert "文章没有丢失" in page(answer).text


def test_hostile_text_in_hits_and_in_the_query_stays_text(county: Any, officer: Any) -> None:
    county.told(entry(HOSTILE, title=HOSTILE))
    for query in ("停水", "<script>window.ran=3</script>", '"><img src=x onerror=1> ('):
        answer = officer.get("/search", {"q": query})
        found = page(answer)
        assert not [a for tag, a in found.tags if tag == "img"]
        assert found.inline == []
        assert "\u202e" not in answer.content.decode()
    assert "<script>window.ran=1</script>" in ask(officer, "标题:停水").text
