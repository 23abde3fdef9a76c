"""Several processes claim at once, on the real database."""

import subprocess
import sys
from pathlib import Path

from tests.pipeline.office import environment

ROOT = Path(__file__).parents[2]
PROCESSES, ROUNDS, AT_ONCE = 2, 60, 5


def test_processes_that_claim_at_once_never_get_the_same_row(
    database_url: str, tmp_path: Path
) -> None:
    environ = environment(tmp_path, DATABASE_URL=database_url)
    count = PROCESSES * ROUNDS * AT_ONCE
    for arguments in (("monitor", "migrate", "-v0"), ("tests.models.claimant", "make", str(count))):
        command = [sys.executable, "-m", *arguments]
        subprocess.run(command, env=environ, cwd=ROOT, check=True, timeout=120)
    claimants = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.models.claimant", "claim", str(AT_ONCE)],
            env=environ,
            cwd=ROOT,
            text=True,
            bufsize=1,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]
    taken: list[int] = []
    for _ in range(ROUNDS):
        for one in claimants:  # all of them at the same moment, each time
            one.stdin.write("claim\n")  # type: ignore[union-attr]
        for one in claimants:
            mine = one.stdout.readline().split()  # type: ignore[union-attr]
            assert len(mine) == AT_ONCE
            taken += map(int, mine)
    for one in claimants:
        one.communicate(timeout=60)
    assert sorted(taken) == list(range(1, count + 1)), "each row once, and none left"
