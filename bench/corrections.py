"""What 200 corrections do: those that help are taken up, those clicked at random are not.

    python -m bench.corrections [--corrections 200] [--set bdci2019_news]

An office of its own (SQLite, a temporary folder) analyses texts; a person corrects 200 of them, by
the same functions as the console; `train` is run. Once the person reads, and puts mistakes right
here and there; once they click at random. Beside the verdicts stand the shares read rightly, before
and after, of texts that no training saw, and their AUC (negative against the rest).

With YUQING_EVAL_DATA the texts are those of a labelled set (--set), which the shipped model never
saw. Without it they are the citizens' messages and forum posts of our own corpus, and in the place
of the shipped model stands one that was taught all but those. Deterministic. Exits 1 when what was
read is refused or what was clicked is taken up. About two minutes.
"""

import argparse
import os
import subprocess
import sys
import tempfile

PERSONS = {"reads": 0, "clicks": 1}
"""Who corrects, and how `bench.corrected` should end: 0 taken up, 1 refused."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corrections", type=int, default=200)
    parser.add_argument("--set", default="bdci2019_news")
    asked = parser.parse_args()
    ended = {person: _office(person, asked.corrections, asked.set) for person in PERSONS}
    return 0 if ended == PERSONS else 1


def _office(person: str, corrections: int, dataset: str) -> int:
    with tempfile.TemporaryDirectory(prefix="yuqing-bench-") as folder:
        own = {"YUQING_DATA": folder, "YUQING_DATABASE_URL": "", "OPENBLAS_NUM_THREADS": "1"}
        return subprocess.run(
            [sys.executable, "-m", "bench.corrected", person, str(corrections), dataset],
            env=os.environ | own,
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
