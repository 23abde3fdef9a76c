"""The workbook, read again: every number is its articles, and no cell does anything."""

import io
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from monitor.briefing import xlsx
from monitor.briefing.values import Briefing, Period
from monitor.models import Delivery
from monitor.pipeline import figures
from tests.briefing.newsroom import NEGATIVE, POSITIVE, Newsroom, at

WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))


def a_week(room: Newsroom) -> Briefing:
    room.opens_source("forum", "城关论坛")
    room.opens_source("video", "同城视频")
    room.opens_topic("water", "供水保障", "停水")
    cut = room.event("城关镇停水三天没人通知", at("11-17 08:00"))
    for minute in range(4):
        source = "video" if minute == 3 else "forum"
        at_ = at(f"11-17 08:0{minute}")
        room.article(source, at_, cut.title, NEGATIVE, event=cut, topics="water")
    room.article("forum", at("11-22 23:59"), "公开赛开幕", POSITIVE)
    for minute in range(2):
        room.article("forum", at(f"11-10 09:0{minute}"), "公开赛开幕", POSITIVE)
    room.raises_alert(cut, at("11-17 09:30"), deliveries=(Delivery.SENT,))
    return figures.briefing(WEEK)


def opened(briefing: Briefing) -> Workbook:
    return load_workbook(io.BytesIO(xlsx.render(briefing)))


def rows(book: Workbook, sheet: str) -> list[dict[str, object]]:
    head, *lines = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, head), line, strict=True)) for line in lines]


def test_each_number_of_articles_is_as_many_articles_as_carry_its_code(room: Newsroom) -> None:
    book = opened(a_week(room))
    articles = rows(book, "文章")
    for figure in rows(book, "指标"):
        members = [row for row in articles if figure["编号"] in str(row["计入指标"]).split()]
        assert len(members) == figure["文章数"]
        counted = {
            "篇": len(members),
            "起": len({row["事件"] for row in members}),
            "个": len({row["信源"] for row in members}),
            "条": len({row["预警"] for row in members}),
        }
        assert figure["数值"] == counted[str(figure["单位"])], figure


def test_each_figure_stands_with_its_query(room: Newsroom) -> None:
    figures_ = {row["指标"]: row for row in rows(opened(a_week(room)), "指标")}
    assert figures_["本周敏感文章"]["检索式"] == "日期：2026-11-16..2026-11-22 情感：敏感"
    assert figures_["本周文章 11-22"]["检索式"] == "日期：2026-11-22"
    topic = figures_["本周专题 供水保障"]
    assert topic["检索式"] == "日期：2026-11-16..2026-11-22 专题：供水保障"
    assert figures_["本周文章总数（可比信源）"]["检索式"].endswith("-信源：同城视频")  # type: ignore[union-attr]
    assert all(row["检索式"] for row in figures_.values())


def test_a_change_stands_beside_the_number_it_belongs_to(room: Newsroom) -> None:
    figures_ = {row["指标"]: row for row in rows(opened(a_week(room)), "指标")}
    compared = figures_["本周文章总数（可比信源）"]
    assert (compared["数值"], compared["上期可比"], compared["增减"]) == (4, 2, 2)
    assert compared["增减率"] == pytest.approx(1.0)
    assert figures_["本周文章总数"]["增减"] is None


def test_articles_tell_time_source_title_tone_event_and_alert(room: Newsroom) -> None:
    newest = rows(opened(a_week(room)), "文章")[0]
    assert str(newest["发布时间"]) == "2026-11-22 23:59:00"
    assert (newest["信源"], newest["标题"], newest["情感"]) == ("城关论坛", "公开赛开幕", "正面")
    second = rows(opened(figures.briefing(WEEK)), "文章")[1]
    assert second["预警"] == "2026-0001"


@pytest.mark.parametrize(
    "title", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", '=HYPERLINK("x")']
)
def test_a_title_is_never_a_formula_or_a_link(room: Newsroom, title: str) -> None:
    room.article("forum", at("11-17 09:00"), title, link="javascript:alert(1)")
    sheet = opened(figures.briefing(WEEK))["文章"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert title in [cell.value for cell in cells]
    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)


def test_illegal_characters_and_endless_titles_leave_a_valid_file(room: Newsroom) -> None:
    room.article("forum", at("11-17 09:00"), "停\x01水\x1b_x0041_" + "长" * 480)
    (row,) = rows(opened(figures.briefing(WEEK)), "文章")
    assert str(row["标题"]).startswith("停 水 _x0041_长长")


def test_the_sheets_are_ready_for_filtering(room: Newsroom) -> None:
    book = opened(a_week(room))
    assert book.sheetnames == ["指标", "文章"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref is not None
        assert sheet.auto_filter.ref.startswith("A1:")


def test_an_empty_week_has_its_zeros(room: Newsroom) -> None:
    book = opened(figures.briefing(WEEK))
    assert rows(book, "文章") == []
    assert {row["数值"] for row in rows(book, "指标")} == {0}
