"""Labelled files: what is read, and what a mistake in one is answered with."""

import gzip
from pathlib import Path

import pytest

from monitor.evaluation.labelled import LabelledError, files, load, name_of, tone_set, tone_sets
from monitor.words import Sentiment

GOOD = """text,label,emotion
路灯坏了没人修,negative,angry
新桥通车,正面,happy
,negative,
今天小雨,中性,
求推荐,other,
"""


def written(folder: Path, text: str | bytes, name: str = "set.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_rows_come_with_their_line_and_other_columns_and_without_empty_texts(
    tmp_path: Path,
) -> None:
    rows = load(written(tmp_path, GOOD))
    assert [(row.text, row.label, row.line) for row in rows] == [
        ("路灯坏了没人修", "negative", 2),
        ("新桥通车", "正面", 3),
        ("今天小雨", "中性", 5),
        ("求推荐", "other", 6),
    ]
    assert rows[0].more == {"emotion": "angry"}


def test_gzip_and_the_mark_of_windows_make_no_difference(tmp_path: Path) -> None:
    plain = load(written(tmp_path, GOOD))
    packed = written(tmp_path, gzip.compress(b"\xef\xbb\xbf" + GOOD.encode()), "set.csv.gz")
    assert load(packed) == plain
    assert name_of(packed) == "set"


def test_labels_may_be_chinese_and_other_ones_are_left_out(tmp_path: Path) -> None:
    found = tone_set(written(tmp_path, GOOD))
    assert found is not None
    assert found.labels == (Sentiment.NEGATIVE, Sentiment.POSITIVE, Sentiment.NEUTRAL)
    assert (found.name, found.left_out) == ("set", 1)


def test_a_file_about_something_else_is_named_apart(tmp_path: Path) -> None:
    good = written(tmp_path, GOOD)
    written(tmp_path, "text,label\n某处起火,火灾\n", "fires.csv")
    (tmp_path / "README.md").write_text("no set", encoding="utf-8")
    sets, others = tone_sets(files(tmp_path))
    assert [one.name for one in sets] == [name_of(good)]
    assert others == ["fires.csv"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text,mood\n好,正面\n", "set.csv 第 1 行缺列 label"),
        ("", "set.csv 第 1 行缺列 label、text"),
        ("text,label\n好,正面\n差,负面\n一,二,三\n", "set.csv 第 4 行的列数与第一行不同"),
        ("text,label\n好\n", "set.csv 第 2 行的列数"),
        ("text,label\n好,正面\n差,很差\n", "第 3 行：标签“很差”不认识"),
        ("text,label\n好,正面\n行,中性\n", "只有一类标签"),
        ("text,label\n好,正面\n".encode() + b"\xb2\xee,x\n", "不是 UTF-8"),
        (f"text,label\n{'长' * 1_000_001},正面\n", "第 2 行读不懂"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_cure(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    with pytest.raises(LabelledError, match=r"set\.csv") as told:
        tone_set(written(tmp_path, content))
    assert words in str(told.value)
    assert any(cure in str(told.value) for cure in ("应", "要", "请", "都要"))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"text,label\n", "不是 gzip 文件"), (gzip.compress(GOOD.encode() * 50)[:80], "不完整")],
)
def test_a_broken_archive_is_told_from_a_broken_text(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(LabelledError, match=words):
        load(written(tmp_path, content, "set.csv.gz"))


def test_a_file_or_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LabelledError, match=r"读不了 .*no\.csv.*请检查路径"):
        load(tmp_path / "no.csv")
    with pytest.raises(LabelledError, match=r"不存在；请检查 YUQING_EVAL_DATA"):
        files(tmp_path / "none")
    with pytest.raises(LabelledError, match=r"没有 \.csv"):
        files(tmp_path)
