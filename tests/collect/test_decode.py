"""Decoding: Chinese survives declarations that are missing or wrong."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.decode import clean, decode

SIMPLIFIED = "青溪县城关镇停水通知：因管道抢修，今晚八点至明早六点停水。"
TRADITIONAL = "青溪縣城關鎮停水通知：因管道搶修，今晚八點至明早六點停水。"
SHORT = "停水通知"  # in GB 18030 these bytes are valid UTF-8 too
RARE = "朱镕基堃犇㐂𠮷"  # outside GB 2312


@pytest.mark.parametrize("declared", ["", "utf-8", "gb2312", "big5", "iso-8859-1", "nonsense"])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
        (SHORT, "gb18030"),
        (SHORT, "utf-8"),
        (SHORT, "big5"),
        (RARE, "gb18030"),
    ],
)
def test_chinese_is_read_whatever_was_declared(text: str, encoding: str, declared: str) -> None:
    document = f"<rss><title>{text}</title></rss>"
    if declared:
        document = f'<?xml version="1.0" encoding="{declared}"?>{document}'
    decoded = decode(document.encode(encoding))
    assert decoded.text == document
    assert decoded.broken == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="gb2312"?><rss>{SIMPLIFIED}</rss>'
    assert decode(document.encode(encoding)).text == document


def test_the_http_header_is_heard() -> None:
    decoded = decode("お知らせ".encode("shift_jis"), "text/xml; charset=Shift_JIS")
    assert decoded.text == "お知らせ"


def test_what_was_declared_and_what_was_found_are_both_reported() -> None:
    decoded = decode(f'<?xml encoding="utf-8"?>{SIMPLIFIED}'.encode("gb18030"))
    assert (decoded.declared, decoded.encoding) == ("utf-8", "gb18030")
    decoded = decode(f'<?xml encoding="gb2312"?>{RARE}'.encode("gb18030"))
    assert (decoded.declared, decoded.encoding) == ("gb18030", "gb18030")


def test_a_character_cut_in_half_spoils_only_itself() -> None:
    decoded = decode((SIMPLIFIED * 3).encode()[:-1])
    assert decoded.encoding == "utf-8"
    assert decoded.broken == 1
    assert decoded.text.startswith(SIMPLIFIED)


def test_accented_letters_are_not_taken_for_chinese() -> None:
    assert decode("<title>Café</title>".encode()).text == "<title>Café</title>"


def test_characters_that_no_database_takes_are_removed() -> None:
    assert clean("停\x00水\x0b\ud800\ufeff通\n知") == "停水通\n知"


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_become_text(body: bytes, header: str) -> None:
    decoded = decode(body, header)
    clean(decoded.text).encode()
    assert codecs.lookup(decoded.encoding)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1))
def test_utf8_chinese_is_never_misread(text: str) -> None:
    assert decode(text.encode()).text == text
