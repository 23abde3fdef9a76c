"""The health checks of compose's services, asked here."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from scripts.processes.places import Places

SECONDS = 10.0


@dataclass(frozen=True)
class Health:
    """One service's check: a command that ends with 0 while the service is well."""

    command: tuple[str, ...]
    environment: Mapping[str, str]

    @classmethod
    def of(cls, places: Places, name: str, environment: Mapping[str, str]) -> "Health":
        kind, *words = places.deployment.services[name]["healthcheck"]["test"]
        if kind == "CMD":
            command = places.command(name, words)
        else:  # CMD-SHELL
            # redis-cli takes no port from its environment.
            script = words[0].replace("redis-cli ", f"redis-cli -p {places.ports['redis']} ")
            command = ["sh", "-c", places.translated(name, script)]
        return cls(tuple(command), environment)

    def well(self) -> bool:
        """Whether the service is well, within SECONDS."""
        try:
            done = subprocess.run(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0
