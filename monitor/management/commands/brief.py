"""yuqing brief"""

import argparse
import sys
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from rich.console import Console as Terminal

from monitor.briefing.values import Period
from monitor.management.console import Command as Console
from monitor.pipeline.brief import BriefingExistsError, brief
from monitor.words import day_of, week_of

MOST_DAYS = 92


class Command(Console):
    help = (
        "生成周报：FILE.docx，旁边是同名的 FILE.xlsx（每个数字的检索式和文章）。\n\n"
        "日期按北京时间，首尾两日都算；不给日期则为上一个完整的周（周一至周日）。例如\n"
        "  yuqing brief\n"
        "  yuqing brief --from 2026-11-16 --to 2026-11-22 --out 周报.docx"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--from", dest="first", type=day, metavar="日期", help="首日，如 2026-11-16"
        )
        parser.add_argument(
            "--to", dest="last", type=day, metavar="日期", help="末日，默认为首日所在周的周日"
        )
        parser.add_argument(
            "--out", metavar="文件", help="写到哪里（.docx），默认为当前目录下的 周报-首日.docx"
        )
        parser.add_argument("--force", action="store_true", help="文件已存在时覆盖")

    def handle(self, *args: Any, **options: Any) -> None:
        period = self._period(options["first"], options["last"])
        out = self._out(options["out"] or f"周报-{period.first}.docx")
        terminal = Terminal(stderr=True)
        showing = terminal.status("…") if sys.stderr.isatty() else nullcontext()
        try:
            with showing as status:
                report = status.update if status else lambda _words: None
                written = brief(period, out, force=options["force"], report=report)
        except BriefingExistsError as exists:
            self.fail(f"{exists.path} 已存在；要覆盖请加 --force，或用 --out 换个文件名")
        except OSError as error:
            self.fail(f"写不了 {out}：{error.strerror}；请检查文件夹的权限和磁盘空间")
        found = written.briefing
        self.say(
            f"{period.label}　文章 {found.total.all.value} 篇，事件 {found.events.value} 起，"
            f"预警 {found.alerts.value} 条"
        )
        self.say(f"{written.docx}\n{written.xlsx}")

    def _period(self, first: date | None, last: date | None) -> Period:
        """The days asked for; without any the last week that is over."""
        today = day_of(timezone.now())
        if first is None:
            if last is not None:
                self.fail("给了 --to，也要给 --from")
            monday, _ = week_of(today)
            return Period(*week_of(monday - timedelta(days=7)))
        if last is None:
            last = week_of(first)[1]
        if last < first:
            self.fail(f"--to {last} 早于 --from {first}，请对调")
        if first > today:
            self.fail(f"--from {first} 还没有到（今天是 {today}），请改早")
        period = Period(first, last)
        if period.length > MOST_DAYS:
            self.fail(f"共 {period.length} 天，最多 {MOST_DAYS} 天，请缩短")
        return period

    def _out(self, text: str) -> Path:
        out = Path(text)
        if out.suffix.lower() != ".docx":
            self.fail(f"--out {text} 应以 .docx 结尾")
        if not out.parent.is_dir():
            self.fail(f"没有文件夹 {out.parent}，请先建立，或用 --out 换个地方")
        return out


def day(text: str) -> date:
    """A day as people write it on a command line."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，应写成 2026-11-16") from error
    if not date(2000, 1, 1) <= found <= date(2999, 12, 31):
        raise argparse.ArgumentTypeError(f"“{text}”年份不对，请核对")
    return found
