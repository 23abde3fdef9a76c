"""group: one lane that joins reprints into events, whoever holds it."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db.models import F
from django.utils import timezone

from monitor.collect.entry import Entry
from monitor.detect.events import Member, Placement, Window
from monitor.models import Analysis, Article, ArticleText, Event, GroupCursor, Sighting
from monitor.pipeline import group
from tests.pipeline.office import Office, ends_leases, entry, source
from tests.system.stories import STORIES, note

FEEDS = [source(f"feed{n}") for n in range(5)]
STORY = STORIES[0]


class Interrupted(Window):
    """A window of a process that is overtaken between its decision and its writing."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def place(  # type: ignore[override]
        self, newcomers: list[Member], *, now: datetime | None = None
    ) -> list[Placement]:
        placements = super().place(newcomers, now=now)
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return placements


def reprint(text: str, n: int) -> Entry:
    return entry(text, title=f"转：{text[:20]}", link=f"http://copy{n}.example/{abs(hash(text))}")


def partition() -> set[frozenset[str]]:
    """Which articles, by their links, share an event."""
    found: dict[int, set[str]] = {}
    for link, event in Article.objects.values_list("link", "event_id"):
        assert event is not None, link
        found.setdefault(event, set()).add(link)
    return {frozenset(links) for links in found.values()}


def consistent() -> None:
    """Every event's counts are those of its articles."""
    for event in Event.objects.all():
        articles = event.articles.all()
        times = [article.published for article in articles]
        assert event.articles_count == len(times) > 0
        assert event.sources_count == len({article.source for article in articles})
        assert (event.first_published, event.last_published) == (min(times), max(times))


def test_reprints_of_a_story_are_one_event_and_other_stories_are_not(office: Office) -> None:
    office.has(sources=FEEDS)
    office.hears("feed0", STORY, *STORIES[1:4], *(note(n) for n in range(20)))
    office.runs("analyse", "group")
    for n in (1, 2):
        office.hears(f"feed{n}", reprint(STORY, n), reprint("扩散！" + STORY, n + 10))
    office.runs("analyse", "group")
    assert Event.objects.count() == 24
    event = Event.objects.get(articles__title=STORY[:30])
    assert (event.articles_count, event.sources_count) == (5, 3)
    first = Article.objects.get(title=STORY[:30])
    copies = event.articles.exclude(pk=first.pk)
    assert {copy.reprint_of_id is not None for copy in copies} == {True}
    assert first.reprint_of is None
    consistent()


def test_reprints_that_arrive_in_one_batch_are_one_event_too(office: Office) -> None:
    office.has(sources=FEEDS)
    for n in range(5):
        office.hears(f"feed{n}", reprint(STORY, n), note(n))
    office.runs("analyse", "group")
    assert Event.objects.count() == 6
    assert Event.objects.get(articles_count=5).sources_count == 5
    consistent()


def test_an_edited_article_is_read_again_and_keeps_its_event(office: Office) -> None:
    office.has(sources=FEEDS)
    (pk,) = office.hears("feed0", STORY)
    office.runs("analyse", "group")
    before = Article.objects.get(pk=pk)
    event = before.event
    assert event is not None
    office.hears("feed0", entry(STORIES[7], title="更正", link=before.link))
    office.runs("analyse", "group")
    after = Article.objects.get(pk=pk)
    assert (after.event_id, after.grouped_edition, after.edition) == (event.pk, 2, 2)
    assert after.rev > before.rev
    assert Event.objects.get(pk=event.pk).rev > event.rev
    assert Event.objects.count() == 1


def test_only_events_that_can_need_a_response_are_to_be_assessed(office: Office) -> None:
    office.has(sources=FEEDS)
    office.hears("feed0", STORY, *(note(n) for n in range(5)))
    office.runs("analyse", "group")
    due = Event.objects.filter(assessed_rev__lt=F("rev"))
    assert [event.title for event in due] == [STORY[:30]]


def test_a_story_older_than_the_window_opens_an_event_of_its_own(office: Office) -> None:
    office.has(sources=FEEDS)
    old = entry(STORY, claimed=timezone.now() - timedelta(days=9))
    office.hears("feed0", old)
    office.hears("feed1", reprint(STORY, 1))
    office.runs("analyse", "group")
    assert Event.objects.count() == 2


def test_while_one_holds_the_lane_another_does_nothing(office: Office) -> None:
    office.has(sources=FEEDS)
    office.hears("feed0", STORY)
    office.runs("analyse")
    GroupCursor.objects.create(pk=1)
    held = group.LANE.claim(timezone.now(), 1)
    assert office.runs("group") == 0
    assert Event.objects.count() == 0
    group.LANE.release(held)
    assert office.runs("group") == 1


def test_a_lane_whose_holder_died_is_free_when_its_lease_ends(office: Office) -> None:
    office.has(sources=FEEDS)
    office.hears("feed0", STORY)
    office.runs("analyse")
    GroupCursor.objects.create(pk=1)
    for _ in range(9):
        assert group.LANE.claim(timezone.now(), 1)
        ends_leases(GroupCursor)
    assert office.runs("group") == 1


def test_a_lane_that_was_overtaken_writes_nothing_and_then_agrees(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.has(sources=FEEDS)
    office.hears("feed0", STORY)
    office.hears("feed1", reprint(STORY, 1))
    office.runs("analyse")
    ours, theirs = group._memory, group._Memory(Window())

    def overtake() -> None:
        ends_leases(GroupCursor)  # ours hung too long
        monkeypatch.setattr(group, "_memory", theirs)
        assert group.batch() == 2
        monkeypatch.setattr(group, "_memory", ours)

    ours.window = Interrupted(overtake)
    assert group.batch() == 0
    assert Event.objects.count() == 1
    assert GroupCursor.objects.get().version == 1
    office.hears("feed2", reprint(STORY, 2))
    office.runs("analyse")
    assert group.batch() == 1
    assert Event.objects.get().articles_count == 3
    consistent()


def test_a_cursor_that_moved_while_the_lease_still_held_stops_the_writing(
    office: Office,
) -> None:
    office.has(sources=FEEDS)
    office.hears("feed0", STORY)
    office.runs("analyse")
    group._memory.window = Interrupted(lambda: GroupCursor.objects.filter(pk=1).update(version=7))
    assert group.batch() == 0
    assert not Event.objects.exists()
    assert not Article.objects.filter(grouped_edition__gt=0).exists()
    assert group.batch() == 1
    assert GroupCursor.objects.get().version == 8


def test_a_restored_older_database_is_believed_and_not_the_memory(office: Office) -> None:
    office.has(sources=FEEDS)
    office.hears("feed0", STORY)
    office.runs("analyse", "group")
    wipe()
    GroupCursor.objects.update(version=0)
    office.hears("feed0", reprint(STORY, 1))
    office.runs("analyse", "group")
    assert Event.objects.get().articles_count == 1
    consistent()


@pytest.mark.parametrize("seed", range(4))
def test_processes_that_take_turns_decide_as_one_would(
    office: Office, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    office.has(sources=FEEDS)
    told = plot(random.Random(seed))
    results = []
    for processes in (1, 3):
        wipe()
        chance = random.Random(seed)
        memories = [group._Memory(Window()) for _ in range(processes)]
        for start, end in pairwise(sorted({0, len(told), *chance.sample(range(len(told)), 12)})):
            for feed, one in told[start:end]:
                office.hears(feed, one)
            office.runs("analyse")
            turn = chance.randrange(processes)
            if processes > 1 and chance.random() < 0.15:
                memories[turn] = group._Memory(Window())  # it was restarted
            monkeypatch.setattr(group, "_memory", memories[turn])
            office.runs("group")
        consistent()
        results.append(partition())
    assert results[0] == results[1]
    assert max(len(event) for event in results[0]) > 3
    assert len(results[0]) > 20


def plot(chance: random.Random) -> list[tuple[str, Entry]]:
    """Stories, their edited reprints and notes, in a random order, at minutes one after another."""
    texts = [(note(n), "note") for n in range(20)]
    for story in STORIES[:8]:
        texts.append((story, "story"))
        for _ in range(chance.randrange(1, 6)):
            cut = chance.randrange(0, 8)
            texts.append(
                (chance.choice(["转：", "扩散！", ""]) + story[: len(story) - cut], "copy")
            )
    chance.shuffle(texts)
    start = timezone.now() - timedelta(days=2)
    return [
        (
            f"feed{chance.randrange(5)}",
            entry(text, link=f"http://p.example/{n}", claimed=start + timedelta(minutes=n)),
        )
        for n, (text, _) in enumerate(texts)
    ]


def wipe() -> None:
    """Every article and event away, as before the first poll; the lane's row stays."""
    for model in (Analysis, ArticleText, Sighting):
        model.objects.all().delete()
    Article.objects.update(reprint_of=None, event=None)
    Article.objects.all().delete()
    Event.objects.all().delete()
    GroupCursor.objects.all().delete()


def test_one_article_that_cannot_be_placed_does_not_stop_the_lane(office: Office) -> None:
    office.hears("forum0", *STORIES[:3])
    office.runs("analyse")
    bad = Article.objects.order_by("id")[1]
    Analysis.objects.filter(article=bad).update(signature=b"of another size")
    office.runs("group", "group")
    bad.refresh_from_db()
    assert bad.quarantined == "group"
    assert "ValueError" in bad.failure
    assert Article.objects.filter(event__isnull=False).count() == 2
