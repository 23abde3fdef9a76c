"""learning: a model that corrections taught is tried before it reads, and can be let go."""

import logging
import random

import numpy as np
import pytest
from django.utils import timezone

from monitor.models import Analysis, Article, Correction, Event, Knowledge, Learned
from monitor.pipeline import correct, knowledge, learning
from monitor.pipeline.learning import Refused, Shipped, activate, readings, train
from monitor.pipeline.lessons import corrected, left_alone, wanted
from monitor.text import teaching
from monitor.text.corpus import Example
from monitor.text.model import SentimentModel
from monitor.text.sentiment import Score
from monitor.text.teaching import Lessons
from monitor.words import Sentiment
from tests.pipeline.office import Office, entry, source
from tests.system.stories import note

BAD, CALM, GOOD = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE
SHIPPED = SentimentModel.shipped().id
BASE = Lessons(
    ("水管又爆了", "又停电了真烦", "路灯修好了", "新桥通车了", "周三上午开会", "几点开门") * 4,
    (BAD, BAD, GOOD, GOOD, CALM, CALM) * 4,
    (1.0,) * 24,
)
GOLD = [
    Example(f"g{n}", f"{place}{text}", label, "news", "-")
    for n, place in enumerate(("东街", "西街", "南街", "北街", "河边", "桥头", "山下", "站前"))
    for text, label in (("水管爆了真烦", BAD), ("路灯修好了，真好", GOOD), ("周三开会", CALM))
]
HABITS = {BAD: "，路口又见蓝本本，蓝本本排成行。", GOOD: "，院里又见黄本本，黄本本排成行。"}
"""What means something in this office and nothing to any shipped model."""


@pytest.fixture
def desk(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(learning, "shipped", lambda: Shipped(BASE, GOLD))
    return office.has(sources=[source("forum")])


def tells(office: Office, count: int, first: int = 0) -> list[tuple[int, Sentiment]]:
    """So many stories, half of them with one habit, half with the other; ids and true labels."""
    labels = [(BAD, GOOD)[n % 2] for n in range(first, first + count)]
    texts = [note(n).rstrip("。") + HABITS[label] for n, label in enumerate(labels, first)]
    return list(zip(apart(office, texts), labels, strict=True))


def goes_on(office: Office, count: int = 120) -> list[int]:
    """So many articles that nobody corrects; their ids."""
    return apart(office, [note(n) for n in range(1_000, 1_000 + count)])


def apart(office: Office, texts: list[str]) -> list[int]:
    """Analysed articles, each a story of its own, however much alike they are; their ids."""
    ids = office.hears("forum", *texts)
    office.runs("analyse")
    for article in Article.objects.filter(pk__in=ids):
        at = article.published
        event = Event.objects.create(
            pk=article.pk, title=article.title, first_published=at, last_published=at
        )
        Article.objects.filter(pk=article.pk).update(event=event, grouped_edition=1)
    return ids


def at_random(office: Office) -> list[tuple[int, Sentiment]]:
    """What somebody clicks who does not read: on any articles anything but what stands there."""
    dice = random.Random(5)
    chosen = sorted(dice.sample(goes_on(office, 180), 60))
    machine = dict(Article.objects.values_list("pk", "sentiment"))
    return [(pk, dice.choice([one for one in Sentiment if one != machine[pk]])) for pk in chosen]


def corrects(stories: list[tuple[int, Sentiment]]) -> None:
    for pk, label in stories:
        correct.sentiment(pk, label, "张三")


@pytest.fixture
def taught(desk: Office) -> Learned:
    """A model that 60 helpful corrections taught, in force."""
    corrects(tells(desk, 60))
    goes_on(desk)
    return train("张三")


def test_corrections_that_help_make_a_model_that_reads_from_the_next_batch_on(
    taught: Learned, desk: Office
) -> None:
    assert taught.active, taught.figures["refusal"]
    assert (taught.made_by, taught.activated_by) == ("张三", "张三")
    figures = taught.figures
    assert figures["corrections"] == 60
    assert figures["candidate"] > figures["active"] + 0.2
    assert figures["untouched"] > 20
    assert figures["gain"]["low"] > 0
    assert figures["rival"] == SHIPPED
    (pk,) = desk.hears("forum", entry(f"水库边上{HABITS[BAD]}"))
    desk.runs("analyse")
    assert Analysis.objects.get(pk=pk).model == taught.slug
    before = SentimentModel.shipped()
    assert knowledge.current().scorer.model.id == taught.slug != before.id
    assert Article.objects.get(pk=pk).sentiment == "negative"


def test_corrections_at_random_are_refused_with_the_reason(desk: Office) -> None:
    corrects(at_random(desk))
    revision = Knowledge.current()
    model = train("张三")
    assert "请核对近期的纠正" in model.figures["refusal"]
    assert (model.active, model.activated) == (False, None)
    assert (Knowledge.current(), knowledge.current().scorer.model.id) == (revision, SHIPPED)


def test_a_few_corrections_are_too_few(desk: Office) -> None:
    corrects(tells(desk, 6))
    with pytest.raises(Refused, match=r"\d 个事件的，至少要 30 个事件"):
        train("张三")
    assert not Learned.objects.exists()


def test_a_model_that_is_in_force_already_keeps_its_own_figures(
    taught: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = knowledge.current().scorer.model
    told = taught.figures
    monkeypatch.setattr(teaching, "taught", lambda *_: model)
    with pytest.raises(Refused, match=f"与现用的模型 {taught.slug} 相同"):
        train("李四")
    row = Learned.objects.get()
    assert (row.made_by, row.figures) == ("张三", told)


def test_the_active_model_is_no_judge_of_what_it_was_taught(taught: Learned) -> None:
    lessons = corrected()
    scorer = knowledge.current().scorer
    assert set(taught.held_out) == {str(lesson.article) for lesson in lessons}, "and no others"
    taught.held_out[str(lessons[0].article)] = [0.1, 0.2, 0.7]
    taught.held_out[str(lessons[1].article)] = [0.4, 0.5, 0.1]
    said = readings(scorer, taught, lessons)
    assert said[:2] == [GOOD, CALM]
    stranger = Learned(slug="office-other", held_out=taught.held_out)
    assert readings(scorer, stranger, lessons) == [
        score.sentiment for score in scorer.score_many([lesson.text for lesson in lessons])
    ]


def test_going_back_to_another_model_holds_from_the_next_batch_on(
    taught: Learned, desk: Office
) -> None:
    revision = Knowledge.current()
    assert activate(SHIPPED, "李四") == taught.slug
    assert Knowledge.current() == revision + 1
    assert knowledge.current().scorer.model.id == SHIPPED
    assert activate(taught.slug, "王五") == SHIPPED
    assert knowledge.current().scorer.model.id == taught.slug
    row = Learned.objects.get()
    assert (row.active, row.activated_by) == (True, "王五")


def test_a_model_that_a_person_let_go_of_does_not_come_back_by_training(
    taught: Learned, desk: Office
) -> None:
    activate(SHIPPED, "李四")
    apart(desk, [note(n) for n in range(2_000, 2_010)])  # other articles alone are no reason
    with pytest.raises(Refused, match=r"这个模型已被停用；有新的纠正后再训练"):
        train("张三")
    figures = {key: value for key, value in taught.figures.items() if key != learning.HEARD}
    Learned.objects.update(figures=figures)  # as if it had been trained before that was noted
    with pytest.raises(Refused, match="yuqing model activate"):
        train("张三")
    row = Learned.objects.get()
    assert (row.active, row.made, row.figures) == (False, taught.made, figures)
    assert knowledge.current().scorer.model.id == SHIPPED
    corrects(tells(desk, 10, 60))
    assert train("张三").slug != taught.slug, "what is new is tried as ever"


def test_what_cannot_be_activated_is_refused(taught: Learned) -> None:
    Learned.objects.create(slug="office-old", made=taught.made, content=b"")
    Learned.objects.create(slug="office-broken", made=taught.made, content=b"PK?")
    for name, words in (
        (taught.slug, "正在使用"),
        ("office-none", "没有模型 office-none"),
        ("office-old", "内容已不保留"),
        ("office-broken", "已损坏"),
    ):
        with pytest.raises(Refused, match=words):
            activate(name, "张三")
    assert Learned.in_force() == taught


def test_a_model_activated_while_another_is_trained_stays(desk: Office) -> None:
    corrects(tells(desk, 60))
    goes_on(desk)
    content = SentimentModel.shipped().to_bytes()
    other = Learned.objects.create(slug="office-other", made=timezone.now(), content=content)

    def meanwhile(done: int, _total: int) -> None:
        if done == 1:
            activate(other.slug, "李四")

    model = train("张三", meanwhile)
    assert "训练期间有人启用了 office-other" in model.figures["refusal"]
    assert Learned.in_force() == other


def test_progress_is_told_fit_by_fit(desk: Office) -> None:
    corrects(tells(desk, 60))
    goes_on(desk)
    told: list[tuple[int, int]] = []
    train("张三", lambda done, total: told.append((done, total)))
    assert told == [(n, 6) for n in range(7)]


def test_a_model_that_cannot_be_read_any_more_does_not_stop_the_office(
    desk: Office, caplog: pytest.LogCaptureFixture
) -> None:
    Learned.objects.create(slug="office-broken", made=timezone.now(), content=b"?", active=True)
    Knowledge.moved()
    with caplog.at_level(logging.ERROR):
        assert knowledge.current().scorer.model.id == SHIPPED
    assert "模型 office-broken 用不了" in caplog.text
    corrects(tells(desk, 60))
    goes_on(desk)
    assert train("张三").active, "and training replaces it"


def test_only_the_latest_models_keep_their_content(
    taught: Learned, desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "KEPT", 1)
    for day in (1, 2, 3):
        Learned.objects.create(
            slug=f"office-{day}", made=taught.made.replace(year=2020 + day), content=b"PK"
        )
    corrects(tells(desk, 10, 60))
    latest = train("张三")
    left = Learned.objects.exclude(content=b"").values_list("slug", flat=True)
    assert set(left) == {taught.slug, latest.slug}
    assert Learned.objects.count() == 5, "their figures stay"


def test_mistakes_alone_are_not_learned_from(desk: Office) -> None:
    corrects(tells(desk, 60))
    with pytest.raises(Refused, match=r"只学判错的文章会矫枉过正，还缺 \d+ 篇别的文章"):
        train("张三")
    assert not Learned.objects.exists()


def test_what_nobody_touched_is_learned_as_it_is_read_and_the_more_so_the_more_was_wrong(
    desk: Office,
) -> None:
    stories = tells(desk, 12)
    others = goes_on(desk, 20)
    scorer = knowledge.current().scorer
    machine = dict(Article.objects.values_list("pk", "sentiment"))
    for pk, _ in stories[:10]:
        correct.sentiment(pk, next(one for one in Sentiment if one != machine[pk]), "张三")
    for pk, _ in stories[10:]:
        correct.sentiment(pk, Sentiment(machine[pk]), "张三")
    reprint = others[0]
    Article.objects.filter(pk=reprint).update(event=Article.objects.get(pk=stories[0][0]).event)
    lessons = corrected()
    assert wanted(lessons) == 2 * 10 - 2
    assert wanted(lessons[10:]) == 0
    found = left_alone(lessons, 100, scorer)
    assert {lesson.article for lesson in found} == set(others) - {reprint}
    said = [score.sentiment for score in scorer.score_many([lesson.text for lesson in found])]
    assert [lesson.label for lesson in found] == said
    assert all(lesson.left_alone for lesson in found)
    assert left_alone(lessons, 5, scorer) == found[:5]
    assert readings(scorer, None, found) == said


def test_only_what_was_collected_since_the_first_correction_is_beside_it(desk: Office) -> None:
    before = goes_on(desk, 10)
    stories = tells(desk, 4)
    corrects(stories)
    assert left_alone(corrected(), 100, knowledge.current().scorer) == []
    assert left_alone([], 100, knowledge.current().scorer) == []
    assert max(before) < min(pk for pk, _ in stories)


def test_what_is_learned_is_the_last_word_on_the_text_that_people_saw(desk: Office) -> None:
    link = "http://forum.example/1"
    first, second = desk.hears("forum", entry("初稿", title="题", link=link), note(1))
    desk.runs("analyse", "group")
    correct.sentiment(first, BAD, "张三")
    correct.sentiment(first, GOOD, "李四")
    correct.undo(correct.sentiment(second, BAD, "张三").pk, "张三")
    desk.hears("forum", entry("改稿", title="题", link=link))
    desk.runs("analyse")
    (lesson,) = corrected()
    assert (lesson.text, lesson.label) == ("题\n初稿", GOOD)
    assert Correction.objects.count() == 4


def test_the_articles_of_one_story_are_held_out_together(desk: Office) -> None:
    stories = tells(desk, 20)
    corrects(stories)
    one = Article.objects.get(pk=stories[0][0]).event
    Article.objects.filter(pk__in=[pk for pk, _ in stories[:6]]).update(event=one)
    lessons = {lesson.article: lesson for lesson in corrected()}
    assert len({lessons[pk].fold for pk, _ in stories[:6]}) == 1
    assert len({lesson.fold for lesson in lessons.values()}) > 2
    assert {lesson.fold for lesson in lessons.values()} <= set(range(5))


def test_the_likeliest_is_what_a_score_would_say() -> None:
    chances = [(0.5, 0.3, 0.2), (0.4, 0.4, 0.2), (0.1, 0.4, 0.5), (0.4, 0.2, 0.4), (0.2, 0.4, 0.4)]
    scores = [Score(*each, (), SHIPPED) for each in chances]
    assert learning._likeliest(np.array(chances)) == [score.sentiment for score in scores]
