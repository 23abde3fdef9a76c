"""The counts of fates are those of the rows, whatever state a row can be in."""

from collections import Counter
from itertools import product

import pytest
from django.utils import timezone

from monitor.models import Article, fate_counts

pytestmark = pytest.mark.django_db


def test_every_possible_row_is_counted_under_its_own_fate() -> None:
    now = timezone.now()
    states = product(("", "analyse"), (1, 2), (0, 1, 2), (0, 1, 2), (1, 2), (0, 1, 2))
    Article.objects.bulk_create(
        Article(
            identity=f"{n:032}",
            source="forum",
            title="x",
            text_hash="x",
            seen=now,
            published=now,
            quarantined=quarantined,
            edition=edition,
            analysed_edition=analysed,
            grouped_edition=grouped,
            rev=rev,
            indexed_rev=indexed,
        )
        for n, (quarantined, edition, analysed, grouped, rev, indexed) in enumerate(states)
        # What the steps can bring about: nothing is grouped or indexed that was not read before.
        if analysed <= edition and grouped <= analysed and indexed <= rev
        if grouped or not indexed
    )
    found = Counter(row.fate.value for row in Article.objects.all())
    assert fate_counts() == {"new": 0, "analysed": 0, "indexed": 0, "quarantined": 0} | found
    assert sum(fate_counts().values()) == Article.objects.count() > 50


def test_no_article_no_fate() -> None:
    assert set(fate_counts().values()) == {0}
