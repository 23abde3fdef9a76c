"""Ports that nobody else has."""

import socket


def neighbours() -> int:
    """A port P such that P and P + 1 are free now; RuntimeError after 50 tries."""
    for _ in range(50):
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            found = int(one.getsockname()[1])
            try:
                other.bind(("127.0.0.1", found + 1))
            except (OSError, OverflowError):  # taken, or beyond the last port
                continue
            return found
    raise RuntimeError("no two neighbouring ports are free")
