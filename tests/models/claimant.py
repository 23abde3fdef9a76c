"""A process of its own on the database of its environment.

python -m tests.models.claimant make 600    so many events that wait to be assessed
python -m tests.models.claimant claim 5     claims so many at each line it reads, and tells which
"""

import os
import sys
from datetime import timedelta


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    what, number = sys.argv[1], int(sys.argv[2])
    if what == "make":
        _make(number)
    else:
        _claim(number)


def _make(number: int) -> None:
    from django.utils import timezone

    from monitor.models import Event

    now = timezone.now()
    Event.objects.bulk_create(
        Event(pk=n, title="", first_published=now, last_published=now, rev=1)
        for n in range(1, number + 1)
    )


def _claim(number: int) -> None:
    from django.utils import timezone

    from monitor.models import Event
    from monitor.models.claims import Lane

    lane = Lane(Event, "alert", "assessed_rev < rev", "id", timedelta(minutes=5))
    for _ in sys.stdin:
        claims = lane.claim(timezone.now(), number)
        print(*(claim.key for claim in claims), flush=True)


if __name__ == "__main__":
    main()
