"""The 企业微信 group robot's part: takes a message or refuses it with the vendor's error code.

Codes and limits follow the vendor's page on group robots (developer.work.weixin.qq.com,
path 91770) and its list of global error codes (path 90313): HTTP is always 200, `errcode` decides.
"""

import json
from collections import Counter, deque
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

KEY = "demo-key"
PER_MINUTE = 20
BYTES = {"text": 2048, "markdown": 4096}
# How many messages the phone remembers.
KEPT = 200

WORDS = {
    0: "ok",
    40008: "invalid message type",
    40058: "invalid parameter: content exceeds the byte limit",
    44004: "empty content",
    45009: "api freq out of limit",
    47001: "data format error",
    93000: "invalid webhook url, hint: the robot is not in the group",
}


@dataclass(frozen=True, slots=True)
class Received:
    """A message the phone got: `n` counts from 1, `at` is ISO with zone."""

    n: int
    at: str
    type: str
    text: str


class Robot:
    """Accepts at most 20 messages a minute; remembers the last 200, in `file` when given."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._accepted: deque[datetime] = deque(maxlen=PER_MINUTE)
        self.refused: Counter[int] = Counter()
        self.messages: deque[Received] = deque(maxlen=KEPT)
        if file is not None and file.is_file():
            self.messages.extend(Received(**one) for one in json.loads(file.read_text("utf-8")))
        self.count = self.messages[-1].n if self.messages else 0

    def receive(self, key: str, body: bytes, now: datetime) -> dict[str, Any]:
        """The vendor's answer: `{"errcode": 0, "errmsg": "ok"}` or why not."""
        code, kind, text = self._judge(key, body, now)
        if code:
            self.refused[code] += 1
            return {"errcode": code, "errmsg": WORDS[code]}
        self._accepted.append(now)
        self.count += 1
        self.messages.append(Received(self.count, now.isoformat(timespec="seconds"), kind, text))
        self._keep()
        return {"errcode": 0, "errmsg": "ok"}

    def _judge(self, key: str, body: bytes, now: datetime) -> tuple[int, str, str]:
        if key != KEY:
            return 93000, "", ""
        full = len(self._accepted) == PER_MINUTE
        if full and now - self._accepted[0] < timedelta(minutes=1):
            return 45009, "", ""
        try:
            message = json.loads(body)
        except ValueError:  # bad JSON and bad UTF-8 alike
            return 47001, "", ""
        if not isinstance(message, dict):
            return 47001, "", ""
        kind = message.get("msgtype")
        if not isinstance(kind, str) or kind not in BYTES:
            return 40008, "", ""
        part = message.get(kind)
        text = part.get("content") if isinstance(part, dict) else None
        if not isinstance(text, str) or not text.strip():
            return 44004, "", ""
        if len(text.encode("utf-8", "surrogatepass")) > BYTES[kind]:
            return 40058, "", ""
        return 0, kind, text

    def _keep(self) -> None:
        if self._file is None:
            return
        # Written beside and renamed, so that a kill leaves the old file or the new one.
        beside = self._file.with_suffix(".new")
        words = json.dumps([asdict(one) for one in self.messages], ensure_ascii=False)
        beside.write_text(words, "utf-8", "backslashreplace")
        beside.replace(self._file)
