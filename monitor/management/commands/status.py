"""yuqing status"""

import json
from typing import Any

from monitor.management.console import Command as Console
from monitor.pipeline.status import status
from monitor.words import Fate

STEPS = {
    "collect": "采集",
    "analyse": "研读",
    "group": "归并",
    "index": "入库检索",
    "alert": "研判风险",
    "deliver": "送达",
}
SOURCES = {"ok": "正常", "new": "尚未采集", "failing": "失败中", "off": "停用"}
DELIVERIES = {"queued": "待发送", "sending": "发送中", "sent": "已送达", "failed": "失败"}


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
            self.say(f"  {STEPS[step]}　{waiting['rows']}{age}")
        self.say(
            "信源　" + (self._join(found["sources"], SOURCES) or "还没有信源，见 yuqing source add")
        )
        self.say(f"预警　{found['alerts']} 条")
        self.say("送达　" + self._join(found["deliveries"], DELIVERIES))

    @staticmethod
    def _join(counts: dict[str, int], labels: dict[str, str]) -> str:
        return "，".join(f"{labels[key]} {n}" for key, n in counts.items())
