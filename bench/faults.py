"""At least 200 kills -9 and 10 wipes of the broker while 2,000 articles pass through the stack.

    python -m bench.faults [--kills 200] [--wipes 10] [--articles 2000] [--seed 1]
    python -m bench.faults --production [--kills 60] [--wipes 2] [--articles 5000] [--outage 600]

With --production it is the stack of docker-compose.yml as plain processes: PostgreSQL, Redis and
Elasticsearch die too, and Elasticsearch hangs for `outage` seconds in the middle.
Prints the table of what stood afterwards; exit 1 if anything was lost or doubled.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.system.ports import neighbours
from tests.system.storm import production_weather, weather
from tests.system.verdict import Verdict


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--production", action="store_true")
    parser.add_argument("--outage", type=float, default=0.0)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--wipes", type=int, default=10)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=3.0, help="mean seconds between kills")
    options = parser.parse_args()
    found = _production(options) if options.production else _embedded(options)
    print(found.table())
    return 1 if found.problems else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _embedded(options: argparse.Namespace) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="yuqing-faults-", ignore_cleanup_errors=True) as place:
        return weather(
            Path(place) / "data",
            articles=options.articles,
            kills=options.kills,
            wipes=options.wipes,
            port=neighbours(),
            seed=options.seed,
            pause=options.pause,
            patience=600,
            say=_say,
        )


def _production(options: argparse.Namespace) -> Verdict:
    return production_weather(
        articles=options.articles,
        kills=options.kills,
        wipes=options.wipes,
        seed=options.seed,
        pause=options.pause,
        patience=900,
        outage=options.outage,
        say=_say,
    )


if __name__ == "__main__":
    sys.exit(main())
