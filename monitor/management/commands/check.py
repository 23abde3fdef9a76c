"""yuqing check"""

import sys
from pathlib import Path
from typing import Any

from monitor.management.console import Command as Console
from monitor.pipeline.condition import condition


class Command(Console):
    help = (
        "逐项检查：数据库、消息服务、检索库、目录、渠道、时钟、磁盘、字体。\n"
        "有一项不正常则以 1 退出。\n"
        "--env 只检查一个 .env 文件（和旁边的 docker-compose.yml），什么也不连接。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--env", type=Path, metavar="文件", help="部署用的 .env 文件")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["env"] is not None:
            self._check_file(options["env"])
            return
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

    def _check_file(self, env: Path) -> None:
        from config.deployment import mistakes

        if not env.is_file():
            self.fail(f"没有文件 {env}，请核对路径；第一次用：cp .env.example .env")
        found = list(mistakes(env))
        for words in found:
            self.say(f"不正常　{words}")
        if found:
            sys.exit(1)
        self.say(f"正常　　{env}")
