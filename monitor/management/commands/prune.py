"""yuqing prune"""

import argparse
import re
import sys
from typing import Any

from django.db import connection
from django.utils import timezone
from rich.box import SIMPLE_HEAD
from rich.console import Console as Terminal
from rich.table import Table

from monitor.index import IndexUnavailable
from monitor.management.console import Command as Console
from monitor.management.progress import bar
from monitor.pipeline.past import LEAST_MONTHS, Month, older_than, plan
from monitor.pipeline.prune import prune
from monitor.pipeline.reindex import Busy

_AGE = re.compile(r"(\d{1,3})\s*(m|个月|月|y|年)")
MEGABYTE = 1024 * 1024
SPACE = {
    "postgresql": "腾出的空间由 PostgreSQL 自动回收再用（autovacuum），数据文件一般不会变小",
    "sqlite": (
        "腾出的空间留给以后的文章；要让数据文件变小，先停止 yuqing up，再用 sqlite3 执行"
        " VACUUM，期间磁盘要有与数据库同样大的空余"
    ),
}


def months(text: str) -> int:
    """An age in months; 24m, 24个月 and 2y mean the same."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"“{text}”不是期限，应写成 24m（24 个月）或 2y（2 年）")
    count = int(found[1]) * (12 if found[2] in ("y", "年") else 1)
    if count < LEAST_MONTHS:
        raise argparse.ArgumentTypeError(f"至少保留 {LEAST_MONTHS} 个月")
    return count


class Command(Console):
    help = (
        "清理多年前的文章，按月进行，期间一切照常，中断后再运行即接着做。\n"
        "有预警的事件的文章和预警引用的文章是证据，永不清理。清理不能撤销，请先 yuqing backup。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--older-than",
            type=months,
            required=True,
            metavar="期限",
            help="保留最近多久，例如 24m 或 2y；更早的清理",
        )
        parser.add_argument("--dry-run", action="store_true", help="只列出各月会清理多少，不动数据")
        parser.add_argument("--yes", action="store_true", help="不再询问")

    def handle(self, *args: Any, **options: Any) -> None:
        first_kept = older_than(options["older_than"], timezone.now())
        found = plan(first_kept)
        going = sum(month.going for month in found)
        self._print(found)
        if not going:
            self.say(f"{_name(first_kept)}以前没有可清理的文章")
            if not options["dry_run"]:
                self._prune([], first_kept)  # the index may still hold a month that is gone
            return
        if options["dry_run"]:
            self.say(f"会清理 {going} 篇；这是预演，没有改动任何数据")
            return
        if not options["yes"]:
            self._ask(going)
        self._prune([month for month in found if month.going], first_kept)

    def _print(self, found: list[Month]) -> None:
        if not found:
            return
        table = Table(box=SIMPLE_HEAD)
        table.add_column("月份")
        for head in ("文章", "留作证据", "清理", "约占（MB）"):
            table.add_column(head, justify="right")
        for month in found:
            size = f"{month.size / MEGABYTE:,.1f}"
            counts = (month.articles, month.kept, month.going)
            table.add_row(_name(month.month), *map(str, counts), size)
        Terminal(file=sys.stdout).print(table)

    def _ask(self, going: int) -> None:
        if not sys.stdin.isatty():
            self.fail("清理不能撤销：确认无误请加 --yes")
        if input(f"清理 {going} 篇，不能撤销。确认请输入“清理”：").strip() != "清理":
            self.fail("没有清理")

    def _prune(self, going: list[Month], first_kept: str) -> None:
        done = 0
        try:
            with bar("清理") as show:
                for progress in prune(going, first_kept):
                    done = progress.done
                    show(progress.done, progress.total)
        except Busy as busy:
            self.fail(f"检索库正在由 {busy.owner} 重建或清理，等它做完再运行；已清理 {done} 篇")
        except IndexUnavailable as error:
            self.fail(f"检索库没有应答：{error}。已清理 {done} 篇，处理后再运行即接着做")
        if done:
            self.say(f"已清理 {done} 篇。{SPACE[connection.vendor]}")
        if left := sum(month.going for month in plan(first_kept)):
            self.say(f"有 {left} 篇一直有进程在处理，请稍后再运行一次")


def _name(month: str) -> str:
    return f"{month[:4]}年{month[4:]}月"
