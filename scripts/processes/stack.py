"""The whole stack under one supervisor: stores, demo, migrate, then every service of ours."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from config import deployment
from monitor.stack import demo, services
from monitor.stack.folder import DataFolder
from monitor.stack.log import Log, Terminal
from monitor.stack.process import Child
from monitor.stack.supervisor import Pace, Supervisor
from scripts.processes import stores
from scripts.processes.health import Health
from scripts.processes.places import LOOPBACK, PORTS, Places, free_port, recall
from scripts.processes.users import ROOT, becoming, give

OURS = ("web", "worker-collect", "worker-text", "worker-notify", "beat")
MIGRATE = "migrate"
INDEX = "YUQING_TEST_ELASTICSEARCH_URL"
PACE = Pace(ready=0.5, total=40.0, ground=15.0)
SAID = "总控"


def lay_out(folder: Path, settings: Mapping[str, str], port: int) -> Places:
    """Folders, passwords and ports for a stack whose data are, or will be, in this folder."""
    # Users of services pass through it, and see nothing of it.
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    folder.chmod(0o711)
    ports = {name: free_port() for name in PORTS} | {"web": port}
    given = os.environ.get(INDEX, "").rstrip("/")
    places = Places(
        folder=folder,
        deployment=deployment.read(ROOT, settings),
        ports=ports,
        index=f"{given}/{_own_name(folder)}" if given else "",
    )
    places.secrets.mkdir(mode=0o711, exist_ok=True)
    for name in places.deployment.secrets:
        file = places.secrets / name
        if not file.exists():
            file.write_text(secrets.token_hex(24), encoding="ascii")
            file.chmod(0o644)  # as docs/deployment.md has it: several users read it
    places.office.mkdir(mode=0o755, exist_ok=True)
    for name in (*OURS, MIGRATE):
        user = places.deployment.services[name]["user"]
        give(places.volume("data"), user)
        give(places.temporary(name), user)
    return places


def run(places: Places, settings: Mapping[str, str], *, showing: bool) -> int:
    """Keep the stack running until Ctrl-C; the exit code of the supervisor."""
    if showing:
        demo.lay_out(places.office, ROOT / "demo" / "catalog", places.ports["web"] + 1)
        settings = {**settings, **demo.settings(places.ports["web"])}
    folder = DataFolder.at(places.folder)
    with folder.hold():
        log = Log(folder.inside("log"), now=lambda: datetime.now(UTC), stream=sys.stdout)
        try:
            children = _children(places, settings, log, showing)
            places.write_down(settings)
            return Supervisor(children, folder, log, pace=PACE).run()
        finally:
            log.close()


def inside(folder: Path, words: Sequence[str]) -> int:
    """Run a command as the running stack's console would, with its settings; its exit code.

    Raises FileNotFoundError when no stack has been started there.
    """
    places, settings = recall(folder, ROOT)
    user = places.deployment.services["web"]["user"]
    return subprocess.run(
        [*becoming(user, folder), *places.command("web", list(words))],
        env={**os.environ, **places.environment("web", settings)},
        cwd=places.volume("data"),
    ).returncode


def _children(places: Places, settings: Mapping[str, str], log: Log, showing: bool) -> list[Child]:
    children = [stores.postgres(places), stores.redis(places)]
    if not places.index:
        children.append(stores.elasticsearch(places))
    if showing:
        children.append(demo.child("demo", places.folder, places.ports["web"] + 1))
    children.append(_service(places, settings, MIGRATE, once=True))
    health = Health.of(places, "web", {})
    greeting = _Greeting(places, settings, log, showing)
    for name in OURS:
        ready = (lambda: health.well() and greeting.said()) if name == "web" else None
        children.append(_service(places, settings, name, ready))
    return children


def _service(
    places: Places,
    settings: Mapping[str, str],
    name: str,
    ready: Callable[[], bool] | None = None,
    once: bool = False,
) -> Child:
    """One of our own services, as the file has it."""
    service = places.deployment.services[name]
    return Child(
        name=name,
        argv=places.command(name, service["command"]),
        env=places.environment(name, settings),
        ready=ready,
        ready_seconds=120.0,
        once=once,
        stop_signal=signal.SIGTERM,
        grace=float(service["stop_grace_period"].removesuffix("s")),
        become=becoming(service["user"], places.folder),
        cwd=places.volume("data"),
        hide=services.worker(name, 1).hide if name in services.QUEUES else (),
    )


class _Greeting:
    """Said once, when the console answers: where it is, and in the demo the way in."""

    def __init__(
        self, places: Places, settings: Mapping[str, str], log: Log, showing: bool
    ) -> None:
        self._places = places
        self._settings = settings
        self._log = log
        self._showing = showing
        self._said = False

    def said(self) -> bool:
        if not self._said:
            self._said = True
            port = self._places.ports["web"]
            self._log.say(SAID, f"控制台：http://{LOOPBACK}:{port}")
            if self._showing:
                self._log.say(SAID, f"值班手机（看推送）：http://{LOOPBACK}:{port + 1}/phone")
                self._show_way_in()
            else:
                self._log.say(SAID, "添加用户：scripts/stack run user add 用户名 --role admin")
        return True

    def _show_way_in(self) -> None:
        """A link for whoever sits here: on the terminal, not in the log file."""
        for words in (["add", demo.USER, "--role", "admin", "--link"], ["link", demo.USER]):
            user = self._places.deployment.services["web"]["user"]
            done = subprocess.run(
                [
                    *becoming(user, self._places.folder),
                    *self._places.command("web", ["yuqing", "user", *words]),
                ],
                env={**os.environ, **self._places.environment("web", self._settings)},
                cwd=self._places.volume("data"),
                capture_output=True,
                text=True,
                timeout=60,
            )
            if done.returncode == 0:
                break
        terminal = Terminal(sys.stdout)
        terminal.show(f"\n{done.stdout or done.stderr}")
        terminal.close(0.5)


def _own_name(folder: Path) -> str:
    """A prefix of this folder's own on a server that others use too."""
    file = folder / "index.name"
    if not file.exists():
        file.write_text(f"stack{secrets.token_hex(4)}", encoding="ascii")
    return file.read_text(encoding="ascii")
