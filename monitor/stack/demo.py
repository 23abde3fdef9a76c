"""The invented county as something to start: a process on a port, and a catalogue that knows it.

It is started by name and never imported: the product does not know the demo.
"""

import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from monitor.stack.process import Child

HOST = "127.0.0.1"
USER = "yanshi"


def lay_out(catalog: Path, samples: Path, port: int) -> None:
    """Write the demo office's catalogue, with this run's port in it, in place of what was there."""
    shutil.rmtree(catalog, ignore_errors=True)
    catalog.mkdir(parents=True)
    for file in sorted(samples.glob("*.yaml")):
        text = file.read_text(encoding="utf-8").replace("{port}", str(port))
        (catalog / file.name).write_text(text, encoding="utf-8")


def settings(console: int) -> Mapping[str, str]:
    """What the product must be told to watch it, with a console on that port."""
    return {
        "YUQING_FETCH_ALLOW": "127.0.0.0/8",
        "YUQING_PUBLIC_URL": f"http://{HOST}:{console}",
        "YUQING_OFFICE": "青溪县网信值班室",
    }


def child(name: str, state: Path, port: int) -> Child:
    """Its process. Stopped after the workers: a site that goes first counts as a failing source."""
    command = [sys.executable, "-m", "demo.server", "--port", str(port), "--state-dir", str(state)]
    return Child(name=name, argv=command, ready=lambda: listens(HOST, port), ground=True)


def listens(host: str, port: int) -> bool:
    """Whether something takes connections there, asked for at most a second."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
