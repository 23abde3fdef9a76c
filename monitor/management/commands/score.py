"""yuqing score"""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

from monitor.management.console import Command as Console
from monitor.pipeline import knowledge
from monitor.text.sentiment import Score

BATCH = 256
LONGEST = 1_000_000


class Command(Console):
    help = (
        '为文本打情感分。逐行读入 {"id", "text"}，逐行输出\n'
        '{"id", "negative", "neutral", "positive", "evidence", "model"}；流式，不限行数。\n'
        "有读不懂的行时照样处理其余各行，在标准错误中逐行说明，最后以 1 退出。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", nargs="?", metavar="文件", help="不给则读标准输入")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        try:
            # Bytes: one line in another encoding is one bad line, not the end.
            source = Path(path).open("rb") if path else nullcontext(sys.stdin.buffer)  # noqa: SIM115
        except OSError as error:
            self.fail(f"打不开 {path}：{error.strerror}")
        scorer = knowledge.current().scorer
        self.bad = 0
        with source as lines:
            rows = self._rows(lines)
            while batch := list(islice(rows, BATCH)):
                scores = scorer.score_many([text for _, text in batch])
                for (key, _), score in zip(batch, scores, strict=True):
                    self.say(_line(key, score))
        if self.bad:
            self.fail(f"有 {self.bad} 行没有打分，原因见上")

    def _rows(self, lines: Iterable[bytes]) -> Iterator[tuple[Any, str]]:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                key, text = row["id"], row["text"]
                if not isinstance(text, str):
                    raise TypeError("text")
            except (ValueError, KeyError, TypeError):
                self.bad += 1
                self.stderr.write(f'第 {number} 行读不懂，应为 {{"id": …, "text": "…"}}')
                continue
            yield key, text[:LONGEST]


def _line(key: Any, score: Score) -> str:
    return json.dumps(
        {
            "id": key,
            "negative": round(score.negative, 4),
            "neutral": round(score.neutral, 4),
            "positive": round(score.positive, 4),
            "evidence": [
                {
                    "text": word.text,
                    "start": word.start,
                    "end": word.end,
                    "weight": round(word.weight, 3),
                }
                for word in score.evidence
            ],
            "model": score.model,
        },
        ensure_ascii=False,
    )
