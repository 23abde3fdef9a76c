"""The list that stays open all night, and the page that explains one alert."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitor.models import Alert, Article, ChannelState, Delivery, Source
from monitor.pipeline import deliver
from tests.pipeline.office import entry
from tests.web.county import HOSTILE, POISON
from tests.web.pages import Page, page


def shown(html: Page) -> str:
    """The address under which the list asks for itself."""
    return next(str(a["hx-get"]) for _, a in html.tags if "hx-get" in a)


def test_the_list_says_what_happened_why_and_who_was_told(county: Any, officer: Any) -> None:
    alert = county.alarm()
    text = page(officer.get("/")).text
    assert alert.number in text
    assert alert.headline in text
    assert "3 篇 · 3 个信源" in text
    assert "已送达" in text
    assert max(alert.reasons, key=lambda reason: reason["points"])["words"] in text


def test_the_list_asks_for_itself_and_gets_nothing_while_nothing_is_new(
    county: Any, officer: Any
) -> None:
    alert = county.alarm()
    again = shown(page(officer.get("/")))
    assert officer.get(again).status_code == 204
    Alert.objects.filter(pk=alert.pk).update(headline="换了说法")
    answer = officer.get(again)
    assert answer.status_code == 200
    assert "换了说法" in page(answer).text


def test_alerts_are_filtered_by_level(county: Any, officer: Any) -> None:
    alert = county.alarm()
    other = next(level for level in (1, 2, 3, 4) if level != alert.level)
    assert alert.number in page(officer.get(f"/?level={alert.level}")).text
    filtered = page(officer.get(f"/?level={other}")).text
    assert alert.number not in filtered
    assert "看全部 1 条" in filtered


def test_a_senseless_level_shows_all(county: Any, officer: Any) -> None:
    alert = county.alarm()
    assert alert.number in page(officer.get("/?level=９&page=zzz")).text


def test_what_was_only_recorded_does_not_bury_what_was_told(county: Any, officer: Any) -> None:
    alert = county.alarm()
    Alert.objects.update(pushed=False)
    front = page(officer.get("/"))
    assert alert.number not in front.text
    assert "目前没有预警" in front.text
    assert alert.number in page(officer.get(front.link("仅记录"))).text


def test_without_alerts_the_list_says_that_all_is_well(county: Any, officer: Any) -> None:
    text = page(officer.get("/")).text
    assert "目前没有预警" in text
    assert "未见异常" in text


def test_an_empty_installation_is_told_what_to_do_next(office: Any, officer: Any) -> None:
    text = page(officer.get("/")).text
    assert "还没有信源" in text
    assert "yuqing source add" in text
    assert "还没有推送渠道" in text
    assert "未见异常" not in text


def test_a_source_that_fails_for_over_an_hour_is_told_of(county: Any, officer: Any) -> None:
    now = timezone.now()
    row = Source.objects.filter(slug="forum")
    row.update(failures=2, succeeded=now - timedelta(minutes=50))
    assert "采集失败" not in page(officer.get("/")).text
    row.update(succeeded=now - timedelta(minutes=70))
    assert "1 个信源超过 1 小时采集失败，可能漏采：青溪论坛" in page(officer.get("/")).text


def test_a_channel_without_its_secret_is_told_of(county: Any, officer: Any) -> None:
    county.office.secrets.clear()
    county.office.has(channels=[{**county.office.files["channels"][0], "name": "值班大群"}])
    text = page(officer.get("/")).text
    assert "渠道“值班大群”用不了：缺少密钥设置" in text
    assert "重新启动 yuqing up" in text


@pytest.fixture
def stopped(county: Any) -> Any:
    county.robot.answers(403)
    alert = county.alarm()
    assert ChannelState.objects.exclude(stopped=None).exists()
    return alert


def test_a_stopped_channel_is_told_of_and_an_admin_resumes_it(
    county: Any, stopped: Any, person: Any
) -> None:
    admin = person("admin")
    text = page(admin.get("/")).text
    assert "渠道“值班群”已停用" in text
    assert "有 1 条消息在等待" in text
    assert "渠道停用待发 1" in text
    county.robot.accepts()
    answer = admin.post("/channels/duty/resume", follow=True)
    assert "1 条待发的消息即将发出" in page(answer).text
    deliver.batch()
    assert Delivery.objects.get().state == Delivery.SENT
    assert "已停用" not in page(admin.get("/")).text


def test_others_see_the_stopped_channel_but_cannot_resume_it(stopped: Any, officer: Any) -> None:
    html = page(officer.get("/"))
    assert "请找管理员" in html.text
    assert not [a for _, a in html.tags if a.get("action") == "/channels/duty/resume"]
    answer = officer.post("/channels/duty/resume")
    assert answer.status_code == 403
    assert "没有权限" in page(answer).text
    assert ChannelState.objects.exclude(stopped=None).exists()


def test_an_alerts_page_explains_every_point_and_quotes_its_articles(
    county: Any, officer: Any
) -> None:
    alert = county.alarm()
    html = page(officer.get(f"/alerts/{alert.number}"))
    assert "建议级别" in html.text
    for reason in alert.reasons:
        assert reason["words"] in html.text
        assert f"{reason['points']:+g}".replace("-", "−") in html.text or not reason["points"]
        for quote in reason["evidence"]:
            assert f"/articles/{quote['article']}" in html.links.values()


def test_reprints_stand_folded_under_their_original(county: Any, officer: Any) -> None:
    alert = county.alarm()
    assert Article.objects.exclude(reprint_of=None).count() == 2
    text = page(officer.get(f"/alerts/{alert.number}")).text
    listed = text[text.index("事件文章") :]
    folded = listed.index("转载 2 篇")
    assert listed.index("白石镇化工厂偷排，河里鱼死光了") < folded
    assert folded < listed.index("转：白石镇化工厂偷排污水")
    assert folded < listed.index("白石镇一化工厂被指偷排")


def test_an_alerts_page_shows_receipt_attempts_and_what_was_sent(county: Any, officer: Any) -> None:
    county.robot.answers(503, times=1)
    alert = county.alarm()
    Delivery.objects.update(due=timezone.now())
    deliver.batch()
    delivery = Delivery.objects.get()
    text = page(officer.get(f"/alerts/{alert.number}")).text
    assert "值班群" in text
    assert "共 2 次尝试" in text
    assert delivery.words in text
    for sending in delivery.sendings.all():
        assert sending.words in text
    assert alert.headline in delivery.body
    assert text.count(alert.headline) > 2


def test_the_course_of_an_event_is_told_in_order(county: Any, officer: Any) -> None:
    alert = county.alarm()
    text = page(officer.get(f"/alerts/{alert.number}")).text
    course = text[text.index("传播经过") :]
    assert course.index("首发") < course.index("首见") < course.index("编号 ")


def test_a_large_event_lists_its_ends_and_says_what_it_left_out(county: Any, officer: Any) -> None:
    alert = county.alarm()
    first = Article.objects.order_by("published").first()
    assert first is not None
    for number in range(250):
        Article.objects.create(
            identity=f"{number:032x}",
            source="micro",
            title=f"第{number}条",
            text_hash="",
            seen=timezone.now(),
            published=first.published + timedelta(seconds=number),
            event=alert.event,
        )
    answer = officer.get(f"/alerts/{alert.number}")
    assert "只列出最早和最新的 200 篇，中间 53 篇" in page(answer).text
    assert len(answer.content) < 250_000


def test_hostile_feed_text_stays_text(county: Any, officer: Any) -> None:
    county.told(entry(HOSTILE + POISON, title=HOSTILE, author=HOSTILE, outlet=HOSTILE))
    alert = Alert.objects.get()
    for path in ("/", f"/alerts/{alert.number}"):
        answer = officer.get(path)
        html = page(answer)
        assert "<script>window.ran" in html.text
        assert not [a for tag, a in html.tags if tag == "img"]
        assert "\u202e" not in answer.content.decode()
