"""A worker in small: forks processes that count, as told on standard input, one word a line.

fork            a new process; prints its number
count N         that process counts one more; prints when it has
kill N          it dies without a word
show            prints the exposition's sample lines, then an empty line
files           prints the names in the folder, then an empty line
"""

import os
import signal
import sys
from pathlib import Path

os.environ["PROMETHEUS_MULTIPROC_DIR"] = sys.argv[1]

from prometheus_client import Counter, Histogram

from monitor.stack.counts import Counts

ROWS = Counter("rows", "rows", ["step"])
LASTED = Histogram("lasted_seconds", "lasted", ["step"], buckets=(1, 10))


def child(orders: int, done: int) -> None:
    while os.read(orders, 1):
        ROWS.labels("analyse").inc()
        LASTED.labels("analyse").observe(5)
        os.write(done, b".")
    os._exit(0)


def main() -> None:
    folder = Path(sys.argv[1])
    counts = Counts(folder)
    counts.open()
    children: dict[int, tuple[int, int]] = {}
    for line in sys.stdin:
        order, _, number = line.strip().partition(" ")
        if order == "fork":
            (orders, give), (read, done) = os.pipe(), os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(give)
                child(orders, done)
            os.close(orders)
            children[pid] = (give, read)
            print(pid, flush=True)
        elif order == "count":
            give, read = children[int(number)]
            os.write(give, b".")
            os.read(read, 1)
            print("counted", flush=True)
        elif order == "kill":
            os.kill(int(number), signal.SIGKILL)
            os.waitpid(int(number), 0)
            print("killed", flush=True)
        elif order == "show":
            print(counts.exposition().decode(), flush=True)
        elif order == "files":
            print("\n".join(sorted(path.name for path in folder.iterdir())) + "\n", flush=True)
    counts.close()


main()
