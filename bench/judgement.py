"""Texts a second that judgement reads on one core, in batches, and the memory it takes.

    python -m bench.judgement [--texts 4000] [--naive 40]

Texts of 200 characters are laid together from training/corpus; matters, places and units are the
shipped catalogue's and those of the county in tests/gold. Each figure stands beside what everybody
writes first, on the same texts: SnowNLP as shipped for the tone; jieba, SnowNLP and every word of
the catalogue looked for in every text for the rest. How fast articles join events is measured by
bench.events. Exit 1 below a floor or above the memory.
"""

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import jieba
from snownlp import SnowNLP

from monitor.catalog import Source, Values
from monitor.catalog import load as load_catalog
from monitor.detect.facts import EventView
from monitor.detect.marks import letters, marks_of
from monitor.detect.reported import facts_of, origin_of
from monitor.detect.risk import assess
from monitor.detect.rules import RiskRules
from monitor.text import corpus
from monitor.text.lexicon import Lexicon
from monitor.text.reading import Reader
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Scorer

LENGTH, TITLE = 200, 25
BATCH = 200
ROUNDS = 5
"""Of each batch the best of so many counts: whatever else the machine does only ever adds time."""
TONE_TARGET, TONE_FLOOR = 8_000, 4_000
WHOLE_TARGET, WHOLE_FLOOR = 3_000, 1_500
MEMORY_MB = 150

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)
Texts = Sequence[tuple[str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=4_000)
    parser.add_argument("--naive", type=int, default=40)
    options = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    values = load_catalog([ROOT / "config" / "catalog", ROOT / "tests" / "gold"]).values()
    texts = list(made(options.texts))
    few = texts[: options.naive]

    before = resident()
    reader = Reader.shipped(
        list(values.matters.values()),
        list(values.places.values()),
        list(values.units.values()),
        "bench",
        values.weights,
    )
    rate(texts, lambda some: judge(some, reader, values), 1)
    memory = resident() - before

    lexicon = Lexicon.shipped(values.weights)
    scorer = Scorer(lexicon, Segmenter(lexicon.extra))
    tone = rate(texts, lambda some: score(some, scorer))
    whole = rate(texts, lambda some: judge(some, reader, values))
    naive_tone, naive_whole = naive(few, values)

    print(f"texts                     {len(texts)} of {LENGTH} characters, batches of {BATCH}")
    row("tone with evidence", tone, TONE_TARGET, TONE_FLOOR, naive_tone)
    row("normalise … risk", whole, WHOLE_TARGET, WHOLE_FLOOR, naive_whole)
    print(f"memory of the reader      {memory:8.0f} MB (at most {MEMORY_MB})")
    return 1 if tone < TONE_FLOOR or whole < WHOLE_FLOOR or memory > MEMORY_MB else 0


def row(name: str, found: float, target: int, floor: int, naive: float) -> None:
    print(
        f"{name:25s} {found:8.0f} texts/s (target {target}, floor {floor})"
        f"; naive {naive:.1f}, ratio {found / naive:.0f} ×"
    )


def made(count: int) -> Iterator[tuple[str, str]]:
    """(title, body) of `count` texts, the same in every run: texts of the corpus from different
    files end to end, cut at LENGTH."""
    known = [example.text for example in corpus.read(ROOT / "training" / "corpus")]
    for number in range(count):
        text, at = "", number
        while len(text) < LENGTH:
            text += known[at % len(known)]
            at = at * 7 + 11
        yield text[:TITLE], text[TITLE:LENGTH]


def score(texts: Texts, scorer: Scorer) -> None:
    scorer.score_many([title + body for title, body in texts])


def judge(texts: Texts, reader: Reader, values: Values) -> None:
    """All that is decided of articles that stand alone, as the pipeline's analyse and alert decide
    it."""
    rules = RiskRules(**values.levels.risk())
    sources = list(values.sources.items())
    told = [sources[number % len(sources)] for number in range(len(texts))]
    readings = reader.read(texts, [origin_of(source, NOW) for _, source in told])
    for number, (text, reading, (slug, source)) in enumerate(
        zip(texts, readings, told, strict=True)
    ):
        marks_of(*text), letters(*text)
        _risk(number, text[0], reading.to_json(), slug, source, values, rules)


def _risk(
    number: int,
    title: str,
    reading: dict[str, object],
    slug: str,
    source: Source,
    values: Values,
    rules: RiskRules,
) -> None:
    negative = reading["score"]["negative"]  # type: ignore[index]
    fact = facts_of(number, slug, source, NOW, title, negative, reading, values.matters)
    assess(EventView.of(number, [fact], NOW), rules, NOW)


def naive(texts: Texts, values: Values) -> tuple[float, float]:
    """Texts a second of the tone alone and of everything, one text at a time."""
    words = [word for matter in values.matters.values() for word in matter.words]
    words += [name for entry in values.places.values() for name in (entry.name, *entry.aliases)]
    words += [name for entry in values.units.values() for name in (entry.name, *entry.aliases)]
    terms = [[row.split("/") for row in word.split("+")] for word in words]
    SnowNLP("预热").sentiments  # noqa: B018 - loads its model at the first text: not counted
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()

    def tone(some: Texts) -> None:
        for title, body in some:
            SnowNLP(title + body).sentiments  # noqa: B018

    def whole(some: Texts) -> None:
        for title, body in some:
            text = title + body
            jieba.lcut(text)
            SnowNLP(text).sentiments  # noqa: B018
            [rows for rows in terms if all(any(word in text for word in row) for row in rows)]

    return rate(texts, tone, 1), rate(texts, whole, 1)


def rate(texts: Texts, work: Callable[[Texts], None], rounds: int = ROUNDS) -> float:
    """How many a second of processor time."""
    spent = 0.0
    for start in range(0, len(texts), BATCH):
        some = texts[start : start + BATCH]
        spent += min(_seconds(work, some) for _ in range(rounds))
    return len(texts) / spent


def _seconds(work: Callable[[Texts], None], texts: Texts) -> float:
    began = time.process_time()
    work(texts)
    return time.process_time() - began


def resident() -> float:
    """MB of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
