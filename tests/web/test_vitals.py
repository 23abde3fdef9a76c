"""Services and incidents as the 系统 page and the banners show them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from monitor.models import Heartbeat, Incident
from monitor.pipeline import services
from tests.web.pages import page
from tests.web.test_access import check_markup
from tests.web.test_health import stands


def text_of(client: Any, path: str = "/system") -> str:
    found = page(client.get(path))
    check_markup(found)
    return found.text


def test_before_anything_was_heard_the_page_says_so(office: Any, person: Any) -> None:
    text = text_of(person("admin"))
    assert "还没有动静" in text
    assert "没有故障" in text
    assert "超过 10 分钟" in text


def test_every_service_is_shown_with_its_host_and_when_it_was_heard(
    office: Any, person: Any
) -> None:
    services.seen("text")
    late = timezone.now() - timedelta(minutes=11)
    Heartbeat.objects.create(name="notify@old", kind="notify", host="old-host", seen=late)
    text = text_of(person("admin"))
    assert "研读服务正常" in text
    assert "通知服务没有动静old-host · 11 分前" in text


def test_an_open_incident_stands_first_with_its_cure_and_one_that_is_over_is_remembered(
    office: Any, person: Any
) -> None:
    now = timezone.now()
    stands(subject="watch:store", words="检索库不可用", tellings=1, ended=now)
    stands(tellings=3)
    text = text_of(person("admin"))
    assert text.index("研读服务已 20 分钟没有动静") < text.index("检索库 已恢复")
    assert "请看日志" in text
    assert "20 分" in text


def test_what_nobody_was_told_of_leaves_no_trace_when_it_is_over(office: Any, person: Any) -> None:
    stands(ended=timezone.now())
    assert "没有故障" in text_of(person("admin"))


def test_an_incident_that_was_told_of_is_a_banner_until_it_is_over(
    county: Any, officer: Any
) -> None:
    incident = stands()
    assert "系统故障" not in text_of(officer, "/")
    Incident.objects.update(tellings=1)
    assert "系统故障：研读服务已 20 分钟没有动静。 请看日志" in text_of(officer, "/")
    Incident.objects.filter(pk=incident.pk).update(ended=timezone.now())
    assert "系统故障" not in text_of(officer, "/")


def test_a_backlog_has_one_banner_and_not_two(county: Any, officer: Any) -> None:
    stands(subject="watch:analyse", words="研读积压 3 条", tellings=1)
    assert "研读积压" not in text_of(officer, "/")


def test_hostile_words_stay_text(office: Any, person: Any) -> None:
    stands(words="<script>window.ran=1</script>", tellings=1)
    assert "<script>window.ran=1</script>" in text_of(person("admin"))
