"""A supervisor in a process of its own, built from a JSON file: `small_up.py FOLDER SPEC`."""

import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.stack.broker import Broker
from monitor.stack.folder import DataFolder, DataFolderBusy
from monitor.stack.log import Log
from monitor.stack.supervisor import Child, Pace, Supervisor


def child(spec: dict[str, Any]) -> Child:
    ready = spec.pop("ready_file", None)
    number = signal.Signals[spec.pop("stop_signal", "SIGTERM")]
    exists = Path(ready).exists if ready else None
    return Child(stop_signal=number, ready=exists, **spec)


def main(place: str, spec_file: str) -> int:
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    folder = DataFolder.at(Path(place))
    try:
        with folder.hold():
            children = [Broker(folder.path).child()] if spec.get("broker") else []
            children += [child(each) for each in spec.get("children", [])]
            log = Log(folder.inside("log"), now=lambda: datetime.now(UTC), stream=sys.stdout)
            try:
                return Supervisor(children, folder, log, pace=Pace(**spec.get("pace", {}))).run()
            finally:
                log.close()
    except DataFolderBusy as busy:
        print(busy)
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
