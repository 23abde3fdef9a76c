"""yuqing up"""

import shutil
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections

from monitor.catalog import CatalogErrors
from monitor.management.console import Command as Console
from monitor.pipeline import accounts, catalogue
from monitor.pipeline.index import state
from monitor.pipeline.sweep import release_dead
from monitor.stack import probes
from monitor.stack.broker import Broker
from monitor.stack.folder import DataFolder, DataFolderError
from monitor.stack.log import Log, Terminal
from monitor.stack.supervisor import Child, Supervisor

ANYWHERE = "0.0.0.0"  # noqa: S104 - compared, never bound by default
DEMO_MARK = "demo.folder"
OWN_CATALOGUE = """本单位的目录放在这里：places.yaml 地名、sources.yaml 信源、channels.yaml 渠道、
units.yaml 单位、topics.yaml 专题……写法见 config/catalog/ 中带说明的样本，只写要改的项。
写好后：yuqing catalog check 查错，yuqing catalog apply 应用。
"""
DEMO_USER = "yanshi"
WORKER_GRACE_S = 12.0
"""config/celery.py's worker_soft_shutdown_timeout of 8 s, and four to leave."""


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
        demo, host, port = options["demo"], options["host"], options["port"]
        try:
            folder = DataFolder.at(settings.YUQING.data)
            with folder.hold():
                self._check_ports(host, [port, port + 1] if demo else [port])
                self._prepare(folder.path, demo, port)
                code = self._run(folder, demo, host, port)
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

    def _prepare(self, data: Path, demo: bool, port: int) -> None:
        """Bring the data folder to where the processes can start: tables, catalogue, index."""
        mark = data / DEMO_MARK
        fresh = not (data / "yuqing.db").exists()
        if demo and not fresh and not mark.exists():
            self.fail(f"{data} 里是正式数据，不能用来演示；请另设 YUQING_DATA")
        if not demo and mark.exists():
            self.fail(f"{data} 里是演示数据；正式使用请另设 YUQING_DATA，或先移走此目录")
        if demo:
            mark.touch()
            self._lay_out_demo(data, port)
        self._own_catalogue()
        self.say("正在准备数据库……")
        call_command("migrate", verbosity=0, interactive=False)
        try:
            catalogue.apply()
        except CatalogErrors as errors:
            self.fail(f"目录有误，改正后再启动（yuqing catalog check 可随时检查）：\n{errors}")
        state()
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
        own = data / "catalog"
        shutil.rmtree(own, ignore_errors=True)
        own.mkdir(parents=True)
        for file in sorted((settings.BASE_DIR / "demo" / "catalog").glob("*.yaml")):
            text = file.read_text(encoding="utf-8").replace("{port}", str(port + 1))
            (own / file.name).write_text(text, encoding="utf-8")
        (data / "yuqing.env").write_text(
            f"YUQING_FETCH_ALLOW=127.0.0.0/8\nYUQING_PUBLIC_URL=http://127.0.0.1:{port}\n"
            "YUQING_OFFICE=青溪县网信值班室\n",
            encoding="utf-8",
        )

    def _run(self, folder: DataFolder, demo: bool, host: str, port: int) -> int:
        log = Log(folder.inside("log"), now=lambda: datetime.now(UTC), stream=sys.stdout)
        try:
            children = []
            if settings.YUQING.broker_url == "embedded":
                children.append(Broker(folder.path).child())
            if demo:
                children.append(self._demo(folder.path, port + 1))
            children += [self._web(log, demo, host, port), self._worker(), self._beat()]
            return Supervisor(children, folder, log).run()
        finally:
            log.close()

    def _web(self, log: Log, demo: bool, host: str, port: int) -> Child:
        said = False

        def ready() -> bool:
            nonlocal said
            if not _answers(host, port):
                return False
            if not said:
                said = True
                for line in self._welcome(demo, port):
                    log.say("总控", line)
                if demo:
                    self._show_way_in(port)
            return True

        return Child(
            name="控制台",
            argv=[*_yuqing(), "web", "--host", host, "--port", str(port)],
            env=self._environment(),
            ready=ready,
        )

    def _welcome(self, demo: bool, port: int) -> list[str]:
        address = settings.YUQING.public_url or f"http://127.0.0.1:{port}"
        if not demo:
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
        user = User.objects.filter(username=DEMO_USER).first() or accounts.add_user(
            DEMO_USER, None, "admin"
        )
        link = f"http://127.0.0.1:{port}/enter/{accounts.sign_in_token(user)}"
        connections.close_all()
        terminal = Terminal(sys.stdout)
        terminal.show(f"\n    请打开一次性登录链接（2 小时内有效）：\n    {link}\n")
        terminal.close(0.5)

    def _worker(self) -> Child:
        return Child(
            name="处理",
            argv=[
                *_celery(),
                "worker",
                "--loglevel=INFO",
                f"--concurrency={settings.YUQING.workers}",
                "--queues=collect,text,index,notify",
                "--without-gossip",
                "--without-mingle",
                "--hostname=yuqing@%h",
            ],
            # A plain SIGTERM waits for the running task; SIGQUIT is the soft shutdown.
            env={**self._environment(), "REMAP_SIGTERM": "SIGQUIT"},
            stop_signal=signal.SIGTERM,
            grace=WORKER_GRACE_S,
            hide=("worker: ", "Soft Shutdown", "consumer: ", "Trying again in"),
        )

    def _beat(self) -> Child:
        return Child(
            name="定时",
            argv=[*_celery(), "beat", "--loglevel=WARNING", "--pidfile="],
            env=self._environment(),
        )

    def _demo(self, data: Path, port: int) -> Child:
        return Child(
            name="演示",
            argv=[
                sys.executable,
                "-m",
                "demo.server",
                "--port",
                str(port),
                "--state-dir",
                str(data),
            ],
            ready=_listening("127.0.0.1", port),
            # Stopped after the worker: a site that goes first would count as a failing source.
            ground=True,
        )

    @staticmethod
    def _environment() -> dict[str, str]:
        return {
            "YUQING_DATA": str(settings.YUQING.data),
            "PYTHONUNBUFFERED": "1",
            # glibc otherwise keeps an arena a thread, which holds what each thread once needed.
            "MALLOC_ARENA_MAX": "2",
        }


def _yuqing() -> list[str]:
    return [sys.executable, "-m", "monitor"]


def _celery() -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "config.celery", "--quiet"]


def _listening(host: str, port: int) -> Callable[[], bool]:
    return lambda: _answers(host, port)


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1" if host == ANYWHERE else host, port), timeout=1):
            return True
    except OSError:
        return False
