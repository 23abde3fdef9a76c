"""yuqing export"""

import sys
from pathlib import Path
from typing import Any

from django.utils import timezone
from rich.console import Console as Terminal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from monitor.export import FORMATS, DraftBusy, TooLarge
from monitor.index import IndexUnavailable
from monitor.management.commands.search import pointed
from monitor.management.console import Command as Console
from monitor.pipeline.export import file_name
from monitor.pipeline.export_file import Exported, FileThere, Order, export, pour
from monitor.query import QueryError

STDOUT = "-"


class Command(Console):
    help = (
        "把检索到的文章导出成文件，新的在前。检索式的写法同 yuqing search。例如\n"
        "  yuqing export '停水 -招聘' --format xlsx\n"
        "  yuqing export '专题：生态环境' --output 生态环境.csv\n\n"
        "中途断了（断电、误杀），再运行同一条命令，就从断的地方接着导出。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("query", metavar="检索式", help="要找什么；以 - 开头时前面加 --")
        parser.add_argument(
            "--format",
            choices=sorted(FORMATS),
            help="csv、xlsx（Excel）或 jsonl（逐行 JSON，供程序用）；不写则看文件名，再不然 csv",
        )
        parser.add_argument(
            "--output",
            metavar="文件",
            help="写到哪里，默认为当前目录下的 导出-检索式-日期.csv；- 为标准输出",
        )
        parser.add_argument("--limit", type=int, metavar="篇数", help="最多几篇，默认全部")
        parser.add_argument("--force", action="store_true", help="文件已存在时覆盖")

    def handle(self, *args: Any, **options: Any) -> None:
        query, output = options["query"], options["output"]
        if options["limit"] is not None and options["limit"] < 1:
            self.fail("--limit 应至少为 1")
        ending = Path(output or "").suffix.lower().removeprefix(".")
        form = options["format"] or (ending if ending in FORMATS else "csv")
        order = Order(query, form, options["limit"])
        path = Path(output or file_name(query, form, timezone.now()))
        try:
            if output == STDOUT:
                pour(order, sys.stdout.buffer)
                return
            done = self._export(order, path, force=options["force"])
        except QueryError as error:
            self.fail(pointed(query, error))
        except IndexUnavailable as error:
            self.fail(f"检索库暂不可用：{error.words}。恢复后再运行同一条命令，即接着导出")
        except FileThere:
            self.fail(f"{path} 已存在；要覆盖请加 --force，或用 --output 换个文件名")
        except DraftBusy:
            self.fail(f"另一个 yuqing export 正在写 {path}，请等它完成，或用 --output 换个文件名")
        except TooLarge as error:
            self.fail(str(error))
        except OSError as error:
            self.fail(
                f"写不了 {path}：{error.strerror}；请检查文件夹、权限和磁盘空间，"
                "之后再运行同一条命令，即接着导出"
            )
        self.say(f"已导出 {done.done} 篇\n{path}")

    def _export(self, order: Order, path: Path, *, force: bool) -> Exported:
        terminal = Terminal(stderr=True)
        bar = Progress(
            TextColumn("导出"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("还需"),
            TimeRemainingColumn(),
            console=terminal,
            disable=not terminal.is_terminal,
        )
        with bar:
            task = bar.add_task("", total=None)
            first = True
            for exported in export(order, path, force=force):
                if first and exported.resumed:
                    terminal.print(f"接着上次，已有 {exported.resumed} 篇", highlight=False)
                first = False
                bar.update(task, completed=exported.done, total=exported.total)
        return exported
