"""yuqing rescore"""

from typing import Any

from monitor.management.commands.brief import day
from monitor.management.console import Command as Console
from monitor.management.progress import bar
from monitor.pipeline.rescore import Progress, rescore
from monitor.words import day_bounds


class Command(Console):
    help = (
        "用现在的模型和目录重读旧文章，情感、事项、单位、专题和风险随之更新；人工纠正过的不动。\n"
        "期间采集、检索、推送照常；中断了再运行同一条命令，就接着做。例如\n"
        "  yuqing rescore --since 2026-11-01"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--since", type=day, required=True, metavar="日期", help="从哪天发布的文章起"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        start, _ = day_bounds(options["since"])
        reached = Progress(0, 0)
        with bar("重读") as show:
            for reached in rescore(start):
                show(reached.done, reached.total)
        left = reached.total - reached.done - reached.unread
        if not reached.total:
            self.say(f"{options['since']} 以来的文章都已用现在的模型和目录读过，不必重读")
        elif left:
            self.fail(f"已重读 {reached.done} 篇；还有 {left} 篇正在处理，请稍后再运行同一条命令")
        elif reached.unread:
            self.fail(
                f"已重读 {reached.done} 篇；另有 {reached.unread} 篇读不了，已跳过，原因见日志"
            )
        else:
            self.say(f"已重读 {reached.done} 篇")
