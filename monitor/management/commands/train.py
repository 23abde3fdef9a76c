"""yuqing train"""

import getpass
from typing import Any

from monitor.management.console import Command as Console
from monitor.management.progress import bar
from monitor.pipeline import learning
from monitor.pipeline.wording import figures, outcome


class Command(Console):
    help = (
        "用人工纠正过的情感（连同随软件附带的语料）训练新模型，与现用的比较：\n"
        "在留出的纠正上确实更好、在标准样本上不变差才启用，否则说明原因。需几分钟，期间一切照常。"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with bar("训练") as show:
                model = learning.train(f"{getpass.getuser()}（命令行）", show)
        except learning.Refused as refusal:
            self.fail(str(refusal))
        except ValueError as error:
            self.fail(str(error))
        for what, how_much in figures(model):
            self.say(f"{what}：{how_much}")
        self.say(f"{model.slug} {outcome(model)}")
        if model.active:
            self.say("新文章从下一批起用它研读；旧文章请运行 yuqing rescore --since 日期")
        else:
            self.say(f"模型已保存；仍要用它，请运行 yuqing model activate {model.slug}")
