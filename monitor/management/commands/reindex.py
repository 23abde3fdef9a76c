"""yuqing reindex"""

import time
from typing import Any

from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from monitor.index import IndexUnavailable
from monitor.management.console import Command as Console
from monitor.pipeline.reindex import COPYING, Busy, CountsDiffer, reindex
from monitor.words import SHANGHAI


class Command(Console):
    help = "重建检索库：在旁边建好、核对一致、再换上；期间检索和采集照常，中断后再运行即接着做。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--restart", action="store_true", help="丢弃上次没建完的，从头建（通常不必）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            copied = self._watch(reindex(restart=options["restart"]))
        except Busy as busy:
            self.fail(_who(busy))
        except CountsDiffer as error:
            self.fail(str(error))
        except IndexUnavailable as error:
            self.fail(f"检索库没有建成：{error}。处理后再运行 yuqing reindex 即接着做")
        took = time.monotonic() - began
        self.say(f"已重建检索库，共 {copied} 篇，用时 {took:.0f} 秒")

    @staticmethod
    def _watch(steps: Any) -> int:
        """Show how far it is; returns how many articles the new index was filled with."""
        terminal = Terminal(stderr=True)
        bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(24),
            MofNCompleteColumn(),
            _Rate(),
            TextColumn("还需"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[waiting]}"),
            console=terminal,
            disable=not terminal.is_terminal,
        )
        copied, tasks = 0, {}
        with bar:
            for now in steps:
                if now.stage not in tasks:
                    # What an earlier run copied says nothing about this one's pace.
                    tasks[now.stage] = bar.add_task(
                        now.stage, total=now.total, completed=now.done, waiting=""
                    )
                bar.update(
                    tasks[now.stage], completed=now.done, total=now.total, waiting=now.waiting
                )
                copied = now.done if now.stage == COPYING else copied
        return copied


class _Rate(TextColumn):
    """Articles or days a second, of late."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Any:
        self.text_format = f"{task.speed:,.0f}/秒" if task.speed else ""
        return super().render(task)


def _who(busy: Busy) -> str:
    when = f"{busy.since.astimezone(SHANGHAI):%m月%d日 %H:%M} 开始，" if busy.since else ""
    return (
        f"检索库正在由 {busy.owner} 重建，{when}已写入 {busy.done}/{busy.total} 篇。"
        "等它做完即可，不必再运行"
    )
