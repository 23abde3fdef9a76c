"""How the index and the clockwork are doing, for those who look after them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitor.index import Removal
from monitor.models import Article, Chore, Reconciliation
from monitor.pipeline.chores import DUTIES
from monitor.pipeline.index import search_index, state
from monitor.pipeline.reconcile import reconcile
from monitor.pipeline.reindex import reindex
from tests.web.pages import Page, page
from tests.web.test_access import check_headers, check_markup


def seen(client: Any) -> Page:
    return page(client.get("/system"))


@pytest.mark.parametrize("role", ["admin", "analyst"])
def test_administrators_and_analysts_see_it_and_find_it(
    county: Any, person: Any, role: str
) -> None:
    client = person(role)
    assert client.get("/system").status_code == 200
    assert page(client.get("/")).link("系统") == "/system"


@pytest.mark.parametrize("role", ["officer", "leader"])
def test_others_are_refused_and_are_not_led_there(county: Any, person: Any, role: str) -> None:
    client = person(role)
    assert client.get("/system").status_code == 403
    assert "系统" not in page(client.get("/")).links


def test_a_stranger_is_sent_to_sign_in(client: Any) -> None:
    assert client.get("/system")["Location"] == "/sign-in?next=/system"


def test_before_anything_happened_each_part_says_so_with_words(office: Any, person: Any) -> None:
    text = seen(person("admin")).text
    assert "还没有建立，收到第一篇文章后自动建立" in text
    assert "还没有核对过" in text
    assert "yuqing reconcile" in text
    assert "还没有排上" in text


def test_the_index_in_use_is_shown_with_its_articles_and_sizes(county: Any, person: Any) -> None:
    county.quiet()
    text = seen(person("admin")).text
    assert state().active in text
    assert "可检索2 篇" in text
    assert "磁盘还剩" in text


def test_an_index_that_does_not_answer_is_told_with_its_cure(county: Any, person: Any) -> None:
    county.quiet()
    search_index().drop(state().active)
    answer = person("admin").get("/system")
    assert answer.status_code == 200
    assert "请运行 yuqing reindex" in page(answer).text


def test_comparisons_are_listed_newest_first_with_what_they_mended(
    county: Any, person: Any
) -> None:
    county.quiet()
    reconcile()
    lost = Article.objects.all()[0]
    search_index().remove(state().active, [Removal(lost.pk, lost.indexed_rev, lost.month)])
    reconcile()
    now = timezone.now()
    Reconciliation.objects.create(began=now + timedelta(minutes=1), generation="g1")
    found = seen(person("admin"))
    rows = found.text.split("移除", 1)[1]
    assert rows.index("没有做完") < rows.index("已修复") < rows.index("一致")
    second = person("analyst").get("/system").context["comparisons"][1]
    assert (second.days_differing, second.rewritten, second.strange) == (1, 1, 0)


def test_a_rebuild_shows_how_far_it_is_and_one_that_stopped_how_to_go_on(
    county: Any, person: Any
) -> None:
    county.quiet()
    admin = person("admin")
    steps = reindex()
    next(steps)
    next(steps)
    found = seen(admin)
    assert "正在重建" in found.text
    assert "已写入 2 / 2 篇" in found.text
    assert state().owner in found.text
    (bar,) = [attributes for tag, attributes in found.tags if tag == "progress"]
    assert (bar["value"], bar["max"]) == ("2", "2")
    steps.close()
    assert "请运行 yuqing reindex 接着做" in seen(admin).text
    list(reindex())
    assert "重建" not in seen(admin).text


def test_duties_show_what_became_of_them_and_when_they_are_next_due(
    county: Any, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.office.runs("chores")
    admin = person("admin")
    text = seen(admin).text
    assert "核对检索库" in text
    assert "还没做过" in text
    Chore.objects.filter(slug="reconcile").update(due=timezone.now())
    county.office.runs("chores")
    assert "全部一致" in seen(admin).text
    Chore.objects.filter(slug="reconcile").update(failure="Traceback", words="<b>连不上</b>")
    found = seen(admin)
    assert "没做成" in found.text
    assert "<b>连不上</b>" in found.text
    assert len(Chore.objects.all()) == len(DUTIES)


def test_waiting_rows_are_counted_by_step(county: Any, person: Any) -> None:
    county.office.hears("forum", "刚到的一条", "又到的一条")
    steps = {words: rows for words, rows, _ in person("admin").get("/system").context["steps"]}
    assert steps["研读"] == 2


def test_the_page_is_locked_down_like_every_other(county: Any, person: Any) -> None:
    county.quiet()
    reconcile()
    county.office.runs("chores")
    next(reindex())
    answer = person("admin").get("/system")
    check_headers(answer)
    check_markup(page(answer))
