"""One office of `bench.corrections`, from its first article to its training.

python -m bench.corrected PERSON CORRECTIONS SET; ends with 0 when the model was taken up, 1 when
it was refused.
"""

import logging
import os
import random
import sys
from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

if "YUQING_DATA" not in os.environ:
    sys.exit("run bench.corrections: this fills the tables of the folder YUQING_DATA names")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command
from django.utils import timezone

from monitor.evaluation.labelled import load
from monitor.evaluation.metrics import auc
from monitor.models import Article, ArticleText, Event, Learned
from monitor.pipeline import analyse, correct, knowledge, learning
from monitor.pipeline.learning import Shipped
from monitor.text import teaching
from monitor.text.model import SentimentModel
from monitor.text.sentiment import Scorer
from monitor.words import Sentiment, month_of

KINDS = ("message", "forum")
"""Of our own texts those that this office collects."""
COLLECTED = 0.7
"""Of the texts; the others are what no training sees."""
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
Texts = Sequence[tuple[str, Sentiment]]


def main(person: str, count: int, dataset: str) -> int:
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    texts, own = _world(dataset)
    random.Random(0).shuffle(texts)
    first = int(len(texts) * COLLECTED)
    known, strange = texts[:first], texts[first:]
    _collect([text for text, _ in known])
    while analyse.batch():
        pass
    said = _judged(person, count, known)
    for article, label in said:
        correct.sentiment(article, label, person)
    before = knowledge.current().scorer
    model = learning.train(person, own=own)
    after = copy(before)
    after.model = SentimentModel.from_bytes(bytes(model.content))
    print(f"{person}: {len(said)} corrections of {first} articles\n  {_told(model)}")
    print(f"  {len(strange)} texts that no training saw: {_read(before, strange)}")
    print(
        f"  {'':>{len(str(len(strange)))}} with the candidate: {_read(after, strange)}", flush=True
    )
    return 0 if model.active else 1


def _world(dataset: str) -> tuple[list[tuple[str, Sentiment]], Shipped]:
    """The texts of an office, and what its model was and will be taught; the model is in force."""
    if folder := os.environ.get("YUQING_EVAL_DATA"):
        rows = load(Path(folder) / f"{dataset}.csv.gz")
        labels = set(Sentiment)
        return [(row.text, Sentiment(row.label)) for row in rows if row.label in labels], (
            learning.shipped()
        )
    examples = learning.examples()
    texts = [(one.text, one.label) for one in examples if one.kind in KINDS]
    own = learning.shipped([one for one in examples if one.kind not in KINDS])
    model = teaching.shipped(own.base)
    Learned.objects.create(slug=model.id, made=timezone.now(), content=model.to_bytes())
    learning.activate(model.id, "bench")
    return texts, own


def _collect(texts: Sequence[str]) -> None:
    """Each text an article and an event of its own, an hour apart."""
    rows = [(number, BEGIN + timedelta(hours=number), text) for number, text in enumerate(texts, 1)]
    Event.objects.bulk_create(
        Event(id=n, title=text[:30], first_published=at, last_published=at) for n, at, text in rows
    )
    Article.objects.bulk_create(
        Article(
            id=n,
            identity=f"{n:032x}",
            text_hash=f"{n:032x}",
            source="bench",
            title="",
            seen=at,
            published=at,
            month=month_of(at),
            size=len(text),
            event_id=n,
        )
        for n, at, text in rows
    )
    ArticleText.objects.bulk_create(
        ArticleText(article_id=n, edition=1, title="", body=text, seen=at) for n, at, text in rows
    )


def _judged(person: str, count: int, texts: Texts) -> list[tuple[int, Sentiment]]:
    """What a person corrects: mistakes, here and there, or whatever they come by."""
    dice = random.Random(1)
    machine = dict(Article.objects.values_list("pk", "sentiment"))
    truth = {number: label for number, (_, label) in enumerate(texts, 1)}
    if person == "reads":
        mistakes = [number for number in truth if machine[number] != truth[number]]
        chosen = dice.sample(mistakes, min(count, len(mistakes)))
        return [(number, truth[number]) for number in sorted(chosen)]
    return [
        (number, dice.choice([one for one in Sentiment if one != machine[number]]))
        for number in sorted(dice.sample(list(truth), min(count, len(truth))))
    ]


def _told(model: Learned) -> str:
    of = model.figures
    return (
        f"corrections it had not seen {of['active']:.0%} -> {of['candidate']:.0%}, of "
        f"{of['untouched']} left alone {1 - of['kept']:.0%} read anew, gold "
        f"{of['gold_active']:.0%} -> {of['gold_candidate']:.0%}: "
        f"{'activated' if model.active else 'refused'}\n  {of['refusal']}".rstrip()
    )


def _read(scorer: Scorer, texts: Texts) -> str:
    scores = scorer.score_many([text for text, _ in texts])
    right = sum(one.sentiment is label for one, (_, label) in zip(scores, texts, strict=True))
    ranked = auc([one.negative for one in scores], [one is Sentiment.NEGATIVE for _, one in texts])
    return f"{right / len(texts):.1%} right, AUC {ranked:.3f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
