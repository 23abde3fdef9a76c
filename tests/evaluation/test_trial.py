"""A trial lets a model pass that learned something, and nobody else."""

import random

import pytest

from monitor.evaluation.trial import compare
from monitor.words import Sentiment

BAD, CALM, GOOD = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE
GOLD = [BAD, CALM, GOOD] * 100


def mostly(truth: list[Sentiment], share: float, seed: int = 1) -> list[Sentiment]:
    """What a model says that is right in this share of the texts."""
    dice = random.Random(seed)
    return [
        one
        if dice.random() < share
        else dice.choice([other for other in Sentiment if other != one])
        for one in truth
    ]


def on_gold(
    before: float, after: float
) -> tuple[list[Sentiment], list[Sentiment], list[Sentiment]]:
    return GOLD, mostly(GOLD, before, 2), mostly(GOLD, after, 3)


TRUTH = [BAD, CALM, GOOD, BAD] * 50
EACH = list(range(200))
TOUCHED = [False] * 200


def contradicts(truth: list[Sentiment]) -> list[Sentiment]:
    return [GOOD if one is BAD else BAD for one in truth]


def test_a_model_that_is_clearly_better_and_no_worse_elsewhere_passes() -> None:
    trial = compare(TRUTH, EACH, TOUCHED, mostly(TRUTH, 0.3), mostly(TRUTH, 0.7), on_gold(0.8, 0.8))
    assert trial.refusal == ""
    assert (trial.corrections, trial.stories, trial.gold) == (200, 200, 300)
    assert trial.candidate > 0.6 > trial.active
    assert trial.gain.low > 0.2


def test_a_difference_that_may_be_luck_is_refused_with_its_bounds() -> None:
    trial = compare(
        TRUTH[:40],
        EACH[:40],
        TOUCHED[:40],
        mostly(TRUTH[:40], 0.5),
        mostly(TRUTH[:40], 0.55, 9),
        on_gold(0.8, 0.8),
    )
    assert "看不出确实更好（95% 的把握在" in trial.refusal
    assert "再积累一些" in trial.refusal


def left_alone(changed: float) -> tuple[list[Sentiment], list[bool], list[Sentiment]]:
    """Beside 200 mistakes twice as many texts that nobody touched: truth, which are so, and what a
    model says that puts 60 % of the mistakes right and reads this share of the others anew."""
    others = TRUTH * 2
    return (
        [*TRUTH, *others],
        [*TOUCHED, *[True] * 400],
        [*mostly(TRUTH, 0.6), *mostly(others, 1 - changed, 5)],
    )


def test_what_nobody_touched_counts_half_as_read_rightly_before() -> None:
    for changed, refused in ((0.4, ""), (0.8, "合起来看不出确实更好")):
        truth, alone, candidate = left_alone(changed)
        trial = compare(
            truth,
            list(range(600)),
            alone,
            [*contradicts(TRUTH), *TRUTH, *TRUTH],
            candidate,
            on_gold(0.8, 0.8),
        )
        assert (trial.corrections, trial.stories, trial.untouched) == (200, 200, 400)
        assert (trial.active, round(trial.candidate, 1)) == (0.0, 0.6)
        assert trial.kept == pytest.approx(1 - changed, abs=0.05)
        gain = (trial.candidate * 200 - (1 - trial.kept) * 200) / 400
        assert trial.gain.difference == pytest.approx(gain)
        assert refused in trial.refusal
        assert bool(trial.refusal) is bool(refused)


def test_what_spoils_the_gold_set_is_refused() -> None:
    trial = compare(TRUTH, EACH, TOUCHED, mostly(TRUTH, 0.3), mostly(TRUTH, 0.7), on_gold(0.8, 0.6))
    assert "在随软件附带的 300 篇标准样本上变差" in trial.refusal


def test_fifty_reprints_of_one_text_speak_once() -> None:
    wrong = contradicts(TRUTH)
    right_on_one_story = TRUTH[:100] + wrong[100:]
    stories = [0] * 100 + list(range(1, 101))
    trial = compare(TRUTH, stories, TOUCHED, wrong, right_on_one_story, on_gold(0.8, 0.8))
    assert trial.stories == 101
    assert "看不出确实更好" in trial.refusal


def test_nothing_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="nothing"):
        compare([], [], [], [], [], on_gold(0.8, 0.8))
