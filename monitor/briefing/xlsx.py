"""The workbook beside the briefing: 指标 (each number with its query) and 文章 (what it counts)."""

import io
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from monitor.briefing.clean import legal
from monitor.briefing.values import ARTICLES, Briefing, Change, Figure
from monitor.words import SHANGHAI

LONGEST_CELL = 32_767
"""Characters that a cell holds (support.microsoft.com, "Excel specifications and limits")."""
MOST_ROWS = 1_048_575

FIGURE_COLUMNS = (
    ("编号", 8), ("分组", 8), ("指标", 36), ("数值", 9), ("单位", 6), ("上期可比", 10),
    ("增减", 9), ("增减率", 9), ("文章数", 9), ("检索式", 70), ("检索式说明", 30),
)  # fmt: skip
ARTICLE_COLUMNS = (
    ("文章编号", 10), ("发布时间", 17), ("期", 7), ("信源", 18), ("媒体", 16), ("标题", 60),
    ("情感", 7), ("级别", 7), ("事件", 9), ("预警", 12), ("链接", 50), ("计入指标", 40),
)  # fmt: skip


def render(briefing: Briefing) -> bytes:
    """The workbook. Strangers' text is only ever written as text: no formula, no link is made
    of it, whatever it begins with."""
    out = io.BytesIO()
    settings = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, settings) as book:
        book.set_properties(
            {
                "title": f"舆情周报指标（{briefing.period.number}）",
                "author": legal(briefing.office),
                "created": briefing.counting.taken.astimezone(SHANGHAI).replace(tzinfo=None),
            }
        )
        styles = _Styles(book)
        _figures(book, briefing, styles)
        _articles(book, briefing, styles)
    return out.getvalue()


class _Styles:
    """The cell formats in use; 宋体 because every office suite has it."""

    def __init__(self, book: Any) -> None:
        plain = {"font_name": "宋体", "font_size": 10.5, "valign": "top"}
        self.plain = book.add_format(plain)
        self.wrapped = book.add_format({**plain, "text_wrap": True})
        self.whole = book.add_format({**plain, "num_format": "0"})
        self.signed = book.add_format({**plain, "num_format": "+0;-0;0"})
        self.share = book.add_format({**plain, "num_format": "+0.0%;-0.0%;0.0%"})
        self.time = book.add_format({**plain, "num_format": "yyyy-mm-dd hh:mm"})
        self.head = book.add_format(
            {**plain, "font_name": "黑体", "bottom": 1, "bg_color": "#E7E6E6", "valign": "vcenter"}
        )


def _sheet(
    book: Any, name: str, columns: Sequence[tuple[str, int]], rows: int, styles: _Styles
) -> Any:
    sheet = book.add_worksheet(name)
    for n, (title, width) in enumerate(columns):
        sheet.set_column(n, n, width)
        sheet.write_string(0, n, title, styles.head)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, rows, len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    return sheet


def _text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    sheet.write_string(row, column, legal(text)[:LONGEST_CELL], style)


def _figures(book: Any, briefing: Briefing, styles: _Styles) -> None:
    changes = _changes(briefing)
    sheet = _sheet(book, "指标", FIGURE_COLUMNS, len(briefing.figures), styles)
    for row, figure in enumerate(briefing.figures, 1):
        for column, text in ((0, figure.code), (1, figure.group), (2, figure.name)):
            _text(sheet, row, column, text, styles.wrapped)
        sheet.write_number(row, 3, figure.value, styles.whole)
        _text(sheet, row, 4, figure.unit, styles.plain)
        if change := changes.get(figure.code):
            sheet.write_number(row, 5, change.before.value, styles.whole)
            sheet.write_number(row, 6, change.difference, styles.signed)
            if change.rate is not None:
                sheet.write_number(row, 7, change.rate, styles.share)
        sheet.write_number(row, 8, len(figure.articles), styles.whole)
        _text(sheet, row, 9, figure.query, styles.wrapped)
        _text(sheet, row, 10, _remark(figure), styles.wrapped)


def _changes(briefing: Briefing) -> dict[str, Change]:
    """By the code of the number that the change belongs to: the comparable one."""
    measures = [
        briefing.total,
        *briefing.tones.values(),
        *briefing.days.values(),
        *briefing.sensitive_days.values(),
        *(line.total for line in briefing.topics),
    ]
    return {one.change.now.code: one.change for one in measures if one.change}


def _remark(figure: Figure) -> str:
    """What an analyst must know before typing the query."""
    if figure.surplus is None:
        return "检索式无法恰好表达，请按“计入指标”筛选文章" if figure.articles else ""
    if figure.surplus:
        return f"检索式另含 {figure.surplus} 篇标题相同或相近的其他文章"
    return "" if figure.unit == ARTICLES else f"数值为这些文章涉及的{figure.unit}数"


def _articles(book: Any, briefing: Briefing, styles: _Styles) -> None:
    counted: dict[int, list[str]] = defaultdict(list)
    for figure in briefing.figures:
        for article in figure.articles:
            counted[article].append(figure.code)
    rows = [row for row in briefing.rows if row.id in counted][:MOST_ROWS]
    sheet = _sheet(book, "文章", ARTICLE_COLUMNS, len(rows), styles)
    period, names = briefing.period, briefing.source_names
    for n, row in enumerate(rows, 1):
        sheet.write_number(n, 0, row.id, styles.whole)
        sheet.write_datetime(n, 1, _local(row.published), styles.time)
        texts = (
            (2, period.this if row.day >= period.first else period.previous),
            (3, names.get(row.source, row.source)),
            (4, row.outlet),
            (5, row.title),
            (6, row.sentiment.label),
            (7, row.level.label if row.level else ""),
            (9, briefing.numbers.get(row.event, "") if row.event else ""),
            (10, row.link),
            (11, " ".join(counted[row.id])),
        )
        for column, text in texts:
            _text(sheet, n, column, text, styles.plain)
        if row.event is not None:
            sheet.write_number(n, 8, row.event, styles.whole)


def _local(instant: datetime) -> datetime:
    """Excel knows no zones; the sheet shows Shanghai's clock."""
    return instant.astimezone(SHANGHAI).replace(tzinfo=None)
