"""What nobody could digest is kept apart with its reason, and runs again when asked."""

from datetime import UTC, datetime

import pytest

from monitor.models import Event
from monitor.pipeline import quarantine

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def kept(db: None) -> Event:
    return Event.objects.create(
        title="读不懂的事",
        first_published=NOW,
        last_published=NOW,
        rev=1,
        attempts=4,
        quarantined="alert",
        failure="Traceback …\nValueError: 读不懂",
    )


def test_the_list_names_step_and_reason(kept: Event) -> None:
    (one,) = quarantine.listing()
    assert (one.kind, one.id, one.step, one.why) == ("事件", kept.pk, "alert", "ValueError: 读不懂")


def test_a_rerun_gives_all_its_tries_back(kept: Event) -> None:
    assert quarantine.rerun() == 1
    kept.refresh_from_db()
    assert (kept.quarantined, kept.attempts, kept.failure) == ("", 0, "")
    assert quarantine.listing() == []
