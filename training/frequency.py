"""Count in how many texts of training/corpus a word stands: monitor/text/frequency.json.

    python -m training.frequency [--check]

Words are cut by the shipped dictionary alone, so that an office's names change nothing. Two single
characters side by side count as a word, as in `monitor.text.gist`. `--check` writes nothing and
exits 1 where the file in the tree is not what the corpus gives.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from monitor.text import corpus
from monitor.text.normalise import normalise
from monitor.text.rarity import FILE, LEAST
from monitor.text.segment import Segmenter

HERE = Path(__file__).parent
TARGET = HERE.parent / "monitor" / "text" / FILE
_HAN = re.compile("[\u4e00-\u9fff]+")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    content = counted([example.text for example in corpus.read(HERE / "corpus")])
    if asked.check:
        same = TARGET.is_file() and TARGET.read_text("utf-8") == content
        print("the file in the tree is this count" if same else "the file in the tree is another")
        return 0 if same else 1
    TARGET.write_text(content, "utf-8")
    print(f"{TARGET.name}: {len(content) / 1e3:.0f} KB")
    return 0


def counted(texts: Sequence[str]) -> str:
    """The file's content: words that stand in at least LEAST texts, most frequent first."""
    segmenter = Segmenter()
    counts: Counter[str] = Counter()
    for text in texts:
        tokens = segmenter.cut(normalise(text).text)
        words = set(tokens)
        words |= {a + b for a, b in pairwise(tokens) if len(a) == len(b) == 1}
        counts.update(word for word in words if _HAN.fullmatch(word))
    kept = {word: n for word, n in sorted(counts.items(), key=_rank) if n >= LEAST}
    return json.dumps({"texts": len(texts), "counts": kept}, ensure_ascii=False, indent=0) + "\n"


def _rank(one: tuple[str, int]) -> tuple[int, str]:
    return -one[1], one[0]


if __name__ == "__main__":
    sys.exit(main())
