"""yuqing prune: says what would go, asks, and lets it go."""

import pytest
from django.utils import timezone

from monitor.models import Article
from monitor.pipeline.past import older_than
from monitor.pipeline.reindex import LANE as REBUILD
from tests.management.conftest import Yuqing
from tests.pipeline.office import Office, source
from tests.system.stories import STORIES, note

pytestmark = pytest.mark.django_db(transaction=True)

OLD = older_than(30, timezone.now())
MONTH = f"{OLD[:4]}年{OLD[4:]}月"


@pytest.fixture
def long_past(office: Office) -> Office:
    """Five notes and an alerted complaint of thirty months ago, and three notes of today."""
    office.has(sources=[source("forum")])
    old = office.hears("forum", STORIES[6], *(note(n) for n in range(5)))
    office.hears("forum", *(note(n) for n in range(10, 13)))
    office.reads()
    Article.objects.filter(pk__in=old).update(month=OLD)
    office.works()
    return office


def test_a_dry_run_tells_month_by_month_and_changes_nothing(
    long_past: Office, yuqing: Yuqing
) -> None:
    ran = yuqing("prune", "--older-than", "24m", "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    (line,) = [line for line in ran.lines if MONTH in line]
    assert line.split()[:4] == [MONTH, "6", "1", "5"]
    assert ran.lines[-1] == "会清理 5 篇；这是预演，没有改动任何数据"
    assert Article.objects.count() == 9


def test_it_goes_when_confirmed_and_a_second_run_finds_nothing(
    long_past: Office, yuqing: Yuqing
) -> None:
    asked = yuqing("prune", "--older-than", "24m")
    assert (asked.code, asked.err) == (1, "清理不能撤销：确认无误请加 --yes\n")
    assert Article.objects.count() == 9
    ran = yuqing("prune", "--older-than", "24个月", "--yes")
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[-1].startswith("已清理 5 篇。腾出的空间")
    assert Article.objects.count() == 4
    again = yuqing("prune", "--older-than", "2y", "--yes")
    assert again.lines[-1].endswith("以前没有可清理的文章")
    assert Article.objects.count() == 4


def test_what_is_younger_than_a_quarter_cannot_be_asked_for(
    long_past: Office, yuqing: Yuqing
) -> None:
    for given, words in (("2m", "至少保留 3 个月"), ("all", "不是期限，应写成 24m")):
        ran = yuqing("prune", "--older-than", given, "--yes")
        assert ran.code == 2
        assert words in ran.err
    assert Article.objects.count() == 9


def test_while_the_index_is_rebuilt_it_says_so_and_waits_for_another_day(
    long_past: Office, yuqing: Yuqing
) -> None:
    assert REBUILD.claim(timezone.now(), 1)
    ran = yuqing("prune", "--older-than", "24m", "--yes")
    assert ran.code == 1
    assert "重建或清理，等它做完再运行；已清理 0 篇" in ran.err
    assert Article.objects.count() == 9
