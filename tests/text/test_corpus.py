"""The labelled texts: readable, all three classes for hard words, and a gold tenth."""

from collections import Counter
from pathlib import Path

import pytest

from monitor.text import corpus
from monitor.words import Sentiment

FOLDER = Path(__file__).parents[2] / "training" / "corpus"
SECOND = FOLDER.parent / "second-reading.tsv"


@pytest.fixture(scope="module")
def examples() -> list[corpus.Example]:
    return corpus.read(FOLDER)


def test_there_are_thousands_of_texts_and_no_text_twice(examples: list[corpus.Example]) -> None:
    assert len(examples) >= 3_000
    assert len({one.id for one in examples}) == len(examples)
    assert len({one.text for one in examples}) == len(examples)
    assert min(Counter(one.label for one in examples).values()) > 1_000


def test_a_tenth_is_gold(examples: list[corpus.Example]) -> None:
    share = sum(one.gold for one in examples) / len(examples)
    assert 0.08 < share < 0.12


@pytest.mark.parametrize("word", ["事故", "维权", "感谢", "火灾", "死亡", "医院", "学校", "政府"])
def test_no_word_gives_the_label_away(examples: list[corpus.Example], word: str) -> None:
    assert {one.label for one in examples if word in one.text} == set(Sentiment)


def test_every_disagreement_of_the_second_reading_is_settled(
    examples: list[corpus.Example],
) -> None:
    labels = {one.id: one.label.value for one in examples}
    header, *rows = SECOND.read_text(encoding="utf-8").splitlines()
    assert header.split("\t") == ["id", "first", "second", "settled", "why"]
    for row in rows:
        name, first, second, settled, why = row.split("\t")
        assert first != second
        assert labels[name] == settled
        assert why


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    good = "id\tlabel\tkind\ttrait\tneed\tmatter\ttext\n"
    (tmp_path / "a.tsv").write_text(
        good + "1\tbad\tnews\t-\tyes\tutilities\t停水\n", encoding="utf-8"
    )
    with pytest.raises(ValueError, match=r"a\.tsv 第 2 行"):
        corpus.read(tmp_path)
    (tmp_path / "a.tsv").write_text("x\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.tsv 第 1 行"):
        corpus.read(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="没有训练语料"):
        corpus.read(tmp_path)
