"""deliver: what a real robot, hook and mail server answer becomes in the ledger."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitor.models import ChannelState, Delivery, Notice, Sending
from monitor.notify import Channel, Item, Message, TemporaryFailure
from monitor.pipeline import buckets, catalogue, deliver, knowledge
from monitor.pipeline.deliver import Departure, _depart, _outcomes, _send, record
from monitor.pipeline.notices import queue_parts
from monitor.pipeline.status import status
from monitor.words import Level
from tests.peers.mail import MailServer
from tests.peers.robot import Robot
from tests.pipeline.office import Office, ends_leases, webhook, wecom

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def message(items: int = 1, kind: str = "alert") -> Message:
    now = timezone.now()
    return Message(
        kind=kind,
        number="2026-0001",
        headline="大塘镇自来水发黄发臭",
        level=Level.III,
        reasons=("涉及“供水”",),
        items=tuple(
            Item(title=f"第{n}篇：{'大塘镇自来水发黄发臭没人管' * 6}", source="论坛", published=now)
            for n in range(items)
        ),
        score=62.0,
        link=None,
        now=now,
    )


def channel(slug: str) -> Channel:
    return knowledge.current().channels[slug]


def queue(slug: str, count: int = 1, items: int = 1) -> list[int]:
    """So many notices for one channel; the ids of their delivery rows."""
    before = set(Delivery.objects.values_list("pk", flat=True))
    for _ in range(count):
        n = Notice.objects.count() + 1
        notice = Notice.objects.create(subject=f"test:{n}", kind="alert", created=timezone.now())
        queue_parts(notice, channel(slug), message(items), timezone.now())
    return sorted(set(Delivery.objects.values_list("pk", flat=True)) - before)


def one(pk: int) -> Delivery:
    return Delivery.objects.get(pk=pk)


def send(*departures: Departure) -> list[Any]:
    outcomes = {departure.delivery.pk: outcome for departure, outcome in _outcomes(departures)}
    return [outcomes[departure.delivery.pk] for departure in departures]


def later(seconds: float, pk: int | None = None) -> None:
    """As if so much time had gone by for waiting deliveries and for the channels' buckets."""
    passed = timedelta(seconds=seconds)
    rows = Delivery.objects.filter(state="queued")
    for row in rows if pk is None else rows.filter(pk=pk):
        Delivery.objects.filter(pk=row.pk).update(due=row.due - passed)
    for state in ChannelState.objects.all():
        ChannelState.objects.filter(pk=state.pk).update(updated=state.updated - passed)


def ledger(pk: int) -> list[str]:
    return list(Sending.objects.filter(delivery=pk).values_list("outcome", flat=True))


def test_a_robots_own_yes_is_the_receipt(office: Office, robot: Robot) -> None:
    office.has(channels=[wecom(robot.api_host)])
    (pk,) = queue("group")
    office.runs("deliver")
    row = one(pk)
    assert (row.state, row.code, row.words) == ("sent", "0", "企业微信已接收。")
    assert row.sent is not None
    assert ledger(pk) == ["sent"]
    (received,) = robot.received
    assert (received.key, received.delivery) == ("demo-key", str(pk))
    assert "大塘镇自来水发黄发臭" in received.text


def test_the_ledger_says_sending_before_anything_leaves(office: Office, robot: Robot) -> None:
    office.has(channels=[webhook(robot.url)])
    (pk,) = queue("hook")
    _depart()
    assert one(pk).state == "sending"
    assert [(row.ended, row.outcome) for row in Sending.objects.all()] == [(None, "")]
    assert robot.received == []


def test_each_recipient_of_a_mail_has_a_delivery_and_a_fate_of_its_own(
    office: Office, mail: MailServer
) -> None:
    settings = mail.settings | {"recipients": ["duty@qingxi.example", "nobody@qingxi.example"]}
    office.has(
        channels=[
            {
                "slug": "letters",
                "name": "值班邮箱",
                "kind": "mail",
                "group": False,
                "settings": settings,
            }
        ]
    )
    mail.refuses_recipient("nobody@qingxi.example")
    queue("letters")
    office.runs("deliver")
    found = {row.recipient: row for row in Delivery.objects.all()}
    assert found["duty@qingxi.example"].state == "sent"
    assert found["nobody@qingxi.example"].state == "failed"
    assert found["nobody@qingxi.example"].words
    assert [letter.recipients for letter in mail.wait_for(1)] == [("duty@qingxi.example",)]
    assert not ChannelState.objects.exclude(stopped=None).exists()


def test_an_error_inside_a_200_is_a_failure_and_is_tried_again_later(
    office: Office, robot: Robot
) -> None:
    robot.answers_errcode(45009, times=1)
    office.has(channels=[wecom(robot.api_host)])
    (pk,) = queue("group")
    office.runs("deliver")
    row = one(pk)
    assert (row.state, row.code, row.failures) == ("queued", "45009", 1)
    assert "45009" in row.words
    assert row.due > timezone.now() + timedelta(seconds=5)
    assert office.runs("deliver") == 0
    later(3600)
    office.runs("deliver")
    assert (one(pk).state, ledger(pk)) == ("sent", ["failed", "sent"])
    assert len(robot.received) == 2


def test_a_dead_key_stops_its_channel_and_what_waits_leaves_when_it_is_resumed(
    office: Office, robot: Robot
) -> None:
    robot.answers_errcode(93000)
    office.has(channels=[wecom(robot.api_host), webhook(robot.url)])
    (dead,) = queue("group")
    office.runs("deliver")
    state = ChannelState.objects.get(slug="group")
    assert state.stopped is not None
    assert state.code == "93000"
    assert state.words
    assert one(dead).state == "queued"
    (waiting,), (other,) = queue("group"), queue("hook")
    later(3600)
    office.runs("deliver")
    assert one(other).state == "sent", "another channel goes on"
    assert one(waiting).state == "queued"
    assert len(robot.received) == 2
    robot.accepts()
    assert buckets.resume("group") == 2
    office.runs("deliver")
    assert {one(dead).state, one(waiting).state} == {"sent"}


@pytest.mark.parametrize("trouble", ["hangs", "cuts_off", "says_html"])
def test_a_channel_that_hangs_cuts_off_or_is_a_portal_is_a_passing_failure(
    office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    monkeypatch.setattr(deliver, "SEND_S", 0.5)
    getattr(robot, trouble)()
    office.has(channels=[wecom(robot.api_host)])
    (pk,) = queue("group")
    office.runs("deliver")
    assert (one(pk).state, one(pk).failures) == ("queued", 1)
    assert one(pk).words
    assert ledger(pk) == ["failed"]
    assert not ChannelState.objects.exclude(stopped=None).exists()
    robot.accepts()
    later(3600)
    office.runs("deliver")
    assert one(pk).state == "sent"


def test_a_hanging_channel_does_not_hold_back_its_neighbours_of_the_batch(
    office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "SEND_S", 1.0)
    with Robot() as deaf:
        deaf.hangs()
        office.has(channels=[wecom(deaf.api_host), webhook(robot.url)])
        stuck, quick = queue("group", 3), queue("hook", 3)
        office.runs("deliver")
    assert {one(pk).state for pk in quick} == {"sent"}
    assert {one(pk).state for pk in stuck} == {"queued"}


def test_the_twenty_first_message_of_a_minute_waits_its_turn(
    office: Office, robot: Robot, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [timezone.now()]  # stands still while the test runs: a bucket fills by time alone
    monkeypatch.setattr(timezone, "now", lambda: clock[0])
    office.has(channels=[wecom(robot.api_host)])
    queue("group", 30)
    sent = []
    for _ in range(60):  # a minute in seconds
        office.runs("deliver")
        sent.append(len(robot.received))
        clock[0] += timedelta(seconds=1)
    assert sent[0] < 20
    assert 15 <= sent[-1] <= 20
    waiting = Delivery.objects.filter(state="queued")
    assert {row.failures for row in waiting} == {0}, "waiting is no failure"
    for _ in range(60):
        clock[0] += timedelta(seconds=1)
        office.runs("deliver")
    assert status()["deliveries"] == {"queued": 0, "sending": 0, "sent": 30, "failed": 0}
    assert len({received.delivery for received in robot.received}) == len(robot.received) == 30


def test_a_channel_with_a_full_bucket_does_not_hold_back_another(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[wecom(robot.api_host), webhook(robot.url)])
    queue("group", 40)
    (urgent,) = queue("hook")
    office.runs("deliver")
    assert one(urgent).state == "sent"


def test_parts_leave_in_order_also_when_the_first_has_to_be_repeated(
    office: Office, robot: Robot
) -> None:
    robot.answers(503, times=1)
    office.has(channels=[wecom(robot.api_host, detail="full", settings={"format": "text"})])
    parts = queue("group", items=30)
    assert len(parts) >= 3
    for _ in range(10):
        office.runs("deliver")
        later(3600)
    texts = [received.text for received in robot.received]
    assert [text[text.index("（") : text.index("）") + 1] for text in texts] == [
        f"（{n}/{len(parts)}）" for n in (1, *range(1, len(parts) + 1))
    ]
    assert [one(pk).state for pk in parts] == ["sent"] * len(parts)
    assert len({one(pk).sent for pk in parts}) == len(parts)


def test_a_process_that_dies_in_the_send_makes_a_second_sending_that_the_ledger_shows(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[webhook(robot.url)])
    (pk,) = queue("hook")
    _, departures = _depart()
    send(*departures)  # the hook said yes, and the process died before it could write it down
    assert office.runs("deliver") == 0, "its lease still holds"
    ends_leases()
    office.runs("deliver")
    assert one(pk).state == "sent"
    assert ledger(pk) == ["died", "sent"]
    assert [received.delivery for received in robot.received] == [str(pk)] * 2
    assert robot.received[0].body == robot.received[1].body


def test_a_record_that_comes_late_writes_nothing_but_the_ledger(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[webhook(robot.url)])
    (pk,) = queue("hook")
    _, (late,) = _depart()
    (outcome,) = send(late)
    ends_leases()
    _, (ours,) = _depart()
    record(late, outcome)
    assert one(pk).state == "sending"
    assert one(pk).sent is None
    assert ledger(pk) == ["late", ""]
    record(ours, *send(ours))
    assert (one(pk).state, ledger(pk)) == ("sent", ["late", "sent"])


def test_what_was_not_sent_for_a_day_is_given_up_visibly(office: Office, robot: Robot) -> None:
    robot.answers(503)
    office.has(channels=[webhook(robot.url)])
    (pk,) = queue("hook")
    for _ in range(4):
        office.runs("deliver")
        later(3600)
    assert one(pk).state == "queued"
    Delivery.objects.update(created=timezone.now() - timedelta(hours=25))
    office.runs("deliver")
    row = one(pk)
    assert (row.state, row.code) == ("failed", "given_up")
    assert "503" in row.words
    assert "其他方式" in row.words
    assert status()["deliveries"]["failed"] == 1
    assert not ChannelState.objects.exclude(stopped=None).exists()


def test_a_message_that_alone_is_refused_fails_alone(office: Office, robot: Robot) -> None:
    robot.answers(413, times=1)
    office.has(channels=[webhook(robot.url)])
    first, second = queue("hook")[0], queue("hook")[0]
    office.runs("deliver")
    assert {one(first).state, one(second).state} == {"failed", "sent"}
    assert "413" in Delivery.objects.get(state="failed").words


def test_a_delivery_whose_channel_left_the_catalogue_fails_saying_so(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[webhook(robot.url), webhook(robot.url, "other")])
    (gone,), (kept,) = queue("hook"), queue("other")
    catalogue.edit("channel", "hook", None, by="管理员")
    office.runs("deliver")
    assert (one(gone).state, one(gone).code, one(kept).state) == ("failed", "no_channel", "sent")
    assert "目录" in one(gone).words


def test_a_channel_that_lost_its_secret_stops_and_its_deliveries_wait(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[webhook(robot.url)])
    (pk,) = queue("hook")
    secret = office.secrets.pop("SIGNING")
    knowledge._current = None  # as after a restart
    office.runs("deliver")
    assert one(pk).state == "queued"
    assert "YUQING_SECRET_SIGNING" in ChannelState.objects.get(slug="hook").words
    office.secrets["SIGNING"] = secret
    knowledge._current = None
    buckets.resume("hook")
    office.runs("deliver")
    assert one(pk).state == "sent"


def test_a_failed_delivery_can_be_sent_again(office: Office, robot: Robot) -> None:
    office.has(channels=[webhook(robot.url)])
    (pk,) = queue("hook")
    assert not deliver.resend(pk)
    robot.answers(400)
    office.runs("deliver")
    assert one(pk).state == "failed"
    robot.accepts()
    assert deliver.resend(pk)
    office.runs("deliver")
    assert one(pk).state == "sent"


def test_settings_made_wrong_stop_their_channel_and_nobody_elses(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[wecom(robot.api_host), webhook(robot.url)])
    (stuck,), (free,) = queue("group"), queue("hook")
    wrong = wecom("no-scheme.example")
    catalogue.edit("channel", "group", {k: v for k, v in wrong.items() if k != "slug"}, by="管理员")
    office.runs("deliver")
    assert one(free).state == "sent"
    assert one(stuck).state == "queued"
    state = ChannelState.objects.get(slug="group")
    assert state.stopped is not None
    assert "api_host" in state.words
    right = wecom(robot.api_host)
    catalogue.edit("channel", "group", {k: v for k, v in right.items() if k != "slug"}, by="管理员")
    buckets.resume("group")
    later(60)
    office.runs("deliver")
    assert one(stuck).state == "sent"


def test_a_fault_of_ours_with_one_message_leaves_its_neighbours_their_outcome(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[webhook(robot.url)])
    bad, good = queue("hook", 2)
    _, departures = _depart()
    departures[0].delivery.body = "\ud800"  # no channel can write this
    for departure, outcome in zip(departures, send(*departures), strict=True):
        record(departure, outcome)
    assert (one(bad).state, one(good).state) == ("queued", "sent")
    assert one(bad).code == "internal"


def test_nobody_sends_what_another_holds(office: Office, robot: Robot) -> None:
    office.has(channels=[webhook(robot.url)])
    queue("hook", 3)
    _, first = _depart()
    _, second = _depart()
    assert (len(first), second) == (3, [])
    outcome = asyncio.run(_send(first[0]))
    record(first[0], outcome)
    assert status()["deliveries"] == {"queued": 0, "sending": 2, "sent": 1, "failed": 0}


def test_a_part_behind_one_that_is_tried_again_later_is_not_called_late(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[wecom(robot.api_host, detail="full")])
    parts = queue("group", items=40)
    assert len(parts) > 1
    robot.answers_errcode(45009)
    office.runs("deliver")
    assert one(parts[0]).failures == 1
    assert deliver.look(timezone.now() + timedelta(seconds=1)).rows == 0
    assert deliver.look(timezone.now() + timedelta(hours=1)).rows == 1


def test_an_answer_in_characters_that_no_table_takes_is_recorded_without_them(
    office: Office, robot: Robot
) -> None:
    office.has(channels=[webhook(robot.url)])
    (pk,) = queue("hook")
    _, (departure,) = _depart()
    record(departure, TemporaryFailure("x\x00y", "坏\x00的\ud800字"))
    assert (one(pk).code, one(pk).words) == ("xy", "坏的字")
