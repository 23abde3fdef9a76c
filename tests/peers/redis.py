"""A real Redis server on loopback, and sentinels over a pair of them.

    with RedisServer(password="…") as server:
        server.is_full()        every command that needs memory is refused
        server.dies()           kill -9; server.starts() brings it back on the same port, empty

It needs `redis-server` (apt install redis-server); one built with TLS for `tls=True`.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any, Self

import redis
import trustme
from redis.backoff import NoBackoff
from redis.retry import Retry

MASTER = "mymaster"
PATIENCE_S = 30.0
MISSING = "没有 redis-server：apt install redis-server (no redis-server: apt install redis-server)"


class RedisMissing(RuntimeError):  # noqa: N818 - a state of the machine, not a fault
    """There is no server's program on this machine; the message says what to do."""


@cache
def program() -> str:
    """The server's program; raises RedisMissing."""
    found = shutil.which("redis-server")
    if found is None:
        raise RedisMissing(MISSING)
    return found


@cache
def authority() -> trustme.CA:
    """Who signs the servers' certificates."""
    return trustme.CA()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class RedisServer:
    """The peer; use it as a context manager. It keeps its port, and nothing else, when it dies."""

    def __init__(self, password: str = "", *, tls: bool = False, **settings: str) -> None:
        self.password = password
        self.tls = tls
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="yuqing-redis-"))
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self.tls:
            authority().cert_pem.write_to_path(self.ca)
            server = authority().issue_cert("127.0.0.1", "localhost")
            server.private_key_and_cert_chain_pem.write_to_path(self.folder / "server.pem")
        self.starts()
        return self

    def __exit__(self, *_: object) -> None:
        self.dies()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """Without its password."""
        return f"redis{'s' if self.tls else ''}://127.0.0.1:{self.port}/0"

    @property
    def ca(self) -> Path:
        """The certificate of the authority that signed the server's."""
        return self.folder / "ca.pem"

    def client(self) -> redis.Redis:
        secure: dict[str, Any] = {"ssl": True, "ssl_ca_certs": str(self.ca)} if self.tls else {}
        return redis.Redis(
            port=self.port,
            password=self.password or None,
            socket_timeout=5,
            retry=Retry(NoBackoff(), 0),
            **secure,
        )

    def starts(self) -> None:
        self._process = _started([program(), str(self._write_config())], self.folder / "log")
        _answers(self.client, self._process, self.folder / "log")

    def dies(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None

    def is_full(self) -> None:
        """It holds more than it may, and evicts nothing."""
        with self.client() as talk:
            talk.config_set("maxmemory-policy", "noeviction")
            talk.config_set("maxmemory", "1")

    def has_room(self) -> None:
        with self.client() as talk:
            talk.config_set("maxmemory", "0")

    def is_wiped(self) -> None:
        with self.client() as talk:
            talk.flushall()

    def _write_config(self) -> Path:
        place = f"tls-port {self.port}\nport 0" if self.tls else f"port {self.port}"
        lines = [
            place,
            "bind 127.0.0.1",
            f"dir {self.folder}",
            'save ""',
            "appendonly no",
            "loglevel warning",
            *(f"{name.replace('_', '-')} {value}" for name, value in self._settings.items()),
        ]
        if self.password:
            lines += [f'requirepass "{self.password}"', f'masterauth "{self.password}"']
        if self.tls:
            both = self.folder / "server.pem"
            lines += [
                f"tls-cert-file {both}",
                f"tls-key-file {both}",
                f"tls-ca-cert-file {self.ca}",
                "tls-auth-clients no",
            ]
        file = self.folder / "redis.conf"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file


class Sentinels:
    """A master, its replica, and sentinels that turn to the replica when the master is gone."""

    def __init__(self, count: int = 2, *, password: str = "", own_password: str = "") -> None:
        self.servers = [RedisServer(password), RedisServer(password)]
        self.ports = [free_port() for _ in range(count)]
        self._password = password
        self._own_password = own_password
        self._folder = Path(tempfile.mkdtemp(prefix="yuqing-sentinel-"))
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as started:
            master, replica = (started.enter_context(server) for server in self.servers)
            with replica.client() as talk:
                talk.replicaof("127.0.0.1", master.port)
            _until(lambda: self._info(master)["connected_slaves"] == 1)
            for port in self.ports:
                self._start_sentinel(port, master)
                started.callback(self._processes[-1].wait, PATIENCE_S)
                started.callback(self._processes[-1].kill)
            # A fail-over is possible from the moment they know each other and the replica.
            _until(lambda: all(self._knows_all(port) for port in self.ports))
            self._stack = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def url(self) -> str:
        login = f":{self._own_password}@" if self._own_password else ""
        return f"sentinel://{login}{','.join(f'127.0.0.1:{port}' for port in self.ports)}/0"

    @property
    def master(self) -> RedisServer:
        """Whom the first sentinel calls master now."""
        with self._client(self.ports[0]) as talk:
            _, port = talk.sentinel_get_master_addr_by_name(MASTER)
        return next(server for server in self.servers if server.port == port)

    def loses_its_master(self) -> RedisServer:
        """Kill the master and wait until the sentinels name the other; returns the new one."""
        old = self.master
        (new,) = (server for server in self.servers if server is not old)
        old.dies()
        _until(lambda: all(self._follows(port, new) for port in self.ports))
        _until(lambda: self._info(new)["role"] == "master")
        return new

    def _follows(self, port: int, server: RedisServer) -> bool:
        with self._client(port) as talk:
            state = talk.sentinel_master(MASTER)
        return state["port"] == server.port and state["flags"] == "master"

    def _info(self, server: RedisServer) -> dict[str, Any]:
        with server.client() as talk:
            return dict(talk.info("replication"))

    def _client(self, port: int) -> redis.Redis:
        return redis.Redis(port=port, password=self._own_password or None, socket_timeout=5)

    def _knows_all(self, port: int) -> bool:
        with self._client(port) as talk:
            state = talk.sentinel_master(MASTER)
        return state["num-slaves"] == 1 and state["num-other-sentinels"] == len(self.ports) - 1

    def _start_sentinel(self, port: int, master: RedisServer) -> None:
        lines = [
            f"port {port}",
            "bind 127.0.0.1",
            f"dir {self._folder}",
            f"sentinel monitor {MASTER} 127.0.0.1 {master.port} {len(self.ports) // 2 + 1}",
            f"sentinel down-after-milliseconds {MASTER} 500",
            f"sentinel failover-timeout {MASTER} 3000",
        ]
        if self._password:
            lines.append(f"sentinel auth-pass {MASTER} {self._password}")
        if self._own_password:
            lines += [
                f"requirepass {self._own_password}",
                f"sentinel sentinel-pass {self._own_password}",
            ]
        file, log = self._folder / f"{port}.conf", self._folder / f"{port}.log"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        process = _started([program(), str(file), "--sentinel"], log)
        self._processes.append(process)
        _answers(lambda: self._client(port), process, log)


def _started(command: list[str], log: Path) -> "subprocess.Popen[bytes]":
    on_leash = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
    with log.open("ab") as out:
        return subprocess.Popen(
            [*on_leash, *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, "LC_ALL": "C"},
        )


def _answers(client: Any, process: "subprocess.Popen[bytes]", log: Path) -> None:
    def pings() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended:\n{log.read_text('utf-8', 'replace')}")
        try:
            with client() as talk:
                return bool(talk.ping())
        except redis.ConnectionError:
            return False

    _until(pings)


def _until(holds: Any) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(redis.ConnectionError):
            if holds():
                return
        if time.monotonic() > end:
            raise TimeoutError(f"not within {PATIENCE_S:g} s")
        time.sleep(0.02)
