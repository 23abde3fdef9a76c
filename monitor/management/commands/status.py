"""yuqing status"""

import json
from typing import Any

from monitor.management.console import Command as Console
from monitor.models import Delivery
from monitor.pipeline.status import status
from monitor.words import SOURCE_WORDS, STEP_WORDS, Fate

DELIVERY_WORDS = dict(Delivery.STATES)


class Command(Console):
    help = "各步骤、信源、预警、送达现在的数字；文章各状态之和恒等于文章总数。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--json", action="store_true", help="输出一行 JSON，供脚本使用")

    def handle(self, *args: Any, **options: Any) -> None:
        found = status()
        if options["json"]:
            self.say(json.dumps(found, ensure_ascii=False))
            return
        articles = found["articles"]
        self.say(f"文章　共 {sum(articles.values())} 篇")
        for fate in Fate:
            self.say(f"  {fate.label}　{articles[fate.value]}")
        self.say("等待处理")
        for step, waiting in found["waiting"].items():
            age = f"，最久 {waiting['oldest_s']:.0f} 秒" if waiting["rows"] else ""
            self.say(f"  {STEP_WORDS[step]}　{waiting['rows']}{age}")
        self.say(
            "信源　"
            + (self._join(found["sources"], SOURCE_WORDS) or "还没有信源，见 yuqing source add")
        )
        self.say(f"预警　{found['alerts']} 条")
        self.say("送达　" + self._join(found["deliveries"], DELIVERY_WORDS))

    @staticmethod
    def _join(counts: dict[str, int], labels: dict[str, str]) -> str:
        return "，".join(f"{labels[key]} {n}" for key, n in counts.items())
