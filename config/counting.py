"""Where the processes of a worker count: in files, for its main process to tell.

prometheus_client looks for PROMETHEUS_MULTIPROC_DIR when it is imported, so `choose` has to be
called before anything that counts is imported; this module imports nothing that does.
"""

import os
import tempfile
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "yuqing-counts-"


def choose(port: int) -> None:
    """With a metrics port, this process and those that it forks count in files from now on.

    Below the temporary folder and not in the data folder: containers share that one, and number
    their processes alike.
    """
    if port:
        os.environ[VARIABLE] = str(Path(tempfile.gettempdir()) / f"{PREFIX}{os.getpid()}")


def folder() -> Path | None:
    """The folder that was chosen, to be made by the worker; None when nothing is counted in files.

    A process that another one started may inherit the variable: that folder is not ours.
    """
    chosen = Path(os.environ.get(VARIABLE, ""))
    return chosen if chosen.name == f"{PREFIX}{os.getpid()}" else None
