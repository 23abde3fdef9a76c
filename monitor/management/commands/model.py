"""yuqing model"""

import getpass
from datetime import datetime
from typing import Any

from monitor.management.console import Command as Console
from monitor.models import Learned
from monitor.pipeline import learning
from monitor.pipeline.wording import figures, in_force, outcome
from monitor.text.model import SentimentModel
from monitor.words import SHANGHAI


class Command(Console):
    help = "情感模型：列出、查看、启用（也用于退回原来的）。新模型由 yuqing train 训练。"

    def add_arguments(self, parser: Any) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="动作")
        what.add_parser("list", help="列出训练过的模型，新的在前")
        show = what.add_parser("show", help="一个模型的各项数字")
        show.add_argument("name", metavar="编号")
        activate = what.add_parser("activate", help="启用一个模型，各进程在下一批即换用")
        activate.add_argument("name", metavar="编号", help="随软件附带的写它自己的编号，见 list")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['what']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        current = in_force()
        for row in Learned.objects.defer("content", "held_out"):
            of = row.figures
            self.say(
                f"{row.slug}　{_when(row.made)}　{_state(row.slug, current)}　"
                f"纠正 {of['candidate']:.0%}（{of['rival']} {of['active']:.0%}）　"
                f"标准样本 {of['gold_candidate']:.0%}（{of['gold_active']:.0%}）"
            )
        shipped = SentimentModel.shipped().id
        self.say(f"{shipped}　随软件附带　{_state(shipped, current)}")

    def _show(self, options: dict[str, Any]) -> None:
        name = options["name"]
        if name == SentimentModel.shipped().id:
            self.say(f"{name}　随软件附带　{_state(name, in_force())}")
            return
        row = Learned.objects.defer("content", "held_out").filter(slug=name).first()
        if row is None:
            self.fail(f"没有模型 {name}，用 yuqing model list 查看编号")
        self.say(f"{row.slug}　{_when(row.made)} 由 {row.made_by} 训练　{outcome(row)}")
        for what, how_much in figures(row):
            self.say(f"{what}：{how_much}")
        if row.activated:
            self.say(f"{_when(row.activated)} 由 {row.activated_by} 启用")
        self.say(f"现在：{_state(name, in_force())}")

    def _activate(self, options: dict[str, Any]) -> None:
        name = options["name"]
        try:
            before = learning.activate(name, f"{getpass.getuser()}（命令行）")
        except learning.Refused as refusal:
            self.fail(str(refusal))
        self.say(
            f"已启用 {name}，新文章从下一批起用它研读；旧文章请运行 yuqing rescore --since 日期\n"
            f"要退回：yuqing model activate {before}"
        )


def _state(name: str, current: str) -> str:
    return "在用" if name == current else "未用"


def _when(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
