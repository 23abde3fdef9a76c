"""export: what people asked for in the console → files that they fetch, a few seconds at a time.

The row says how much of the file counts. A turn cuts the file to that, appends, makes it safe on
the disk and then moves the row on in one statement, so a process that dies costs one turn. A file
in the folder means nothing by itself: whole is the one whose row says done.
"""

import errno
import logging
import re
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from monitor.export import FORMATS, Draft, DraftBusy, Progress, TooLarge, draft
from monitor.models import Export
from monitor.models.claims import Claim, Lane
from monitor.pipeline import knowledge, wake
from monitor.pipeline.chores import Duty
from monitor.pipeline.extract import batches, labels
from monitor.pipeline.search import count
from monitor.pipeline.step import LEASE_SLACK, REST, Step, Waiting, attempt, waiting
from monitor.query import Query, QueryError, parse
from monitor.stack.folder import DataFolder, room
from monitor.words import SHANGHAI

log = logging.getLogger(__name__)

LIMIT = timedelta(seconds=20)
WRITE_S = 2.0
"""How long a turn writes: others' work in this queue waits for it."""
LEASE = LIMIT + LEASE_SLACK
MOST_RUNNING = 3
MOST_QUERY = 2000
MOST_FILE = 2 << 30
"""Bytes; a larger one no office's computer opens."""
ROW_BYTES = 1500
"""About what an article of some 300 characters takes, for telling beforehand if the disk is
large enough."""

LANE = Lane(
    Export,
    "export",
    # One process at a time writes exports, so that pushes have the others (two that claim at the
    # same instant may get one each on PostgreSQL, which does no harm for one turn); and the export
    # that has got least is next, so that a large one does not keep small ones waiting.
    "state = 'queued' AND NOT EXISTS (SELECT 1 FROM monitor_export other"
    " WHERE other.owner <> '' AND other.until > %s AND other.until <= %s)",
    "done, id",
    LEASE,
    mark=", state = 'failed', words = '连续几次没有导成，请重新导出；仍不行请管理员查看日志'",
)
WITH_FILE = (Export.QUEUED, Export.DONE)
_DISK = {
    errno.EFBIG: "文件超过 2 GB，多数电脑打不开；请按日期分几次导出",
    **dict.fromkeys(
        (errno.ENOSPC, errno.EDQUOT), "磁盘空间不够；请删除不用的导出，或请管理员清理磁盘后重新导出"
    ),
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO),
        "导出文件夹写不进去；请管理员检查数据目录 exports 的权限和磁盘，之后重新导出",
    ),
}


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """This export cannot be asked for now; `str()` says why and what to do, in Chinese."""


def folder() -> Path:
    """Where the files are: console and workers share it."""
    return DataFolder.at(settings.YUQING.data).inside("exports")


def file(row: Export) -> Path:
    return folder() / f"{row.pk}.{row.format}"


def file_name(query: str, format_: str, asked: datetime) -> str:
    """What a person's file is called: 导出-停水-20261123.csv."""
    words = re.sub(r"[^\w]+", "-", query).strip("-_")[:40] or "全部"
    return f"导出-{words}-{asked.astimezone(SHANGHAI):%Y%m%d}.{format_}"


def ask(user: User, query: str, format_: str) -> Export:
    """A row for the export (the one that is being written, if this was asked for already).

    Raises QueryError for a mistake in the query, IndexUnavailable, and Refused.
    """
    query = " ".join(query.split())
    if format_ not in FORMATS:
        raise Refused("请选择导出的格式：" + "、".join(FORMATS))
    if len(query) > MOST_QUERY:
        raise Refused(f"检索式太长，最多 {MOST_QUERY:,} 个字，请缩短后再导出")
    total = count(parse(query, knowledge.catalogue().names))
    if not total:
        raise Refused("没有文章符合这个检索式，没有可导出的。请换个说法，或去掉一个条件")
    left = room(settings.YUQING.data)
    if not left.enough or left.bytes < total * ROW_BYTES:
        raise Refused(f"磁盘空间不够（{left.words}），请先删除不用的导出，或请管理员清理磁盘")
    with transaction.atomic():
        # Two presses at once come one after the other.
        User.objects.select_for_update().get(pk=user.pk)
        running = Export.objects.filter(asked_by=user, state=Export.QUEUED)
        if same := running.filter(query=query, format=format_).first():
            return same
        if running.count() >= MOST_RUNNING:
            raise Refused(f"您已有 {MOST_RUNNING} 个导出在进行，请等其中一个完成，或取消一个")
        row = Export.objects.create(
            asked_by=user, query=query, format=format_, total=total, created=timezone.now()
        )
        wake.hint("export")
    log.info(
        "%s 导出 %d：%r，%s，%d 篇",
        user,
        row.pk,
        query,
        format_,
        total,
        extra={"export": row.pk},
    )
    return row


def delete(row: Export, by: User) -> None:
    """Break an export off, or remove its file; the row stays and says that it was asked for."""
    Export.objects.filter(pk=row.pk).update(
        state=Export.DELETED, token=F("token") + 1, ended=timezone.now(), owner="", until=None
    )
    file(row).unlink(missing_ok=True)
    log.info("%s 删除导出 %d", by, row.pk, extra={"export": row.pk})


def batch() -> int:
    """Write on at the export that has got least; 0 when there is none, or one is being written."""
    now = timezone.now()
    held = [now, now + LEASE + timedelta(seconds=5)]
    claims = LANE.claim(now, 1, held)
    for claim in claims:
        with attempt(LANE, claims):
            _turn(claim)
    return len(claims)


def _turn(claim: Claim) -> None:
    row = Export.objects.get(pk=claim.key)
    try:
        values = knowledge.catalogue()
        query = parse(row.query, values.names)
        with draft(file(row), row.format, labels(values), _progress(row)) as file_:
            whole = _write(file_, query)
            _check_room(file_)
            _record(row, claim, file_.finish() if whole else file_.keep(), whole=whole)
    except DraftBusy:
        LANE.release([claim], until=timezone.now() + REST, blameless=True)
    except (QueryError, TooLarge, OSError) as error:
        words = _explained(error)
        if not words:
            raise
        _fail(row, claim, words)


def _write(file_: Draft, query: Query) -> bool:
    """Append rows for WRITE_S; whether there are no more."""
    end = time.monotonic() + WRITE_S
    with closing(batches(query, file_.progress.position)) as found:
        for some in found:
            file_.add(some.rows, some.position)
            if time.monotonic() >= end or file_.size > MOST_FILE:
                return False
    return True


def _check_room(file_: Draft) -> None:
    if file_.size > MOST_FILE:
        raise OSError(errno.EFBIG, "larger than MOST_FILE")
    if not room(folder()).enough:
        raise OSError(errno.ENOSPC, "less room than others need")


def _progress(row: Export) -> Progress:
    return Progress(row.position, row.done, row.size, row.mark)


def _record(row: Export, claim: Claim, progress: Progress, *, whole: bool) -> None:
    """Move the row on to what is on the disk, if it is still ours."""
    now = timezone.now()
    result: dict[str, Any] = {
        "position": progress.position,
        "done": progress.done,
        "size": progress.size,
        "mark": progress.mark,
    }
    if whole:
        expires = now + timedelta(days=settings.YUQING.export_days)
        result |= {"state": Export.DONE, "mark": {}, "ended": now, "expires": expires}
    _write_back(row, claim, result)


def _fail(row: Export, claim: Claim, words: str) -> None:
    """Give up with a reason that the person reads."""
    result = {"state": Export.FAILED, "words": words[:500], "ended": timezone.now()}
    _write_back(row, claim, result)
    log.warning("导出 %d 没有做成：%s", row.pk, words, extra={"export": row.pk})


def _write_back(row: Export, claim: Claim, result: dict[str, Any]) -> None:
    ours = Export.objects.filter(pk=row.pk, token=claim.token, state=Export.QUEUED)
    ours.update(**result, owner="", until=None, attempts=0, failure="")
    kept = Export.objects.filter(pk=row.pk, state__in=WITH_FILE)
    if not kept.exists():  # failed, or deleted while we wrote
        file(row).unlink(missing_ok=True)


def _explained(error: QueryError | TooLarge | OSError) -> str:
    """What a person can do about it; nothing for a fault that is ours."""
    if isinstance(error, QueryError):
        return f"检索式现在不能用了（目录改过？）：{error.words}。请改好检索式后重新导出"
    if isinstance(error, TooLarge):
        return str(error)
    return _DISK.get(error.errno or 0, "")


def tidy() -> str:
    """Let go of files whose time is over, and of those that no row knows; says what was done."""
    now = timezone.now()
    there = list(folder().iterdir())  # before the rows: a newcomer's row is older than its file
    over = Export.objects.filter(state=Export.DONE, expires__lte=now)
    expired = over.update(state=Export.EXPIRED)
    rows = Export.objects.filter(state__in=WITH_FILE)
    known = {f"{pk}.{format_}" for pk, format_ in rows.values_list("pk", "format")}
    strange = [path for path in there if path.name not in known and path.is_file()]
    for path in strange:
        path.unlink(missing_ok=True)
    return f"过期 {expired} 个导出，删除 {len(strange)} 个文件"


def look(now: datetime) -> Waiting:
    queued = Export.objects.filter(state=Export.QUEUED, quarantined="")
    # One that is large takes its time; what counts is how long one has been waiting to begin.
    return Waiting(queued.count(), waiting(queued.filter(size=0), "created", now).oldest_s)


DUTY = Duty("exports", tidy, lambda now: now + timedelta(hours=1))
STEP = Step("export", "notify", LIMIT, batch, look)
