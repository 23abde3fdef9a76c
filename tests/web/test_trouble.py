"""What stands in the way is told on the console, with its cure, and no longer than it lasts."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitor.models import Article, Delivery
from monitor.pipeline import deliver, quarantine
from tests.pipeline.office import entry
from tests.web.pages import page


@pytest.fixture
def failed(county: Any) -> Delivery:
    """An alert whose only delivery was refused for good."""
    county.robot.answers(400)
    county.alarm()
    row = Delivery.objects.get()
    assert row.state == Delivery.FAILED
    county.robot.accepts()
    return row


def test_what_could_not_be_digested_is_counted_until_it_is_run_again(
    county: Any, officer: Any
) -> None:
    county.quiet()
    assert "已隔离：" not in page(officer.get("/")).text
    first = Article.objects.order_by("pk").first()
    assert first is not None
    Article.objects.filter(pk=first.pk).update(quarantined="analyse", failure="ValueError: 坏了")
    text = page(officer.get("/")).text
    assert "已隔离：文章 1 项" in text
    assert "yuqing quarantine list" in text
    assert "yuqing quarantine rerun" in text
    quarantine.rerun()
    assert "已隔离：" not in page(officer.get("/")).text


def test_a_message_that_was_given_up_is_told_of_for_a_day_with_the_way_to_its_alert(
    county: Any, failed: Delivery, officer: Any
) -> None:
    alert = failed.notice.alert
    assert alert is not None
    html = page(officer.get("/"))
    assert "近 24 小时有 1 条推送发送失败" in html.text
    assert html.links[alert.number] == f"/alerts/{alert.number}#told"
    Delivery.objects.update(due=timezone.now() - timedelta(hours=25))
    assert "推送发送失败" not in page(officer.get("/")).text


def test_a_step_that_is_two_minutes_behind_is_named(county: Any, officer: Any) -> None:
    county.office.hears("forum", entry("双河镇停水了，没人管。"))
    assert "处理跟不上" not in page(officer.get("/")).text
    Article.objects.update(seen=timezone.now() - timedelta(seconds=190))
    text = page(officer.get("/")).text
    assert "等待最久的：研读（3 分）" in text
    assert "yuqing check" in text
    county.office.works()
    assert "处理跟不上" not in page(officer.get("/")).text


@pytest.mark.parametrize("role", ["officer", "admin"])
def test_a_failed_message_is_sent_again_from_its_alerts_page(
    county: Any, failed: Delivery, person: Any, role: str
) -> None:
    visitor, alert = person(role), failed.notice.alert
    assert alert is not None
    html = page(visitor.get(f"/alerts/{alert.number}"))
    (form,) = (a for _, a in html.tags if str(a.get("action", "")).endswith("/resend"))
    answer = visitor.post(form["action"], follow=True)
    assert answer.redirect_chain[0][0] == f"/alerts/{alert.number}#told"
    assert "已重新排队，即将发出" in page(answer).text
    deliver.batch()
    failed.refresh_from_db()
    assert failed.state == Delivery.SENT
    html = page(visitor.get(f"/alerts/{alert.number}"))
    assert not [a for _, a in html.tags if str(a.get("action", "")).endswith("/resend")]


def test_a_message_that_arrived_is_not_sent_again(county: Any, officer: Any) -> None:
    county.alarm()
    row = Delivery.objects.get()
    answer = officer.post(f"/deliveries/{row.pk}/resend", follow=True)
    assert "没有重新发送" in page(answer).text
    assert Delivery.objects.get().state == Delivery.SENT
    assert officer.post("/deliveries/999/resend").status_code == 404


@pytest.mark.parametrize("role", ["analyst", "leader"])
def test_who_only_reads_has_no_button_and_is_refused(
    failed: Delivery, person: Any, role: str
) -> None:
    visitor, alert = person(role), failed.notice.alert
    assert alert is not None
    assert "重新发送" not in page(visitor.get(f"/alerts/{alert.number}")).text
    assert visitor.post(f"/deliveries/{failed.pk}/resend").status_code == 403
    failed.refresh_from_db()
    assert failed.state == Delivery.FAILED


def test_sending_again_needs_the_pages_token(failed: Delivery) -> None:
    from django.test import Client

    from monitor.pipeline import accounts

    visitor = Client(enforce_csrf_checks=True)
    visitor.force_login(accounts.add_user("li", "a-long-password", "officer"))
    assert visitor.post(f"/deliveries/{failed.pk}/resend").status_code == 403
    failed.refresh_from_db()
    assert failed.state == Delivery.FAILED
