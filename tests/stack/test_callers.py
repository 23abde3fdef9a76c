"""Who may read the metrics."""

import pytest

from monitor.stack.callers import refusal


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.3.4.5", "192.168.1.9", "172.20.0.4", "::ffff:10.0.0.1"]
)
def test_without_a_token_those_nearby_may_read(address: str) -> None:
    assert refusal(address, "", "") == ""


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860::8", "::ffff:8.8.8.8", "", "no-address"])
def test_others_are_refused_with_the_cure(address: str) -> None:
    assert "YUQING_METRICS_TOKEN" in refusal(address, "", "")


@pytest.mark.parametrize("address", ["127.0.0.1", "8.8.8.8"])
def test_a_token_once_set_must_be_shown_by_everybody(address: str) -> None:
    assert refusal(address, "Bearer right-token", "right-token") == ""
    assert refusal(address, "bearer right-token", "right-token") == ""
    for shown in ("", "Bearer", "Bearer wrong", "Basic right-token", "right-token", "Bearer 右"):
        words = refusal(address, shown, "right-token")
        assert "Authorization: Bearer" in words
        assert "right-token" not in words
