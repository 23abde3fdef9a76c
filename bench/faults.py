"""At least 200 kills -9 and 10 wipes of the broker while 2,000 articles pass through the stack.

    python -m bench.faults [--kills 200] [--wipes 10] [--articles 2000] [--seed 1]

Prints the table of what stood afterwards; exit 1 if anything was lost or doubled.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.system.ports import neighbours
from tests.system.storm import weather


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--wipes", type=int, default=10)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=3.0, help="mean seconds between kills")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yuqing-faults-", ignore_cleanup_errors=True) as place:
        found = weather(
            Path(place) / "data",
            articles=options.articles,
            kills=options.kills,
            wipes=options.wipes,
            port=neighbours(),
            seed=options.seed,
            pause=options.pause,
            patience=600,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
    print(found.table())
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
