"""Word segmentation: rjieba with the office's own words, without guessing unknown ones.

The hidden Markov model stays off: with it, names that stand in no dictionary are cut
differently from one sentence to the next, and a lexicon needs the same cut every time.
"""

import re
import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

from monitor.text.normalise import normalise

# Rust strings cannot hold a lone surrogate (half an emoji, cut by a careless site); one
# replacement character for one surrogate keeps every offset.
_SURROGATE = re.compile("[\ud800-\udfff]")

# Words whose part of speech is remembered (each a few characters: under 1 MB).
TAGS = 4_096


@cache
def _rjieba() -> Any:
    """The extension inside the package: the package itself also keeps a segmenter of its own, with
    its dictionary, 25 MB that nobody here uses."""
    package = find_spec("rjieba")
    inner = package and PathFinder.find_spec("rjieba", package.submodule_search_locations)
    if inner is None or inner.loader is None:
        raise FileNotFoundError("缺少软件包 rjieba：请重新执行 make install")
    module = module_from_spec(inner)
    inner.loader.exec_module(module)
    # Who imports the package all the same must not initialise the extension again.
    sys.modules["rjieba.rjieba"] = module
    return module


def mend(text: str) -> str:
    """The text with each lone surrogate replaced by U+FFFD; same length."""
    return _SURROGATE.sub("\ufffd", text)


class Segmenter:
    """Cuts normalised text into words; `words` are kept whole wherever they win on frequency."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._jieba = _rjieba().Jieba()
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
