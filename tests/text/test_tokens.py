"""What is remembered of tokens: the lexicon's own answers, in bounded memory."""

import pytest

from monitor.text.lexicon import Lexicon
from monitor.text.reading import Reader
from monitor.text.tokens import KEPT, KEYWORD, LONGEST, RARE, SINGLE_CHARACTER, Facts, Signal

LEXICON = Lexicon(
    weights={"失望": -3.0, "好": 2.0, "我们": 1.5},
    negations=frozenset({"没有"}),
    degrees={"非常": 1.8},
    contrasts=frozenset({"但是"}),
    odds={"失望": -1.0},
    stopwords=frozenset({"我们"}),
    extra=("踢皮球",),
)


@pytest.fixture
def facts() -> Facts:
    return Facts(LEXICON)


def test_a_token_has_what_the_lexicon_says_of_it(facts: Facts) -> None:
    assert facts["失望"][:RARE] == (2, -1.0, -3.0, True, None, True)
    assert facts["好"][:RARE] == (1, None, 2.0 * SINGLE_CHARACTER, False, None, False)
    assert facts["我们"][:RARE] == (2, None, 1.5, False, None, False)
    assert facts["踢皮球"][:RARE] == (3, None, None, True, None, True)


@pytest.mark.parametrize(
    ("token", "signal"),
    [
        ("，", Signal(True, False, False, False, None)),
        ("。", Signal(True, True, False, False, None)),
        ("但是", Signal(False, False, True, False, None)),
        ("没有", Signal(False, False, False, True, None)),
        ("非常", Signal(False, False, False, False, 1.8)),
        ("桌子", None),
    ],
)
def test_a_token_signals_what_it_does_to_the_words_behind_it(
    facts: Facts, token: str, signal: Signal | None
) -> None:
    assert facts[token][4] == signal


@pytest.mark.parametrize("token", ["一两点", "三十多", "第二次", "半年", "两三天", "百余人"])
def test_a_count_or_a_time_is_no_keyword(facts: Facts, token: str) -> None:
    assert not facts[token][KEYWORD]


@pytest.mark.parametrize("token", ["一中", "千年古镇", "三轮车", "万寿路", "五保户"])
def test_a_name_that_begins_with_a_number_may_be_a_keyword(facts: Facts, token: str) -> None:
    assert facts[token][KEYWORD]


@pytest.mark.parametrize(("common", "rare"), [("村民", "芋泥"), ("的", "芋")])
def test_a_token_is_as_rare_as_it_was_in_the_corpus(facts: Facts, common: str, rare: str) -> None:
    assert 0 < facts[common][RARE] < facts[rare][RARE]


@pytest.mark.parametrize("token", ["，", "12", "a股", "我们"])
def test_what_is_no_word_of_han_characters_has_no_rarity(facts: Facts, token: str) -> None:
    assert facts[token][RARE] == 0


def test_the_facts_of_a_text_come_in_its_order(facts: Facts) -> None:
    tokens = ["好", "失望", "好", "。"]
    assert facts.of(tokens) == [facts[token] for token in tokens]


def test_no_more_than_so_many_tokens_are_remembered(facts: Facts) -> None:
    before = facts["失望"]
    facts.of([f"词{n}" for n in range(KEPT + 100)])
    assert len(facts) <= KEPT
    assert facts["失望"] == before


def test_a_token_as_long_as_a_book_is_not_remembered(facts: Facts) -> None:
    assert facts["a" * 50_000][0] == 50_000
    assert len(facts) == 0
    assert facts["a" * LONGEST][0] == LONGEST
    assert len(facts) == 1


def test_a_text_is_read_alike_after_a_flood_of_other_words(reader: Reader) -> None:
    text = ("停水三天没人管", "打水务局电话一直没人接，非常失望，但是没有办法。")
    before = reader.read([text])
    reader.read(
        [
            ("", " ".join(f"x{n}" for n in range(start, start + 6_000)))
            for start in range(0, KEPT + 6_000, 6_000)
        ]
    )
    assert reader.read([text]) == before
