"""yuqing reindex"""

from typing import Any

from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.index import IndexUnavailable
from monitor.management.console import Command as Console
from monitor.pipeline.reindex import CountsDiffer, reindex


class Command(Console):
    help = "重建检索库：在旁边建好、核对篇数、再换上；期间检索和采集照常，中断后再运行即接着做。"

    def handle(self, *args: Any, **options: Any) -> None:
        terminal = Terminal(stderr=True)
        bar = Progress(
            TextColumn("重建检索库"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=terminal,
            disable=not terminal.is_terminal,
        )
        done = 0
        try:
            with bar:
                task = bar.add_task("", total=None)
                for progress in reindex():
                    done = progress.done
                    bar.update(task, completed=progress.done, total=progress.total)
        except CountsDiffer as error:
            self.fail(str(error))
        except IndexUnavailable as error:
            self.fail(f"检索库写不进去：{error}。处理后再运行 yuqing reindex 即接着做")
        self.say(f"已重建检索库，共 {done} 篇")
