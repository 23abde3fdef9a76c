"""May a newly taught sentiment model take the active one's place?

It has to pass two comparisons by paired bootstrap, over stories, so that fifty reprints of one text
count once:

1. On texts it was not taught it reads more of them rightly than the active model, beyond noise.
   These are texts that people corrected or confirmed, and texts that everybody left alone. The
   latter count as read rightly by the active model: people correct what is wrong, so on corrections
   alone any model looks better that merely says something else. They count half, for nobody may
   have read them.
2. On the shipped gold set it is not worse than the active model.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.evaluation.bootstrap import Comparison, paired
from monitor.words import Sentiment

Shares = NDArray[np.float64]
Said = Sequence[Sentiment]

LEFT_ALONE_SHARE = 0.5
"""What a text that nobody touched counts beside one that a person judged."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Shares are 0..1 and of stories, however many texts were corrected of each: those read rightly
    by either model among what people judged, and those of what was left alone (`untouched` of them)
    that the candidate reads as before. `gain` is on both together; `gold` counts the gold set's
    texts.
    """

    corrections: int
    stories: int
    active: float
    candidate: float
    untouched: int
    kept: float
    gain: Comparison
    gold: int
    gold_active: float
    gold_candidate: float
    gold_gain: Comparison

    @property
    def refusal(self) -> str:
        """Why the candidate must not take the active one's place; empty when it may."""
        if not self.gain.better:
            return (
                f"在没学过的纠正上，新模型判对{self.candidate:.0%}，现用的{self.active:.0%}；"
                f"没人纠正过的文章它也改判了{1 - self.kept:.0%}。合起来看不出确实更好"
                f"（{_range(self.gain)}）。请核对近期的纠正，误点的撤销，判对的也点一下确认，"
                "再积累一些后重新训练"
            )
        if self.gold_gain.high < 0:
            return (
                f"在随软件附带的 {self.gold} 篇标准样本上变差：由{self.gold_active:.0%}"
                f"降到{self.gold_candidate:.0%}（{_range(self.gold_gain)}），会把别的文章判错；"
                "请核对近期的纠正，多纠正几类文章后重新训练"
            )
        return ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    truth: Said,
    stories: Sequence[Hashable],
    left_alone: Sequence[bool],
    active: Said,
    candidate: Said,
    gold: tuple[Said, Said, Said],
) -> Trial:
    """Try the candidate on an office's texts (what each is, its story, whether nobody touched it,
    and what the two models say that were not taught it) and on the gold set (truth, active,
    candidate).

    Raises ValueError when there is nothing to compare on.
    """
    before, after = (_by_story(truth, said, stories) for said in (active, candidate))
    alone = _by_story(left_alone, [True] * len(left_alone), stories) > 0
    known, shown = (_right(gold[0], said) for said in gold[1:])
    return Trial(
        corrections=len(truth) - sum(left_alone),
        stories=int((~alone).sum()),
        active=_mean(before[~alone]),
        candidate=_mean(after[~alone]),
        untouched=int(alone.sum()),
        kept=_mean(after[alone]) if alone.any() else 1.0,
        gain=_gain(after, before, np.where(alone, LEFT_ALONE_SHARE, 1.0)),
        gold=len(known),
        gold_active=_mean(known),
        gold_candidate=_mean(shown),
        gold_gain=_gain(shown, known, np.ones(len(known))),
    )


def _right(truth: Sequence[object], said: Sequence[object]) -> Shares:
    return np.array([a is b for a, b in zip(truth, said, strict=True)], np.float64)


def _by_story(
    truth: Sequence[object], said: Sequence[object], stories: Sequence[Hashable]
) -> Shares:
    """For each story, in the order of their first texts, the share of its texts where both say the
    same."""
    shares: dict[Hashable, list[float]] = defaultdict(list)
    for story, right in zip(stories, _right(truth, said).tolist(), strict=True):
        shares[story].append(right)
    return np.array([sum(of) / len(of) for of in shares.values()])


def _gain(candidate: Shares, other: Shares, weights: Shares) -> Comparison:
    return paired(
        lambda rows: float(np.average(candidate[rows], weights=weights[rows])),
        lambda rows: float(np.average(other[rows], weights=weights[rows])),
        len(weights),
    )


def _mean(shares: Shares) -> float:
    return float(shares.mean()) if len(shares) else float("nan")


def _range(gain: Comparison) -> str:
    return f"95% 的把握在 {gain.low * 100:+.0f} 到 {gain.high * 100:+.0f} 个百分点之间"
