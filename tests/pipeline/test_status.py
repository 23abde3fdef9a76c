"""Numbers that add up, and hints for whatever waits."""

import threading
from datetime import timedelta

from django.utils import timezone

from monitor.models import Article, Source, fate_counts
from monitor.pipeline import wake
from monitor.pipeline.status import status
from monitor.pipeline.steps import STEPS
from monitor.pipeline.sweep import sweep
from monitor.words import Fate
from tests.peers.robot import Robot
from tests.pipeline.office import Office, entry, source, webhook
from tests.system.stories import STORIES, note


def test_every_article_has_one_fate_and_the_fates_add_up(office: Office) -> None:
    office.has(sources=[source("forum")])
    office.hears("forum", *(note(n) for n in range(12)))
    office.works()
    office.hears("forum", *(note(n) for n in range(12, 17)))
    office.runs("analyse")
    office.hears("forum", *(note(n) for n in range(17, 20)))
    first = Article.objects.order_by("id")
    office.hears("forum", entry("改过的", body="改过的", link=first[0].link))
    Article.objects.filter(pk=first[1].pk).update(quarantined="index")
    assert fate_counts() == {"new": 4, "analysed": 5, "indexed": 10, "quarantined": 1}
    assert sum(fate_counts().values()) == Article.objects.count()
    by_row = [article.fate for article in Article.objects.all()]
    assert {fate.value: by_row.count(fate) for fate in Fate} == fate_counts()


def test_status_says_what_waits_at_each_step_and_since_when(office: Office, robot: Robot) -> None:
    office.has(
        sources=[source("forum"), source("off", enabled=False)], channels=[webhook(robot.url)]
    )
    office.hears("forum", *STORIES[:2], note(1))
    Source.objects.update(due=timezone.now())
    Article.objects.update(seen=timezone.now() - timedelta(seconds=90))
    found = status()
    assert set(found) == {"articles", "waiting", "sources", "alerts", "deliveries"}
    assert list(found["waiting"]) == list(STEPS)
    assert found["waiting"]["collect"]["rows"] == 1
    assert found["waiting"]["analyse"]["rows"] == 3
    assert 90 <= found["waiting"]["analyse"]["oldest_s"] < 120
    assert found["waiting"]["group"] == {"rows": 0, "oldest_s": 0.0}
    assert found["sources"] == {"new": 1}
    office.works()
    found = status()
    assert {name: step["rows"] for name, step in found["waiting"].items() if name != "collect"} == {
        name: 0 for name in STEPS if name != "collect"
    }
    assert found["alerts"] == 2
    assert found["deliveries"] == {"queued": 0, "sending": 0, "sent": 2, "failed": 0}


def test_the_sweep_hints_exactly_the_steps_that_have_work(office: Office) -> None:
    office.has(sources=[source("forum")])
    Source.objects.update(due=timezone.now() + timedelta(hours=1))
    assert sweep() == ["chores"], "nobody has enlisted the duties yet"
    office.runs("chores")
    assert sweep() == []
    office.hears("forum", STORIES[0])
    assert sweep() == ["analyse"]
    office.runs("analyse")
    assert sweep() == ["group"]
    office.runs("group")
    assert sweep() == ["index", "alert"]


def test_hints_that_nobody_takes_stop_nothing(
    office: Office, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    asked: list[str] = []
    done = threading.Event()

    def dead_broker(step: str) -> None:
        asked.append(step)
        if step == "index":
            done.set()
        raise ConnectionError("no broker")

    wake.install(dead_broker)
    try:
        office.has(sources=[source("forum")])
        with django_capture_on_commit_callbacks(execute=True):
            office.hears("forum", STORIES[0])
            office.reads()
        assert done.wait(10)
    finally:
        wake.install(None)  # type: ignore[arg-type]
    assert {"group", "alert", "index"} <= set(asked)
    office.works()
    assert fate_counts()["indexed"] == 1
