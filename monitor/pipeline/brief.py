"""brief: figures frozen → docx and xlsx, written side by side or not at all."""

import errno
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.briefing.values import Briefing, Period
from monitor.pipeline import figures

Report = Callable[[str], None]


class BriefingExistsError(Exception):
    """A file is already there, and overwriting was not asked for."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@dataclass(frozen=True, slots=True)
class Written:
    """The two files of one briefing, and the figures that both show."""

    docx: Path
    xlsx: Path
    briefing: Briefing


def brief(period: Period, out: Path, *, force: bool, report: Report) -> Written:
    """Write `out` (.docx) and, beside it, the .xlsx of the same name.

    Raises BriefingExistsError unless `force`; OSError where the folder cannot be written.
    `report` is told in words what is going on.
    """
    paths = (out, out.with_suffix(".xlsx"))
    if not force:
        _refuse_existing(paths)
    report("读取数字")
    briefing = figures.briefing(period)
    # Word, Excel and chart libraries are large; only a process that writes a briefing loads them.
    from monitor.briefing import docx, xlsx

    report("生成 docx")
    word = docx.render(briefing)
    report("生成 xlsx")
    sheets = xlsx.render(briefing)
    if not force:
        _refuse_existing(paths)
    _write_both(list(zip(paths, (word, sheets), strict=True)))
    return Written(*paths, briefing)


def _refuse_existing(paths: tuple[Path, ...]) -> None:
    for path in paths:
        if path.exists():
            raise BriefingExistsError(path)


def _write_both(contents: list[tuple[Path, bytes]]) -> None:
    """Both are complete on the disk before either takes its name."""
    for path, _ in contents:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{path.name} 是一个文件夹", str(path))
    drafts: list[Path] = []
    try:
        for path, content in contents:
            drafts.append(_draft(path, content))
        for draft, (path, _) in zip(drafts, contents, strict=True):
            draft.replace(path)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _draft(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes it private; a briefing is as readable as any other file of its owner.
        umask = os.umask(0)
        os.umask(umask)
        draft.chmod(0o666 & ~umask)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft
