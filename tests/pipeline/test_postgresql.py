"""What PostgreSQL does that SQLite does not: rows locked one by one, circles of waiting,
connections that are cut."""

from contextlib import ExitStack
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from monitor.models import Alert, Article, Delivery, Event, Notice, Sighting
from monitor.pipeline import alert, analyse, buckets, catalogue, deliver, group, intake, knowledge
from monitor.pipeline.status import status
from monitor.words import Level
from tests.peers.robot import Robot
from tests.pipeline.office import Office, ends_leases, entry, source, webhook, wecom
from tests.pipeline.rival import Rival, own_pid
from tests.pipeline.test_deliver import channel, queue
from tests.system.stories import STORIES, note

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

FORUM = [source("forum"), source("other")]
NEWS = STORIES[6]


@pytest.fixture
def forum(office: Office) -> Office:
    return office.has(sources=FORUM)


def indexed() -> int:
    return status()["articles"]["indexed"]


def test_a_claim_passes_over_rows_that_somebody_holds_and_waits_for_nobody(forum: Office) -> None:
    first, second, third = forum.hears("forum", *(note(n) for n in range(3)))
    with Rival() as rival:
        rival.locks("monitor_article", first)
        assert [one.key for one in analyse.LANE.claim(timezone.now(), 2)] == [second, third]


def test_a_late_worker_that_meets_the_new_one_at_the_row_writes_nothing(forum: Office) -> None:
    (pk,) = forum.hears("forum", NEWS)
    lore = analyse.knowledge.current()
    late = analyse.LANE.claim(timezone.now(), 5)
    findings = analyse.read(late, lore)
    with Rival() as rival:
        # The lease is over, and the row is being claimed by another, whose commit is still due.
        rival.does("UPDATE monitor_article SET token = token + 1 WHERE id = %s", pk)
        with rival.meets(lambda: analyse._write(late, findings, 1)) as meeting:
            rival.leaves()
    assert meeting.error is None
    article = Article.objects.get(pk=pk)
    assert (article.analysed_edition, hasattr(article, "analysis")) == (0, False)


def test_a_step_that_a_deadlock_ends_gives_its_rows_back_without_blame(forum: Office) -> None:
    first, second = forum.hears("forum", NEWS, note(1))
    with Rival() as rival:
        claims: list[Any] = []

        def work() -> None:
            claims.extend(analyse.LANE.claim(timezone.now(), 5))
            rival.locks("monitor_article", second)
            with analyse.attempt(analyse.LANE, claims):
                analyse._write(claims, analyse.read(claims, analyse.knowledge.current()), 1)

        with rival.meets(work, "SET deadlock_timeout = '1s'") as meeting:
            rival.locks("monitor_article", first)  # the other way round
            rival.leaves()
    assert meeting.error is None
    for article in Article.objects.all():
        assert (article.attempts, article.analysed_edition, article.owner) == (0, 0, "")
        assert "deadlock" in article.failure
        assert article.until > timezone.now()
    ends_leases(Article)
    forum.works()
    assert indexed() == 2


def test_a_step_that_could_not_be_serialized_gives_its_rows_back_without_blame(
    forum: Office,
) -> None:
    (pk,) = forum.hears("forum", NEWS)
    claims = analyse.LANE.claim(timezone.now(), 5)
    findings = analyse.read(claims, analyse.knowledge.current())

    def work() -> None:
        with analyse.attempt(analyse.LANE, claims):
            analyse._write(claims, findings, 1)

    with Rival() as rival:
        rival.does("UPDATE monitor_article SET level = NULL WHERE id = %s", pk)
        strict = "SET default_transaction_isolation = 'repeatable read'"
        with rival.meets(work, strict) as meeting:
            rival.leaves()
    assert meeting.error is None
    article = Article.objects.get(pk=pk)
    assert (article.attempts, article.analysed_edition) == (0, 0)
    assert "serialize" in article.failure
    ends_leases(Article)
    forum.works()
    assert indexed() == 1


def test_a_lock_that_is_never_let_go_of_ends_the_turn_and_blames_nobody(forum: Office) -> None:
    (pk,) = forum.hears("forum", NEWS)
    claims = analyse.LANE.claim(timezone.now(), 5)
    findings = analyse.read(claims, analyse.knowledge.current())

    def work() -> None:
        with analyse.attempt(analyse.LANE, claims):
            analyse._write(claims, findings, 1)

    with Rival() as rival:
        rival.locks("monitor_article", pk)
        with rival.meets(work, "SET lock_timeout = '200ms'") as meeting:
            pass
    # What gives the row back had to wait too, and gave up: the lease will end.
    assert meeting.error is not None
    assert "lock timeout" in str(meeting.error)
    ends_leases(Article)
    forum.works()
    assert indexed() == 1


def test_the_lane_and_the_alerts_lock_events_before_articles(forum: Office) -> None:
    (pk,) = forum.hears("forum", NEWS)
    forum.works()
    event = Event.objects.get()
    forum.hears("forum", entry(NEWS + "更新。", link=Article.objects.get(pk=pk).link))
    forum.runs("analyse")
    with Rival() as rival:
        rival.locks("monitor_event", event.pk)  # as alert does it first
        with rival.meets(group.batch) as meeting:
            rival.locks("monitor_article", pk)  # and then the articles of the event
            rival.leaves()
    assert (meeting.error, meeting.result) == (None, 1)
    assert Article.objects.get(pk=pk).grouped_edition == 2


def test_two_who_raise_an_alert_at_the_same_moment_get_numbers_one_after_the_other(
    forum: Office,
) -> None:
    forum.hears("forum", NEWS, STORIES[3])
    forum.runs("analyse", "group")
    first, second = Event.objects.order_by("pk")
    now = timezone.now()
    fields = {"level": Level.III, "score": 60, "headline": "", "reasons": [], "told": {}}

    def raises() -> str:
        with transaction.atomic():
            row = Alert(event=second, created=now, **fields)
            alert._number(row, now)
            return row.number

    with Rival() as rival:
        rival.does(
            "INSERT INTO monitor_alert (event_id, number, created, level, score, headline, reasons,"
            " told, pushed) VALUES (%s, %s, now(), 3, 60, '', '[]', '{}', true)",
            first.pk,
            f"{now.year}-0001",
        )
        with rival.meets(raises) as meeting:
            rival.leaves()
    assert meeting.result == f"{now.year}-0002"
    assert Alert.objects.count() == 2


def test_two_who_send_through_one_channel_share_its_bucket(office: Office, robot: Robot) -> None:
    office.has(channels=[wecom(robot.api_host, settings={"per_minute": 8})])  # two at once
    queue("group", 4)
    now = timezone.now()
    with transaction.atomic():
        buckets.hold({"group"}, now)  # makes it, the first time
    with Rival() as rival, ExitStack() as until_it_ended, transaction.atomic():
        buckets.hold({"group"}, now)
        other = until_it_ended.enter_context(rival.meets(deliver._depart))
        assert [buckets.take_token(channel("group"), now) for _ in range(2)] == [0, 0]
    assert (other.error, other.result) == (None, (4, []))


def test_a_channel_that_is_stopped_while_its_bucket_is_waited_for_sends_nothing(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[wecom(robot.api_host)])
    queue("group")
    with transaction.atomic():
        buckets.hold({"group"}, timezone.now())
    with Rival() as rival:
        rival.does("UPDATE monitor_channelstate SET stopped = now()")
        with rival.meets(deliver._depart) as meeting:
            rival.leaves()
    assert meeting.result == (1, [])
    assert Delivery.objects.get().state == "queued"


def test_what_two_sources_tell_at_once_is_one_article_seen_at_both(forum: Office) -> None:
    told = [entry(note(n), link=f"http://news.example/{n}") for n in range(3)]
    gains: list[Any] = []

    def also() -> None:
        with transaction.atomic():
            gains.append(intake.take_in("other", list(reversed(told)), timezone.now()))

    with Rival() as rival, ExitStack() as until_it_ended, transaction.atomic():
        gains.append(intake.take_in("forum", told, timezone.now()))
        other = until_it_ended.enter_context(rival.meets(also))  # it waits for our commit
    assert other.error is None
    assert [(gain.articles, gain.sightings) for gain in gains] == [(3, 3), (0, 3)]
    assert (Article.objects.count(), Sighting.objects.count()) == (3, 6)


def test_a_catalogue_that_two_apply_at_once_is_applied_once(office: Office) -> None:
    office.writes(sources=[*FORUM, source("third")])
    with Rival() as rival, ExitStack() as until_it_ended, transaction.atomic():
        knowledge.Knowledge.hold()
        other = until_it_ended.enter_context(rival.meets(catalogue.apply))
        ours = catalogue.apply()
    assert other.error is None
    assert sum(change.writes for change in ours) == 3
    assert [change for change in other.result if change.writes] == []


def test_a_connection_that_is_cut_costs_one_turn_and_no_row_a_try(forum: Office) -> None:
    forum.hears("forum", NEWS, note(1))
    pid = own_pid()
    with Rival() as rival:
        rival.cuts(pid)
    assert forum.runs("analyse") == 0
    assert forum.runs("analyse") == 2
    forum.works()
    assert indexed() == 2
    assert own_pid() != pid


def test_a_connection_cut_in_the_middle_of_a_batch_blames_no_row(
    forum: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    forum.hears("forum", NEWS, note(1))
    real = analyse.read

    def cut(*what: Any) -> Any:
        with Rival() as rival:
            rival.cuts(own_pid())
        return real(*what)

    with monkeypatch.context() as patch:
        patch.setattr(analyse, "read", cut)
        forum.runs("analyse")
    assert {(row.attempts, row.owner) for row in Article.objects.all()} == {(0, "")}
    ends_leases(Article)
    forum.works()
    assert indexed() == 2


def test_alerts_whose_connection_is_cut_are_raised_once_and_by_the_next_turn(
    office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.has(sources=FORUM, channels=[webhook(robot.url)])
    office.hears("forum", NEWS, STORIES[3])
    office.runs("analyse", "group")
    real = alert.heat

    def cut(*what: Any) -> Any:
        with Rival() as rival:
            rival.cuts(own_pid())
        return real(*what)

    with monkeypatch.context() as patch:
        patch.setattr(alert, "heat", cut)  # inside the transaction, after the first event's lock
        office.runs("alert")
    assert not Alert.objects.exists()
    assert {(row.attempts, row.quarantined) for row in Event.objects.all()} == {(0, "")}
    ends_leases(Event)
    office.works()
    assert Alert.objects.count() == Notice.objects.count() == len(robot.received) == 2


def test_a_receipt_is_written_though_the_connection_was_cut_meanwhile(
    office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.has(channels=[webhook(robot.url)])
    (pk,) = queue("hook")
    real = deliver._outcomes

    def cut(departures: Any) -> Any:
        for departure, outcome in real(departures):
            with Rival() as rival:
                rival.cuts(own_pid())
            yield departure, outcome

    monkeypatch.setattr(deliver, "_outcomes", cut)
    office.runs("deliver")
    assert Delivery.objects.get(pk=pk).state == "sent"
    assert len(robot.received) == 1
