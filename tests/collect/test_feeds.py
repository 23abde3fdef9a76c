"""Feeds: every format, every fault; one bad entry never stops its neighbours."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.feeds import FeedError, Parsed, parse
from monitor.collect.harvest import MAX_BODY, MAX_ENTRIES
from monitor.collect.identity import identity

SEEN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 3, 0, 5, tzinfo=UTC)
URL = "http://qingxi.example/news/feed.xml"
# Seconds of this process alone, whatever else the machine does: a few are usual, and what grows
# with the square of a document takes hours.
ENDLESS = 30

ITEM = """<item><title>城关镇今晚停水</title><link>http://qingxi.example/1</link><guid>g1</guid>
<pubDate>2026-11-03 08:05</pubDate><author>news@qingxi.example (张记者)</author>
<source url="http://bao.example">云岚日报</source>
<description><![CDATA[<p>因管道抢修。</p><p>请储水。</p>]]></description></item>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>青溪发布</title></channel><item rdf:about="g1"><title>城关镇今晚停水</title>
<link>http://qingxi.example/1</link><dc:date>2026-11-03 08:05</dc:date>
<dc:creator>张记者</dc:creator><dc:source>云岚日报</dc:source>
<description>&lt;p&gt;因管道抢修。&lt;/p&gt;&lt;p&gt;请储水。&lt;/p&gt;</description></item></rdf:RDF>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>青溪发布</title><entry>
<title type="html">&lt;b&gt;城关镇&lt;/b&gt;今晚停水</title><id>g1</id><link href="/1"/>
<updated>2026-11-03 08:05</updated><author><name>张记者</name></author>
<source><id>x</id><title>云岚日报</title><updated>2020-01-01T00:00:00Z</updated></source>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>因管道抢修。</p><p>请储水。</p>
</div></content></entry></feed>"""

JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "青溪发布",
        "items": [
            {
                "id": "g1",
                "url": "/1",
                "title": "城关镇今晚停水",
                "content_html": "<p>因管道抢修。</p><p>请储水。</p>",
                "date_published": "2026-11-03 08:05",
                "authors": [{"name": "张记者"}],
            }
        ],
    }
)


def rss(items: str, attributes: str = 'version="2.0"') -> str:
    return f"<rss {attributes}><channel><title>青溪发布</title>{items}</channel></rss>"


def item(
    title: str = "停水", link: str = "", guid: str = "", body: str = "", date: str = ""
) -> str:
    parts = {"title": title, "link": link, "guid": guid, "description": body, "pubDate": date}
    return "<item>" + "".join(f"<{k}>{v}</{k}>" for k, v in parts.items() if v) + "</item>"


def read(document: str | bytes, content_type: str = "application/xml") -> Parsed:
    body = document.encode() if isinstance(document, str) else document
    return parse(body, content_type, URL, SEEN)


def refusal(document: str | bytes, content_type: str = "text/html") -> FeedError:
    with pytest.raises(FeedError) as caught:
        read(document, content_type)
    return caught.value


@pytest.mark.parametrize(
    "document", [rss(ITEM), RDF, ATOM, JSON], ids=["rss", "rdf", "atom", "json"]
)
def test_every_format_gives_the_same_article(document: str) -> None:
    parsed = read(document)
    (entry,) = parsed.entries
    assert (parsed.title, parsed.notes) == ("青溪发布", [])
    assert (entry.title, entry.body) == ("城关镇今晚停水", "因管道抢修。\n请储水。")
    assert (entry.link, entry.guid) == ("http://qingxi.example/1", "g1")
    assert (entry.author, entry.claimed) == ("张记者", MORNING)
    assert entry.outlet == ("" if document is JSON else "云岚日报")


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16", "utf-16-le", "utf-8-sig"])
@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "iso-8859-1"])
def test_a_wrong_charset_does_not_matter(encoding: str, declared: str) -> None:
    document = f'<?xml version="1.0" encoding="{declared}"?>' + rss(item("水管搶修", guid="1"))
    body = document.replace("青溪发布", "青溪").encode(encoding)
    assert read(body, f"text/xml; charset={declared}").entries[0].title == "水管搶修"


def test_a_wrong_charset_is_noted() -> None:
    document = '<?xml version="1.0" encoding="utf-8"?>' + rss(ITEM)
    assert any("gb18030" in note for note in read(document.encode("gb18030")).notes)


# Dates: ours, never a parser's guess.


@pytest.mark.parametrize(
    "date",
    [
        "Tue, 3 Nov 2026 08:05:00 CST",
        "2026年11月3日 8时5分",
        "2026-11-03 08:05",
        "2026-11-03T00:05Z",
    ],
)
@pytest.mark.parametrize("damage", ["", "<item><title>x<br></title></item>"])
def test_dates_are_read_our_way_by_both_parsers(date: str, damage: str) -> None:
    entries = read(rss(item(guid="1", date=date) + damage)).entries
    assert entries[0].claimed == MORNING


def test_a_guid_that_looks_like_a_date_is_no_date() -> None:
    assert read(rss(item(guid="2026-01-01"))).entries[0].claimed is None


def test_1970_is_no_date_and_2099_is_what_the_source_claims() -> None:
    old, late = read(
        rss(
            item("a", guid="1", date="Thu, 01 Jan 1970 00:00:00 GMT")
            + item("b", guid="2", date="2099-01-01T00:00:00Z")
        )
    ).entries
    assert old.claimed is None
    assert late.claimed == datetime(2099, 1, 1, tzinfo=UTC)


# Hostile and broken documents.


def test_a_web_page_says_so_and_names_its_feed() -> None:
    page = """<!DOCTYPE html><html><head><title>青溪</title>
    <link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><body>…</body></html>"""
    error = refusal(page)
    assert error.code == "html"
    assert "http://qingxi.example/rss.xml" in error.words
    assert "网页" in refusal("<html><body>404</body></html>").words


@pytest.mark.parametrize("document", [b"", b"  \n ", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_nothing_is_named_as_nothing(document: bytes) -> None:
    assert refusal(document).code == "empty"


@pytest.mark.parametrize("document", ["hello", "<opml/>", '{"items": 3}', "[1, 2]", "\x89PNG"])
def test_what_is_no_feed_is_named(document: str) -> None:
    assert refusal(document).code == "not_feed"


@pytest.mark.parametrize("document", ['{"items": [', "[" * 100_000, '{"items": ' + "9" * 5000])
def test_broken_json_is_named(document: str) -> None:
    assert refusal(document).code == "json"


@pytest.mark.parametrize("prefix", ["", "<!-- rss -->", '<?xml version="1.0"?>\n', "junk "])
def test_an_entity_bomb_is_refused_unread(prefix: str) -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    document = f'{prefix}<!DOCTYPE x [<!ENTITY l0 "lol">{bomb}]>' + rss(item("&l11;"))
    start = time.process_time()
    error = refusal(document)
    assert error.code == "entities"
    assert time.process_time() - start < ENDLESS / 10


def test_an_external_entity_is_refused() -> None:
    document = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + rss(item("&f;"))
    assert refusal(document).code == "entities"


def test_an_entity_declared_after_the_root_is_never_expanded() -> None:
    document = rss(
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + item("停&f;水", guid="1")
    )
    assert "root:" not in str(read(document).entries)


def test_a_document_type_without_entities_is_skipped() -> None:
    document = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x/rss.dtd">' + rss(
        ITEM
    )
    assert read(document).entries[0].title == "城关镇今晚停水"


@pytest.mark.parametrize(
    "title",
    [
        "<![CDATA[<script>alert(1)</script>停水<img src=x onerror=alert(2)>]]>",
        "&lt;script&gt;alert(1)&lt;/script&gt;停水",
        "停水<script>alert(1)</script>",
    ],
)
def test_a_script_in_a_title_is_gone(title: str) -> None:
    (entry,) = read(rss(item(title, guid="1"))).entries
    assert entry.title == "停水"


def test_a_script_as_a_link_is_gone() -> None:
    assert read(rss(item(link="javascript:alert(1)", guid="1"))).entries[0].link == ""


def test_a_feed_cut_off_gives_what_came_and_says_so() -> None:
    whole = rss("".join(item(f"第{n}条", guid=str(n)) for n in range(5)))
    parsed = read(whole[: whole.index("第4条") + 2])
    assert [entry.title for entry in parsed.entries[:4]] == ["第0条", "第1条", "第2条", "第3条"]
    assert any("没有传完整" in note for note in parsed.notes)


@pytest.mark.parametrize(
    "bad",
    [
        "<item><title>坏<b></title><guid>9</guid></item>",
        "<item><title>坏<description>未闭合</item>",
        "<item><title>坏</title><guid>9</guid>",
        "<item><title>坏</title><description><![CDATA[未闭合</description></item>",
        '<item><title a=b c>坏</title><x:y z="</item>',
    ],
)
def test_one_bad_entry_never_stops_its_neighbours(bad: str) -> None:
    link = "http://a.example/{}"
    before, after = (item(f"好{n}", link.format(n), str(n), "正文") for n in (1, 2))
    parsed = read(rss(before + bad + after))
    good = [entry for entry in parsed.entries if entry.title.startswith("好")]
    assert [(e.title, e.link, e.guid, e.body) for e in good] == [
        ("好1", "http://a.example/1", "1", "正文"),
        ("好2", "http://a.example/2", "2", "正文"),
    ]
    assert any("格式有误" in note for note in parsed.notes)


def test_loose_ampersands_and_html_names_are_mended() -> None:
    (entry,) = read(
        rss(item("甲&乙&nbsp;&copy;", "http://a.example/?a=1&b=2", body="&#0;x"))
    ).entries
    assert (entry.title, entry.link) == ("甲&乙 ©", "http://a.example/?a=1&b=2")
    assert entry.body == "x"


def test_an_undeclared_prefix_is_no_reason_to_lose_a_field() -> None:
    parsed = read(rss("<item><title>停水</title><dc:creator>张记者</dc:creator></item>"))
    assert (parsed.entries[0].author, parsed.notes) == ("张记者", [])


def test_ten_thousand_entries_are_read_in_seconds() -> None:
    body = "<![CDATA[<p>因管道抢修，今晚八点停水。</p>]]>"
    items = (
        item(f"第{n}条", f"/a/{n}", str(n), body, "2026-11-03 08:05")
        for n in range(MAX_ENTRIES + 5)
    )
    start = time.process_time()
    parsed = read(rss("".join(items)))
    assert time.process_time() - start < ENDLESS
    assert len(parsed.entries) == MAX_ENTRIES
    assert parsed.entries[-1].title == f"第{MAX_ENTRIES - 1}条"
    assert any("10000" in note for note in parsed.notes)


@pytest.mark.parametrize(
    "hostile",
    [
        "<rss><channel>" + "<" * 1_000_000,
        "<rss><channel><item>" + "<![CDATA[" * 300_000,
        "<rss><channel>" + "<source>" * 300_000,
        "<rss" + " " * 3_000_000,
        "<!--" * 500_000,
        "<rss><a>" * 200_000,
        "<rss><channel>" + "<item><title>a<b>" * 100_000,
    ],
    ids=["brackets", "cdata", "sources", "blanks", "comments", "nesting", "unclosed"],
)
def test_hostile_documents_end_in_time(hostile: str) -> None:
    start = time.process_time()
    try:
        entries = read(hostile).entries
    except FeedError:
        entries = []
    assert len(entries) <= MAX_ENTRIES
    assert time.process_time() - start < ENDLESS


def test_a_very_long_body_is_kept_in_part_and_noted() -> None:
    parsed = read(rss(item(guid="1", body="水" * (MAX_BODY + 1))))
    assert len(parsed.entries[0].body) == MAX_BODY
    assert any("100000" in note for note in parsed.notes)


# Telling entries apart.


def test_the_same_guid_twice_is_one_entry_the_first() -> None:
    parsed = read(rss(item("先", "/1", "g") + item("后", "/1?utm_source=x", "g")))
    assert [entry.title for entry in parsed.entries] == ["先"]
    assert any("重复" in note for note in parsed.notes)


def test_the_same_guid_with_another_link_is_another_entry() -> None:
    parsed = read(rss(item("先", "/1", "g") + item("后", "/2", "g")))
    assert [entry.title for entry in parsed.entries] == ["先", "后"]
    assert len({identity("paper", entry) for entry in parsed.entries}) == 2


def test_entries_that_share_a_list_page_as_link_stay_apart() -> None:
    parsed = read(rss(item("甲", "/list", "1") + item("乙", "/list", "2") + item("丙", "/list")))
    assert len({identity("paper", entry) for entry in parsed.entries}) == 3


def test_an_entry_without_title_is_called_by_its_first_sentence() -> None:
    (entry,) = read(rss(item("", guid="1", body="今晚停水！请储水。"))).entries
    assert (entry.title, entry.body) == ("今晚停水！", "今晚停水！请储水。")


def test_an_entry_with_nothing_to_read_is_skipped_and_noted() -> None:
    parsed = read(rss(item("", guid="1") + item("停水", guid="2")))
    assert [entry.title for entry in parsed.entries] == ["停水"]
    assert any("已跳过" in note for note in parsed.notes)


def test_relative_links_are_completed() -> None:
    assert read(rss(item(link="../a/1", guid="1"))).entries[0].link == "http://qingxi.example/a/1"


def test_json_texts_that_look_like_markup_stay_text() -> None:
    feed = {
        "items": [{"id": 5, "content_text": "a <b> c & d"}, 7, {"id": 6, "title": "\ud800停水"}]
    }
    parsed = read(json.dumps(feed))
    assert [(e.guid, e.title) for e in parsed.entries] == [("5", "a <b> c & d"), ("6", "停水")]
    assert any("已跳过" in note for note in parsed.notes)


FRAGMENTS = [
    "<item>",
    "</item>",
    "<title>",
    "</title>",
    "<![CDATA[",
    "]]>",
    "&",
    "停水",
    "<link>",
    "<",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25))
def test_no_mixture_of_tags_breaks_the_reader(parts: list[str]) -> None:
    parsed = read(rss(item("好", guid="1") + "".join(parts)))
    assert parsed.entries[0].title.startswith("好")
