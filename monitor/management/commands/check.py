"""yuqing check"""

import sys
from typing import Any

from monitor.management.console import Command as Console
from monitor.pipeline.condition import condition


class Command(Console):
    help = (
        "逐项检查：数据库、消息服务、检索库、目录、渠道、时钟、磁盘、字体。\n"
        "有一项不正常则以 1 退出。"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for probe in condition():
            if probe.ok:
                self.say(f"正常　　{probe.name}　{probe.words}")
            else:
                failed += 1
                self.say(f"不正常　{probe.name}　{probe.words}")
                self.say(f"　　　　办法：{probe.cure}")
        if failed:
            self.say(f"有 {failed} 项不正常")
            sys.exit(1)
