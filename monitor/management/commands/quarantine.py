"""yuqing quarantine"""

from typing import Any

from monitor.management.console import Command as Console
from monitor.pipeline import quarantine
from monitor.words import STEP_WORDS


class Command(Console):
    help = "多次处理失败、单独放着的文章、事件和送达。它们不影响别的，也不会丢。"

    def add_arguments(self, parser: Any) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="动作")
        what.add_parser("list", help="逐项列出：在哪一步、因为什么")
        what.add_parser("rerun", help="全部重新处理（通常在升级或排除故障之后）")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "rerun":
            self.say(f"已重新排队 {quarantine.rerun()} 项")
            return
        kept = quarantine.listing()
        for one in kept:
            step = STEP_WORDS.get(one.step, one.step)
            self.say(f"{one.kind} {one.id}　{step}　{one.title}\n  {one.why}")
        self.say(f"共 {len(kept)} 项" if kept else "没有处理不了的内容")
