"""Settings: what is unknown or wrong stops the start with one line that names it and the cure."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import Environment, SettingsError, read

ROOT = Path(__file__).parents[2]
ENGLISH = re.compile(r"\b(?:should|input|value|valid|must|error|does|not|appear|invalid)\b", re.I)


def set_to(folder: Path, **values: str) -> Environment:
    return read({"YUQING_DATA": str(folder), **{f"YUQING_{k}": v for k, v in values.items()}})


def complaint(folder: Path, **values: str) -> str:
    with pytest.raises(SettingsError) as caught:
        set_to(folder, **values)
    words = str(caught.value)
    assert words.count("\n") == max(0, len(values) - 1)
    assert not ENGLISH.search(words), words
    return words


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    found = set_to(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path}/yuqing.db"
    assert found.index_url == f"sqlite:///{tmp_path}/index"
    assert found.catalog == tmp_path / "catalog"
    assert found.broker_url == "embedded"
    assert (found.public_url, found.fetch_allow, found.secrets) == ("", (), {})


def test_names_of_others_are_none_of_ours(tmp_path: Path) -> None:
    found = read({"YUQING_DATA": str(tmp_path), "PATH": "/bin", "YUQING_TEST_X": "1"})
    assert found.office == "本县舆情值班室"


def test_an_unknown_name_is_refused_with_the_name_it_was_meant_to_be(tmp_path: Path) -> None:
    words = complaint(tmp_path, PUBLICURL="https://x.example")
    assert "YUQING_PUBLICURL" in words
    assert "YUQING_PUBLIC_URL？" in words
    assert "YUQING_WORKERS" in complaint(tmp_path, NONSENSE="1")


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("PUBLIC_URL", "yuqing.example.gov.cn", "https://"),
        ("PUBLIC_URL", "http://[", "https://"),
        ("PUBLIC_URL", "javascript:alert(1)", "https://"),
        ("PUBLIC_URL", "https://www.example.gov.cn/yuqing", "不带路径"),
        ("PUBLIC_URL", "https://www.example.gov.cn/?a=1", "例如 https://www.example.gov.cn"),
        ("PUBLIC_URL", "https://www.example.gov.cn#top", "不带路径"),
        ("PUBLIC_URL", "https://li:secret@www.example.gov.cn", "不带路径"),
        ("SECRET_KEY", "short", "至少 32 个字符"),
        ("SECRET_KEY", "", "至少 32 个字符"),
        ("DATABASE_URL", "mysql://root@db/yuqing", "sqlite:///"),
        ("INDEX_URL", "/var/index", "sqlite:///"),
        ("BROKER_URL", "amqp://mq", "redis://"),
        ("BROKER_URL", "http://[", "redis://"),
        ("BROKER_URL", "redis://:geheim@", "没有写主机名"),
        ("BROKER_URL", "sentinel://a:x,b", "“a:x”不是“主机:端口”"),
        ("BROKER_CA", "/nowhere/ca.pem", "没有证书文件 /nowhere/ca.pem"),
        ("WORKERS", "many", "整数"),
        ("WORKERS", "0", "不能小于 1"),
        ("WORKERS", "65", "不能大于 64"),
        ("FETCH_ALLOW", "10.0.0.1/8", "网段"),
        ("FETCH_ALLOW", "10.0.0.0/8,intranet", "intranet"),
        ("OFFICE", "", "至少 1 个字符"),
        ("USER_AGENT", "x", "至少 3 个字符"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(
    tmp_path: Path, name: str, value: str, cure: str
) -> None:
    words = complaint(tmp_path, **{name: value})
    assert f"YUQING_{name}（" in words
    assert cure in words


def test_every_wrong_value_has_a_line_of_its_own(tmp_path: Path) -> None:
    words = complaint(tmp_path, WORKERS="many", OFFICE="", USER_AGENT="x")
    assert len(words.splitlines()) == 3
    for name in ("WORKERS", "OFFICE", "USER_AGENT"):
        assert f"YUQING_{name}（" in words


def test_a_data_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SettingsError, match=r"YUQING_DATA.*不能读写") as caught:
        set_to(tmp_path / "file" / "data")
    assert "\n" not in str(caught.value)


def test_lists_are_written_with_commas(tmp_path: Path) -> None:
    found = set_to(
        tmp_path, FETCH_ALLOW="10.1.0.0/16, fd00::/8", ALLOWED_HOSTS="a.example,b.example"
    )
    assert [str(network) for network in found.fetch_allow] == ["10.1.0.0/16", "fd00::/8"]
    assert found.allowed_hosts == ("a.example", "b.example")


def test_any_setting_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    long = "from-a-file-and-long-enough-for-signing"
    (tmp_path / "key").write_text(f"{long}\n")
    found = set_to(
        tmp_path,
        SECRET_KEY_FILE=str(tmp_path / "key"),
        SECRET_WECOM_KEY_FILE=str(tmp_path / "key"),
        SECRET_HOOK="plain",
    )
    assert found.secret_key == long
    assert dict(found.secrets) == {"WECOM_KEY": long, "HOOK": "plain"}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        set_to(tmp_path, SECRET_WECOM_KEY_FILE=str(tmp_path / "gone"))
    assert "YUQING_SECRET_WECOM_KEY_FILE" in str(caught.value)
    assert str(tmp_path / "gone") in str(caught.value)


def test_the_folders_own_file_counts_and_the_process_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "yuqing.env").write_text(
        "YUQING_OFFICE=青溪县网信值班室\nYUQING_WORKERS=2\nYUQING_SECRET_HOOK=kept\n",
        encoding="utf-8",
    )
    found = set_to(tmp_path, WORKERS="5")
    assert (found.office, found.workers, found.secrets["HOOK"]) == ("青溪县网信值班室", 5, "kept")
    (tmp_path / "yuqing.env").write_text("YUQING_OFICE=青溪县\n", encoding="utf-8")
    assert "YUQING_OFFICE？" in complaint(tmp_path)
    (tmp_path / "yuqing.env").write_bytes("YUQING_OFFICE=青溪县\n".encode("gb18030"))
    with pytest.raises(SettingsError, match=r"yuqing\.env"):
        set_to(tmp_path)


@pytest.mark.parametrize("given", ["https://YUQING.example.gov.cn:8443", "http://10.1.2.3/"])
def test_the_public_address_is_kept_as_an_origin(tmp_path: Path, given: str) -> None:
    assert set_to(tmp_path, PUBLIC_URL=given).public_url == given.lower().rstrip("/")


def test_a_signing_key_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    first = set_to(tmp_path / "data").secret_key
    assert len(first) >= 50
    assert set_to(tmp_path / "data").secret_key == first
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o077 == 0
    assert set_to(tmp_path / "other").secret_key != first


def test_an_empty_key_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch(mode=0o644)
    made = set_to(tmp_path).secret_key
    assert len(made) >= 50
    assert set_to(tmp_path).secret_key == made
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_a_death_while_the_key_is_made_leaves_no_key_rather_than_half_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(SettingsError, match="YUQING_DATA"):
            set_to(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(set_to(tmp_path).secret_key) >= 50


def test_processes_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    ask = "import os; from config.environment import read; print(read(os.environ).secret_key)"
    asked = [
        subprocess.Popen(
            [sys.executable, "-c", ask],
            env={"YUQING_DATA": str(tmp_path)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    keys = {process.communicate(timeout=60)[0] for process in asked}
    assert len(keys) == 1
    assert len(keys.pop().strip()) >= 50


def test_no_hour_at_all_means_that_nothing_is_reported(tmp_path: Path) -> None:
    assert set_to(tmp_path).shift_hours == (8, 20)
    assert set_to(tmp_path, SHIFT_HOURS="").shift_hours == ()
    assert set_to(tmp_path, SHIFT_HOURS="0, 23").shift_hours == (0, 23)
    assert "25" in complaint(tmp_path, SHIFT_HOURS="8,25")
