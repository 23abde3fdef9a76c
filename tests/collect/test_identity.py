"""Identity: the same article once, two articles never one."""

from dataclasses import replace

import pytest

from monitor.collect.entry import Entry
from monitor.collect.identity import canonical, identity, text_hash

HOME = "https://news.example.cn/a"


@pytest.mark.parametrize(
    "link",
    [
        "http://news.example.cn/a",
        "HTTPS://NEWS.Example.CN/a",
        "https://news.example.cn:443/a",
        "http://news.example.cn:80/a/",
        "https://news.example.cn/a#top",
        "https://user:word@news.example.cn/a",
        "https://news.example.cn/a?utm_source=x&utm_medium=y",
        "https://news.example.cn/a?spm=1.2.3&from=timeline&share_token=9&isappinstalled=0",
        "https://news.example.cn/a?_t=1793664300000",
        " https://news.example.cn/a?t=1793664300&rand=0.123456789 ",
        "https://news.example.cn/%61",
    ],
)
def test_spellings_of_one_page_are_one(link: str) -> None:
    assert canonical(link) == HOME


@pytest.mark.parametrize(
    "link",
    [
        "https://m.news.example.cn/a",
        "https://www.news.example.cn/a",
        "https://news.example.cn:8080/a",
        "https://news.example.cn/A",
        "https://news.example.cn/a?id=1",
        "https://news.example.cn/a?t=1234",
        "https://news.example.cn/#/a",
        "https://news.example.cn/a#!7",
    ],
)
def test_what_may_be_another_page_stays_apart(link: str) -> None:
    assert canonical(link) != HOME


def test_the_order_of_parameters_stays() -> None:
    assert canonical("http://a.cn/x?b=2&spm=0&a=1") == "https://a.cn/x?b=2&a=1"


def test_chinese_in_host_and_path_has_one_spelling() -> None:
    host = "青溪.example".encode("idna").decode()
    assert canonical("http://青溪.example/停水") == canonical(f"http://{host}/%E5%81%9C%e6%b0%b4")


@pytest.mark.parametrize(
    "link", ["", "javascript:alert(1)", "/a", "mailto:a@b", "http://[::1", "http://"]
)
def test_what_is_no_web_address_has_no_canonical_form(link: str) -> None:
    assert canonical(link) == ""


def test_the_link_identifies_across_sources() -> None:
    seen = Entry(guid="1", link="http://a.cn/x")
    elsewhere = Entry(guid="2", link="https://a.cn/x/?utm_source=rss", title="转载")
    assert identity("paper", seen) == identity("forum", elsewhere)
    assert len(identity("paper", seen)) == 32


def test_a_guid_identifies_within_its_source_only() -> None:
    entry = Entry(guid="7", title="停水")
    assert identity("paper", entry) == identity("paper", replace(entry, title="改了"))
    assert identity("paper", entry) != identity("forum", entry)


@pytest.mark.parametrize("link", ["http://a.cn", "http://a.cn/", "https://A.cn:443/?utm_source=x"])
def test_a_home_page_does_not_make_articles_one(link: str) -> None:
    first, second = Entry(guid="1", link=link), Entry(guid="2", link=link)
    assert identity("paper", first) != identity("paper", second)


def test_a_shared_link_does_not_make_articles_one() -> None:
    first = Entry(guid="1", link="http://a.cn/list", own_link=False)
    assert identity("paper", first) != identity("paper", replace(first, guid="2"))


def test_without_link_and_guid_the_text_identifies() -> None:
    assert identity("a", Entry(title="停水")) == identity("b", Entry(title="停水 "))
    assert identity("a", Entry(title="停水")) != identity("a", Entry(title="停电"))


def test_white_space_is_no_new_edition_but_a_word_is() -> None:
    entry = Entry(title="停水", body="今晚 停水。\n请储水。")
    assert text_hash(entry) == text_hash(replace(entry, body="今晚\t停水。 请储水。 "))
    assert text_hash(entry) != text_hash(replace(entry, body="明晚 停水。\n请储水。"))
    assert text_hash(Entry(title="停", body="水")) != text_hash(Entry(title="停水"))
