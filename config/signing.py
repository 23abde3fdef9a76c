"""The key that signs sessions and links, for an installation that was given none."""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def signing_key(folder: Path) -> str:
    """This installation's key, made by whichever of its processes asks first; raises OSError.

    An empty file is what a full disk or a crash leaves behind, and counts as none.
    """
    path = folder / "secret.key"
    if key := _kept_key(path):
        return key
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        if key := _kept_key(path):
            return key
        return _write_key(path, secrets.token_urlsafe(48))


def _kept_key(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process of the folder at a time; the lock goes with its process, however that ends."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_key(path: Path, key: str) -> str:
    """Put the file there whole or not at all, for its owner alone from the first byte on."""
    handle, draft = tempfile.mkstemp(prefix=".secret.", dir=path.parent)  # mkstemp: mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return key
