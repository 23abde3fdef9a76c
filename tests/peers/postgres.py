"""A real PostgreSQL server in a folder of its own, on a unix socket that only this run knows.

    with Postgres() as server:
        url = server.database("yuqing")    a new, empty database
        server.restarts()                  as a crash does it: every connection is cut

`YUQING_TEST_POSTGRES_URL` names a server to use instead (version 15 or newer, an account that
may create databases); that one is never hurt.
"""

import atexit
import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit

import psycopg
import trustme
from psycopg import sql

OLDEST = 15
GIVEN = "YUQING_TEST_POSTGRES_URL"
PATIENCE_S = 60.0
MISSING = (
    f"没有 PostgreSQL {OLDEST} 以上：apt install postgresql，或设置 {GIVEN} 指向一台测试用的服务器"
    f" (no PostgreSQL ≥ {OLDEST}: apt install postgresql, or set {GIVEN})"
)
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "deadlock_timeout": "200ms",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


_numbers = count()


class PostgresMissing(RuntimeError):  # noqa: N818 - a state of the machine, not a fault
    """There is no server on this machine and none was named; the message says what to do."""


@cache
def programs() -> Path:
    """The folder of the newest server's programs; raises PostgresMissing."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin")]
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    for folder in sorted(folders, key=_version, reverse=True):
        if (folder / "initdb").exists() and _version(folder) >= OLDEST:
            return folder
    raise PostgresMissing(MISSING)


def _version(folder: Path) -> int:
    try:
        said = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True).stdout
    except OSError:
        return 0
    found = re.search(r"\d+", said)
    return int(found[0]) if found else 0


class Postgres:
    """The peer; use it as a context manager. `settings` are lines of postgresql.conf.

    fsync is off (a crash of the server alone loses nothing by it) unless `durable`.
    """

    def __init__(self, durable: bool = False, **settings: str) -> None:
        self.settings = SETTINGS | ({} if durable else {"fsync": "off"}) | settings
        self.folder = Path(tempfile.mkdtemp(prefix="yuqing-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._count = 0

    def __enter__(self) -> Self:
        owner = account()
        if owner:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        subprocess.run(
            [
                *_become(owner),
                programs() / "initdb",
                *("-D", self.folder / "data", "-U", "yuqing", "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd="/",
        )
        self.prepares()
        self.starts()
        atexit.register(self.__exit__)  # also when a test run is interrupted
        return self

    def __exit__(self, *_: object) -> None:
        self.dies()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.__exit__)

    def prepares(self) -> None:
        """What is laid into the new server's folder before it starts."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def url(self, database: str = "postgres", **parameters: str) -> str:
        asked = {"host": str(self.folder), "port": self.settings.get("port", "5432")} | parameters
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())
        return f"postgresql://yuqing@/{database}?{query}"

    def database(self, name: str = "") -> str:
        """The URL of a new, empty database."""
        self._count += 1
        name = name or f"database{self._count}"
        create(self.url(), name)
        return self.url(name)

    def starts(self) -> None:
        owner = account()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *_become(owner),
                    *(programs() / "postgres", "-D", self.data, "-k", self.folder),
                    *(f"--{name}={value}" for name, value in self.settings.items()),
                ],
                stdout=log,
                stderr=log,
                cwd="/",
            )
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"the server did not start:\n{self.log}") from error
                time.sleep(0.05)

    def dies(self) -> None:
        """As `pg_ctl stop -m immediate` does it: connections are cut, nothing is written down."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE_S)
            self._process = None

    def restarts(self) -> None:
        """As `pg_ctl restart -m immediate`; returns when it answers again."""
        self.dies()
        self.starts()


def create(server: str, name: str) -> None:
    """Make an empty database on the server of this URL."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(
                sql.Identifier(name)
            )
        )


def run_url() -> str:
    """A database URL for the whole test run; the server ends with this process."""
    if given := os.environ.get(GIVEN):
        if urlsplit(given).scheme not in ("postgresql", "postgres"):
            raise PostgresMissing(f"{GIVEN} 应形如 postgresql://用户@主机/库名")
        return given
    return Postgres().__enter__().database("yuqing")


class Guarded(Postgres):
    """A server that is reached over TCP, by TLS with `ca_file` and by `password`, and no other way
    (but for this run's own socket)."""

    password = "s3cret:of/the@tests"

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        super().__init__(
            listen_addresses="127.0.0.1",
            port=str(self.port),
            ssl="on",
            ssl_cert_file="server.pem",
            ssl_key_file="server.pem",
        )

    def __enter__(self) -> Self:
        super().__enter__()
        with psycopg.connect(self.url(), autocommit=True) as connection:
            role = sql.SQL("ALTER ROLE yuqing PASSWORD {}").format(sql.Literal(self.password))
            connection.execute(role)
        return self

    def prepares(self) -> None:
        authority = trustme.CA()
        self.ca_file = self.folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        key = self.data / "server.pem"
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(key))
        key.chmod(0o600)
        if owner := account():
            os.chown(key, owner.pw_uid, owner.pw_gid)
        (self.data / "pg_hba.conf").write_text(
            "local all all trust\nhostssl all yuqing 127.0.0.1/32 scram-sha-256\n"
        )

    def address(self, database: str, user: str = "yuqing", **parameters: str) -> str:
        """How an office would write it, without the password."""
        asked = {"sslmode": "verify-full", "sslrootcert": str(self.ca_file)} | parameters
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())
        return f"postgresql://{user}@localhost:{self.port}/{database}?{query}"


@contextlib.contextmanager
def beside(url: str) -> Iterator[str]:
    """The URL of a new, empty database on the same server, gone at the end."""
    name = f"beside_{os.getpid()}_{next(_numbers)}"
    create(url, name)
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)


def account() -> pwd.struct_passwd | None:
    """Whose process the server is: it refuses to be root's."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresMissing("以 root 运行测试时，需要有 postgres 或 nobody 用户")


def _become(account: pwd.struct_passwd | None) -> list[str]:
    """Run as this account, and end (immediately, cleanly) with the test run, however that ends."""
    if shutil.which("setpriv") is None:
        return []
    who = (
        [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        if account
        else []
    )
    return ["setpriv", *who, "--pdeathsig", "QUIT", "--"]
