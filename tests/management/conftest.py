import logging
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.pipeline.fixtures import feeds, office, robot

__all__ = ["feeds", "office", "robot"]


@dataclass(frozen=True)
class Ran:
    """How one command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Yuqing = Callable[..., Ran]


@pytest.fixture
def yuqing(capsys: pytest.CaptureFixture[str]) -> Yuqing:
    """Run `yuqing …` in this process, on the test's own tables."""
    from monitor.__main__ import main

    root = logging.getLogger()
    ours = logging.getLogger("monitor")
    handlers, levels = root.handlers[:], (root.level, ours.level)

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        try:
            code = main(arguments)
        finally:
            # The command set up logging its own way, to a captured stream that soon is closed.
            root.handlers[:] = handlers
            root.setLevel(levels[0])
            ours.setLevel(levels[1])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run
