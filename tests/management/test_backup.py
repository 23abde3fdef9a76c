"""A backup taken while the office works comes back whole in an empty data folder."""

import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from monitor.models import Article, Delivery
from monitor.pipeline import accounts, archive, backup
from tests.management.conftest import Yuqing
from tests.peers.robot import Robot
from tests.pipeline.office import Office, environment, source, webhook
from tests.system.stories import STORIES, note

pytestmark = pytest.mark.django_db(transaction=True)

SET_ANEW = {
    "monitor_article": {"indexed_rev", "owner", "until"},
    "monitor_delivery": {"state", "code", "words", "owner", "until"},
    "monitor_knowledge": {"revision"},
}
"""What a restore changes, by table."""


@pytest.fixture
def worked(office: Office, robot: Robot) -> Office:
    """Articles, an alert with its delivery sent, another delivery that has not left, a user."""
    office.has(sources=[source("forum")], channels=[webhook(robot.url)])
    office.hears("forum", STORIES[6], *(note(n) for n in range(5)))
    office.works()
    office.hears("forum", STORIES[3])
    office.reads()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent", "queued"}
    accounts.add_user("wang", "a-long-password-1", "officer")
    (office.folder / "secret.key").write_text("k" * 40)
    return office


def tables(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows of an archive as mappings, without what a restore sets anew."""
    with zipfile.ZipFile(path) as file:
        manifest = json.loads(file.read("manifest.json"))
        return {
            table["name"]: sorted(
                (
                    {
                        column: value
                        for column, value in zip(table["columns"], json.loads(line), strict=True)
                        if column not in SET_ANEW.get(table["name"], ())
                    }
                    for line in file.read(f"tables/{table['name']}.jsonl").splitlines()
                ),
                key=lambda row: json.dumps(row, sort_keys=True),
            )
            for table in manifest["tables"]
        }


def elsewhere(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run yuqing as another installation."""
    return subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_what_was_backed_up_is_there_again_in_an_empty_folder(
    worked: Office, yuqing: Yuqing, tmp_path: Path
) -> None:
    ran = yuqing("backup", str(tmp_path / "kept"))
    assert (ran.code, ran.err) == (0, "")
    (kept,) = (tmp_path / "kept").glob(backup.PATTERN)
    assert kept.stat().st_mode & 0o777 == 0o600

    new = tmp_path / "new"
    done = elsewhere(new, "restore", str(kept))
    assert (done.returncode, done.stderr) == (0, "")
    assert "文章 7" in done.stdout
    assert (new / "secret.key").read_text() == "k" * 40
    assert (new / "secret.key").stat().st_mode & 0o777 == 0o600
    assert (new / "catalog" / "sources.yaml").exists()

    assert elsewhere(new, "backup", str(tmp_path / "again")).returncode == 0
    (again,) = (tmp_path / "again").glob(backup.PATTERN)
    before, after = tables(kept), tables(again)
    assert before.keys() == after.keys()
    for name, rows in before.items():
        assert after[name] == rows, name
    assert len(before["monitor_article"]) == 7
    assert [row["username"] for row in before["auth_user"]] == ["wang"]


def test_what_was_on_its_way_is_not_sent_by_itself(
    worked: Office, yuqing: Yuqing, robot: Robot, tmp_path: Path
) -> None:
    yuqing("backup", str(tmp_path))
    (kept,) = tmp_path.glob(backup.PATTERN)
    new = tmp_path / "new"
    elsewhere(new, "restore", str(kept))
    said = json.loads(elsewhere(new, "status", "--json").stdout)
    assert said["deliveries"]["queued"] == 0
    assert said["deliveries"]["failed"] == Delivery.objects.filter(state="queued").count()
    assert said["deliveries"]["sent"] == Delivery.objects.filter(state="sent").count()
    assert said["articles"]["indexed"] == 0  # the index is not in a backup


DIES_BEFORE_THE_LAST_MIGRATION = """
import os, sys
from monitor.__main__ import main
from pathlib import Path
import django
django.setup()
from monitor.pipeline import archive, restore
migrate = restore.call_command
def dies(*words, **how):
    if len(words) == 1:
        os._exit(9)
    migrate(*words, **how)
restore.call_command = dies
with archive.reading(Path(sys.argv[1])) as file:
    list(restore.restore(file))
"""


def test_a_restore_that_is_killed_after_its_rows_sends_nothing_by_itself_either(
    worked: Office, yuqing: Yuqing, tmp_path: Path
) -> None:
    yuqing("backup", str(tmp_path))
    (kept,) = tmp_path.glob(backup.PATTERN)
    new = tmp_path / "new"
    settings = environment(new) | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", DIES_BEFORE_THE_LAST_MIGRATION, str(kept)], env=settings, timeout=120
    )
    assert done.returncode == 9
    assert elsewhere(new, "migrate").returncode == 0
    said = json.loads(elsewhere(new, "status", "--json").stdout)
    assert sum(said["articles"].values()) == 7
    assert said["articles"]["indexed"] == said["deliveries"]["queued"] == 0


def test_a_restore_into_a_full_database_changes_nothing(
    worked: Office, yuqing: Yuqing, tmp_path: Path
) -> None:
    yuqing("backup", str(tmp_path))
    (kept,) = tmp_path.glob(backup.PATTERN)
    ran = yuqing("restore", str(kept))
    assert ran.code == 1
    assert "数据库里已有内容" in ran.err
    assert Article.objects.filter(indexed_rev__gt=0).exists()


@pytest.mark.parametrize("harm", ["cut", "flipped", "not a zip", "another zip"])
def test_a_damaged_backup_is_refused_before_anything_is_written(
    harm: str, worked: Office, yuqing: Yuqing, tmp_path: Path
) -> None:
    yuqing("backup", str(tmp_path))
    (kept,) = tmp_path.glob(backup.PATTERN)
    whole = kept.read_bytes()
    with zipfile.ZipFile(kept) as file:
        inside = file.getinfo("tables/monitor_articletext.jsonl").header_offset + 200
    if harm == "another zip":
        with zipfile.ZipFile(kept, "w") as file:
            file.writestr("readme", "nothing of ours")
    else:
        kept.write_bytes(
            {
                "cut": whole[: len(whole) // 2],
                "flipped": whole[:inside] + bytes([whole[inside] ^ 0xFF]) + whole[inside + 1 :],
                "not a zip": b"hello",
            }[harm]
        )
    done = elsewhere(tmp_path / "new", "restore", str(kept))
    assert done.returncode == 1
    assert "备份" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "new" / "yuqing.db").exists()


def test_a_backup_of_a_later_version_is_refused_in_words(
    worked: Office, yuqing: Yuqing, tmp_path: Path
) -> None:
    path = tmp_path / "later.zip"
    with archive.writing(path) as file:
        file.close(archive.Manifest("9.9", "2030-01-01", "本县", {"monitor": "0999_someday"}))
    done = elsewhere(tmp_path / "new", "restore", str(path))
    assert done.returncode == 1
    assert "先升级本程序" in done.stderr


def test_only_the_newest_backups_are_kept(worked: Office, yuqing: Yuqing, tmp_path: Path) -> None:
    for day in ("20260101", "20260102", "20260103"):
        (tmp_path / f"yuqing-{day}-030000.zip").write_bytes(b"")
    (tmp_path / "notes.zip").write_bytes(b"mine")
    ran = yuqing("backup", str(tmp_path), "--keep", "2")
    assert ran.code == 0
    left = sorted(path.name for path in tmp_path.glob("*.zip"))
    assert left[:2] == ["notes.zip", "yuqing-20260103-030000.zip"]
    assert len(left) == 3


def hear(office: Office, text: str) -> None:
    """As another process would, on a connection of its own."""
    try:
        office.hears("forum", text)
    finally:
        connection.close()


def test_a_backup_sees_one_moment(worked: Office, tmp_path: Path) -> None:
    """What is taken in while a backup is being written is in none of its tables."""
    path = tmp_path / backup.name(timezone.now())
    steps = backup.back_up(path)
    next(steps)
    beside = threading.Thread(target=hear, args=(worked, "备份途中来的一篇文章"))
    beside.start()
    beside.join(30)
    assert not beside.is_alive()
    for _ in steps:
        pass
    found = tables(path)
    assert len(found["monitor_article"]) == len(found["monitor_articletext"]) == 7
    assert Article.objects.count() == 8
