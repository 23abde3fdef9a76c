"""How often a password may be guessed.

Every attempt is counted before the password is looked at, so that guesses made at the same time
count too, and a right one is taken back. Three counters in Django's cache run for WINDOW_S from
their first attempt: of one name from one address, of one address, and of one name from
everywhere. The last is generous, because whoever knows a name could otherwise keep its owner out;
a one-time link (yuqing user link) always lets the owner in.

The cache is the process's own unless the settings name a shared one, so that several web processes
allow as many times as much. Restarting forgets; passwords of ten characters bear both.
"""

import hashlib

from django.core.cache import cache

WINDOW_S = 15 * 60
NAME_HERE, ADDRESS, NAME_ANYWHERE = 5, 30, 60
"""Wrong attempts within WINDOW_S."""


def allowed(name: str, address: str) -> bool:
    """Count an attempt; False when there were too many and the password must not be checked."""
    counts = [(_count(key), most) for key, most in _limits(name, address)]
    return all(count <= most for count, most in counts)


def succeeded(name: str, address: str) -> None:
    """The attempt was right: forget the name's errors here, and take it back elsewhere."""
    here, *others = (key for key, _ in _limits(name, address))
    cache.delete(here)
    for key in others:
        try:
            cache.decr(key)
        except ValueError:
            continue  # its window has ended meanwhile


def _limits(name: str, address: str) -> tuple[tuple[str, int], ...]:
    folded = name.strip().casefold()[:300]
    return (
        (_key("name-here", folded, address), NAME_HERE),
        (_key("address", address), ADDRESS),
        (_key("name", folded), NAME_ANYWHERE),
    )


def _key(*parts: str) -> str:
    return "sign-in:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _count(key: str) -> int:
    cache.add(key, 0, WINDOW_S)
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two calls
        cache.set(key, 1, WINDOW_S)
        return 1
