"""The signed webhook; the receiving peer checks the signature by its own code."""

import logging
from datetime import timedelta
from email.utils import format_datetime

import pytest

from monitor.notify import PermanentFailure, TemporaryFailure, render
from tests.notify.channels.sending import failing, send_alert
from tests.notify.county import ALERT, NOW, webhook
from tests.peers.robot import Robot

SECRET = "webhook-secret-0123456789"


@pytest.fixture
def office():
    with Robot(secret=SECRET) as peer:
        yield peer


def at(office, **more):
    return webhook(url=f"{office.url}?token=url-token-777", **more)


def test_the_receiver_can_check_the_signature(office):
    receipt = send_alert(at(office), delivery_id="n12-office-1")
    (received,) = office.wait_for(1)
    assert receipt.code == "http_200"
    assert received.signed is True
    assert received.delivery == "n12-office-1"
    assert received.headers["X-Yuqing-Timestamp"] == str(int(NOW.timestamp()))
    assert received.body.decode() == render(ALERT, at(office))[0].body


def test_another_secret_gives_another_signature(office):
    send_alert(at(office, secret="some-other-secret"))
    assert office.received[0].signed is False


@pytest.mark.parametrize("status", [201, 202, 204])
def test_any_2xx_is_a_receipt(office, status):
    office.answers(status)
    assert send_alert(at(office)).code == f"http_{status}"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_busy_receiver_is_tried_again_when_it_asks(office, status):
    office.answers(status, headers={"Retry-After": "120"})
    failure = failing(TemporaryFailure, at(office))
    assert failure.code == f"http_{status}"
    assert failure.retry_after == 120


def test_retry_after_may_be_a_date_or_nonsense(office):
    office.answers(503, headers={"Retry-After": format_datetime(NOW + timedelta(seconds=90))})
    assert failing(TemporaryFailure, at(office)).retry_after == 90
    office.answers(503, headers={"Retry-After": "soon"})
    assert failing(TemporaryFailure, at(office)).retry_after is None


@pytest.mark.parametrize(
    ("status", "stops", "words"),
    [
        (410, True, "停用"),
        (401, True, "secret"),
        (404, True, "url"),
        (400, False, "接口"),
        (413, False, "太大"),
    ],
)
def test_other_refusals_are_permanent(office, status, stops, words):
    office.answers(status, "missing field")
    failure = failing(PermanentFailure, at(office))
    assert failure.stops_channel is stops
    assert words in failure.words
    assert "missing field" in failure.words


def test_a_redirect_is_not_followed(office):
    office.redirects()
    failure = failing(PermanentFailure, at(office))
    assert "不跟随" in failure.words
    assert len(office.received) == 1


def test_hanging_and_cutting_off_are_tried_again(office):
    office.hangs()
    assert failing(TemporaryFailure, at(office), timeout=0.4, within=10.0).code == "timeout"
    office.cuts_off()
    assert failing(TemporaryFailure, at(office)).code == "cut_off"


def test_an_endless_answer_to_success_is_still_success(office):
    office.never_stops()
    assert send_alert(at(office)).code == "http_200"


def test_neither_url_nor_secret_shows_when_the_receiver_repeats_them(office, caplog):
    caplog.set_level(logging.DEBUG)
    office.echoes(403)
    failure = failing(PermanentFailure, at(office))
    assert "url-token-777" not in failure.words
    assert "url-token-777" not in caplog.text
    assert SECRET not in caplog.text
