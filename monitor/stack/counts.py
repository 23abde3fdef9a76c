"""What a worker's processes count, kept in files and told by its main process.

Each process of a pool counts in files of its own (prometheus_client's multiprocess mode, chosen
in config/counting.py). When one has died its counts are added to those of the dead and its files
removed: they must not grow without end, and a count must never fall.
"""

import contextlib
import os
import re
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

DEAD = 0
"""No process has this number: the files of all that are gone."""

_FILE = re.compile(r"(?P<kind>[a-z]+)_(?P<pid>\d+)\.db")


class Counts:
    """The folder of one worker, whose name ends in its number; used from its main process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def open(self) -> None:
        """Make the folder, empty, and remove those of workers that were killed."""
        prefix = self._folder.name.removesuffix(str(os.getpid()))
        for place in self._folder.parent.glob(f"{prefix}*"):
            number = place.name.removeprefix(prefix)
            if place == self._folder or (number.isdecimal() and not _alive(int(number))):
                shutil.rmtree(place, ignore_errors=True)
        self._folder.mkdir(mode=0o700)

    def close(self) -> None:
        """Remove the folder, for a worker that ends."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def exposition(self) -> bytes:
        """What all processes of this worker have counted since it began, as Prometheus reads it."""
        registry = CollectorRegistry()
        with self._lock:
            self._bury()
            registry.register(_Files([str(path) for path, _, _ in self._files()]))
            return generate_latest(registry)

    def _bury(self) -> None:
        """Add the counts of processes that have died to those of the dead."""
        for path, kind, pid in self._files():
            if pid == DEAD or _alive(pid):
                continue
            dead = MmapedDict(str(self._folder / f"{kind}_{DEAD}.db"))
            with contextlib.closing(dead):
                for key, value, stamp, _ in MmapedDict.read_all_values_from_file(str(path)):
                    dead.write_value(key, dead.read_value(key)[0] + value, stamp)
            path.unlink()

    def _files(self) -> list[tuple[Path, str, int]]:
        found = []
        for path in sorted(self._folder.glob("*.db")):
            name = _FILE.fullmatch(path.name)
            if name and path.stat().st_size:  # empty: its process is just making it
                found.append((path, name["kind"], int(name["pid"])))
        return found


class _Files(Collector):
    """prometheus_client's reader of its files, for those that we name."""

    def __init__(self, files: list[str]) -> None:
        self._files = files

    def collect(self) -> Iterable[Metric]:
        return MultiProcessCollector.merge(self._files)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
