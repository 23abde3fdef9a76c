"""yuqing reconcile"""

import time
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console as Terminal
from rich.table import Table

from monitor.index import IndexUnavailable
from monitor.management.console import Command as Console
from monitor.pipeline import index
from monitor.pipeline.reconcile import Balance, reconcile

SHOWN = 60
"""Days that the table names; a rebuild is quicker where more differ."""
PATIENCE_S = 1800.0


class Command(Console):
    help = (
        "核对检索库与数据库：逐日比篇数和版本，只修不一致的日子。\n"
        "每天凌晨自动做一次；恢复备份之后应手工做一次。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="只看不修；有不一致时以 1 退出，可用于巡检"
        )
        parser.add_argument(
            "--wait", action="store_true", help="修完再核对，直到一致（最长半小时）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = reconcile(dry_run=options["dry_run"])
            self._print(found)
            if options["dry_run"]:
                if found.differing:
                    self.fail("有不一致，运行 yuqing reconcile 修复")
            elif found.differing:
                self.say("不一致的已安排补写、移除")
                if options["wait"]:
                    self._settle()
        except IndexUnavailable as error:
            self.fail(f"检索库暂时核对不了：{error}")

    def _settle(self) -> None:
        """Write what is due, beside the workers if there are any, until nothing differs."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            while index.STEP.run():
                pass
            found = reconcile()
            if not found.differing:
                self.say(found.words)
                return
            time.sleep(1)
        self.fail("半小时内没有修到一致，请运行 yuqing check 看原因，或运行 yuqing reindex 重建")

    def _print(self, found: Balance) -> None:
        if found.differing:
            table = Table("日期", box=SIMPLE_HEAD)
            for name in ("数据库", "检索库", "缺", "旧", "多"):
                table.add_column(name, justify="right")
            for one in found.differing[:SHOWN]:
                counts = (one.rows.count, one.held.count, one.missing, one.stale, one.strange)
                table.add_row(f"{one.day:%Y-%m-%d}", *map(str, counts))
            Terminal(file=self.stdout).print(table)
            if found.differing[SHOWN:]:
                self.say(f"……另有 {len(found.differing) - SHOWN} 天")
        self.say(found.words)
