"""xlsx, written so that it can be broken off and gone on with: nothing in it is ever changed
after it was written.

A workbook is a zip archive, and a sheet one deflated part of it. Deflate may be flushed at any
byte, after which anybody can go on; what the archive says of a part (checksum and lengths) may
follow its data, and the archive's table of contents stands at its end. The state between two
writes is therefore a few numbers, and neither memory nor a spool grows with the rows.

ECMA-376 part 1 §18 (SpreadsheetML) and part 2 (packages); PKWARE's APPNOTE 6.3 for the archive.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from monitor.export.table import COLUMNS, Cell, Labels, Row, cells

MOST_ROWS = 1_048_576
"""Rows of a sheet (support.microsoft.com, "Excel specifications and limits")."""
MOST_PART = 3_500_000_000
"""Bytes of a sheet before packing: beyond 4 GB an archive needs ZIP64, of which Excel warns."""
MOST_FILE = 4_000_000_000
LEVEL = 3
"""Of deflate: twice as fast as the usual 6 for a twelfth more bytes."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(COLUMNS)]
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones
_FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 - before it Excel's calendar has a false day
_DAY_S = 86_400
_HEAD, _TIME = 1, 2
"""Places of the cell styles in styles.xml."""
# Excel reads _x0041_ in a text as the letter A; its own way out is to spell the first underscore.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIPTOR = struct.Struct("<4s3L")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _DEFLATED, _FOLLOWS, _MIDNIGHT, _1980 = 20, 8, 8, 0, 0x21
"""Archive version 2.0; deflate; checksum and lengths follow the data; the earliest date."""


class TooLarge(Exception):  # noqa: N818 - reads as what happened
    """The file would be larger than its format allows; `str()` says what to do, in Chinese."""


@dataclass(slots=True)
class Part:
    """A member of the archive: where it begins, CRC-32, bytes before and after packing."""

    name: str
    offset: int
    crc: int = 0
    raw: int = 0
    packed: int = 0


class Workbook:
    """Sheets 文章, 文章（2）… of at most MOST_ROWS rows, each with headings and a filter."""

    def __init__(self, labels: Labels, mark: Mapping[str, Any]) -> None:
        self._labels = labels
        self._at: int = mark.get("at", 0)
        self._rows: int = mark.get("rows", 0)
        self._parts = [Part(**part) for part in mark.get("parts", ())]
        self._deflate = _deflate()

    @property
    def mark(self) -> dict[str, Any]:
        return {
            "at": self._at,
            "rows": self._rows,
            "parts": [asdict(part) for part in self._parts],
        }

    def begin(self) -> bytes:
        return self._open_sheet()

    def rows(self, rows: Iterable[Row]) -> bytes:
        out = []
        for row in rows:
            if self._rows >= MOST_ROWS or self._parts[-1].raw > MOST_PART:
                out += [self._close_sheet(), self._open_sheet()]
            self._rows += 1
            out.append(self._pack(_row(self._rows, cells(row, self._labels)).encode()))
        if self._at > MOST_FILE:
            raise TooLarge("xlsx 文件超过 4 GB，Excel 打不开；请改用 csv，或按日期分几次导出")
        return b"".join(out)

    def pause(self) -> bytes:
        """What the packer still holds, to a whole byte: another packer can go on from there."""
        return self._emit(self._deflate.flush(zlib.Z_SYNC_FLUSH), packed=True)

    def end(self) -> bytes:
        out = [self._close_sheet()]
        sheets = len(self._parts)
        for name, text in _small_parts(sheets).items():
            self._parts.append(Part(name, self._at))
            self._deflate = _deflate()
            out += [self._local(), self._pack(text.encode()), self._close_part()]
        begin = self._at
        out += [self._emit(_central(part)) for part in self._parts]
        count = len(self._parts)
        out.append(self._emit(_END.pack(b"PK\5\6", 0, 0, count, count, self._at - begin, begin, 0)))
        return b"".join(out)

    def _open_sheet(self) -> bytes:
        number = len(self._parts) + 1
        self._parts.append(Part(f"xl/worksheets/sheet{number}.xml", self._at))
        self._deflate, self._rows = _deflate(), 1
        return self._local() + self._pack(_sheet_begin(first=number == 1).encode())

    def _close_sheet(self) -> bytes:
        filtered = f'<autoFilter ref="A1:{_LETTERS[-1]}{self._rows}"/>'
        return self._pack(f"</sheetData>{filtered}</worksheet>".encode()) + self._close_part()

    def _local(self) -> bytes:
        name = self._parts[-1].name.encode()
        return self._emit(
            _LOCAL.pack(
                b"PK\3\4", _VERSION, _FOLLOWS, _DEFLATED, _MIDNIGHT, _1980, 0, 0, 0, len(name), 0
            )
            + name
        )

    def _pack(self, data: bytes) -> bytes:
        part = self._parts[-1]
        part.crc = zlib.crc32(data, part.crc)
        part.raw += len(data)
        return self._emit(self._deflate.compress(data), packed=True)

    def _close_part(self) -> bytes:
        part = self._parts[-1]
        last = self._emit(self._deflate.flush(), packed=True)
        return last + self._emit(_DESCRIPTOR.pack(b"PK\7\x08", part.crc, part.packed, part.raw))

    def _emit(self, data: bytes, *, packed: bool = False) -> bytes:
        self._at += len(data)
        if packed:
            self._parts[-1].packed += len(data)
        return data


def _deflate() -> Any:
    return zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)


def _central(part: Part) -> bytes:
    name = part.name.encode()
    sizes = (part.crc, part.packed, part.raw, len(name), 0, 0, 0, 0, 0, part.offset)
    fixed = (_VERSION, _VERSION, _FOLLOWS, _DEFLATED, _MIDNIGHT, _1980)
    return _CENTRAL.pack(b"PK\1\2", *fixed, *sizes) + name


def _row(number: int, values: Iterable[Cell]) -> str:
    inside = [
        _cell(f"{letter}{number}", value)
        for letter, value in zip(_LETTERS, values, strict=True)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(inside)}</row>'


def _cell(place: str, value: Cell, style: int = 0) -> str:
    if isinstance(value, datetime):
        if value < _FIRST_DAY:
            return _cell(place, value.isoformat(" "))
        value, style = (value - _EPOCH).total_seconds() / _DAY_S, _TIME
    styled = f' s="{style}"' if style else ""
    if not isinstance(value, str):
        return f'<c r="{place}"{styled}><v>{value!r}</v></c>'
    text = escape(_ESCAPE.sub("_x005F_", value) if "_x" in value else value)
    return f'<c r="{place}"{styled} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _sheet_begin(*, first: bool) -> str:
    selected = ' tabSelected="1"' if first else ""
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, (_, width) in enumerate(COLUMNS, 1)
    )
    headings = "".join(
        _cell(f"{letter}1", heading, _HEAD)
        for letter, (heading, _) in zip(_LETTERS, COLUMNS, strict=True)
    )
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView{selected} workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        f'</sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols>'
        f'<sheetData><row r="1">{headings}</row>'
    )


def _small_parts(sheets: int) -> dict[str, str]:
    """The archive's other members, by name."""
    numbers = range(1, sheets + 1)
    types = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for name, kind in (
            ("workbook", "sheet.main"),
            ("styles", "styles"),
            *((f"worksheets/sheet{n}", "worksheet") for n in numbers),
        )
    )
    names = "".join(
        f'<sheet name="文章{"" if n == 1 else f"（{n}）"}" sheetId="{n}" r:id="rId{n}"/>'
        for n in numbers
    )
    links = [(f"worksheets/sheet{n}.xml", "worksheet") for n in numbers]
    return {
        "[Content_Types].xml": (
            f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>'
        ),
        "_rels/.rels": _relations([("xl/workbook.xml", "officeDocument")]),
        "xl/workbook.xml": (
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
            f"<bookViews><workbookView/></bookViews><sheets>{names}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": _relations([*links, ("styles.xml", "styles")]),
        "xl/styles.xml": _STYLES,
    }


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (target, kind) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


_FONT = '<sz val="10.5"/><name val="宋体"/><charset val="134"/>'
_NO_BORDER = "<left/><right/><top/><bottom/><diagonal/>"
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    f'<fonts count="2"><font>{_FONT}</font><font><b/>{_FONT}</font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE7E6E6"/></patternFill></fill></fills>'
    f'<borders count="1"><border>{_NO_BORDER}</border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
