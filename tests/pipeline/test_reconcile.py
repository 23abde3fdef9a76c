"""Rows and index are compared by day, and only what differs is mended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from monitor.index import IndexUnavailable, Removal
from monitor.models import Article, IndexState, Reconciliation
from monitor.pipeline import chores, compare, search
from monitor.pipeline import reconcile as module
from monitor.pipeline.compare import row_sums
from monitor.pipeline.documents import documents
from monitor.pipeline.index import LANE, look, search_index, state
from monitor.pipeline.reconcile import DUTY, Balance, reconcile
from monitor.query import Document
from monitor.words import day_of
from tests.pipeline.office import Office, entry, source
from tests.system.stories import note

DAYS = 5


@pytest.fixture
def library(office: Office) -> Office:
    """Fifty notes over five days, all indexed."""
    office.has(sources=[source("forum")])
    now = timezone.now()
    told = [entry(note(n), claimed=now - timedelta(days=n % DAYS, minutes=5)) for n in range(50)]
    office.hears("forum", *told)
    office.reads()
    office.runs("index")
    return office


def numbers(found: Balance) -> tuple[int, int, int, int]:
    return len(found.differing), found.missing, found.stale, found.strange


def one() -> Article:
    """An article of the day before yesterday."""
    return Article.objects.order_by("published", "pk")[20]


def loses(*articles: Article) -> None:
    """These documents are gone from the index, and no row knows of it."""
    search_index().remove(state().active, [Removal(a.pk, a.indexed_rev, a.month) for a in articles])


def test_where_rows_and_index_agree_no_day_is_even_read(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("a day was read")

    monkeypatch.setattr(module, "differences", never)
    found = reconcile()
    assert numbers(found) == (0, 0, 0, 0)
    assert (found.articles, found.days, found.whole) == (50, DAYS, True)
    assert found.words == f"核对 50 篇、{DAYS} 天，全部一致"


def test_what_the_index_lost_is_found_by_its_day_and_written_again(library: Office) -> None:
    lost = one()
    loses(lost)
    assert search_index().count(state().active) == 49
    found = reconcile()
    assert numbers(found) == (1, 1, 0, 0)
    (differing,) = found.differing
    assert differing.day == day_of(lost.published)
    assert differing.rows.count == differing.held.count + 1
    assert library.runs("index") == 1
    assert search_index().count(state().active) == 50
    assert numbers(reconcile()) == (0, 0, 0, 0)


def test_an_older_text_in_the_index_is_replaced(library: Office) -> None:
    article = one()
    Article.objects.filter(pk=article.pk).update(rev=article.rev + 3, indexed_rev=article.rev + 3)
    assert numbers(reconcile()) == (1, 0, 1, 0)
    library.runs("index")
    assert numbers(reconcile()) == (0, 0, 0, 0)
    article.refresh_from_db()
    assert search_index().revs(state().active, day_of(article.published))[article.pk] == article.rev


def test_a_database_restored_from_a_backup_wins_over_the_newer_index(library: Office) -> None:
    article = one()
    Article.objects.filter(pk=article.pk).update(level=2, rev=9)
    library.runs("index")
    assert [hit.id for hit in search.search("level:2").hits] == [article.pk]
    # The backup was taken before that.
    Article.objects.filter(pk=article.pk).update(level=None, rev=article.rev, indexed_rev=1)
    assert numbers(reconcile()) == (1, 0, 1, 0)
    library.runs("index")
    assert search.search("level:2").hits == ()
    assert numbers(reconcile()) == (0, 0, 0, 0)


def test_what_has_no_row_is_taken_out_of_the_index(library: Office) -> None:
    article = one()
    stray = documents([article.pk])[article.pk]
    strays = [Document(**{**_fields(stray), "id": 10_000 + n}) for n in range(3)]
    search_index().write(state().active, strays)
    assert search_index().count(state().active) == 53
    assert numbers(reconcile()) == (1, 0, 0, 3)
    assert search_index().count(state().active) == 50
    assert numbers(reconcile()) == (0, 0, 0, 0)


def _fields(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in Document.__dataclass_fields__}


def test_a_number_that_a_restored_database_gave_away_again_ends_with_the_new_article(
    library: Office,
) -> None:
    article = one()
    old = documents([article.pk])[article.pk]
    yesterday = article.published - timedelta(days=1)
    search_index().write(
        state().active,
        [
            Document(
                **{**_fields(old), "rev": 40, "published": yesterday, "title": "旧事", "body": ""}
            )
        ],
    )
    found = reconcile()
    assert (found.missing, found.strange) == (1, 1)
    library.runs("index")
    assert numbers(reconcile()) == (0, 0, 0, 0)
    assert search.search("旧事").hits == ()
    assert search_index().count(state().active) == 50


def test_a_dry_run_says_the_same_and_changes_nothing(library: Office) -> None:
    loses(one())
    before = list(Article.objects.order_by("pk").values())
    for _ in range(2):
        assert numbers(reconcile(dry_run=True)) == (1, 1, 0, 0)
    assert list(Article.objects.order_by("pk").values()) == before
    assert not Reconciliation.objects.exists()


def test_what_was_found_is_written_down(library: Office) -> None:
    loses(one())
    reconcile()
    record = Reconciliation.objects.get()
    assert (record.articles, record.days, record.days_differing) == (50, DAYS, 1)
    assert (record.missing, record.stale, record.strange) == (1, 0, 0)
    assert record.generation == state().active
    assert record.ended is not None
    assert record.ended >= record.began


def test_articles_not_yet_indexed_are_no_difference(library: Office) -> None:
    library.hears("forum", *(note(n) for n in range(100, 110)))
    assert numbers(reconcile()) == (0, 0, 0, 0)
    library.reads()
    assert numbers(reconcile()) == (0, 0, 0, 0)


def test_a_batch_that_was_written_but_not_yet_marked_is_no_difference(library: Office) -> None:
    library.hears("forum", *(note(n) for n in range(100, 110)))
    Article.objects.filter(pk=one().pk).update(rev=5)
    library.reads()
    claims = LANE.claim(timezone.now(), 100)
    search_index().write(state().active, list(documents(c.key for c in claims).values()))
    assert len(claims) == 11
    assert numbers(reconcile()) == (0, 0, 0, 0)


def test_rows_that_move_on_while_they_are_compared_are_no_difference(
    library: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New articles are indexed, and known ones again, between our look at the rows and at the
    index; a day that differed anyway is read in full."""
    lost = one()
    loses(lost)
    real = search_index()
    day = day_of(lost.published)

    class Meanwhile:
        """The real index; before it answers, articles of that day are written to it."""

        arrived = False

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def revs(self, *asked: Any) -> Any:
            if not Meanwhile.arrived:
                Meanwhile.arrived = True
                when = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
                library.hears("forum", *(entry(note(n), claimed=when) for n in range(100, 105)))
                Article.objects.exclude(pk=lost.pk).update(rev=7)
                library.reads()
                library.runs("index")
            return real.revs(*asked)

    with monkeypatch.context() as patch:
        patch.setattr(compare, "search_index", Meanwhile)
        found = reconcile()
    assert Meanwhile.arrived
    assert (found.missing, found.stale, found.strange) == (1, 0, 0)


def test_an_article_that_changes_before_it_is_mended_is_left_to_the_index_step(
    library: Office,
) -> None:
    article = one()
    compare.raise_revs({article.pk: 3})
    assert Article.objects.get(pk=article.pk).rev == 4
    compare.raise_revs({article.pk: 0})
    assert Article.objects.get(pk=article.pk).rev == 5


def test_every_document_lost_comes_back(library: Office) -> None:
    loses(*Article.objects.all())
    assert search_index().count(state().active) == 0
    assert numbers(reconcile()) == (DAYS, 50, 0, 0)
    library.runs("index")
    assert search_index().count(state().active) == 50
    assert numbers(reconcile()) == (0, 0, 0, 0)


def test_the_oldest_waiting_is_not_told_to_have_waited_since_it_was_published(
    library: Office,
) -> None:
    """Or the nightly mending of one old article would raise an alarm."""
    lost = one()
    Article.objects.filter(pk=lost.pk).update(seen=timezone.now() - timedelta(days=90))
    loses(lost)
    reconcile()
    waiting = look(timezone.now())
    assert waiting.rows == 1
    assert waiting.oldest_s < 60


def test_when_its_time_is_up_it_says_so_and_goes_on_soon(library: Office) -> None:
    now = timezone.now()
    loses(*Article.objects.all())
    found = reconcile(budget_s=-1)
    assert not found.whole
    assert "稍后接着核对" in found.words
    assert Reconciliation.objects.get().ended is None
    assert DUTY.following(now) < now + timedelta(minutes=30)
    reconcile()
    assert DUTY.following(now) > now + timedelta(minutes=30) or _nearly_ten_past_three(now)


def _nearly_ten_past_three(now: datetime) -> bool:
    return chores.daily(module.AT)(now) - now <= timedelta(minutes=30)


def test_an_index_that_cannot_be_asked_leaves_an_unfinished_comparison_behind(
    library: Office,
) -> None:
    now = timezone.now()
    search_index().drop(state().active)
    with pytest.raises(IndexUnavailable):
        reconcile()
    assert Reconciliation.objects.get().ended is None
    assert DUTY.following(now) < now + timedelta(minutes=30)


def test_comparisons_of_former_years_are_forgotten(library: Office) -> None:
    ago = timezone.now() - timedelta(days=400)
    Reconciliation.objects.create(began=ago, generation="g1")
    reconcile()
    assert not Reconciliation.objects.filter(began=ago).exists()


SHANGHAI_EDGES: Sequence[str] = (
    "2026-11-22T15:59:59+00:00",
    "2026-11-22T16:00:00+00:00",
    "1988-07-01T14:59:59+00:00",  # summer time, UTC+9
    "1988-07-01T15:00:00+00:00",
    "1999-12-31T16:00:00+00:00",
)


def test_days_are_counted_as_the_index_counts_them(library: Office) -> None:
    for pk, edge in zip(Article.objects.values_list("pk", flat=True), SHANGHAI_EDGES, strict=False):
        Article.objects.filter(pk=pk).update(published=datetime.fromisoformat(edge), rev=9)
    library.runs("index")
    assert row_sums() == dict(search_index().sums(state().active))
    assert {day_of(datetime.fromisoformat(edge)) for edge in SHANGHAI_EDGES} < row_sums().keys()


def test_while_a_new_generation_is_built_the_active_one_is_compared(library: Office) -> None:
    search_index().create("g9")
    IndexState.objects.update(building="g9")
    assert numbers(reconcile()) == (0, 0, 0, 0)
