"""Signing in: by password, by a link that works once, and not by guessing."""

from datetime import timedelta
from typing import Any

import pytest

from monitor.web import throttle
from tests.web.pages import page

RIGHT = "a-long-password"


@pytest.fixture
def zhang(db: None) -> Any:
    from monitor.pipeline import accounts

    return accounts.add_user("zhang", RIGHT, "officer")


def tries(client: Any, password: str, name: str = "zhang", **more: Any) -> Any:
    return client.post("/sign-in", {"username": name, "password": password, **more})


def test_the_right_password_leads_to_where_one_wanted_to_go(client: Any, zhang: Any) -> None:
    answer = tries(client, RIGHT, next="/sources")
    assert answer["Location"] == "/sources"
    assert client.get("/sources").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_signing_in_never_leads_out_of_the_house(client: Any, zhang: Any, elsewhere: str) -> None:
    assert tries(client, RIGHT, next=elsewhere)["Location"] == "/"


def test_a_wrong_password_does_not_tell_whether_the_name_exists(client: Any, zhang: Any) -> None:
    known, unknown = tries(client, "wrong"), tries(client, "wrong", name="nobody")
    assert known.status_code == unknown.status_code == 401
    assert "用户名或口令不对" in page(known).text
    assert page(known).text == page(unknown).text


def test_after_five_wrong_guesses_even_the_right_one_has_to_wait(client: Any, zhang: Any) -> None:
    for _ in range(throttle.NAME_HERE):
        assert tries(client, "wrong").status_code == 401
    answer = tries(client, RIGHT)
    assert answer.status_code == 429
    assert "15 分钟后再试" in page(answer).text
    assert client.get("/").status_code == 302


def test_somebody_elses_guesses_do_not_keep_the_owner_out(client: Any, zhang: Any) -> None:
    for _ in range(throttle.NAME_HERE + 1):
        client.post(
            "/sign-in", {"username": "zhang", "password": "wrong"}, REMOTE_ADDR="203.0.113.9"
        )
    assert tries(client, RIGHT).status_code == 302


def test_one_address_cannot_try_many_names(client: Any, zhang: Any) -> None:
    for number in range(throttle.ADDRESS):
        assert tries(client, "wrong", name=f"name{number}").status_code == 401
    assert tries(client, "wrong", name="another").status_code == 429


def test_a_right_password_forgets_the_wrong_ones(client: Any, zhang: Any) -> None:
    for _ in range(3):
        for _ in range(throttle.NAME_HERE - 1):
            tries(client, "wrong")
        assert tries(client, RIGHT).status_code == 302
        client.post("/sign-out")


def link_of(user: Any) -> str:
    from monitor.pipeline import accounts

    return f"/enter/{accounts.sign_in_token(user)}"


def test_looking_at_a_link_does_not_use_it_up(client: Any, zhang: Any) -> None:
    link = link_of(zhang)
    for _ in range(3):
        answer = client.get(link)
        assert "进入控制台" in page(answer).text
        assert client.get("/").status_code == 302
    assert client.post(link)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_link_works_once(client: Any, zhang: Any) -> None:
    from django.test import Client

    link = link_of(zhang)
    client.post(link)
    second = Client()
    answer = second.post(link)
    assert answer.status_code == 410
    assert "已经用过或已过期" in page(answer).text
    assert second.get("/").status_code == 302


def test_an_expired_link_does_not_work(client: Any, zhang: Any) -> None:
    from django.utils import timezone

    from monitor.models import SignInLink

    link = link_of(zhang)
    SignInLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client.post(link).status_code == 410


def test_a_user_who_was_switched_off_is_not_let_in_by_link(client: Any, zhang: Any) -> None:
    link = link_of(zhang)
    zhang.is_active = False
    zhang.save()
    assert client.post(link).status_code == 410
    assert client.get("/").status_code == 302


def test_signing_out_ends_the_session(officer: Any) -> None:
    assert officer.post("/sign-out")["Location"] == "/sign-in"
    assert officer.get("/").status_code == 302


def test_a_page_whose_session_ended_reloads_itself_whole(client: Any, db: None) -> None:
    answer = client.get("/", headers={"HX-Request": "true"}, follow=True)
    assert answer["HX-Refresh"] == "true"
