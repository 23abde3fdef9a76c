"""When two entries are the same article: by its link, else by its guid, else by its text.

To take two articles for one loses an article; to take one for two only costs a row. So a part
of an address is dropped only where it is known to be noise.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import quote, unquote, urlsplit

from monitor.collect.entry import Entry

NOISE = frozenset(
    {
        # who sent the reader: Google Analytics and advertising click ids (vendors' pages)
        *("gclid", "fbclid", "msclkid", "yclid", "dclid", "igshid", "mc_cid", "mc_eid", "_ga"),
        # Alibaba's spm/scm tracking, Baidu's wfr/for, Toutiao's and Tencent's share parameters
        *("spm", "scm", "wfr", "for", "from", "from_source", "fromid", "ref"),
        *("isappinstalled", "nsukey", "chksm", "scene", "srcid", "sharer_shareinfo"),
        *("sharer_shareinfo_first", "clicktime", "enterid", "ascene"),
        *("pass_ticket", "wx_header", "exportkey", "sessionid", "jsessionid", "phpsessid"),
        *("tt_from", "tt_medium", "category_new", "req_id", "weixin_share_count", "wxshare"),
        *("vd_source", "spm_id_from", "launch_from", "channel_from"),
    }
)
"""Query parameters that say how the reader came, not what is read (names in lower case)."""

NOISE_PREFIXES = ("utm_", "share_", "hmsr", "hmpl", "hmcu", "hmkw", "hmci", "bd_", "pk_", "mtm_")
"""Families of such parameters: Google's utm_, Baidu Tongji's hm**, Matomo's pk_ and mtm_."""

CLOCKS = frozenset({"_", "t", "_t", "ts", "timestamp", "time", "timestmp", "rand", "random", "r"})
"""Parameters that defeat caches; noise only when the value is a clock or a random fraction,
since `t=1234` is a thread on some forums."""

_CLOCK_VALUE = re.compile(r"\d{10}|\d{13}|0\.\d{6,}")
_SAFE_PATH = "/-._~!$&'()*+,;=:@"
_SAFE_QUERY = "-._~!$'()*+,;:@/?="
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def canonical(link: str) -> str:
    """One spelling for all addresses of a page, or "" if it is not an http(s) address.

    http and https are equal, as are a trailing slash and none; the host is lower case and in
    its IDNA form; default ports, sign-in names, noise parameters and fragments go. Fragments
    that are a route inside a page (`#/detail/7`, `#!7`) stay, because there they name the
    article. The order of parameters stays, and so do `www.` and `m.`, which may be other pages.
    """
    try:
        parts = urlsplit(link.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    host = _ascii_host(host.rstrip("."))
    if port and port not in (80, 443):
        host = f"{host}:{port}"
    path = quote(
        unquote(parts.path, errors="surrogateescape"), _SAFE_PATH, errors="surrogateescape"
    )
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_noise(pair))
    # Percent signs are kept: what is encoded inside a query may be encoded for a reason.
    query = quote(query, _SAFE_QUERY + "&%")
    route = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    return (
        f"https://{host}{path.rstrip('/')}"
        + (f"?{query}" if query else "")
        + (f"#{quote(route, _SAFE_QUERY + '&%')}" if route else "")
    )


def identity(source_slug: str, entry: Entry) -> str:
    """32 hex digits that stay the same however often and wherever the article is seen.

    The canonical link if it names a page of its own (a home page does not), else the guid
    within the source, else title and body.
    """
    link = canonical(entry.link) if entry.own_link else ""
    if any(mark in link.removeprefix("https://") for mark in "/?#"):
        return _digest(f"link:{link}")
    if entry.guid:
        return _digest(f"guid:{source_slug}\0{entry.guid}")
    return _digest(f"text:{_folded(entry)}")


def text_hash(entry: Entry) -> str:
    """32 hex digits over title and body, blind to white space: an edition of the text."""
    return _digest(_folded(entry))


def _folded(entry: Entry) -> str:
    return _SPACE.sub(" ", entry.title).strip() + "\0" + _SPACE.sub(" ", entry.body).strip()


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _is_noise(pair: str) -> bool:
    name, _, value = pair.partition("=")
    name = name.lower()
    if name in CLOCKS:
        return _CLOCK_VALUE.fullmatch(value) is not None
    return name in NOISE or name.startswith(NOISE_PREFIXES)


def _ascii_host(host: str) -> str:
    try:
        return host.lower() if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host.lower()
