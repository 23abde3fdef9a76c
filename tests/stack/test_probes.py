"""Each probe says what it found, and the cure when something is missing."""

import socket
import sys
import types
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.stack import probes
from monitor.stack.address import Address
from monitor.stack.broker import Broker
from monitor.stack.folder import Room
from monitor.stack.surroundings import Surroundings
from tests.peers import redis
from tests.peers.redis import RedisServer, Sentinels
from tests.required import lacking

BUILT = datetime(2026, 11, 1, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def redis_program():
    try:
        return redis.program()
    except redis.RedisMissing as missing:
        lacking(str(missing))


@pytest.fixture
def broker(tmp_path):
    with (broker := Broker(tmp_path)).running():
        yield broker


def test_a_broker_that_answers_is_well(broker):
    probe = probes.broker(broker.address)
    assert probe.ok
    assert str(broker.socket) in probe.words


def test_a_broker_that_is_not_there_comes_with_the_cure(tmp_path):
    probe = probes.broker(Broker(tmp_path).address)
    assert not probe.ok
    assert "连接不上" in probe.words
    assert "yuqing up" in probe.cure


def test_a_broker_that_hangs_is_given_up_in_time():
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"redis://:geheim@127.0.0.1:{silent.getsockname()[1]}/0"
        probe = probes.broker(Address(url), timeout=0.2)
    assert not probe.ok
    assert "0.2 秒内没有回答" in probe.words
    assert "geheim" not in probe.words


def test_a_password_is_told_and_a_wrong_one_comes_with_the_cure(redis_program):
    with RedisServer("geheim") as server:
        assert probes.broker(Address(server.url, "geheim")).ok
        for wrong in ("", "falsch"):
            probe = probes.broker(Address(server.url, wrong))
            assert not probe.ok
            assert "拒绝了密码" in probe.words
            assert "YUQING_BROKER_PASSWORD" in probe.cure
            assert "falsch" not in probe.words + probe.cure


def test_a_certificate_of_an_unknown_authority_comes_with_the_cure(redis_program):
    with RedisServer(tls=True) as server:
        assert probes.broker(Address(server.url, ca=server.ca)).ok
        probe = probes.broker(Address(server.url))
    assert "证书不可信" in probe.words
    assert "YUQING_BROKER_CA" in probe.cure


def test_sentinels_are_asked_for_the_master_and_the_master_is_asked(redis_program):
    with Sentinels(password="geheim", own_password="theirs") as sentinels:
        known = Address(sentinels.url, "geheim", master=redis.MASTER)
        assert probes.broker(known).ok
        assert "theirs" not in probes.broker(known).words
        unknown = probes.broker(Address(sentinels.url, "geheim", master="another"))
        assert "没有给出主节点 another" in unknown.words
        assert "YUQING_BROKER_MASTER" in unknown.cure
        assert "拒绝了密码" in probes.broker(Address(sentinels.url, "falsch")).words
        sentinels.loses_its_master()
        assert probes.broker(known).ok


def test_a_full_disk_comes_with_the_cure(tmp_path, monkeypatch):
    assert "剩余" in probes.disk(tmp_path).words
    monkeypatch.setattr(probes, "room", lambda _path: Room(1024, 1_000_000))
    full = probes.disk(tmp_path)
    assert not full.ok
    assert "YUQING_DATA" in full.cure


def test_a_disk_without_inodes_is_full_too(tmp_path, monkeypatch):
    monkeypatch.setattr(probes, "room", lambda _path: Room(2**40, 3))
    full = probes.disk(tmp_path)
    assert not full.ok
    assert "还可建 3 个文件" in full.words


def test_a_clock_that_agrees_with_the_broker_is_well(broker):
    probe = probes.clock(now, not_before=BUILT - timedelta(days=3650), broker=broker.address)
    assert probe.ok
    assert "与消息服务相差 0." in probe.words


def test_a_clock_before_the_build_is_wrong():
    probe = probes.clock(lambda: datetime(1970, 1, 1, tzinfo=UTC), not_before=BUILT)
    assert not probe.ok
    assert "早于已知的 2026-11-01 08:00" in probe.words
    assert "timedatectl" in probe.cure


def test_a_clock_that_differs_from_the_broker_s_is_wrong(broker):
    ahead = lambda: now() + timedelta(minutes=2)  # noqa: E731 - a clock
    probe = probes.clock(ahead, not_before=BUILT - timedelta(days=3650), broker=broker.address)
    assert not probe.ok
    assert "相差 -120 秒" in probe.words


def test_a_clock_that_jumps_is_wrong():
    times = iter([now(), now() + timedelta(hours=1)])
    probe = probes.clock(lambda: next(times), not_before=BUILT - timedelta(days=3650))
    assert not probe.ok
    assert "正在跳动" in probe.words


def test_an_unreachable_broker_is_not_the_clock_s_fault(tmp_path):
    gone = Broker(tmp_path).address
    assert probes.clock(now, not_before=BUILT - timedelta(days=3650), broker=gone).ok


def test_the_installed_fonts_are_found():
    probe = probes.fonts()
    assert probe.ok
    assert "NotoSansSC" in probe.words


def test_missing_and_broken_fonts_come_with_the_cure(tmp_path, monkeypatch):
    assert "没有安装中文字体包 no_such_fonts" in probes.fonts("no_such_fonts").words
    font = tmp_path / "broken.otf"
    package = types.ModuleType("broken_fonts")
    package.sans_path = package.serif_path = lambda: font
    monkeypatch.setitem(sys.modules, "broken_fonts", package)
    assert "读不到中文字体" in probes.fonts("broken_fonts").words
    font.write_bytes(b"<html>")
    broken = probes.fonts("broken_fonts")
    assert "已损坏" in broken.words
    assert not broken.ok
    assert broken.cure


def test_the_wheel_s_sqlite_is_new_enough():
    assert probes.sqlite().ok


@pytest.mark.parametrize(
    ("version", "ok"),
    [("3.40.1", False), ("3.51.2", False), ("3.51.3", True), ("3.53.0", True), ("4.0.0", True)],
)
def test_an_older_sqlite_is_refused(version, ok):
    probe = probes.sqlite(version)
    assert probe.ok is ok
    assert bool(probe.cure) is not ok


def test_a_port_is_free_until_somebody_listens():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        number = server.getsockname()[1]
        taken = probes.port(number)
    assert not taken.ok
    assert f"127.0.0.1:{number} 已被占用" in taken.words
    assert "--port" in taken.cure
    assert probes.port(number).ok


def test_a_port_that_is_no_port_is_refused():
    assert not probes.port(70_000).ok
    assert not probes.port(8000, "no-such-host.invalid").ok


def test_a_disk_that_fills_up_is_told_once(tmp_path, monkeypatch):
    around = Surroundings(tmp_path, lambda: BUILT)
    left = [Room(2**40, None), Room(1, None), Room(1, None), Room(2**40, None), Room(1, None)]
    monkeypatch.setattr("monitor.stack.surroundings.room", lambda _path: left.pop(0))
    told = [bool([words for words in around.look(0.0) if "磁盘快满了" in words]) for _ in range(5)]
    assert told == [False, True, False, False, True]


def test_a_clock_that_is_set_while_running_is_told(tmp_path: Path):
    wall = iter([BUILT, BUILT + timedelta(seconds=60), BUILT - timedelta(seconds=3480)])
    around = Surroundings(tmp_path, lambda: next(wall))
    assert around.look(0.0) == around.look(60.0) == []
    (words,) = around.look(120.0)
    assert "系统时间被调整了 -3600 秒" in words
