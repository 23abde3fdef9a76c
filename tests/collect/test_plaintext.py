"""HTML becomes what a reader sees, and nothing that a browser would run."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.plaintext import line, plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        ("一<br>二<br/>三", "一\n二\n三"),
        ("<p>停<b>水</b>通<a href='x'>知</a></p>", "停水通知"),
        ("甲<script>alert(1)</script>乙<style>p{}</style>丙<!-- 注 -->丁", "甲乙丙丁"),
        ("<img src=x onerror=alert(1)>停水", "停水"),
        ("a &amp; b &lt;c&gt;&nbsp;d", "a & b <c> d"),
        ("<p>  a \n\t b　c </p>\n\n<p> </p><p>d</p>", "a b c\nd"),
        ("<p>停水\n   通知</p>", "停水通知"),
        ("<p>water\n cut</p>", "water cut"),
        ("没有标记\n第二行\n\n\n第三行", "没有标记\n第二行\n第三行"),
        ("5<6 且 <关于停水>的通知", "5<6 且 <关于停水>的通知"),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", "甲\n乙"),
        ("<p>未闭合<p>第二段<div>第三", "未闭合\n第二段\n第三"),
        ("<!-- only -->", ""),
        ("", ""),
    ],
)
def test_markup_reads_as_a_reader_sees_it(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_a_line_has_no_breaks_and_a_limit() -> None:
    assert line("<p>停水</p>\n<p>通知</p>", 4) == "停水 通"


def test_markup_nested_without_end_is_read_in_time() -> None:
    start = time.process_time()
    plain("<div>" * 200_000 + "停水")
    assert time.process_time() - start < 20


@given(st.text(alphabet="<>/!-&;#apdivscrt停水\n \0\ud800", max_size=80))
def test_no_markup_breaks_the_reader(markup: str) -> None:
    text = plain(markup)
    text.encode()
    assert "\0" not in text
