"""yuqing up"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections

from monitor.catalog import CatalogErrors
from monitor.index import IndexUnavailable
from monitor.management.console import Command as Console
from monitor.pipeline import accounts, installation
from monitor.pipeline.condition import broker_address
from monitor.pipeline.sweep import release_dead
from monitor.stack import demo, probes, services
from monitor.stack.broker import Broker
from monitor.stack.folder import DataFolder, DataFolderError
from monitor.stack.log import Log, Terminal
from monitor.stack.services import Service
from monitor.stack.supervisor import Child, Supervisor

ANYWHERE = "0.0.0.0"  # noqa: S104 - compared, never bound by default
DEMO_MARK = "demo.folder"
BROKER_PATIENCE_S = 2.0
BROKER_AWAY = (
    "消息服务现在连接不上，其余部分照常启动，恢复后自动继续；"
    "请检查它是否运行、YUQING_BROKER_URL 和密码是否正确（yuqing check 逐项检查）"
)
OWN_CATALOGUE = """本单位的目录放在这里：places.yaml 地名、sources.yaml 信源、channels.yaml 渠道、
units.yaml 单位、topics.yaml 专题……写法见 config/catalog/ 中带说明的样本，只写要改的项。
写好后：yuqing catalog check 查错，yuqing catalog apply 应用。
"""


class Command(Console):
    help = (
        "启动全部服务：消息中间件、处理进程、定时器、控制台，日志合在一个终端里。\n"
        "Ctrl-C 一次，15 秒内全部停止；数据都在数据目录（YUQING_DATA，默认 var/）中。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="演示：虚构的青溪县，自带信源与接收端"
        )
        parser.add_argument(
            "--port", type=int, default=8000, help="控制台端口，默认 8000；演示另用下一个端口"
        )
        parser.add_argument("--host", default="127.0.0.1", help="控制台监听地址，默认只限本机")

    def handle(self, *args: Any, **options: Any) -> None:
        showing, host, port = options["demo"], options["host"], options["port"]
        try:
            folder = DataFolder.at(settings.YUQING.data)
            with folder.hold():
                self._check_ports(host, [port, port + 1] if showing else [port])
                self._prepare(folder.path, showing, port)
                code = self._run(folder, showing, host, port)
                # All of this folder's processes are gone: what they held is free at once.
                release_dead()
        except DataFolderError as error:
            self.fail(str(error))
        sys.exit(code)

    def _check_ports(self, host: str, ports: list[int]) -> None:
        if not 1 <= ports[0] <= 65534:
            self.fail("--port 应在 1 到 65534 之间")
        for port in ports:
            probe = probes.port(port, host)
            if not probe.ok:
                self.fail(f"{probe.words}。{probe.cure}")

    def _prepare(self, data: Path, showing: bool, port: int) -> None:
        """Bring the data folder to where the processes can start: tables, catalogue, index."""
        mark = data / DEMO_MARK
        if showing and not mark.exists() and not installation.is_new():
            self.fail("数据库里是正式数据，不能用来演示；请另设 YUQING_DATA 或 YUQING_DATABASE_URL")
        if not showing and mark.exists():
            self.fail(f"{data} 里是演示数据；正式使用请另设 YUQING_DATA，或先移走此目录")
        if showing:
            mark.touch()
            self._lay_out_demo(data, port)
        self._own_catalogue()
        self.say("正在准备数据库……")
        try:
            installation.prepare()
        except CatalogErrors as errors:
            self.fail(f"目录有误，改正后再启动（yuqing catalog check 可随时检查）：\n{errors}")
        except IndexUnavailable as error:
            self.fail(f"检索库暂不能用（{error}），运行 yuqing check 看原因")
        release_dead()
        connections.close_all()

    def _own_catalogue(self) -> None:
        """A place for the office's own files, with a word on what belongs there."""
        own = settings.YUQING.catalog
        if not own.exists():
            own.mkdir(parents=True)
            (own / "说明.txt").write_text(OWN_CATALOGUE, encoding="utf-8")

    def _lay_out_demo(self, data: Path, port: int) -> None:
        """The demo office's catalogue and settings, with this run's ports written in."""
        demo.lay_out(data / "catalog", settings.BASE_DIR / "demo" / "catalog", port + 1)
        lines = [f"{name}={value}\n" for name, value in demo.settings(port).items()]
        (data / "yuqing.env").write_text("".join(lines), encoding="utf-8")

    def _run(self, folder: DataFolder, showing: bool, host: str, port: int) -> int:
        log = Log(folder.inside("log"), now=lambda: datetime.now(UTC), stream=sys.stdout)
        try:
            children = []
            if settings.YUQING.broker_url == "embedded":
                children.append(Broker(folder.path).child())
            elif not probes.broker(broker_address(), timeout=BROKER_PATIENCE_S).ok:
                log.say("总控", BROKER_AWAY)
            if showing:
                children.append(demo.child("演示", folder.path, port + 1))
            children += [
                self._web(log, showing, host, port),
                _child("处理", services.worker("worker", settings.YUQING.workers)),
                _child("定时", services.beat()),
            ]
            return Supervisor(children, folder, log).run()
        finally:
            log.close()

    def _web(self, log: Log, showing: bool, host: str, port: int) -> Child:
        said = False

        def ready() -> bool:
            nonlocal said
            if not demo.listens(demo.HOST if host == ANYWHERE else host, port):
                return False
            if not said:
                said = True
                for line in self._welcome(showing, port):
                    log.say("总控", line)
                if showing:
                    self._show_way_in(port)
            return True

        return _child("控制台", services.web(host, port), ready)

    def _welcome(self, showing: bool, port: int) -> list[str]:
        address = settings.YUQING.public_url or f"http://127.0.0.1:{port}"
        if not showing:
            lines = [f"控制台：{address}"]
            if not User.objects.exists():
                lines.append("还没有用户，请另开终端：yuqing user add 用户名 --role admin")
            return lines
        return [
            f"控制台：http://127.0.0.1:{port}",
            f"值班手机（看推送）：http://127.0.0.1:{port + 1}/phone",
        ]

    def _show_way_in(self, port: int) -> None:
        """Print the sign-in link for whoever sits here; a log file is passed on and kept.

        By a writer of its own, since a terminal that stands still must not stop the supervisor.
        """
        user = User.objects.filter(username=demo.USER).first() or accounts.add_user(
            demo.USER, None, "admin"
        )
        link = f"http://127.0.0.1:{port}/enter/{accounts.sign_in_token(user)}"
        connections.close_all()
        terminal = Terminal(sys.stdout)
        terminal.show(f"\n    请打开一次性登录链接（2 小时内有效）：\n    {link}\n")
        terminal.close(0.5)


def _child(name: str, service: Service, ready: Callable[[], bool] | None = None) -> Child:
    """The service under a name that people read, on this data folder.

    Its lines are plain whatever the setting says: ours is a log that people read.
    """
    own = {"YUQING_DATA": str(settings.YUQING.data), "YUQING_LOG_FORMAT": "plain"}
    return Child(
        name=name,
        argv=service.argv,
        env={**service.env, **own},
        ready=ready,
        stop_signal=service.stop_signal,
        grace=service.grace_s,
        hide=service.hide,
    )
