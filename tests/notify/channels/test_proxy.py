"""A robot outside is reached through the proxy, a receiver inside directly."""

from urllib.parse import urlsplit

from monitor.notify import TemporaryFailure
from tests.notify.channels.sending import failing, send_alert
from tests.notify.county import webhook
from tests.peers.border import Proxy
from tests.peers.robot import Robot

SECRET = "webhook-secret-0123456789"
OUTSIDE = "robot.invalid"


def test_a_receiver_outside_is_reached_through_the_proxy() -> None:
    with Robot(secret=SECRET) as robot, Proxy({OUTSIDE: urlsplit(robot.url).port or 0}) as proxy:
        receipt = send_alert(webhook(url=f"http://{OUTSIDE}/hook"), proxy=proxy.url)
        assert receipt.code == "http_200"
        assert robot.wait_for(1)[0].signed is True
        assert proxy.asked == [f"http://{OUTSIDE}/hook"]


def test_a_receiver_inside_is_reached_directly() -> None:
    with Robot(secret=SECRET) as robot, Proxy({}) as proxy:
        assert send_alert(webhook(url=robot.url), proxy=proxy.url).code == "http_200"
        assert proxy.asked == []


def test_a_proxy_that_refuses_or_is_away_says_so_and_gives_no_secret_away() -> None:
    with Proxy({}) as proxy:
        refused = failing(TemporaryFailure, webhook(url=f"https://{OUTSIDE}/hook"), proxy=proxy.url)
    assert refused.code == "proxy"
    assert "403" in refused.words
    away = failing(
        TemporaryFailure,
        webhook(url=f"http://{OUTSIDE}/hook"),
        proxy="http://office:pw-of-tests@127.0.0.1:9",
    )
    assert away.code == "proxy"
    assert "pw-of-tests" not in away.words
