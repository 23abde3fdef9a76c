"""A private broker on a unix socket, with a real valkey-server."""

import os
import signal
import stat
import tempfile
from pathlib import Path

import psutil
import pytest
import redis
from kombu import Connection

from monitor.stack.broker import Broker, BrokerError, find_server
from monitor.stack.process import Exit
from monitor.stack.sockets import LONGEST, SocketPlaceError, socket_path
from tests.stack.conftest import alive, wait_until

QUICK = {"first": 0.05, "most": 0.2, "ready": 0.02, "watch": 0.1}


def client(broker: Broker) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(broker.socket))


def append_only_file(broker: Broker) -> Path:
    (found,) = (broker.folder / "appendonlydir").glob("*.incr.aof")
    return found


def filled(folder: Path) -> Broker:
    """A broker that has stopped with a queue of 200 hints in its append-only file."""
    broker = Broker(folder)
    with broker.running(), client(broker) as talk:
        for number in range(200):
            talk.rpush("q", f"hint {number} " + "x" * 50)
    return broker


def test_it_answers_on_a_private_socket_and_on_no_port(tmp_path):
    broker = Broker(tmp_path)
    assert not broker.answers()
    with broker.running(), client(broker) as talk:
        assert broker.answers()
        assert stat.S_IMODE(broker.socket.stat().st_mode) == 0o700
        assert talk.config_get("port") == {"port": "0"}
        assert talk.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert talk.config_get("maxmemory") == {"maxmemory": str(64 * 1024 * 1024)}
        server = psutil.Process(talk.info("server")["process_id"])
        assert not [each for each in server.net_connections() if each.family.name != "AF_UNIX"]
    assert not broker.answers()


def test_what_it_was_told_survives_kill_9(tmp_path):
    broker = Broker(tmp_path)
    with broker.running(), client(broker) as talk:
        talk.config_set("appendfsync", "always")
        talk.rpush("q", "hint")
        os.kill(talk.info("server")["process_id"], signal.SIGKILL)
    with broker.running(), client(broker) as talk:
        assert talk.lrange("q", 0, -1) == [b"hint"]


def test_a_cut_off_file_is_loaded_as_far_as_it_goes(tmp_path):
    broker = filled(tmp_path)
    file = append_only_file(broker)
    os.truncate(file, file.stat().st_size - 7)
    with broker.running(), client(broker) as talk:
        assert talk.llen("q") == 199
    assert not list(broker.folder.glob("damaged-*"))


def damage_the_middle(folder: Path) -> None:
    (file,) = folder.glob("*.incr.aof")
    data = bytearray(file.read_bytes())
    data[2000:2200] = b"\xff" * 200
    file.write_bytes(data)


def damage_the_manifest(folder: Path) -> None:
    (file,) = folder.glob("*.manifest")
    file.write_text("nonsense\n")


def lose_the_base(folder: Path) -> None:
    (file,) = folder.glob("*.base.rdb")
    file.unlink()


@pytest.mark.parametrize("damage", [damage_the_middle, damage_the_manifest, lose_the_base])
def test_a_damaged_file_is_moved_aside_and_the_broker_starts_empty(tmp_path, damage):
    broker = filled(tmp_path)
    damage(broker.folder / "appendonlydir")
    with broker.running(), client(broker) as talk:
        assert talk.llen("q") == 0
    assert (broker.folder / "damaged-1" / "appendonlydir").is_dir()


def test_under_the_supervisor_a_damaged_file_is_moved_aside_with_a_note(up, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    broker = filled(folder)
    damage_the_middle(broker.folder / "appendonlydir")
    running = up({"broker": True, "pace": QUICK}, folder=folder)
    running.shows("消息记录已损坏，移到")
    running.shows("消息已就绪")
    with client(broker) as talk:
        assert talk.llen("q") == 0


def test_after_three_failures_for_unknown_reasons_it_starts_empty(tmp_path):
    broker = filled(tmp_path)
    strange = Exit(1, ready=False, seconds=0.1, tail=("something new",))
    assert broker.before(strange) == []
    assert broker.before(strange) == []
    assert "从空白开始" in broker.before(strange)[0]


def test_a_broker_that_had_been_ready_keeps_its_file(tmp_path):
    broker = filled(tmp_path)
    killed = Exit(-9, ready=True, seconds=5.0, tail=("loading the append only file",))
    for _ in range(5):
        assert broker.before(killed) == []
    assert append_only_file(broker).exists()


def test_only_the_last_damaged_files_are_kept(tmp_path):
    broker = Broker(tmp_path)
    broker.before(None)
    broken = Exit(
        1, ready=False, seconds=0.1, tail=("Bad file format reading the append only file",)
    )
    for _ in range(6):
        (broker.folder / "appendonlydir").mkdir()
        assert broker.before(broken)
    names = sorted(each.name for each in broker.folder.glob("damaged-*"))
    assert names == ["damaged-4", "damaged-5", "damaged-6"]


def test_a_running_broker_is_adopted_replaced_when_it_goes_and_never_stopped_by_us(up, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    broker = Broker(folder)
    with broker.running(), client(broker) as talk:
        theirs = talk.info("server")["process_id"]
        running = up({"broker": True, "pace": QUICK}, folder=folder)
        running.shows("消息已经在运行，接着用它")
        running.ctrl_c()
        assert running.ends() == 0
        assert alive(theirs), "what we did not start we do not stop"

        again = up({"broker": True, "pace": QUICK}, folder=folder)
        again.shows("消息已经在运行，接着用它")
        os.kill(theirs, signal.SIGKILL)
        again.shows("原先在运行的消息不见了，改为自己启动")
        again.shows("消息已就绪")
    with client(broker) as talk:
        assert talk.info("server")["process_id"] in again.child_pids()


def test_a_broker_of_another_folder_is_not_adopted(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = Broker(tmp_path / "one"), Broker(tmp_path / "two")
    with one.running():
        two.socket.symlink_to(one.socket)
        assert two.answers()
        assert not two.adopt()


def test_a_killed_broker_comes_back_under_the_supervisor(up, tmp_path):
    running = up({"broker": True, "pace": QUICK}, folder=tmp_path / "data")
    running.shows("消息已就绪")
    (pid,) = running.child_pids()
    os.kill(pid, signal.SIGKILL)
    running.shows("消息已就绪", times=2)
    broker = Broker(tmp_path / "data")
    assert wait_until(broker.answers)
    assert "overcommit" not in running.text


@pytest.mark.parametrize("name", ["空 格'\"与引号", "d" * 120, "很长的目录" * 12])
def test_any_folder_name_works_for_celery_and_for_clients(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    broker = Broker(folder)
    assert len(os.fsencode(broker.socket)) <= LONGEST
    with broker.running() as url:
        with Connection(url) as celery:
            queue = celery.SimpleQueue("hints")
            queue.put({"step": "analyse"})
            assert queue.get(timeout=5).payload == {"step": "analyse"}
            queue.close()
        with client(broker) as talk:
            assert talk.config_get("dir") == {"dir": str(broker.folder)}
    assert (broker.folder / "appendonlydir").is_dir()


def test_a_long_folder_keeps_its_socket_wherever_it_is_asked_from(tmp_path, monkeypatch):
    folder = tmp_path / ("d" * 120)
    folder.mkdir()
    first = socket_path(folder)
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    assert socket_path(folder) == first
    other = tmp_path / ("e" * 120)
    other.mkdir()
    assert socket_path(other) != first


def test_a_runtime_folder_open_to_others_is_refused(tmp_path, monkeypatch):
    temporary = Path(tempfile.mkdtemp(prefix="yq"))  # short: pytest's own paths are too long
    theirs = temporary / f"yuqing-{os.getuid()}"
    theirs.mkdir(parents=True)
    theirs.chmod(0o777)
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    folder = tmp_path / ("d" * 120)
    folder.mkdir()
    try:
        with pytest.raises(SocketPlaceError, match="不是本用户独有"):
            socket_path(folder)
    finally:
        theirs.rmdir()
        temporary.rmdir()


def test_a_wrong_program_is_named(tmp_path):
    with pytest.raises(BrokerError, match=r"指定的消息服务程序 .*不存在"):
        Broker(tmp_path, server=tmp_path / "valkey").command()


def test_without_the_package_s_program_one_on_path_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("monitor.stack.broker.get_binary_path", lambda: tmp_path / "nothing")
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_server() == program
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BrokerError, match="YUQING_BROKER_URL"):
        find_server()


def test_a_server_that_cannot_start_is_quoted(tmp_path):
    program = tmp_path / "valkey-server"
    program.write_text("#!/bin/sh\necho 'no room for me'\nexit 1\n")
    program.chmod(0o755)
    with (
        pytest.raises(BrokerError, match="no room for me"),
        Broker(tmp_path, server=program).running(3.0),
    ):
        pytest.fail("it must not be running")
