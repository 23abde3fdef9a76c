"""What workers know (catalogue, dictionaries, model), reloaded when its revision moves.

Every batch asks `current()`: one small query. A reload builds the typed values from the
catalogue's rows, so an edit in the console reaches all processes within a batch.
"""

import logging
import threading
from dataclasses import dataclass

from django.conf import settings

from monitor.catalog import SecretMissing, Source, Values, build_all
from monitor.detect.rules import RiskRules
from monitor.detect.topics import TopicMatcher
from monitor.models import CatalogItem, Knowledge, Learned
from monitor.notify import Channel
from monitor.query import Names
from monitor.text.lexicon import Lexicon
from monitor.text.model import SentimentModel
from monitor.text.reading import Reader
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Scorer

log = logging.getLogger(__name__)

STAND_IN = "https://missing.invalid/"
"""In place of a secret that is not set: well-formed as an address, a key and a password, so that
a message can be composed; nothing is sent with it, for its channel is faulty."""


@dataclass(frozen=True)
class Lore:
    """One revision of everything that decisions rest on.

    `faulty` names channels that cannot send and why (a missing secret); messages for them are
    composed all the same and wait.
    """

    revision: int
    values: Values
    scorer: Scorer
    reader: Reader
    topics: TopicMatcher
    rules: RiskRules
    channels: dict[str, Channel]
    faulty: dict[str, str]

    @property
    def sources(self) -> dict[str, Source]:
        return dict(self.values.sources)

    @property
    def names(self) -> Names:
        return self.values.names


_lock = threading.Lock()
_current: Lore | None = None


def current() -> Lore:
    """The lore in force; reloads first if the catalogue's revision has moved."""
    global _current
    revision = Knowledge.current()
    known = _current
    if known is not None and known.revision == revision:
        return known
    with _lock:
        if _current is None or _current.revision != revision:
            _current = _load(revision)
        return _current


def catalogue() -> Values:
    """The catalogue in force alone: a process that only searches needs no dictionaries, which
    take 50 MB and half a second."""
    known = _current
    if known is not None and known.revision == Knowledge.current():
        return known.values
    return _catalogue()


def _catalogue() -> Values:
    rows = CatalogItem.objects.filter(value__isnull=False).values_list("kind", "slug", "value")
    return build_all({(kind, slug): value for kind, slug, value in rows})


def _load(revision: int) -> Lore:
    values = _catalogue()
    channels, faulty = _channels(values)
    scorer, reader = _reader(values, revision, model())
    log.info("已载入目录第 %d 版", revision)
    for (kind, slug), words in values.faults.items():
        log.error("目录 %s %s 有误，暂不使用：%s", kind, slug, words)
    return Lore(
        revision=revision,
        values=values,
        scorer=scorer,
        reader=reader,
        topics=TopicMatcher(
            {slug: topic.query for slug, topic in values.topics.items() if topic.enabled}
        ),
        rules=RiskRules(**values.levels.risk()),
        channels=channels,
        faulty=faulty,
    )


def model() -> SentimentModel:
    """The sentiment model in force: the one the office taught, else the shipped one."""
    learned = Learned.in_force()
    if learned is None:
        return SentimentModel.shipped()
    try:
        return SentimentModel.from_bytes(bytes(learned.content))
    except ValueError as error:
        # Of another version of the product: better the shipped one than no reading at all.
        log.error("模型 %s 用不了，改用随软件附带的：%s", learned.slug, error)
        return SentimentModel.shipped()


def _reader(values: Values, revision: int, model: SentimentModel) -> tuple[Scorer, Reader]:
    lexicon = Lexicon.shipped(values.weights)
    entries = (*values.places.values(), *values.units.values())
    names = [name for entry in entries for name in (entry.name, *entry.aliases)]
    segmenter = Segmenter([*lexicon.extra, *names])
    scorer = Scorer(lexicon, segmenter, model)
    return scorer, Reader(
        segmenter,
        scorer,
        matters=list(values.matters.values()),
        places=list(values.places.values()),
        units=list(values.units.values()),
        revision=str(revision),
    )


def _channels(values: Values) -> tuple[dict[str, Channel], dict[str, str]]:
    usable, faulty = {}, {}
    for slug, channel in values.channels.items():
        if not channel.enabled:
            continue
        try:
            resolved = channel.resolved(settings.YUQING.secrets)
        except SecretMissing as missing:
            faulty[slug] = str(missing)
            stand_ins = dict.fromkeys(missing.names, STAND_IN)
            resolved = channel.resolved({**settings.YUQING.secrets, **stand_ins})
        usable[slug] = Channel(
            slug=slug,
            name=channel.name,
            kind=channel.kind,
            detail=channel.detail,
            group=channel.group,
            settings=resolved,
            audience=channel.audience,
        )
    return usable, faulty
