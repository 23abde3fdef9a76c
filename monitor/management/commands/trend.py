"""yuqing trend"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from monitor.index import IndexUnavailable
from monitor.management.commands.search import pointed
from monitor.management.console import Command as Console
from monitor.pipeline.search import trend
from monitor.query import QueryError

# A longer time is told by months, then by years: nobody reads a hundred lines.
MOST_LINES = 62
WIDEST = 40
UNITS = {"天": len("yyyy-mm-dd"), "月": len("yyyy-mm"), "年": len("yyyy")}


class Command(Console):
    help = (
        "检索到的文章每天有多少篇，画成横条；时间长的按月或按年。\n\n"
        "检索式的写法见 yuqing search --help，例如\n"
        "  yuqing trend '停水 日期：2026-11-01..2026-11-22'"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("query", metavar="检索式", help="要找什么；以 - 开头时前面加 --")
        parser.add_argument(
            "--json", action="store_true", help="有文章的每一天一行 JSON，供脚本使用"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            days = trend(options["query"])
        except QueryError as error:
            self.fail(pointed(options["query"], error))
        except IndexUnavailable as error:
            self.fail(f"检索库暂不可用：{error}")
        if options["json"]:
            for day, count in days.items():
                self.say(json.dumps({"date": str(day), "count": count}))
            return
        for line in as_bars(days):
            self.say(line)


def as_bars(days: Mapping[date, int]) -> list[str]:
    """Lines of date, count and bar from the first day to the last: each day, month or year."""
    total = sum(days.values())
    if not total:
        return ["共 0 篇；换个说法，或去掉一个条件再试"]
    first = min(days)
    between = [str(first + timedelta(days=n)) for n in range((max(days) - first).days + 1)]
    unit, length = next(
        (unit, length)
        for unit, length in UNITS.items()
        if length == UNITS["年"] or len({day[:length] for day in between}) <= MOST_LINES
    )
    counts = dict.fromkeys((day[:length] for day in between), 0)
    for day, count in days.items():
        counts[str(day)[:length]] += count
    most = max(counts.values())
    width = len(f"{most}")
    lines = [
        f"{name}  {count:>{width}}  {'█' * -(-count * WIDEST // most)}".rstrip()
        for name, count in counts.items()
    ]
    return [f"共 {total} 篇，每{unit}：", *lines]
