"""The process itself: it starts, publishes, remembers its start, says what is wrong, and ends."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo.server import begin, main
from monitor.words import SHANGHAI

ROOT = Path(__file__).parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_run_publishes_its_script_to_the_end_and_leaves_on_sigterm(tmp_path) -> None:
    port = _free_port()
    options = ["--speed", "1000", "--state-dir", str(tmp_path), "--now", "2026-11-23T12:00:00"]
    server = subprocess.Popen(
        [sys.executable, "-m", "demo.server", "--port", str(port), *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        lines = []
        assert server.stdout is not None
        for line in server.stdout:
            lines.append(line)
            if "储备的文章已发完" in line:
                break
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/phone.json", timeout=5) as page:
            assert json.load(page)["count"] == 0
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
    finally:
        server.kill()
        server.wait()
    log = "".join(lines)
    assert f"http://127.0.0.1:{port}/phone" in log
    assert "发布　青溪论坛《白石镇鑫澄化工半夜偷排" in log
    assert "发布　微语·青溪同城《双河镇河口村砖厂宿舍" in log
    start = json.loads((tmp_path / "demo-start.json").read_text("utf-8"))["start"]
    assert start == "2026-11-23T12:00:00+08:00"


def test_a_restart_goes_on_with_the_story_instead_of_beginning_again(tmp_path) -> None:
    hour_ago = datetime.now(SHANGHAI) - timedelta(hours=1)
    begin(hour_ago, 7, 1.0, tmp_path)
    press, clock = begin(None, 7, 1.0, tmp_path)
    assert press.start == hour_ago
    assert press.exhausted(clock())


def test_an_unreadable_start_begins_the_story_anew(tmp_path) -> None:
    (tmp_path / "demo-start.json").write_text("{", "utf-8")
    before = time.time()
    press, _ = begin(None, 7, 1.0, tmp_path)
    assert press.start.timestamp() >= before - 1


def test_a_taken_port_is_told_and_ends_with_one(caplog) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    assert f"端口 {port} 用不了" in caplog.text


@pytest.mark.parametrize("words", ["0", "5000"])
def test_a_speed_out_of_reach_is_refused(words, capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--speed", words])
    assert "应在 0.01 到 1000 之间" in capsys.readouterr().err
