"""Where on this machine the things are that compose's services know by the names of containers."""

import json
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config import deployment
from config.deployment import Deployment

LOOPBACK = "127.0.0.1"
PORTS = {"web": 8000, "postgres": 5432, "redis": 6379, "elasticsearch": 9200}
"""What each server listens to in its container."""
METRICS = "YUQING_METRICS_PORT"
RECORD = "stack.json"
PROGRAMS = {
    "yuqing": [sys.executable, "-m", "monitor"],
    "python": [sys.executable],
}
ANYWHERE = "0.0.0.0"  # noqa: S104 - read, never bound here


@dataclass
class Places:
    """Folders under `folder`, and a port of this machine for each that a service listens to."""

    folder: Path
    deployment: Deployment
    ports: Mapping[str, int]
    index: str = ""  # the address of an Elasticsearch that runs elsewhere
    metrics: dict[str, int] = field(default_factory=dict)

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    @property
    def office(self) -> Path:
        return self.folder / "office"

    def volume(self, name: str) -> Path:
        return self.folder / "volumes" / name

    def temporary(self, service: str) -> Path:
        """The service's own /tmp; short, for sockets lie in it."""
        return self.folder / "tmp" / service

    def mounts(self, name: str) -> dict[str, Path]:
        """What the service finds under which path, by the volumes that the file gives it."""
        found = {"/tmp": self.temporary(name)}  # noqa: S108 - a container's own
        for volume in self.deployment.services[name].get("volumes", ()):
            if isinstance(volume, dict):
                found[volume["target"]] = self.office
            else:
                source, _, target = volume.partition(":")
                found[target] = self.volume(source)
        return found

    def environment(self, name: str, settings: Mapping[str, str]) -> dict[str, str]:
        """The service's variables: those of .env, then its own."""
        own = self.deployment.services[name].get("environment", {})
        found = {key: self.translated(name, str(value)) for key, value in own.items()}
        if METRICS in found:
            found[METRICS] = str(self.metrics.setdefault(name, free_port()))
        if self.index and "YUQING_INDEX_URL" in found:
            found["YUQING_INDEX_URL"] = self.index
        return {**settings, **found, "TMPDIR": str(self.temporary(name))}

    def command(self, name: str, words: list[str]) -> list[str]:
        """An argument list of the service as it runs here."""
        first, *rest = words
        translated = [self.translated(name, word) for word in rest]
        return [*PROGRAMS.get(first, [first]), *translated]

    def translated(self, name: str, text: str) -> str:
        """The text with this machine's paths, hosts and ports."""
        mounts = self.mounts(name)
        own = {LOOPBACK: self.ports[name]} if name in self.ports else {}
        hosts = {host: port for host, port in self.ports.items() if host in PORTS} | own
        place = re.compile(
            r"/run/secrets/(?P<secret>\w+)"
            + rf"|(?<![\w/.])(?P<path>{'|'.join(map(re.escape, mounts))})(?![\w-])"
            + rf"|\b(?P<host>{'|'.join(map(re.escape, hosts))}):(?P<port>\d+)\b"
        )

        def here(found: re.Match[str]) -> str:
            if found["secret"]:
                return str(self.secrets / found["secret"])
            if found["path"]:
                return str(mounts[found["path"]])
            if int(found["port"]) != PORTS[name if found["host"] == LOOPBACK else found["host"]]:
                return found[0]
            return f"{LOOPBACK}:{hosts[found['host']]}"

        if own and text == str(PORTS[name]):
            return str(self.ports[name])
        return LOOPBACK if text == ANYWHERE else place.sub(here, text)

    def addresses(self) -> dict[str, str]:
        """Where the servers are, with their passwords."""
        database, broker = (
            (self.secrets / name).read_text(encoding="ascii")
            for name in ("database_password", "broker_password")
        )
        at = {name: f"{LOOPBACK}:{port}" for name, port in self.ports.items()}
        return {
            "console": f"http://{at['web']}",
            "database": f"postgresql://yuqing:{database}@{at['postgres']}/yuqing",
            "broker": f"redis://:{broker}@{at['redis']}/0",
            "index": self.index or f"http://{at['elasticsearch']}/yuqing",
        }

    def write_down(self, settings: Mapping[str, str]) -> None:
        """Keep everything that others need to find the stack, for its owner alone."""
        file = self.folder / RECORD
        draft = file.with_suffix(".new")
        draft.touch(mode=0o600)
        said = {
            "ports": dict(self.ports),
            "metrics": self.metrics,
            "index": self.index,
            "settings": dict(settings),
            "addresses": self.addresses(),
        }
        draft.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(file)


def recall(folder: Path, root: Path) -> tuple[Places, dict[str, str]]:
    """A stack that has been started, and its settings; FileNotFoundError when there was none."""
    said = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    places = Places(
        folder,
        deployment.read(root, said["settings"]),
        said["ports"],
        said["index"],
        said["metrics"],
    )
    return places, said["settings"]


def free_port() -> int:
    """A port of this machine that nobody has now."""
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return int(one.getsockname()[1])
