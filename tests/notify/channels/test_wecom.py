"""The 企业微信 robot, played by a real server on loopback."""

import logging

import pytest

from monitor.notify import PermanentFailure, TemporaryFailure
from tests.notify.channels.sending import failing, send_alert
from tests.notify.county import wecom
from tests.peers.robot import Robot

KEY = "11112222-aaaa-bbbb-cccc-333344445555"


@pytest.fixture
def robot():
    with Robot() as peer:
        yield peer


def at(robot, **more):
    return wecom(api_host=robot.api_host, **more)


def test_a_message_arrives_with_key_and_delivery_id(robot):
    receipt = send_alert(at(robot), delivery_id="n12-duty-1")
    (received,) = robot.wait_for(1)
    assert receipt.code == "0"
    assert "已接收" in receipt.words
    assert received.path == "/cgi-bin/webhook/send"
    assert received.key == KEY
    assert received.delivery == "n12-duty-1"
    assert received.json["msgtype"] == "markdown"
    assert "2026-0012" in received.text
    assert received.headers["Content-Type"] == "application/json; charset=utf-8"


def test_text_is_sent_as_text(robot):
    send_alert(at(robot, form="text"))
    assert robot.received[0].json["msgtype"] == "text"


def test_http_200_with_an_error_code_is_a_failure(robot):
    robot.answers_errcode(45009, "api freq out of limit")
    failure = failing(TemporaryFailure, at(robot))
    assert failure.code == "45009"
    assert failure.retry_after == 60
    assert "频繁" in failure.words
    assert "api freq out of limit" in failure.words


def test_a_rate_limit_passes(robot):
    robot.answers_errcode(45009, times=1)
    failing(TemporaryFailure, at(robot))
    assert send_alert(at(robot)).code == "0"
    assert [one.delivery for one in robot.received] == ["n12-duty-1"] * 2


@pytest.mark.parametrize(
    ("errcode", "stops"),
    [(93000, True), (93004, True), (41001, True), (60020, True), (40058, False), (44004, False)],
)
def test_a_permanent_error_stops_the_channel_or_only_this_message(robot, errcode, stops):
    robot.answers_errcode(errcode)
    failure = failing(PermanentFailure, at(robot))
    assert failure.code == str(errcode)
    assert failure.stops_channel is stops
    assert f"错误码 {errcode}" in failure.words


@pytest.mark.parametrize("errcode", [-1, 45033, 987654])
def test_busy_and_unknown_errors_are_tried_again(robot, errcode):
    robot.answers_errcode(errcode)
    assert failing(TemporaryFailure, at(robot)).code == str(errcode)


def test_a_robot_that_hangs_is_cut_at_the_deadline(robot):
    robot.hangs()
    failure = failing(TemporaryFailure, at(robot), timeout=0.4, within=10.0)
    assert failure.code == "timeout"
    assert "可能已送达" in failure.words


def test_a_robot_that_drips_is_cut_at_the_deadline(robot):
    robot.drips()
    assert failing(TemporaryFailure, at(robot), timeout=0.5, within=10.0).code == "timeout"


def test_an_endless_answer_is_not_read_to_the_end(robot):
    robot.never_stops()
    assert failing(TemporaryFailure, at(robot), within=3.0).code == "not_wecom"


def test_a_robot_that_cuts_off_is_tried_again(robot):
    robot.cuts_off()
    assert failing(TemporaryFailure, at(robot)).code == "cut_off"


def test_a_captive_portal_is_recognised(robot):
    robot.says_html()
    failure = failing(TemporaryFailure, at(robot))
    assert failure.code == "not_wecom"
    assert "上网认证" in failure.words


@pytest.mark.parametrize(
    "body",
    ["", "[]", "null", '{"errmsg":"ok"}', '{"errcode":"0"}', "[" * 60000, '{"errcode":true}'],
)
def test_an_answer_of_another_shape_is_no_success(robot, body):
    robot.answers(200, body)
    assert failing(TemporaryFailure, at(robot)).code == "not_wecom"


def test_a_redirect_is_not_followed(robot):
    robot.redirects(robot.api_host + "/elsewhere")
    failure = failing(PermanentFailure, at(robot))
    assert failure.code == "http_302"
    assert len(robot.received) == 1


@pytest.mark.parametrize("status", [403, 407, 429, 500, 502, 503])
def test_a_proxy_in_between_is_tried_again(robot, status):
    robot.answers(status, headers={"Retry-After": "7"})
    failure = failing(TemporaryFailure, at(robot))
    assert failure.code == f"http_{status}"
    assert failure.retry_after == 7


def test_a_wrong_api_host_is_named(robot):
    robot.answers(404)
    assert "api_host" in failing(PermanentFailure, at(robot)).words


def test_nobody_listening_and_an_unknown_host_are_tried_again():
    gone = wecom(api_host="http://127.0.0.1:9")
    assert failing(TemporaryFailure, gone).code == "unreachable"
    unknown = wecom(api_host="http://robot.invalid")
    assert failing(TemporaryFailure, unknown, timeout=3.0).code in ("unreachable", "timeout")


def test_a_server_that_repeats_the_key_does_not_bring_it_into_our_words(robot, caplog):
    caplog.set_level(logging.DEBUG)
    robot.echoes()
    failure = failing(PermanentFailure, at(robot))
    assert "＊＊＊" in failure.words
    assert KEY not in caplog.text


def test_a_ca_file_that_is_not_there_is_a_matter_of_settings(robot):
    failure = failing(PermanentFailure, at(robot, ca_file="/nowhere/ca.pem"))
    assert failure.code == "settings"
    assert "ca_file" in failure.words


@pytest.mark.parametrize("bad", ["", "a\r\nX-Evil: 1", "x" * 129, "编号"])
def test_a_delivery_id_that_does_not_fit_a_header_is_refused(robot, bad):
    with pytest.raises(ValueError, match="delivery id"):
        send_alert(at(robot), delivery_id=bad)
