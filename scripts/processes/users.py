"""Becoming the user that compose names, with as little as a container would have."""

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def ours() -> str:
    """Who runs this, as `UID:GID`."""
    return f"{os.geteuid()}:{os.getegid()}"


def becoming(user: str, *needed: Path) -> Sequence[str]:
    """The command that runs another as `UID:GID`; empty for who is not root, and so stays.

    No capability is left but, where the interpreter or a folder `needed` lies below one of root's
    own (as pyenv's do), that of looking there.
    """
    if os.geteuid() != 0 or user == ours():
        return ()
    uid, _, gid = user.partition(":")
    asked = (Path(sys.executable).resolve(), Path(sys.prefix).resolve(), ROOT, *needed)
    kept = "-all" if all(map(_open_to_all, asked)) else "-all,+dac_read_search"
    return (
        "setpriv",
        f"--reuid={uid}",
        f"--regid={gid or uid}",
        "--clear-groups",
        "--no-new-privs",
        f"--bounding-set={kept}",
        f"--inh-caps={kept}",
        f"--ambient-caps={kept}",
        "--",
    )


def give(place: Path, user: str) -> None:
    """Make the folder for the user alone."""
    place.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    place.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        uid, _, gid = user.partition(":")
        os.chown(place, int(uid), int(gid or uid))


def _open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))
