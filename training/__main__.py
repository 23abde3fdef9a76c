"""Make the shipped sentiment model: monitor/text/sentiment.npz.

    python -m training [--check]

Trains on training/corpus without its gold tenth, beside the words of the installed lexicon as weak
labels, prints how the gold tenth is judged, and writes the file. `--check` writes nothing and
exits 1 where the file in the tree is not what the corpus gives.
"""

import argparse
import sys
from pathlib import Path

from monitor.text import corpus
from monitor.text.fitting import fit_table, named
from monitor.text.lexicon import Lexicon
from monitor.text.model import FILE, SentimentModel
from monitor.text.normalise import normalise
from monitor.text.sentiment import SHIPPED_MIX
from monitor.words import Sentiment

HERE = Path(__file__).parent
TARGET = HERE.parent / "monitor" / "text" / FILE
NAME = "county-1"

WORD_SHARE = 0.02
"""What a word of the lexicon counts beside a text: there are fifteen times as many of them."""
WORD_LEAST, WORD_MOST, WORD_USUAL = 0.3, 3.0, 0.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    model = trained()
    print(f"{model.id}: {len(model.to_bytes()) / 1e6:.1f} MB")
    if asked.check:
        same = TARGET.is_file() and SentimentModel.from_bytes(TARGET.read_bytes()).id == model.id
        print("the file in the tree is this model" if same else "the file in the tree is another")
        return 0 if same else 1
    TARGET.write_bytes(model.to_bytes())
    return 0


def trained() -> SentimentModel:
    """The model of the corpus as it stands."""
    texts, labels, weights = [], [], []
    for example in corpus.read(HERE / "corpus"):
        if not example.gold:
            texts.append(normalise(example.text).text)
            labels.append(example.label)
            weights.append(1.0)
    for word, weight in sorted(Lexicon.shipped().weights.items()):
        lean = weight - WORD_USUAL
        if len(word) > 1 and abs(weight) >= WORD_LEAST:
            texts.append(word)
            labels.append(Sentiment.NEGATIVE if lean < 0 else Sentiment.POSITIVE)
            weights.append(WORD_SHARE * min(abs(lean), WORD_MOST))
    return named(fit_table(texts, labels, weights), SHIPPED_MIX, NAME)


if __name__ == "__main__":
    sys.exit(main())
