"""What 4,000 corrections are worth on labelled sets that no shipped model was trained on.

    python -m bench.learning FOLDER [SET …]

Of each set in the folder (csv or csv.gz with text,label) 4,000 texts are taught as if the office
had corrected them, and the rest is read before and after; nothing is written anywhere. Exit 1 below
a target.
"""

import argparse
import sys
import time
from pathlib import Path

from monitor.catalog import load as load_catalog
from monitor.evaluation.labelled import files, tone_sets
from monitor.evaluation.teaching_trial import teaching_figures
from monitor.text import corpus
from monitor.text.lexicon import Lexicon
from monitor.text.teaching import lessons

ROOT = Path(__file__).parent.parent
TARGETS = {
    "bdci2019_news": 0.90,
    "smp2020_virus": 0.93,
    "smp2020_usual": 0.92,
    "covid_weibo7": 0.94,
    "weibo2018": 0.92,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sets", nargs="*", help="the names of some, without .csv.gz")
    options = parser.parse_args()
    sets, _ = tone_sets(files(options.folder))
    values = load_catalog([ROOT / "config" / "catalog"]).values()
    lexicon = Lexicon.shipped(values.weights)
    base = lessons(corpus.read(ROOT / "training" / "corpus"), lexicon.weights)
    short = 0
    print("set               taught   rest   AUC before  after  target   off by    seconds")
    for one in sets:
        name = one.name.removesuffix(".gz").removesuffix(".csv")
        if options.sets and name not in options.sets:
            continue
        began = time.process_time()
        found = teaching_figures(one, base, lexicon)
        target = TARGETS.get(name, 0.0)
        short += round(found.after.auc, 3) < target
        print(
            f"{name:16s}{found.taught:8d}{found.rest:7d}{found.before.auc:13.3f}"
            f"{found.after.auc:7.3f}{target:8.2f}{found.after.calibration:9.3f}"
            f"{time.process_time() - began:11.0f}",
            flush=True,
        )
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
