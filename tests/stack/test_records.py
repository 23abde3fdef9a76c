"""Log lines: what they are about, and what must never stand in them."""

import json
import logging
from collections.abc import Callable
from datetime import datetime

import pytest

from monitor.stack.records import LONGEST, STRUCK, JsonLines, Lines, within

SECRET = "9f8e7d-the-robots-key"


def record(words: str, *args: object, **about: object) -> logging.LogRecord:
    """What `log.warning(words, *args, extra=about)` hands to a formatter."""
    logger = logging.getLogger("monitor.test")
    return logger.makeRecord(
        logger.name, logging.WARNING, __file__, 1, words, args, None, extra=about
    )


def said(formatter: Lines, made: logging.LogRecord) -> dict[str, object]:
    line = formatter.format(made)
    assert "\n" not in line
    return dict(json.loads(line))


def raised(error: Exception) -> logging.LogRecord:
    made = record("出错")
    try:
        raise error
    except type(error) as caught:
        made.exc_info = (type(caught), caught, caught.__traceback__)
    return made


def test_a_line_for_people_is_its_words_alone() -> None:
    assert Lines().format(record("渠道 %s 已停用", "duty", channel="duty")) == "渠道 duty 已停用"


def test_a_json_line_tells_when_who_and_what_it_is_about() -> None:
    formatter = JsonLines(service="worker-notify")
    made = record("预警 %s：%s", "2026-0007", "河水发黑", alert="2026-0007", event=12, other="x")
    line = said(formatter, made)
    when = datetime.fromisoformat(str(line.pop("ts")))
    assert when.utcoffset() is not None
    assert str(when.utcoffset()) == "8:00:00"
    assert abs(when.timestamp() - made.created) < 0.002
    assert line == {
        "level": "WARNING",
        "logger": "monitor.test",
        "message": "预警 2026-0007：河水发黑",
        "service": "worker-notify",
        "process": made.process,
        "event": 12,
        "alert": "2026-0007",
    }


def test_a_line_written_inside_a_step_names_it() -> None:
    with within("deliver"):
        assert said(JsonLines(), record("x"))["step"] == "deliver"
        with within("chores"):
            assert said(JsonLines(), record("x"))["step"] == "chores"
        assert said(JsonLines(), record("x"))["step"] == "deliver"
    assert "step" not in said(JsonLines(), record("x"))


def test_an_exception_is_a_field_of_its_line() -> None:
    line = said(JsonLines(), raised(ValueError("第一行\n第二行")))
    assert line["message"] == "出错"
    assert str(line["exception"]).startswith("Traceback")
    assert str(line["exception"]).endswith("ValueError: 第一行\n第二行")


def test_what_cannot_be_written_as_json_is_written_as_text() -> None:
    assert said(JsonLines(), record("x", article=[1, 2]))["article"] == [1, 2]
    assert "frozenset" in str(said(JsonLines(), record("x", event=frozenset({1})))["event"])


@pytest.mark.parametrize("make", [Lines, JsonLines])
@pytest.mark.parametrize(
    "leak",
    [
        f"连接 https://hooks.example/{SECRET} 失败",
        "POST https://qyapi.example/cgi-bin/webhook/send?key=aaaa-bbbb-cccc&x=1",
        "https://x.example/hook?a=1&access_token=tok-12345",
        "redis://:pass-word-1@10.1.1.1:6379/0 拒绝连接",
        "postgresql://yuqing:pass-word-2@db:5432/yuqing",
        "Authorization: Bearer abcdef123456",
        "Authorization: ApiKey aWQ6c2VjcmV0",
    ],
)
def test_no_line_holds_a_secret_that_is_known_or_looks_like_one(
    make: Callable[..., Lines], leak: str
) -> None:
    formatter = make(secrets=[SECRET])
    for made in (record(leak), record("%s", leak), raised(RuntimeError(leak))):
        line = formatter.format(made)
        for hidden in (SECRET, "aaaa-bbbb", "tok-12345", "pass-word", "abcdef123456", "aWQ6c2"):
            assert hidden not in line
        assert STRUCK in line


def test_what_is_no_secret_stays_readable() -> None:
    words = "信源 https://news.example/rss.xml?page=2&keyword=停水 失败，10.1.1.1:6379 正常"
    assert Lines(secrets=["ab", ""]).format(record(words)) == words


def test_a_message_without_end_is_cut_and_a_trace_keeps_its_end() -> None:
    assert len(str(said(JsonLines(), record("长" * 100_000))["message"])) == LONGEST + 1
    trace = str(said(JsonLines(), raised(RuntimeError("长" * 100_000 + "末尾")))["exception"])
    assert trace.endswith("末尾")
    assert len(trace) == LONGEST + 1
