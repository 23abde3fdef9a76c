"""A floor under the quality of sentiment, on labelled texts that are not part of the project."""

import csv
import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from monitor.text.lexicon import Lexicon
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Scorer

DATA = os.environ.get("YUQING_EVAL_DATA", "")

# AUC of negative against the rest that a plain lexicon reaches on the same texts.
FLOORS = {
    "bdci2019_news": 0.74,
    "smp2020_virus": 0.85,
    "smp2020_usual": 0.90,
    "covid_weibo7": 0.84,
    "weibo2018": 0.82,
}


def area_under_curve(scores: list[float], truth: list[bool]) -> float:
    """The chance that a negative text is ranked above another (Mann and Whitney's U)."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    yes = np.array(truth)
    bad = int(yes.sum())
    return float((rank[yes].sum() - bad * (bad + 1) / 2) / (bad * (len(yes) - bad)))


@pytest.mark.skipif(not DATA, reason="YUQING_EVAL_DATA is not set: no labelled texts to measure on")
@pytest.mark.parametrize("name", FLOORS)
def test_the_score_is_no_worse_than_a_lexicon_alone(name: str) -> None:
    with gzip.open(Path(DATA) / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        rows = [
            (row["text"], row["label"] == "negative")
            for row in csv.DictReader(file)
            if row["label"] in ("negative", "neutral", "positive")
        ]
    scores = Scorer(Lexicon.shipped(), Segmenter()).score_many([text for text, _ in rows])
    area = area_under_curve([score.negative for score in scores], [truth for _, truth in rows])
    print(f"{name}: AUC {area:.3f} (floor {FLOORS[name]:.2f})")
    assert area >= FLOORS[name]
