"""The services that an installation consists of: each one's command and environment, said once.

`yuqing up`, `yuqing service NAME` (what a container runs) and scripts/stack all start these.
Celery's options that concern a process are here; those that concern hints in config/celery.py.
"""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

QUEUES = {
    "worker": ("collect", "text", "index", "notify"),
    "worker-collect": ("collect",),
    "worker-text": ("text", "index"),
    "worker-notify": ("notify",),
}
"""What each worker listens to. The first one does everything: for a single machine."""
NAMES = ("web", "beat", *QUEUES)
WORKER_GRACE_S = 12.0
"""config/celery.py's worker_soft_shutdown_timeout of 8 s, and four to leave."""
GRACE_S = 5.0

_PYTHON = {
    "PYTHONUNBUFFERED": "1",
    # glibc otherwise keeps an arena a thread, which holds what each thread once needed.
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True)
class Service:
    """One process to keep alive: `env` is added to the settings' own; after `stop_signal` it
    takes up to `grace_s` to end. `hide` names lines (by a part of them) that nobody needs."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = GRACE_S
    hide: tuple[str, ...] = ()


def web(host: str, port: int) -> Service:
    """The console."""
    command = (*_yuqing(), "web", "--host", host, "--port", str(port))
    return Service("web", command, _environment("web"))


def beat() -> Service:
    """Who sends the sweep; a second one only doubles hints."""
    command = (*_celery(), "beat", "--loglevel=WARNING", "--pidfile=")
    return Service("beat", command, _environment("beat"))


def worker(name: str, processes: int) -> Service:
    """One of QUEUES, with so many processes."""
    return Service(
        name,
        (
            *_celery(),
            "worker",
            "--loglevel=INFO",
            f"--concurrency={processes}",
            f"--queues={','.join(QUEUES[name])}",
            "--without-gossip",
            "--without-mingle",
            f"--hostname={name}@%h",
        ),
        # A plain SIGTERM waits for the running task; SIGQUIT is the soft shutdown.
        {**_environment(name), "REMAP_SIGTERM": "SIGQUIT"},
        grace_s=WORKER_GRACE_S,
        hide=("worker: ", "Soft Shutdown", "consumer: ", "Trying again in"),
    )


def _environment(name: str) -> dict[str, str]:
    return {**_PYTHON, "YUQING_SERVICE": name}


def _yuqing() -> tuple[str, ...]:
    return (sys.executable, "-m", "monitor")


def _celery() -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "-A", "config.celery", "--quiet")
