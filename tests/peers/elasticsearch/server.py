"""A real Elasticsearch server on loopback that a test may kill.

    with Server(tmp_path) as server:
        server.url                  http://127.0.0.1:PORT
        server.dies()               kill -9, in the middle of whatever it does
        server.starts()             on the same port and the same data

`shared()` is one for the whole test run, which nobody may hurt.
"""

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from typing import Any, Self

RUN = Path(__file__).with_name("run")
JAVA = Path(__file__).with_name("java")
GIVEN = "YUQING_TEST_ELASTICSEARCH_URL"
# The first start of all fetches and compiles.
PATIENCE_S = 240.0


class Server:
    """The peer; use it as a context manager. Its data stays in `home` from start to start."""

    def __init__(self, home: Path, heap: str = "512m") -> None:
        self.home = home
        self.port = 0
        self._environment = os.environ | {"ELASTICSEARCH_HEAP": heap}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.starts()
        return self

    def __exit__(self, *_: object) -> None:
        self.stops()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def starts(self) -> None:
        """Return when it answers, at once if it does; `missing` says where that cannot be."""
        if self._process is not None and self._process.poll() is None:
            return
        self.home.mkdir(parents=True, exist_ok=True)
        log = self.home / "output.log"
        with log.open("w", encoding="utf-8") as screen:
            self._process = subprocess.Popen(
                [RUN, str(self.port), str(self.home)],
                stdout=screen,
                stderr=subprocess.STDOUT,
                env=self._environment,
                text=True,
            )
        deadline = time.monotonic() + PATIENCE_S
        while "ready on 127.0.0.1:" not in (said := log.read_text(encoding="utf-8")):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stops()
                raise RuntimeError(f"Elasticsearch did not start: {said[-2000:]}")
            time.sleep(0.05)
        self.port = int(said.rpartition("ready on 127.0.0.1:")[2].split()[0])

    def dies(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stops(self) -> None:
        """Ends in order, if it is running."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(30)
                return
            self.dies()


@cache
def missing() -> str:
    """What to do where this machine can run no server and none is named; empty where one can."""
    if os.environ.get(GIVEN):
        return ""
    java = subprocess.run([JAVA], capture_output=True, text=True)
    lacks = java.stderr.strip() if java.returncode else ""
    if not lacks and not shutil.which("mvn"):
        lacks = "no Maven"
    return lacks and (
        f"{lacks}, so no Elasticsearch to test with: apt install maven, and a Java as"
        f" tests/peers/elasticsearch/java says; or set {GIVEN} to a test server of version 9"
    )


@cache
def shared() -> str:
    """The address of the run's own server, or of the one that was named."""
    if given := os.environ.get(GIVEN):
        return given.rstrip("/")
    home = Path(tempfile.mkdtemp(prefix="yuqing-elasticsearch-"))
    server = Server(home)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    atexit.register(server.stops)
    server.starts()
    return server.url


def ask(url: str, method: str, path: str, body: Any = None) -> Any:
    """What an administrator does with curl; the decoded answer, None for 404."""
    request = urllib.request.Request(  # noqa: S310 - http on loopback
        url + path,
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise RuntimeError(f"{method} {path}: {error.read().decode()[:500]}") from error
