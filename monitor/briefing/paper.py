"""The paper a briefing is printed on: page, fonts, tables and footer as official papers have them.

Measures follow GB/T 9704-2012 (党政机关公文格式): A4, margins 37/35/28/26 mm, title 二号 小标宋,
headings 三号 黑体, text 三号 仿宋, 28 pt lines, page numbers 四号 between dashes. Where a font is
not installed, the font table names the next best, so that every office suite finds one.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

TITLE, HEADING, BODY, SONG, LATIN = "方正小标宋简体", "黑体", "仿宋", "宋体", "Times New Roman"
# Name, the names to try next (ECMA-376 §17.8.3.1), family, and PANOSE for the last resort.
FONTS = (
    (
        TITLE,
        "方正小标宋_GBK,SimSun,宋体,Noto Serif SC,Noto Serif CJK SC",
        "roman",
        "02010600030101010101",
    ),
    (HEADING, "SimHei,Noto Sans SC,Noto Sans CJK SC", "modern", "02010609060101010101"),
    (BODY, "FangSong,仿宋_GB2312,SimSun,宋体,Noto Serif CJK SC", "modern", "02010609060101010101"),
    (SONG, "SimSun,Noto Serif SC,Noto Serif CJK SC", "roman", "02010600030101010101"),
)
TEXT_WIDTH_MM = 210 - 28 - 26
LEFT, CENTRE, RIGHT = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
)


def blank(title: str, author: str, now: datetime) -> Any:
    """An empty document with page, styles, fonts, footer and properties set."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    _normal(document)
    _heading(document)
    _font_table(document)
    _page_number(section.footer.paragraphs[0])
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, author, author
    properties.comments, properties.language = "", "zh-CN"
    properties.created = properties.modified = now
    return document


def _normal(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.size = Pt(16)
    _set_fonts(style.element.get_or_add_rPr(), BODY)
    _speak_chinese(style.element.rPr)
    _speak_chinese(document.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:rPr')}"))
    shape = style.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)


def _speak_chinese(rpr: Any) -> None:
    """Han text is Chinese; Latin is not, or words and times would be broken at any letter."""
    for old in rpr.findall(qn("w:lang")):
        rpr.remove(old)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    rpr.append(language)


def _heading(document: Any) -> None:
    """Heading 1 as papers print it; a real heading, so that the outline shows it."""
    style = document.styles["Heading 1"]
    style.font.size, style.font.bold = Pt(16), False
    rpr = style.element.get_or_add_rPr()
    for tag in ("w:rFonts", "w:color"):
        for old in rpr.findall(qn(tag)):
            rpr.remove(old)
    _set_fonts(rpr, HEADING)
    shape = style.paragraph_format
    shape.space_before, shape.space_after = Pt(10), Pt(4)
    shape.first_line_indent, shape.keep_with_next = Pt(32), True


def _set_fonts(rpr: Any, east: str, latin: str = LATIN) -> None:
    fonts = rpr.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for side in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{side}"), latin)
    fonts.set(qn("w:eastAsia"), east)
    fonts.set(qn("w:hint"), "eastAsia")


def _font_table(document: Any) -> None:
    """Declare our fonts with their substitutes; GB2312's charset keeps a substitute Chinese."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:panose1 w:val="{panose}"/>'
        f'<w:charset w:val="86"/><w:family w:val="{family}"/><w:pitch w:val="auto"/></w:font>'
        for name, others, family, panose in FONTS
    )
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    part._blob = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f"<w:fonts {nsdecls('w')}>{entries}</w:fonts>"
    ).encode()


def _page_number(paragraph: Any) -> None:
    """— 1 — at the middle of the foot."""
    paragraph.alignment = CENTRE
    write(paragraph, "— ", size=14, font=SONG)
    run = write(paragraph, "", size=14, font=SONG)
    for kind in ("begin", "PAGE", "separate", "1", "end"):
        run._r.append(_field_piece(kind))
    write(paragraph, " —", size=14, font=SONG)


def _field_piece(kind: str) -> Any:
    if kind == "PAGE":
        element = OxmlElement("w:instrText")
        element.text = " PAGE "
        return element
    if kind == "1":
        element = OxmlElement("w:t")
        element.text = kind
        return element
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    return element


def write(
    paragraph: Any, text: str, *, size: float | None = None, font: str = "", bold: bool = False
) -> Any:
    """A run of text; `size` in points, `font` for its Chinese characters."""
    run = paragraph.add_run(text)
    if size:
        run.font.size = Pt(size)
    if font:
        _set_fonts(run._r.get_or_add_rPr(), font)
    if bold:
        run.font.bold = True
    return run


def paragraph(document: Any, text: str) -> None:
    """A paragraph of running text, its first line set in by two characters."""
    made = document.add_paragraph()
    made.paragraph_format.first_line_indent = Pt(32)
    write(made, text)


def remark(document: Any, text: str) -> None:
    """Like `paragraph`, one size smaller (四号): what explains rather than reports."""
    made = document.add_paragraph()
    made.paragraph_format.first_line_indent = Pt(28)
    made.paragraph_format.line_spacing = Pt(23)
    write(made, text, size=14)


def caption(document: Any, text: str) -> None:
    """A small line in 黑体 above a table or picture, kept together with it."""
    made = document.add_paragraph()
    made.alignment = CENTRE
    shape = made.paragraph_format
    shape.keep_with_next, shape.space_before, shape.space_after = True, Pt(8), Pt(4)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(20)
    write(made, text, size=12, font=HEADING)


def note(document: Any, text: str) -> None:
    """Small print under a table or picture."""
    made = document.add_paragraph()
    shape = made.paragraph_format
    shape.space_before, shape.space_after = Pt(3), Pt(8)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(16)
    write(made, text, size=10.5)


def picture(document: Any, png: bytes, words: str) -> None:
    """A picture over the whole width of the text; `words` are read to those who cannot see it."""
    made = document.add_paragraph()
    made.alignment = CENTRE
    made.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    shape = made.add_run().add_picture(io.BytesIO(png), width=Mm(TEXT_WIDTH_MM))
    shape._inline.docPr.set("descr", words)
    for side in "TBLR":
        shape._inline.set(f"dist{side}", "0")  # LibreOffice's default would push it aside


def rule(paragraph_: Any) -> None:
    """A thick line under a paragraph, as under an official paper's head; red, grey in print."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "4"), ("color", "C00000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph_._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


UNKEPT = 2
"""The head and the first row may break: under a kept caption LibreOffice 7.4 would lose the rows
after them where they do not fit the page. Later rows are never broken."""
Cell = str | tuple[str, ...]
"""What a cell says; with further lines in small print."""


def table(
    document: Any,
    head: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    widths_mm: Sequence[float],
    left: Sequence[int] = (0,),
) -> Any:
    """A ruled table with a head that is repeated on each page; columns not in `left` are centred.

    Widths are stretched to the width of the text.
    """
    made = document.add_table(rows=0, cols=len(head))
    made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    scale = TEXT_WIDTH_MM / sum(widths_mm)
    widths = [Mm(width * scale) for width in widths_mm]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    _row(made, head, widths, (), heading=True)
    for row in rows:
        _row(made, row, widths, left)
    return made


def _row(
    made: Any,
    cells: Sequence[Cell],
    widths: Sequence[Any],
    left: Sequence[int],
    heading: bool = False,
) -> None:
    row = made.add_row()
    if heading:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    elif len(made.rows) > UNKEPT:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for n, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
        cell.width = widths[n]
        cell.vertical_alignment = 1
        lines = (text,) if isinstance(text, str) else text
        for at, line in enumerate(lines):
            where = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
            where.alignment = LEFT if n in left else CENTRE
            shape = where.paragraph_format
            shape.keep_with_next = heading  # never a head alone at the foot of a page
            shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(15)
            shape.space_before = Pt(3 if at == 0 else 0)
            shape.space_after = Pt(3 if at == len(lines) - 1 else 0)
            write(where, line, size=12 if at == 0 else 9.5, font=HEADING if heading else BODY)
