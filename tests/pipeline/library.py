"""Articles enough for several batches of an export, and processes that die while they write."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from monitor.pipeline import extract
from tests.pipeline.office import Office, entry, environment, source

HERE = Path(__file__).resolve().parents[2]
ARTICLES = 40
HITS = 5
"""Hits a batch, so that there are eight of them."""

_DIES = """
import sys, time
from monitor.pipeline import extract, export, export_file
extract.HITS = {hits}
whole = extract.batches
def some(query, position=""):
    for number, batch in enumerate(whole(query, position), 1):
        yield batch
        if number == {keeps}:
            export_file.KEEP_S = float("inf")
        if number == {dies}:
            print("here", flush=True)
            time.sleep(600)
export_file.batches = export.batches = some
export_file.KEEP_S = 0
{work}
"""


class Library:
    """See `fill`."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def process(self, work: str, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of this installation, on the test's own tables, in the present folder."""
        return subprocess.Popen(
            [sys.executable, "-c", f"import django; django.setup()\n{work}", *arguments],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def command(self, *arguments: str) -> subprocess.Popen[bytes]:
        """`yuqing …` in a process of its own."""
        return self.process("from monitor.__main__ import main; main()", *arguments)

    def dies(self, work: str, *arguments: str, keeps: int, dies: int) -> None:
        """Work in another process until it has written `dies` batches, of which it kept `keeps`;
        then it is killed with -9."""
        program = _DIES.format(hits=HITS, keeps=keeps, dies=dies, work=work)
        with self.process(program, *arguments) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline() == b"here\n", process.stderr.read().decode()
            process.send_signal(signal.SIGKILL)
            process.wait()

    def _environment(self) -> dict[str, str]:
        given = {"DATABASE_URL": _database_url(), "INDEX_URL": settings.YUQING.index_url}
        return environment(self.office.folder, **given) | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(HERE),
        }


def fill(office: Office, monkeypatch: pytest.MonkeyPatch) -> Library:
    """An office with ARTICLES articles that say 停水, some of them nasty, all searchable; exports
    read them in batches of HITS."""
    monkeypatch.setattr(extract, "HITS", HITS)
    office.has(sources=[source("forum", name="青溪论坛")])
    office.hears("forum", *(_article(n) for n in range(ARTICLES)))
    office.works()
    return Library(office)


def _article(n: int) -> Any:
    begin = ("=1+1", "＋86", "@某人", "", "\t-2")[n % 5]
    names = "甲乙丙丁戊己庚辛壬癸"
    return entry(
        f"{begin}第{n}条：{names[n % 10] * 7}小区{names[n // 10] * 6}号楼停水，\n电话{n}{n}{n}。",
        title=f"{begin}{names[n % 10]}小区{n}号楼停水",
        link=f"http://forum.example/{n}",
        author="河边人",
    )


def _database_url() -> str:
    held: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{held['NAME']}"
    return f"postgresql://{held['USER']}@/{held['NAME']}?host={held['HOST']}&port={held['PORT']}"
