"""Where the embedded broker's unix socket lies."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

LONGEST = 107  # bytes; sockaddr_un.sun_path holds 108 with its closing zero (unix(7))
SOCKET = "broker.sock"
RECORD = "broker.socket"  # names the socket when it lies outside the data folder


class SocketPlaceError(Exception):
    """No safe place for the socket; `str()` is Chinese and says what to do."""


def socket_path(folder: Path) -> Path:
    """The broker's socket of this data folder; the same answer for every process that asks.

    Inside the folder where that is short enough, else in a per-user runtime folder (0700) under
    a hash of the folder's path. The choice is recorded in the folder, for TMPDIR may differ
    between a login and a service. Raises SocketPlaceError.
    """
    inside = folder / SOCKET
    if _fits(inside):
        return inside
    record = folder / RECORD
    if record.is_file():
        recorded = Path(record.read_text(encoding="utf-8").strip())
        if _fits(recorded) and recorded.parent.is_dir():
            _check_private(recorded.parent)
            return recorded
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    outside = _runtime_folder() / f"{name}.sock"
    if folder.is_dir():
        fresh = record.with_suffix(f".{os.getpid()}")
        fresh.write_text(f"{outside}\n", encoding="utf-8")
        fresh.replace(record)
    return outside


def celery_url(path: Path) -> str:
    """The socket as kombu writes it; blanks and Han in the path are quoted."""
    return f"redis+socket://{quote(str(path))}"


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST


def _runtime_folder() -> Path:
    # Not XDG_RUNTIME_DIR: it is emptied when the user logs out, and `up` may outlive the login.
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - checked to be ours
        place = parent / f"yuqing-{os.getuid()}"
        if not _fits(place / ("0" * 16 + ".sock")) or not os.access(parent, os.W_OK):
            continue
        place.mkdir(mode=0o700, exist_ok=True)
        _check_private(place)
        return place
    raise SocketPlaceError(
        "找不到放置消息服务套接字的目录，请用 YUQING_DATA 指定路径较短的数据目录"
    )


def _check_private(place: Path) -> None:
    """Anybody may have made a folder of that name in /tmp before us."""
    found = place.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise SocketPlaceError(
            f"目录 {place} 不是本用户独有（应为 0700），不能放置消息服务套接字。"
            "请检查后删除它，或用 YUQING_DATA 指定路径较短的数据目录。"
        )
