"""Mail over a real SMTP server with TLS and a CA of its own."""

import json
import logging
import socket
import threading

import pytest

from monitor.notify import Channel, PermanentFailure, TemporaryFailure, recipients, render
from monitor.notify.channels.mail import MailSettings, letter_bytes
from tests.notify.channels.sending import failing, send_alert
from tests.notify.county import ALERT
from tests.peers.mail import MailServer

PASSWORD = "mail-password-4711"
TWO = ["duty@qingxi.example", "lead@qingxi.example"]


def at(server, **more):
    return Channel("mail", "值班邮箱", "mail", "full", False, server.settings | more)


@pytest.fixture
def server():
    with MailServer() as peer:
        yield peer


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_letter_arrives_encrypted_and_after_login(security):
    with MailServer(security, login=("yuqing", PASSWORD)) as server:
        receipt = send_alert(at(server))
        (letter,) = server.wait_for(1)
    assert receipt.code == "smtp_250"
    assert "4711" in receipt.words
    assert letter.encrypted
    assert letter.login == "yuqing"
    assert letter.recipients == ("duty@qingxi.example",)
    assert letter.message["Subject"].startswith("【舆情预警】Ⅱ级 · 预警编号 2026-0012")
    assert "舆情监测 <yuqing@qingxi.example>" in str(letter.message["From"])
    assert "厂后面的水沟又黑又臭" in letter.text
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert letter.message.get_content_charset() == "utf-8"


def test_a_repeat_is_recognisable_and_another_delivery_is_another_letter(server):
    for delivery in ("n12-mail-1", "n12-mail-1", "n13-mail-1"):
        send_alert(at(server), delivery_id=delivery)
    first, again, other = server.wait_for(3)
    assert first.raw == again.raw
    assert first.message["Message-ID"] == again.message["Message-ID"]
    assert other.message["Message-ID"] != first.message["Message-ID"]
    assert first.message["X-Yuqing-Delivery"] == "n12-mail-1"


def test_a_recipient_that_does_not_exist_is_permanent_but_stops_no_channel(server):
    server.refuses_recipient("duty@qingxi.example")
    failure = failing(PermanentFailure, at(server))
    assert failure.code == "smtp_550"
    assert not failure.stops_channel
    assert "duty@qingxi.example" in failure.words
    assert "不存在" in failure.words


def test_a_recipient_that_is_busy_is_tried_again(server):
    server.refuses_recipient("duty@qingxi.example", "450 4.2.1 mailbox busy")
    assert failing(TemporaryFailure, at(server)).code == "smtp_450"


def test_every_recipient_is_reported(server):
    server.refuses_recipient("lead@qingxi.example")
    receipt = send_alert(at(server, recipients=TWO))
    assert [who for who, _ in receipt.refused] == ["lead@qingxi.example"]
    assert "收件人 1 个" in receipt.words
    assert "lead@qingxi.example" in receipt.words
    assert server.wait_for(1)[0].recipients == ("duty@qingxi.example",)


def test_each_recipient_can_have_a_delivery_of_its_own(server):
    channel = at(server, recipients=TWO)
    assert recipients(channel) == tuple(TWO)
    for n, who in enumerate(recipients(channel)):
        send_alert(channel, delivery_id=f"n12-mail-{n}", recipient=who)
    assert [letter.recipients for letter in server.wait_for(2)] == [(who,) for who in TWO]


def test_a_busy_server_is_tried_again(server):
    server.is_busy()
    failure = failing(TemporaryFailure, at(server))
    assert failure.code == "smtp_451"
    assert "稍后自动重试" in failure.words


def test_a_letter_judged_spam_is_permanent_for_this_letter_only(server):
    server.refuses_letters()
    failure = failing(PermanentFailure, at(server))
    assert failure.code == "smtp_554"
    assert not failure.stops_channel


def test_a_server_that_hangs_or_does_not_greet_is_cut_at_the_deadline(server):
    server.hangs()
    assert failing(TemporaryFailure, at(server), timeout=0.5, within=10.0).code == "timeout"
    server.says_nothing()
    assert failing(TemporaryFailure, at(server), timeout=0.5, within=10.0).code == "timeout"


def test_an_endless_greeting_is_not_read_to_the_end(server):
    server.garbles()
    failing(TemporaryFailure, at(server), timeout=2.0, within=3.0)


def test_a_server_that_cuts_off_is_tried_again(server):
    server.cuts_off()
    failure = failing(TemporaryFailure, at(server))
    assert failure.code == "cut_off"
    assert "可能" in failure.words


def test_a_wrong_password_stops_the_channel_and_is_not_shown(caplog):
    caplog.set_level(logging.DEBUG)
    with MailServer("tls", login=("yuqing", "another-password")) as server:
        failure = failing(PermanentFailure, at(server, username="yuqing", password=PASSWORD))
    assert failure.code == "smtp_535"
    assert failure.stops_channel
    assert "授权码" in failure.words
    assert "＊＊＊" in failure.words  # the server had repeated the password
    ours = [record for record in caplog.records if record.name != "mail.log"]  # the peer's own
    assert not [record for record in ours if PASSWORD in record.getMessage()]


def test_a_server_that_wants_encryption_says_how_to_set_it(server):
    server.wants_tls()
    failure = failing(PermanentFailure, at(server))
    assert failure.code == "smtp_530"
    assert "starttls" in failure.words


def test_no_password_goes_out_when_starttls_is_missing():
    with MailServer("starttls", login=("yuqing", PASSWORD)) as server:
        server.forgets_tls()
        failure = failing(PermanentFailure, at(server))
        assert server.letters == []
    assert failure.code == "unsupported"
    assert "security" in failure.words


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_from_an_unknown_ca_is_not_accepted(security):
    with MailServer(security) as server:
        failure = failing(TemporaryFailure, at(server, ca_file=None))
        assert server.letters == []
    assert failure.code == "tls"
    assert "证书" in failure.words


def test_the_wrong_port_is_explained(server):
    assert failing(TemporaryFailure, at(server, security="tls")).code in ("tls", "cut_off")
    assert failing(TemporaryFailure, at(server, port=9)).code == "unreachable"


def test_no_text_can_add_a_header():
    settings = MailSettings(
        host="h", sender="a@b.example", recipients=("x@b.example",), sender_name='监测"\r\nBcc: e@e'
    )
    body = {
        "subject": "题目\r\nBcc: evil@e.example\n\n正文",
        "text": "正文",
        "date": "2026-11-22T08:40:00+08:00",
    }
    raw = letter_bytes(json.dumps(body), settings, ("x@b.example",), "d1")
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    assert not [line for line in head.splitlines() if line.lower().startswith("bcc")]


def test_the_ledger_keeps_a_readable_body():
    body = json.loads(
        render(
            ALERT,
            Channel(
                "m",
                "m",
                "mail",
                "full",
                False,
                {"host": "h", "sender": "a@b.example", "recipients": "c@b.example"},
            ),
        )[0].body
    )
    assert set(body) == {"subject", "text", "date"}
    assert "白石镇" in body["text"]


def test_a_name_look_up_that_hangs_does_not_outlive_the_deadline(monkeypatch, server):
    over = threading.Event()

    def hang(*_: object) -> list[object]:
        over.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)  # an outside answer: the router's DNS
    try:
        failure = failing(TemporaryFailure, at(server), timeout=0.3, within=10.0)
    finally:
        over.set()
    assert failure.code == "timeout"
