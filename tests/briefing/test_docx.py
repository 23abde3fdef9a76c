"""The Word file, opened again as its readers do."""

import io
from collections.abc import Callable
from datetime import date
from zipfile import ZipFile

from docx import Document
from docx.oxml.ns import qn

from monitor.briefing import docx
from monitor.briefing.values import Period
from monitor.models import Delivery
from monitor.pipeline import figures
from monitor.words import Level
from tests.briefing.newsroom import MODEL, NEGATIVE, POSITIVE, Newsroom, at

WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))
SECTIONS = [
    "一、总体情况",
    "二、走势",
    "三、情感分布",
    "四、重点事件",
    "五、预警及办理情况",
    "六、说明",
]


def rendered(period: Period = WEEK) -> bytes:
    return docx.render(figures.briefing(period))


def words_of(word: bytes) -> str:
    document = Document(io.BytesIO(word))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def a_week(room: Newsroom) -> None:
    for slug, name in (("forum", "城关论坛"), ("news", "青溪新闻网"), ("video", "同城视频")):
        room.opens_source(slug, name)
    room.opens_topic("water", "供水保障", "停水")
    cut = room.event("城关镇停水三天没人通知", at("11-17 08:00"))
    for hour, source in enumerate(("forum", "news", "video"), 8):
        at_ = at(f"11-17 {hour:02d}:00")
        room.article(source, at_, "城关镇停水三天没人通知", NEGATIVE, event=cut, topics="water")
    for source in ("forum", "news"):
        room.article(source, at("11-10 09:00"), "公开赛开幕", POSITIVE)
    room.raises_alert(cut, at("11-17 09:30"), Level.II, deliveries=(Delivery.SENT,))


def test_the_paper_says_what_the_figures_say(room: Newsroom) -> None:
    a_week(room)
    words = words_of(rendered())
    assert "共监测到文章 3 篇，来自 3 个信源，归并为 1 起事件" in words
    assert "敏感 3 篇、占 100.0%" in words
    assert "与上周相比（只计两期均在线的信源，共 2 个）：文章均为 2 篇，持平" in words
    assert "敏感文章由 0 篇增至 2 篇，增加 2 篇。" in words
    assert "未计入比较的信源：新增（上周未在线）1 个：同城视频。" in words
    assert "首发：11-17 08:00　城关论坛" in words
    assert "2026-0001" in words
    assert "已推送" in words
    assert "供水保障" in words
    assert f"由程序自动评分（模型 {MODEL}）" in words
    assert "日期：2026-11-16..2026-11-22 情感：敏感" in words


def test_its_sections_are_headings_in_order(room: Newsroom) -> None:
    a_week(room)
    document = Document(io.BytesIO(rendered()))
    headings = [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 1"]
    assert headings == SECTIONS


def test_its_page_and_fonts_are_those_of_official_papers(room: Newsroom) -> None:
    a_week(room)
    word = rendered()
    document = Document(io.BytesIO(word))
    section = document.sections[0]
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    fonts = {
        name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Heading 1")
    }
    assert fonts == {"Normal": "仿宋", "Heading 1": "黑体"}
    title = document.paragraphs[0].runs[0]._r
    assert title.rPr is not None
    assert title.rPr.rFonts.get(qn("w:eastAsia")) == "方正小标宋简体"
    with ZipFile(io.BytesIO(word)) as parts:
        table = parts.read("word/fontTable.xml").decode()
    assert '<w:font w:name="方正小标宋简体"><w:altName w:val="方正小标宋_GBK,SimSun' in table
    assert " PAGE " in section.footer._element.xml


def test_both_charts_are_pictures_with_words_for_the_blind(room: Newsroom) -> None:
    a_week(room)
    document = Document(io.BytesIO(rendered()))
    said = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert [words[:4] for words in said] == ["每日文章", "情感占比"]


def test_an_empty_week_is_a_sensible_paper(room: Newsroom) -> None:
    word = rendered()
    words = words_of(word)
    assert "没有可供统计的文章" in words
    assert "不作走势图" in words
    assert "本周没有新发预警" in words
    assert all(section in words for section in SECTIONS)
    assert not Document(io.BytesIO(word)).inline_shapes


def test_a_first_week_is_not_compared(room: Newsroom) -> None:
    room.article("forum", at("11-17 09:00"))
    words = words_of(rendered())
    assert "没有在本周和上周都在线的信源" in words
    assert "不可比" in words
    assert "+1" not in words


def test_a_hostile_title_harms_neither_file_nor_page(room: Newsroom) -> None:
    title = "<w:p/>&\x01\x0b\ud83d" + "A" * 400 + "\u202e停水"
    story = room.event(title.replace("\ud83d", ""), at("11-17 08:00"))
    for minute in (1, 2):
        room.article("forum", at(f"11-17 08:0{minute}"), story.title, event=story)
    room.raises_alert(story, at("11-17 09:00"), deliveries=(Delivery.FAILED,))
    words = words_of(rendered())
    assert "<w:p/>& " + "A" * 29 + "…" in words
    assert "A" * 31 not in words
    assert not {"\x01", "\x0b", "\u202e"} & set(words)


def test_a_period_still_running_says_until_when_it_was_counted(room: Newsroom) -> None:
    room.article("forum", at("11-17 09:00"))
    today = figures.timezone.now().date()
    assert "尚未过完" in words_of(rendered(Period(today, today)))


def test_libreoffice_prints_every_line_in_chinese(
    room: Newsroom, printed: Callable[[bytes], str]
) -> None:
    a_week(room)
    for n in range(2, 15):
        story = room.event(f"第{n}起事件", at("11-18 08:00"))
        for minute in (1, 2):
            room.article("forum", at(f"11-18 08:0{minute}"), story.title, event=story)
        room.raises_alert(story, at("11-18 09:00"), deliveries=(Delivery.SENT,))
    pages = printed(rendered())
    flat = "".join(pages.split())
    assert "舆情周报" in flat
    assert "编号：2026年第47期" in flat
    assert "—1—" in flat
    assert all(section in flat for section in SECTIONS)
    assert pages.count("2026-00") == 10 + 14  # ten in 重点事件, all in 预警
    assert "□" not in pages
