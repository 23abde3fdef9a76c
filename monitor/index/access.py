"""What signs in to a cluster and trusts it."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Access:
    """An API key, or user and password; a CA file or a certificate's SHA-256 fingerprint.

    All empty: nothing signs in, and certificates are checked against the public roots.
    `replicas` is how many copies of each month the cluster keeps beside the first.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca: Path | None = None
    fingerprint: str = ""
    replicas: int = 0
