"""learning: what people corrected → a candidate model → its trial → in force, or why not.

A model is never judged by what it was taught. Each story is held out once (FOLDS folds), and what a
model that had not seen them said of the corrected ones is kept with the model: when it is the
active one in a later trial, its word on them is as much that of a stranger as the candidate's.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from monitor.evaluation.trial import Trial, compare
from monitor.models import Correction, Knowledge, Learned
from monitor.models.correction import Kind
from monitor.pipeline import knowledge
from monitor.pipeline.lessons import Lesson, corrected, left_alone, wanted
from monitor.text import corpus, teaching
from monitor.text.fitting import Floats
from monitor.text.lexicon import Lexicon
from monitor.text.model import SentimentModel
from monitor.text.sentiment import Scorer
from monitor.words import Sentiment

log = logging.getLogger(__name__)

LEAST = 30
"""Stories that must have been corrected: of fewer no trial can say anything."""
KEPT = 20
"""Models whose content is kept, beside the active one: some 750 KB each."""
HEARD = "heard"
"""Of a model's figures: the last correction that it could hear of."""
ORDER = (Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE)
"""Of probabilities, as everywhere."""


class Refused(Exception):  # noqa: N818 - reads as what happened
    """Nothing was trained or activated; why, and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """What the product itself brings to be taught, and what it is tried on."""

    base: teaching.Lessons
    gold: Sequence[corpus.Example]


def examples() -> list[corpus.Example]:
    """The texts that come with the product; raises ValueError, in Chinese, where they are
    missing."""
    return corpus.read(settings.BASE_DIR / "training" / "corpus")


def shipped(own: Sequence[corpus.Example] | None = None) -> Shipped:
    """What the product was taught and is tried on, or would be with these texts alone."""
    known = examples() if own is None else own
    base = teaching.lessons(known, Lexicon.shipped().weights)
    return Shipped(base, [example for example in known if example.gold])


def train(
    by: str,
    show: Callable[[int, int], None] = lambda _done, _total: None,
    own: Shipped | None = None,
) -> Learned:
    """A model taught by all corrections, tried, kept with its figures, and put in force if it
    passes; `figures["refusal"]` says why not. `show` is told of so many fits of so many; `own`
    stands in for what is shipped.

    Raises Refused when too little was corrected, or nothing since the last training; also when
    a person let go of what that training put in force.
    """
    heard = _last_word()  # before they are read: what is said meanwhile is news to the next one
    said = corrected()
    stories = {lesson.story for lesson in said}
    if len(stories) < LEAST:
        raise Refused(
            f"纠正过情感的文章还太少：{len(stories)} 个事件的，至少要 {LEAST} 个事件。"
            "请在文章页上点“敏感”“中性”“正面”，判对的也可以点一下确认"
        )
    _refuse_stopped(heard)
    scorer = knowledge.current().scorer
    active = Learned.in_force()
    lessons = _with_others(said, scorer)
    model, chances, trial = candidate(lessons, scorer, active, own or shipped(), show)
    if active is not None and active.slug == model.id:
        raise Refused(f"训练结果与现用的模型 {active.slug} 相同：上次训练以来没有新的纠正")
    return _kept(model, dict(zip(said, chances, strict=False)), trial, active, by, heard)


def _last_word() -> int:
    """The number of the last thing that anybody said of a sentiment, or took back."""
    said = Correction.objects.filter(kind=Kind.SENTIMENT)
    return said.aggregate(last=Max("pk"))["last"] or 0


def _refuse_stopped(heard: int) -> None:
    """What was trained last and put in force is in force no more: a person decided so, and that
    holds until people say something new. The same corrections make much the same model, by another
    id as soon as other articles lie beside them."""
    last = Learned.objects.defer("content", "held_out").order_by("-made", "slug").first()
    if last is None or last.active or last.activated is None:
        return
    if HEARD in last.figures:
        news = heard > last.figures[HEARD]
    else:  # trained before that was noted
        news = Correction.objects.filter(kind=Kind.SENTIMENT, at__gt=last.made).exists()
    if not news:
        raise Refused("这个模型已被停用；有新的纠正后再训练，或用 yuqing model activate 启用")


def _with_others(said: Sequence[Lesson], scorer: Scorer) -> list[Lesson]:
    """What people said, and after it as much as belongs beside it of what they left alone."""
    missing = wanted(said)
    others = left_alone(said, missing, scorer)
    if len(others) < missing / 2:
        raise Refused(
            f"只学判错的文章会矫枉过正，还缺 {missing - len(others)} 篇别的文章。"
            "请把判对的文章也点一下确认，或多采集一些"
        )
    return [*said, *others]


def candidate(
    lessons: Sequence[Lesson],
    scorer: Scorer,
    active: Learned | None,
    own: Shipped,
    show: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[SentimentModel, Floats, Trial]:
    """The model, the (n, 3) probabilities it would give the lessons untaught, and its trial."""
    texts = [lesson.text for lesson in lessons]
    labels = [lesson.label for lesson in lessons]
    folds = [lesson.fold for lesson in lessons]
    done, total = 0, len(set(folds)) + 1

    def fitted() -> None:
        nonlocal done
        done += 1
        show(done, total)

    show(0, total)
    heard = teaching.heard(own.base, texts, labels, scorer, folds, fitted)
    model = teaching.taught(own.base, texts, labels, scorer, heard)
    fitted()
    chances = heard.chances()
    trial = compare(
        labels,
        [lesson.story for lesson in lessons],
        [lesson.left_alone for lesson in lessons],
        readings(scorer, active, lessons),
        _likeliest(chances),
        _on_gold(own.gold, scorer, model),
    )
    return model, chances, trial


def readings(scorer: Scorer, active: Learned | None, lessons: Sequence[Lesson]) -> list[Sentiment]:
    """What the active model says of the lessons, those that it was taught itself held out; of what
    was left alone the lesson itself tells."""
    scores = scorer.score_many([lesson.text for lesson in lessons])
    said = [score.sentiment for score in scores]
    held = active.held_out if active is not None and active.slug == scorer.model.id else {}
    for place, lesson in enumerate(lessons):
        if lesson.left_alone:
            said[place] = lesson.label
        elif (chances := held.get(str(lesson.article))) is not None:
            (said[place],) = _likeliest(np.array([chances]))
    return said


def _likeliest(chances: Floats) -> list[Sentiment]:
    """The likeliest of each row; neutral wins ties, as in `Score.sentiment`."""
    negative, neutral, positive = chances.T
    return [
        ORDER[place]
        for place in np.where(
            negative > np.maximum(neutral, positive), 0, np.where(positive > neutral, 2, 1)
        ).tolist()
    ]


def _on_gold(
    gold: Sequence[corpus.Example], scorer: Scorer, model: SentimentModel
) -> tuple[list[Sentiment], list[Sentiment], list[Sentiment]]:
    """The gold set's labels, and what the active model and this one say."""
    taught = copy(scorer)
    taught.model = model
    texts = [example.text for example in gold]
    before, after = (
        [score.sentiment for score in one.score_many(texts)] for one in (scorer, taught)
    )
    return [example.label for example in gold], before, after


def _kept(
    model: SentimentModel,
    chances: Mapping[Lesson, Floats],
    trial: Trial,
    rival: Learned | None,
    by: str,
    heard: int,
) -> Learned:
    """Keep the model with its figures, and activate it if it may be."""
    figures: dict[str, Any] = {**trial.to_json(), "refusal": trial.refusal, HEARD: heard}
    figures["rival"] = _name(rival)
    with transaction.atomic():
        Knowledge.hold()
        before = Learned.in_force()
        if not trial.refusal and before != rival:
            figures["refusal"] = f"训练期间有人启用了 {_name(before)}，没有再替换；请重新训练"
        row, _ = Learned.objects.update_or_create(
            slug=model.id,
            defaults={
                "made": timezone.now(),
                "made_by": by,
                "figures": figures,
                "held_out": {
                    str(lesson.article): [round(float(chance), 4) for chance in of]
                    for lesson, of in chances.items()
                },
                "content": model.to_bytes(),
            },
        )
        if not figures["refusal"]:
            _put_in_force(row, by)
        _forget()
    log.info("训练出模型 %s：%s", row.slug, figures["refusal"] or "已启用")
    return row


def activate(slug: str, by: str) -> str:
    """Put a model in force, the shipped one by its own id; returns the id of the one that was.

    Every process reads with it from its next batch on. Raises Refused.
    """
    shipped = _name(None)
    with transaction.atomic():
        Knowledge.hold()
        before = _name(Learned.in_force())
        if slug == before:
            raise Refused(f"{slug} 正在使用，不必再启用")
        row = None if slug == shipped else Learned.objects.filter(slug=slug).first()
        if row is None and slug != shipped:
            raise Refused(f"没有模型 {slug}，用 yuqing model list 查看编号")
        if row is not None:
            _readable(row)
        _put_in_force(row, by)
    log.info("%s 启用模型 %s，原为 %s", by, slug, before)
    return before


def _name(row: Learned | None) -> str:
    return row.slug if row else SentimentModel.shipped().id


def _readable(row: Learned) -> None:
    if not row.content:
        raise Refused(f"{row.slug} 太旧，内容已不保留；请重新训练（yuqing train）")
    try:
        SentimentModel.from_bytes(bytes(row.content))
    except ValueError as error:
        raise Refused(str(error)) from error


def _put_in_force(row: Learned | None, by: str) -> None:
    Learned.objects.filter(active=True).update(active=False)
    if row is not None:
        row.active, row.activated, row.activated_by = True, timezone.now(), by
        row.save(update_fields=["active", "activated", "activated_by"])
    Knowledge.moved()


def _forget() -> None:
    """The content of models long superseded; their figures stay."""
    rows = Learned.objects.filter(active=False).exclude(content=b"").order_by("-made", "slug")
    old = list(rows.values_list("pk", flat=True)[KEPT:])
    Learned.objects.filter(pk__in=old).update(content=b"", held_out={})
