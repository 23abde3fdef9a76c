"""Make the shipped model of sentiment and concern: monitor/text/sentiment.npz.

    python -m training [--check]

Trains on training/corpus without its gold tenth, beside the words of the installed lexicon as weak
labels, prints how the gold tenth is judged, and writes the file. `--check` writes nothing and
exits 1 where the file in the tree is not what the corpus gives.
"""

import argparse
import sys
from pathlib import Path

from monitor.text import corpus
from monitor.text.lexicon import Lexicon
from monitor.text.model import FILE, SentimentModel
from monitor.text.teaching import lessons, needs, shipped

HERE = Path(__file__).parent
TARGET = HERE.parent / "monitor" / "text" / FILE


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
    examples = corpus.read(HERE / "corpus")
    voices = corpus.read_voices(HERE / "voices.tsv")
    return shipped(lessons(examples, Lexicon.shipped().weights), needs(examples, voices))


if __name__ == "__main__":
    sys.exit(main())
