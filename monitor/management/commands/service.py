"""yuqing service: what a container runs. It becomes the service, so that signals reach it."""

import os
from typing import Any

from django.conf import settings
from django.db import connections

from monitor.catalog import CatalogErrors
from monitor.index import IndexUnavailable
from monitor.management.console import Command as Console
from monitor.pipeline import installation
from monitor.stack import services

MIGRATE = "migrate"


class Command(Console):
    help = (
        "只运行一个服务（容器和 Kubernetes 用；单机请用 yuqing up）：\n"
        "web 控制台，beat 定时，worker-collect 采集，worker-text 分析归并入库，\n"
        "worker-notify 预警推送，worker 以上三种合一；\n"
        "migrate 建好或升级数据库、目录和检索库，做完就退出。\n"
        "处理进程数由 YUQING_WORKERS 定。"
    )

    def add_arguments(self, parser: Any) -> None:
        names = [*services.NAMES, MIGRATE]
        parser.add_argument("name", metavar="服务", choices=names, help="、".join(names))
        parser.add_argument("--host", default="127.0.0.1", help="控制台监听地址，默认只限本机")
        parser.add_argument("--port", type=int, default=8000, help="控制台端口，默认 8000")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        if name == MIGRATE:
            self._migrate()
            return
        if name == "web":
            service = services.web(options["host"], options["port"])
        elif name == "beat":
            service = services.beat()
        else:
            service = services.worker(name, settings.YUQING.workers)
        connections.close_all()
        os.execve(service.argv[0], service.argv, {**os.environ, **service.env})  # noqa: S606

    def _migrate(self) -> None:
        self.say("正在准备数据库、目录和检索库……")
        try:
            installation.prepare()
        except CatalogErrors as errors:
            self.fail(f"目录有误，改正后再运行（yuqing catalog check 可随时检查）：\n{errors}")
        except IndexUnavailable as error:
            self.fail(f"检索库暂不能用（{error}），运行 yuqing check 看原因")
        self.say("已准备好")
