"""Articles: a narrow row that carries the work still to be done, and the texts beside it."""

from django.db import connection, models
from django.db.models import F, Q

from monitor.models.claims import Claimable
from monitor.words import Fate, Level, Sentiment


class Article(Claimable):
    """文章, unique by `identity` (hash of the canonical link, else of source and guid).

    `edition` counts its texts, `rev` grows with anything the index shows. What is still to
    be done follows from the columns: analyse while analysed_edition < edition, group while
    grouped_edition < analysed_edition, index while indexed_rev < rev.
    `size` is the newest text's length in characters; `month` (yyyymm) is the index's shelf for
    it and what it is pruned by, set once when it is first seen;
    `grouped_in` is the version of the group cursor that assigned its event.
    """

    identity = models.CharField(max_length=32, unique=True)
    source = models.CharField(max_length=64)
    link = models.CharField(max_length=2000, default="", blank=True)
    outlet = models.CharField(max_length=200, default="", blank=True)
    author = models.CharField(max_length=200, default="", blank=True)
    title = models.CharField(max_length=500)
    text_hash = models.CharField(max_length=32)
    claimed = models.DateTimeField(null=True, blank=True)
    seen = models.DateTimeField()
    published = models.DateTimeField()
    month = models.CharField(max_length=6, default="", db_default="")

    size = models.PositiveIntegerField(default=0)
    edition = models.PositiveSmallIntegerField(default=1)
    analysed_edition = models.PositiveSmallIntegerField(default=0)
    grouped_edition = models.PositiveSmallIntegerField(default=0)
    grouped_in = models.PositiveBigIntegerField(null=True, blank=True)
    rev = models.PositiveIntegerField(default=1)
    indexed_rev = models.PositiveIntegerField(default=0)

    sentiment = models.CharField(
        max_length=8, default="", choices=[(s, s.label) for s in Sentiment]
    )
    negative = models.FloatField(null=True, blank=True)
    event = models.ForeignKey(
        "Event",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="articles",
        db_index=False,
    )
    reprint_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reprints",
        db_index=False,
    )
    level = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=[(level, level.label) for level in Level]
    )

    class Meta:
        ordering = ["-published", "-id"]
        indexes = [
            models.Index(fields=["-published", "-id"], name="article_newest"),
            models.Index(fields=["month", "id"], name="article_of_month"),
            # Partial: an article enters these when it is grouped, not when it is inserted.
            models.Index(
                fields=["event"], name="article_of_event", condition=Q(event__isnull=False)
            ),
            models.Index(
                fields=["reprint_of"],
                name="article_reprints",
                condition=Q(reprint_of__isnull=False),
            ),
            models.Index(
                fields=["grouped_in"],
                name="article_grouped_in",
                condition=Q(grouped_in__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="article_to_analyse",
                condition=Q(analysed_edition__lt=F("edition"), quarantined=""),
            ),
            models.Index(
                fields=["id"],
                name="article_to_group",
                condition=Q(grouped_edition__lt=F("analysed_edition"), quarantined=""),
            ),
            models.Index(
                fields=["id"],
                name="article_to_index",
                condition=Q(indexed_rev__lt=F("rev"), grouped_edition__gt=0, quarantined=""),
            ),
            models.Index(fields=["id"], name="article_quarantined", condition=~Q(quarantined="")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def fate(self) -> Fate:
        if self.quarantined:
            return Fate.QUARANTINED
        if self.analysed_edition < self.edition:
            return Fate.NEW
        return Fate.INDEXED if self.indexed_rev >= self.rev else Fate.ANALYSED


class ArticleText(models.Model):
    """One edition of an article's text, never overwritten."""

    pk = models.CompositePrimaryKey("article_id", "edition")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="texts")
    edition = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=500)
    body = models.TextField(blank=True)
    seen = models.DateTimeField()


class Analysis(models.Model):
    """What the machine read in the newest analysed edition; `knowledge` stamps with which lore.

    `signature`, `marks`, `length` and `story` are what grouping compares (detect.events.Member);
    `topics` and `units` are slugs joined by blanks; `noteworthy` says whether an event with
    this article can need a response at all.
    """

    article = models.OneToOneField(Article, primary_key=True, on_delete=models.CASCADE)
    edition = models.PositiveSmallIntegerField()
    reading = models.TextField()
    signature = models.BinaryField()
    marks = models.TextField(default="", blank=True)
    length = models.PositiveIntegerField(default=0)
    story = models.TextField(default="", db_default="", blank=True)
    topics = models.TextField(default="", blank=True)
    units = models.TextField(default="", blank=True)
    noteworthy = models.BooleanField(default=False)
    model = models.CharField(max_length=64)
    knowledge = models.PositiveIntegerField()


class Sighting(models.Model):
    """转见: an article was seen at a source (also where it was seen first)."""

    pk = models.CompositePrimaryKey("article_id", "source")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="sightings")
    source = models.CharField(max_length=64)
    seen = models.DateTimeField()


# Each count walks one of the partial indexes above, and is written as the index is: a look at all
# rows takes a second for a million of them. One statement, so that all are of one moment.
_FATES = """
SELECT
  (SELECT COUNT(*) FROM monitor_article),
  (SELECT COUNT(*) FROM monitor_article WHERE NOT (quarantined = '')),
  (SELECT COUNT(*) FROM monitor_article
    WHERE analysed_edition < edition AND quarantined = ''),
  (SELECT COUNT(*) FROM monitor_article
    WHERE grouped_edition > 0 AND indexed_rev < rev AND quarantined = ''
    AND analysed_edition >= edition),
  (SELECT COUNT(*) FROM monitor_article
    WHERE grouped_edition < analysed_edition AND quarantined = ''
    AND grouped_edition = 0 AND indexed_rev < rev AND analysed_edition >= edition)
"""


def fate_counts() -> dict[str, int]:
    """How many articles have which fate; the numbers add up to all articles."""
    with connection.cursor() as cursor:
        cursor.execute(_FATES)
        total, quarantined, new, grouped, ungrouped = cursor.fetchone()
    analysed = grouped + ungrouped
    return {
        Fate.NEW.value: new,
        Fate.ANALYSED.value: analysed,
        Fate.INDEXED.value: total - quarantined - new - analysed,
        Fate.QUARANTINED.value: quarantined,
    }
