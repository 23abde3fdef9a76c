"""How collecting is doing, and that no article is missing from the sums."""

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone

from monitor.models import Article, Source
from tests.web.pages import page


def test_the_fates_of_all_articles_add_up(county: Any, officer: Any) -> None:
    county.quiet()
    county.office.hears("forum", "刚到的一条，还没有研读")
    context = officer.get("/sources").context
    assert sum(n for _, _, n in context["fates"]) == context["articles"] == 3
    fates = {words: n for words, _, n in context["fates"]}
    assert fates["可检索"] == 2
    assert fates["待研读"] == 1
    assert Article.objects.count() == 3


def test_a_failing_source_stands_first_with_its_reason_and_next_try(
    county: Any, officer: Any
) -> None:
    now = timezone.now()
    Source.objects.filter(slug="paper").update(
        failures=3,
        words="网站没有应答，请检查网址",
        succeeded=now - timedelta(minutes=5),
        due=now + timedelta(minutes=10, seconds=30),
    )
    Source.objects.filter(slug="forum").update(succeeded=now)
    text = page(officer.get("/sources")).text
    assert text.index("云岚晚报") < text.index("青溪论坛")
    assert "失败 3 次" in text
    assert "网站没有应答，请检查网址" in text
    assert re.search(r"10 分 \d+ 秒后", text)


def test_articles_of_a_day_and_of_all_time_are_counted_by_source(county: Any, officer: Any) -> None:
    county.quiet()
    lines = {line.row.slug: line for line in officer.get("/sources").context["lines"]}
    assert (lines["paper"].articles, lines["paper"].total) == (1, 2)
    assert (lines["forum"].articles, lines["forum"].total) == (0, 0)


def test_without_sources_the_page_says_how_to_add_one(office: Any, officer: Any) -> None:
    assert "yuqing source add" in page(officer.get("/sources")).text


def test_hostile_words_of_a_site_stay_text(county: Any, officer: Any) -> None:
    Source.objects.filter(slug="paper").update(failures=1, words="<script>window.ran=1</script>")
    found = page(officer.get("/sources"))
    assert "<script>window.ran=1</script>" in found.text
    assert found.inline == []
