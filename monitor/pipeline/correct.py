"""correct: a person's word against the machine's, recorded for ever and in force at once.

    a correction → the article's columns and the index → its event is judged again
                 → or the event's alert is quieted, raised, or quieted no more

Taking one back is another row: what the next one below says, or the machine, is in force again.
Whoever works on the article or event at that moment loses the claim, so that nothing read before
the correction is written after it.
"""

import json
import logging
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from monitor.detect.reported import home_of
from monitor.models import Alert, Analysis, Article, ArticleText, Correction, Event
from monitor.models.correction import (
    ELSEWHERE,
    HOME,
    OF_ARTICLES,
    RESPONSES,
    Kind,
    verdicts,
)
from monitor.models.correction import missed as asked
from monitor.pipeline import knowledge, wake
from monitor.pipeline.analyse import told, topics
from monitor.pipeline.knowledge import Lore
from monitor.text.reading import Reading
from monitor.words import Sentiment

log = logging.getLogger(__name__)

CORRECTORS = ("officer", "analyst", "admin")
MOST_UNITS = 20
NAME, REMARK = 150, 500
"""Characters that are kept of who and why."""


class Refused(Exception):  # noqa: N818 - reads as what happened
    """Nothing was recorded; why, and what to do instead, in Chinese."""


def may_correct(user: User | AnonymousUser) -> bool:
    """Duty officers, analysts and administrators; a unit's contact never judges its own case."""
    return user.is_superuser or user.groups.filter(name__in=CORRECTORS).exists()


def sentiment(article: int, now: Sentiment, by: str, remark: str = "") -> Correction:
    """The article's sentiment is this one; the machine's own confirms it. Raises Refused."""
    return _of_article(article, Kind.SENTIMENT, now.value, by, remark)


def place(article: int, *, home: bool, by: str, remark: str = "") -> Correction:
    """The article tells of our county, or of another. Raises Refused."""
    return _of_article(article, Kind.PLACE, HOME if home else ELSEWHERE, by, remark)


def units(article: int, slugs: Iterable[str], by: str, remark: str = "") -> Correction:
    """The article concerns exactly these units. Raises Refused."""
    wanted = list(dict.fromkeys(slugs))
    known = knowledge.current().values.units
    if strange := [slug for slug in wanted if slug not in known]:
        raise Refused(f"没有责任单位 {'、'.join(strange)}，请在目录的 units.yaml 中查代号")
    if len(wanted) > MOST_UNITS:
        raise Refused(f"一篇文章最多 {MOST_UNITS} 个责任单位，请只留主要的")
    return _of_article(article, Kind.UNITS, wanted, by, remark)


def false_alarm(event: int, by: str, remark: str = "") -> Correction:
    """误报: the event's alert is quiet from now on, but for what cannot wait. Raises Refused."""
    with transaction.atomic():
        _hold_event(event)
        alert = Alert.objects.filter(event=event).first()
        if alert is None:
            raise Refused("这个事件没有预警，不必判误报")
        if alert.false_alarm:
            raise Refused(f"预警 {alert.number} 已经判为误报")
        row = _add(Kind.FALSE_ALARM, by, remark, event_id=event, was=alert.number)
        Alert.objects.filter(pk=alert.pk).update(false_alarm=True)
        _due(event)
    return row


def missed(event: int, by: str, remark: str = "") -> Correction:
    """漏报: the event gets its alert, by this person's word. Raises Refused."""
    with transaction.atomic():
        _hold_event(event)
        alert = Alert.objects.filter(event=event).first()
        if alert is not None and alert.false_alarm:
            raise Refused(f"预警 {alert.number} 已判为误报；要恢复，请撤销那条纠正")
        if alert is not None and alert.pushed:
            raise Refused(f"这个事件已有预警 {alert.number}，没有漏报")
        if event in asked([event]):
            raise Refused("已经判为漏报，预警几秒内就会发出")
        row = _add(Kind.MISSED, by, remark, event_id=event)
        _due(event)
    return row


def record(
    kind: Kind, event: int, by: str, remark: str = "", *, was: Any = None, now: Any = None
) -> Correction:
    """What was done to an event elsewhere (merged, split), to be called in its transaction."""
    return _add(kind, by, remark, event_id=event, was=was, now=now)


def take_back(row: Correction, by: str, remark: str = "") -> Correction:
    """What was done elsewhere is undone elsewhere, in this transaction. Raises Refused."""
    _refuse_undone(row)
    return _undone(row, by, remark)


def undo(correction: int, by: str, remark: str = "") -> Correction:
    """Take one back, by a row of its own. Raises Refused. Merges and splits: `regroup.undo`."""
    row = Correction.objects.filter(pk=correction).first()
    if row is None:
        raise Refused(f"没有第 {correction} 号纠正，请用 yuqing correct list 查看编号")
    if row.undoes_id is not None:
        raise Refused("撤销本身不能再撤销；请重新纠正一次")
    if row.kind not in (*OF_ARTICLES, *RESPONSES):
        raise Refused(f"“{row.get_kind_display()}”不能这样撤销，请在事件页上撤销")
    with transaction.atomic():
        if row.article_id is not None:
            article = _hold_article(row.article_id)
            _refuse_undone(row)
            done = _undone(row, by, remark)
            _show(article, knowledge.current())
        else:
            living = _hold_living(row.event_id)
            _refuse_undone(row)
            done = _undone(row, by, remark)
            _answer(row, living)
            _due(living)
    return done


def _answer(row: Correction, living: int) -> None:
    """Quiet, or quiet no more, the alert of which a word was taken back. An event that was merged
    may have kept its alert; else it is that of the living event."""
    kept = Alert.objects.filter(event=row.event_id).exists()
    about = row.event_id if kept else living
    last = _last_response(about)
    # An alert that was raised by a person's word alone cannot be called back, only quieted.
    quiet = last == Kind.FALSE_ALARM or (last is None and row.kind == Kind.MISSED)
    if quiet:
        quiet = not Alert.objects.filter(event__merged_into=about, false_alarm=False).exists()
    Alert.objects.filter(event=about).update(false_alarm=quiet)
    if not quiet:
        Alert.objects.filter(event=living).update(false_alarm=False)


def _refuse_undone(row: Correction) -> None:
    if Correction.objects.filter(undoes=row).exists():
        raise Refused(f"第 {row.pk} 号纠正已经撤销")


def _undone(row: Correction, by: str, remark: str) -> Correction:
    return _add(
        Kind(row.kind),
        by,
        remark,
        article_id=row.article_id,
        event_id=row.event_id,
        edition=row.edition,
        was=row.now,
        now=_below(row),
        undoes=row,
    )


def _below(row: Correction) -> Any:
    """What is in force of this kind once the row is taken back; null for an event's."""
    if row.article_id is None:
        return None
    others = Correction.objects.standing().filter(article=row.article_id, kind=row.kind)
    left = others.exclude(pk=row.pk).last()
    return left.now if left else _machine(Analysis.objects.get(pk=row.article_id))[Kind(row.kind)]


def _of_article(pk: int, kind: Kind, now: Any, by: str, remark: str) -> Correction:
    lore = knowledge.current()
    with transaction.atomic():
        article = _hold_article(pk)
        standing = Correction.objects.standing().filter(article=pk, kind=kind).last()
        if standing is not None and standing.now == now:
            raise Refused(f"{standing.by} 已经这样纠正过，没有变化")
        row = _add(
            kind,
            by,
            remark,
            article_id=pk,
            edition=article.analysed_edition,
            was=standing.now if standing else _machine(article.analysis)[kind],
            now=now,
        )
        _show(article, lore)
    return row


def _add(kind: Kind, by: str, remark: str, **fields: Any) -> Correction:
    row = Correction.objects.create(
        kind=kind, by=by[:NAME], remark=remark.strip()[:REMARK], at=timezone.now(), **fields
    )
    log.info(
        "纠正 %d：%s%s，%s",
        row.pk,
        "撤销" if row.undoes_id else "",
        row.get_kind_display(),
        by,
        extra={"article": row.article_id} if row.article_id else {"event": row.event_id},
    )
    return row


def _hold_event(pk: int | None) -> None:
    event = Event.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if event is None:
        raise Refused(f"没有第 {pk} 号事件")
    if event.merged_into_id is not None:
        raise Refused(f"这个事件已并入第 {event.merged_into_id} 号事件，请到那里纠正")


def _hold_living(pk: int | None) -> int:
    """The event, or the one that it was merged into by now, locked."""
    living = _living(pk)
    _hold_event(living)
    if _living(pk) != living:
        raise Refused("这个事件刚刚合并或拆开，请再撤销一次")
    return living


def _living(pk: int | None) -> int:
    living = pk or 0
    while into := Event.objects.filter(pk=living).values_list("merged_into", flat=True).first():
        living = into
    return living


def _hold_article(pk: int) -> Article:
    """The article, its event locked before it, as all do who lock both."""
    event = Article.objects.filter(pk=pk).values_list("event", flat=True).first()
    if event is not None:
        Event.objects.select_for_update(no_key=True).filter(pk=event).first()
    rows = Article.objects.select_for_update(no_key=True, of=("self",))
    article = rows.filter(pk=pk).select_related("analysis").first()
    if article is None:
        raise Refused(f"没有第 {pk} 号文章")
    if article.analysed_edition == 0:
        raise Refused("这篇文章还没有研读，稍等几秒再纠正")
    if article.event_id != event:
        raise Refused("这篇文章刚刚归入另一事件，请再纠正一次")
    return article


def _machine(analysis: Analysis) -> dict[Kind, Any]:
    """What the machine reads in an article, as corrections say it."""
    data = json.loads(analysis.reading)
    reading = Reading.from_json(data)
    return {
        Kind.SENTIMENT: reading.score.sentiment.value,
        Kind.PLACE: {True: HOME, False: ELSEWHERE, None: None}[home_of(data)],
        Kind.UNITS: list(dict.fromkeys(found.slug for found in reading.units)),
    }


def in_force(analysis: Analysis) -> dict[Kind, Any]:
    """What holds of an article, after people's corrections, as corrections say it."""
    return _machine(analysis) | verdicts([analysis.pk])[analysis.pk].said()


def _show(article: Article, lore: Lore) -> None:
    """Put in force what people say of the article, in its rows, in search and in judgement."""
    said = verdicts([article.pk])[article.pk]
    reading = Reading.from_json(json.loads(article.analysis.reading))
    tone, negative = said.tone(reading.score.sentiment, reading.score.negative)
    concerned = said.concerned(found.slug for found in reading.units)
    texts = ArticleText.objects.filter(article=article, edition=article.analysed_edition)
    slugs = [topics(text, tone, concerned, lore) for text in told(texts)]
    Analysis.objects.filter(pk=article.pk).update(
        units=" ".join(concerned), topics=" ".join(slugs[0]) if slugs else ""
    )
    Article.objects.filter(pk=article.pk).update(
        sentiment=tone,
        negative=negative,
        rev=F("rev") + 1,
        token=F("token") + 1,
        owner="",
        until=None,
        attempts=0,
    )
    if article.event_id is not None:
        _due(article.event_id)
    wake.hint("analyse", "index")


def _due(event: int | None) -> None:
    """Have the event judged again, whatever went wrong with it before."""
    Event.objects.filter(pk=event).update(
        rev=F("rev") + 1,
        touched=timezone.now(),
        token=F("token") + 1,
        owner="",
        until=None,
        attempts=0,
        quarantined="",
    )
    wake.hint("alert")


def _last_response(event: int | None) -> str | None:
    """What people said last of whether the event needs a response, or those merged into it that
    have no alert of their own any more."""
    absorbed = Event.objects.filter(merged_into=event, alert=None)
    rows = Correction.objects.standing().filter(kind__in=RESPONSES)
    last = rows.filter(Q(event=event) | Q(event__in=absorbed)).last()
    return last.kind if last else None
