"""Whether a service lives, told cheaply: a file that it touches while it does its work.

    python -m monitor.stack.vital                               the service of YUQING_SERVICE
    python -m monitor.stack.vital http://127.0.0.1:8000/healthz  whoever answers there with 200

For the health checks of containers, which ask every half minute: a start of Django would cost a
second each time, this costs some hundredths. Exit code 0: alive; 1: not, with a word why.
"""

import hashlib
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

STALE_S = 45.0
"""Nine looks of a worker's watchdog, fifteen sweeps of beat."""
ANSWER_S = 5.0


def sign(service: str, data: Path) -> Path:
    """The file that this service of this data folder touches.

    In the temporary folder, which is each container's own; the data folder may be shared.
    """
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"yuqing-{mark}-{service}.alive"


def touch(file: Path) -> None:
    """Say now that the service lives; raises OSError."""
    # Others may write to the temporary folder: never follow a link of theirs.
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.utime(handle)
    finally:
        os.close(handle)


def trouble(file: Path, now: float) -> str:
    """Why the service is not alive by its file; "" when it is."""
    try:
        age = now - file.stat().st_mtime
    except FileNotFoundError:
        return "还没有动静（刚启动，或没有启动）"
    return f"已有 {age:.0f} 秒没有动静" if abs(age) > STALE_S else ""


def answer_trouble(url: str) -> str:
    """Why nobody is well at this address; "" when it answers with 200 in time."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=ANSWER_S) as answer:
            return "" if answer.status == 200 else f"回答了 {answer.status}"
    except urllib.error.HTTPError as error:
        return f"回答了 {error.code}：{error.read(2000).decode('utf-8', 'replace').strip()}"
    except (OSError, ValueError) as error:
        return f"没有回答（{getattr(error, 'reason', error)}）"


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """0 when alive, 1 when not, 2 when it was not said who."""
    if len(argv) > 1:
        words = answer_trouble(argv[1])
    elif service := environ.get("YUQING_SERVICE", ""):
        data = Path(environ.get("YUQING_DATA", "var")).expanduser().absolute()
        words = trouble(sign(service, data), time.time())
    else:
        print("用法：设好 YUQING_SERVICE，或给出要问的网址", file=sys.stderr)  # noqa: T201
        return 2
    if words:
        print(words, file=sys.stderr)  # noqa: T201
    return 1 if words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv, os.environ))
