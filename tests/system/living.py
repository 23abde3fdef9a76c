"""What goes on in an office while its index is rebuilt, until standard input ends.

    python -m tests.system.living writes SOURCE     new articles, and new levels for old ones
    python -m tests.system.living searches          looks for what is certainly there

Each prints one line of JSON at its end. Both run on the installation that the environment names.
"""

import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from monitor.collect.entry import Entry
from monitor.models import Article
from monitor.pipeline import intake, search
from monitor.pipeline.steps import STEPS
from tests.system.stories import note

AT_ONCE = 20
FAMILIAR = 5
"""Old articles whose words are searched for: the numbers below."""


def writes(source: str, goes_on: Callable[[], bool]) -> dict[str, Any]:
    """A few new articles and a few changes at a time, each worked off before the next."""
    chance = random.Random(source)
    last = Article.objects.order_by("-pk")[0].pk
    new = changed = 0
    while goes_on():
        try:
            with transaction.atomic():
                told = [_entry(source, new + n) for n in range(AT_ONCE)]
                new += intake.take_in(source, told, timezone.now()).articles
                old = chance.sample(range(1, last + 1), AT_ONCE)
                changed += Article.objects.filter(pk__in=old).update(
                    level=chance.randint(1, 4), rev=F("rev") + 1
                )
            _work()
        except OperationalError:  # the other writer or the rebuild was at it for too long
            time.sleep(0.1)
    while _work():
        pass
    return {"new": new, "changed": changed}


def _entry(source: str, number: int) -> Entry:
    text = f"{source}新到的{note(number)}"
    return Entry(
        title=text[:30],
        body=text,
        link=f"http://{source}.example/{number}",
        claimed=timezone.now(),
    )


def _work() -> int:
    return sum(STEPS[name].run() for name in ("analyse", "group", "index"))


def searches(goes_on: Callable[[], bool]) -> dict[str, Any]:
    """Every search must find the old article that it asks for; whatever else comes is a failure."""
    took: list[float] = []
    failures: list[str] = []
    while goes_on():
        number = 1 + len(took) % FAMILIAR
        began = time.perf_counter()
        try:
            found = search.search(f'"{note(number)}"', facets=True)
            if number not in {hit.id for hit in found.hits}:
                failures.append(f"{number} was not found among {found.total}")
        except Exception as error:  # noqa: BLE001 - any failure of a search is what is counted
            failures.append(f"{type(error).__name__}: {error}")
        took.append(time.perf_counter() - began)
    return {"took": took, "failures": failures[:20], "failed": len(failures)}


def main(what: str, *rest: str) -> None:
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    print("ready", flush=True)
    work: Callable[..., dict[str, Any]] = {"writes": writes, "searches": searches}[what]
    print(json.dumps(work(*rest, lambda: not ended.is_set())), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
