"""Word segmentation: rjieba with the office's own words, without guessing unknown ones.

The hidden Markov model stays off: with it, names that stand in no dictionary are cut
differently from one sentence to the next, and a lexicon needs the same cut every time.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from monitor.text.normalise import normalise

# Rust strings cannot hold a lone surrogate (half an emoji, cut by a careless site); one
# replacement character for one surrogate keeps every offset.
_SURROGATE = re.compile("[\ud800-\udfff]")

# Words whose part of speech is remembered (each a few characters: under 1 MB).
TAGS = 4_096


def mend(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD; same length."""
    return _SURROGATE.sub("\ufffd", text)


class Segmenter:
    """Cuts normalised text into words; `words` are kept whole wherever they win on frequency."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        # Here, because the import alone reads a dictionary: 32 MB and 0.4 s for every process.
        import rjieba

        self._jieba = rjieba.Jieba()
        # The names of a county's news come back in every other article.
        self._tags = lru_cache(TAGS)(self._look_up)
        for word in words:
            plain = mend(normalise(word).text.strip())
            if plain:
                self._jieba.add_word(plain, None, None)

    def cut(self, text: str) -> list[str]:
        """Tokens in order; joined they are the text again (lone surrogates as U+FFFD)."""
        try:
            tokens: list[str] = self._jieba.cut(text, hmm=False)
        except UnicodeEncodeError:
            tokens = self._jieba.cut(mend(text), hmm=False)
        return tokens

    def tag(self, word: str) -> str:
        """The dictionary's part of speech of one word, in the notation of ICTCLAS (ns: place)."""
        return self._tags(word)

    def _look_up(self, word: str) -> str:
        tagged: list[tuple[str, str]] = self._jieba.tag(mend(word), hmm=False)
        return tagged[0][1] if len(tagged) == 1 else "x"
