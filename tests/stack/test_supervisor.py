"""The supervisor keeps real processes alive and ends them in time."""

import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest

from monitor.stack.folder import DataFolder
from monitor.stack.log import Log
from monitor.stack.supervisor import Pace, Supervisor
from scripts.processes.users import becoming
from tests.stack.conftest import PATIENCE, alive, wait_until

FOREVER = "print('在', os.getpid(), flush=True)\ntime.sleep(600)"
QUICK = {"first": 0.05, "most": 0.2, "ready": 0.02, "watch": 0.1}


def test_a_child_starts_when_the_one_before_it_is_ready(up, script, tmp_path):
    mark = tmp_path / "ready"
    first = script(f"time.sleep(0.5)\nopen({str(mark)!r}, 'w').close()\ntime.sleep(600)")
    second = script(f"print('前者就绪', os.path.exists({str(mark)!r}))\ntime.sleep(600)")
    running = up(
        {
            "pace": QUICK,
            "children": [
                {"name": "采集", "argv": first, "ready_file": str(mark)},
                {"name": "网页", "argv": second},
            ],
        }
    )
    running.shows("网页 | 前者就绪 True")
    running.shows("采集已就绪")


def test_a_child_that_never_gets_ready_is_started_again(up, script, tmp_path):
    spec = {"name": "采集", "argv": script(FOREVER), "ready_seconds": 0.3}
    spec["ready_file"] = str(tmp_path / "never")
    running = up({"pace": QUICK, "children": [spec, {"name": "网页", "argv": script(FOREVER)}]})
    running.shows("0.3 秒仍未就绪，已结束它；0.05 秒后重新启动（第 1 次）")
    running.shows("采集 | 在", times=2)
    assert "网页" not in running.text


def test_what_runs_once_is_tried_until_it_succeeds_and_the_next_one_waits_for_it(
    up, script, tmp_path
):
    tries = tmp_path / "tries"
    once = script(
        f"with open({str(tries)!r}, 'a') as file: file.write('x')\n"
        f"sys.exit(len(open({str(tries)!r}).read()) < 3)"
    )
    second = script(f"print('前者试了', len(open({str(tries)!r}).read()))\ntime.sleep(600)")
    running = up(
        {
            "pace": QUICK,
            "children": [
                {"name": "建库", "argv": once, "once": True},
                {"name": "网页", "argv": second},
            ],
        }
    )
    running.shows("建库已完成")
    running.shows("网页 | 前者试了 3")
    assert "第 2 次" in running.text
    running.ctrl_c()
    assert running.ends() == 0
    assert tries.read_text() == "xxx"


@pytest.mark.skipif(os.geteuid() != 0, reason="只有 root 能换用户 (only root can become another)")
def test_a_child_may_become_another_user_and_is_still_on_the_leash(up):
    spec = {
        "name": "采集",
        "argv": ["sh", "-c", "id -u; exec sleep 600"],
        "become": becoming("10001:10001"),
    }
    running = up({"pace": QUICK, "children": [spec]})
    running.shows("采集 | 10001")
    (child,) = running.child_pids()
    running.process.kill()
    running.process.wait(PATIENCE)
    wait_until(lambda: not alive(child), what="the child's end")


def test_a_killed_child_comes_back_and_the_log_says_why(up, script):
    running = up({"pace": QUICK, "children": [{"name": "采集", "argv": script(FOREVER)}]})
    running.shows("采集 | 在")
    (before,) = running.child_pids()
    os.kill(before, signal.SIGKILL)
    running.shows("采集 | 在", times=2)
    (after,) = running.child_pids()
    assert after != before
    assert f"采集（进程 {before}）被强行结束（SIGKILL，多为内存不足或有人 kill -9）" in running.text


def test_restarts_slow_down_up_to_the_limit_and_name_the_exit_code(up, script):
    running = up({"pace": QUICK, "children": [{"name": "采集", "argv": script("sys.exit(3)")}]})
    running.shows("第 5 次")
    waits = re.findall(r"出错退出（退出码 3）；([\d.]+) 秒后重新启动", running.text)
    assert waits[:5] == ["0.05", "0.1", "0.2", "0.2", "0.2"]


def test_the_shipped_backoff_runs_from_half_a_second_to_half_a_minute():
    pace = Pace()
    assert (pace.first, pace.most, pace.forget, pace.total) == (0.5, 30.0, 60.0, 15.0)


def test_a_child_that_lived_long_enough_starts_its_count_anew(up, script):
    pace = {**QUICK, "forget": 0.3}
    running = up({"pace": pace, "children": [{"name": "采集", "argv": script("time.sleep(0.5)")}]})
    running.shows("自行结束（退出码 0）；0.05 秒后重新启动（第 1 次）", times=3)
    assert "第 2 次" not in running.text


def test_a_missing_program_is_named_and_the_neighbours_run_on(up, script):
    children = [
        {"name": "采集", "argv": ["/nowhere/采集程序"]},
        {"name": "网页", "argv": script(FOREVER)},
    ]
    running = up({"pace": QUICK, "children": children})
    running.shows("找不到程序 /nowhere/采集程序，请检查安装是否完整")
    running.shows("找不到程序（退出码 127）")
    running.shows("网页 | 在")


def test_what_a_dead_child_left_in_its_group_dies_with_it(up, script):
    parent = script(
        "if os.fork() == 0:\n    time.sleep(600)\nprint('孙', flush=True)\ntime.sleep(600)"
    )
    running = up({"pace": QUICK, "children": [{"name": "采集", "argv": parent}]})
    running.shows("采集 | 孙")
    (child,) = running.child_pids()
    (orphan,) = [each.pid for each in psutil.Process(child).children()]
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not alive(orphan), what="the orphan's end")
    running.shows("采集 | 孙", times=2)


POLITE = """
def end(number, frame):
    print('收到', number, flush=True)
    time.sleep({seconds})
    print('再见', flush=True)
    os._exit(0)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
    signal.signal(number, end)
print('在', flush=True)
while True:
    time.sleep(600)
"""


def test_one_ctrl_c_asks_each_child_once_and_ends_the_ground_last(up, script):
    children = [
        {"name": "消息", "argv": script(POLITE.format(seconds=0)), "ground": True},
        {"name": "采集", "argv": script(POLITE.format(seconds=0.5)), "stop_signal": "SIGQUIT"},
        {"name": "网页", "argv": script(POLITE.format(seconds=0))},
    ]
    running = up({"pace": QUICK, "children": children})
    running.shows("| 在", times=3)
    running.ctrl_c()
    assert running.ends() == 0
    text = running.text
    assert "收到 Ctrl-C，正在停止（最多 15 秒" in text
    assert len(re.findall(r"\| 收到 \d", text)) == 3, (
        "the terminal's Ctrl-C must not reach the children"
    )
    assert f"采集 | 收到 {signal.SIGQUIT.value}" in text
    assert text.index("采集已停止") < text.index("消息 | 收到") < text.index("消息已停止")
    assert text.index("网页已停止") < text.index("采集已停止")
    assert "已全部停止" in text


def test_a_child_that_ignores_the_request_is_killed_within_the_total(up, script):
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOREVER
    children = [
        {"name": "消息", "argv": script(deaf), "ground": True, "grace": 60},
        {"name": "采集", "argv": script(deaf), "grace": 60},
    ]
    running = up({"pace": {**QUICK, "total": 2.0, "ground": 0.6}, "children": children})
    running.shows("| 在", times=2)
    begin = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    assert running.ends() == 0
    assert 1.4 <= time.monotonic() - begin < 30, "not the 60 s of grace"
    assert "采集超时未停，已强行结束" in running.text
    assert "消息超时未停，已强行结束" in running.text


def test_a_second_ctrl_c_kills_at_once(up, script):
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOREVER
    child = {"name": "采集", "argv": script(deaf), "grace": 60}
    running = up({"pace": {**QUICK, "echo": 0.0}, "children": [child]})
    running.shows("| 在")
    (pid,) = running.child_pids()
    running.ctrl_c()
    running.shows("正在停止")
    begin = time.monotonic()
    running.ctrl_c()
    assert running.ends() == 130
    assert time.monotonic() - begin < 30, "not the 60 s of grace"
    assert not alive(pid)


def test_a_ctrl_c_that_a_wrapper_repeats_is_one_ctrl_c(up, script):
    child = {"name": "采集", "argv": script(POLITE.format(seconds=1.0))}
    running = up({"pace": {**QUICK, "echo": 10.0}, "children": [child]})
    running.shows("| 在")
    running.ctrl_c()
    running.shows("正在停止")
    running.ctrl_c()
    assert running.ends() == 0
    assert "采集 | 再见" in running.text


def test_ctrl_c_while_a_child_waits_for_its_restart_ends_at_once(up, script):
    pace = {**QUICK, "first": 30.0, "most": 30.0}
    running = up({"pace": pace, "children": [{"name": "采集", "argv": script("sys.exit(1)")}]})
    running.shows("30 秒后重新启动")
    running.ctrl_c()
    assert running.ends(5.0) == 0


LEASHED_POOL = """
sys.path.insert(0, {root!r})
from monitor.stack.leash import leash
parent = os.getpid()
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        leash(parent)
        os.write(1, b'in the pool\\n')  # one write: two print at once into one pipe
        time.sleep(600)
time.sleep(600)
"""


def test_kill_9_of_the_supervisor_leaves_no_child_and_no_grandchild(up, script):
    root = str(Path(__file__).parents[2])
    children = [
        {"name": "采集", "argv": script(LEASHED_POOL.format(root=root))},
        {"name": "网页", "argv": script(FOREVER)},
    ]
    running = up({"broker": True, "pace": QUICK, "children": children})
    running.shows("采集 | in the pool", times=2)
    running.shows("网页 | 在")
    family = [each.pid for each in psutil.Process(running.process.pid).children(recursive=True)]
    assert len(family) == 5, "broker, two children, two grandchildren"
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait(PATIENCE)
    wait_until(lambda: not [pid for pid in family if alive(pid)], PATIENCE, "the family's end")


def test_a_folder_freed_by_kill_9_can_be_held_again(up, script):
    spec = {"pace": QUICK, "children": [{"name": "采集", "argv": script(FOREVER)}]}
    first = up(spec)
    first.shows("采集 | 在")
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait(PATIENCE)
    again = up(spec)
    again.shows("采集 | 在")


def test_a_second_up_on_the_folder_is_refused_in_words(up, script):
    spec = {"pace": QUICK, "children": [{"name": "采集", "argv": script(FOREVER)}]}
    first = up(spec)
    first.shows("采集 | 在")
    second = up(spec)
    assert second.ends() == 1
    assert f"正在被另一个 yuqing up（进程 {first.process.pid}）使用" in second.text
    assert "采集" not in second.text
    assert alive(first.process.pid)


def test_huge_lines_are_cut_and_the_neighbour_is_still_heard(up, script):
    shout = script(
        "print('开' + '大' * 300_000 + '末')\nprint('下一行', flush=True)\ntime.sleep(600)"
    )
    children = [{"name": "采集", "argv": shout}, {"name": "网页", "argv": script(FOREVER)}]
    running = up({"pace": QUICK, "children": children})
    running.shows("采集 | 下一行")
    running.shows("网页 | 在")
    (long,) = [line for line in running.text.splitlines() if "开大" in line]
    assert long.endswith("（本行过长，其余略去）")
    assert len(long.encode()) < 9_000
    assert "\ufffd" not in long


def test_a_child_that_writes_for_ever_grows_no_memory(up, script):
    flood = script("block = b'x' * 65536\nwhile True:\n    os.write(1, block)")
    lines = script("while True:\n    os.write(1, b'y' * 500 + b'\\n')")
    beat = "n = 0\nwhile True:\n    n += 1\n    print('心跳', n, flush=True)\n    time.sleep(0.05)"
    children = [
        {"name": "洪水", "argv": flood},
        {"name": "行流", "argv": lines},
        {"name": "网页", "argv": script(beat)},
    ]
    running = up({"pace": QUICK, "children": children})
    wait_until(lambda: _has(running, "心跳 5"), what="the neighbour's voice")
    memory = psutil.Process(running.process.pid).memory_info
    before = memory().rss
    log = running.folder / "log"
    wait_until(lambda: (log / "yuqing.log.1").exists(), what="a rotation")
    assert memory().rss - before < 20 * 1024 * 1024
    assert sum(each.stat().st_size for each in log.iterdir()) < 51 * 1024 * 1024
    running.ctrl_c()
    assert running.ends() == 0


def test_a_terminal_that_stands_still_does_not_stop_the_supervisor(up, script):
    read, write = os.pipe()
    try:
        lines = script(
            "for n in range(5000):\n    print('行', n, 'z' * 80, flush=True)\ntime.sleep(600)"
        )
        running = up({"pace": QUICK, "children": [{"name": "采集", "argv": lines}]}, stdout=write)
        wait_until(lambda: _has(running, "行 4999 "), what="the last line in the file")
        running.process.send_signal(signal.SIGTERM)
        assert running.ends(10.0) == 0
    finally:
        os.close(read)
        os.close(write)


def test_a_closed_terminal_does_not_stop_the_log(up, script):
    read, write = os.pipe()
    os.close(read)
    tick = script("while True:\n    print('跳', flush=True)\n    time.sleep(0.02)")
    running = up({"pace": QUICK, "children": [{"name": "采集", "argv": tick}]}, stdout=write)
    os.close(write)
    wait_until(lambda: _has(running, "跳", 20), what="lines after the terminal went")
    assert running.process.poll() is None


def test_it_does_not_spin_while_nothing_happens(up, script):
    running = up({"children": [{"name": "采集", "argv": script(FOREVER)}]})
    running.shows("| 在")
    watched = psutil.Process(running.process.pid)
    before = sum(watched.cpu_times()[:2])
    time.sleep(1.0)  # the span that is measured
    assert sum(watched.cpu_times()[:2]) - before < 0.1


def test_it_refuses_to_start_children_from_another_thread(tmp_path):
    log = Log(tmp_path, now=lambda: pytest.fail("nothing to say"), stream=None)
    supervisor = Supervisor([], DataFolder(tmp_path), log)
    errors: list[str] = []

    def run() -> None:
        try:
            supervisor.run()
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE)
    assert "main only" in errors[0]


def test_under_nohup_a_closed_terminal_is_no_reason_to_stop(script, tmp_path):
    spec = tmp_path / "spec.json"
    spec.write_text('{"children": []}')
    code = f"""
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
from tests.stack.small_up import main
print(main({str(tmp_path / "data")!r}, {str(spec)!r}))
"""
    root = Path(__file__).parents[2]
    command = [*script(code)]
    process = subprocess.Popen(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    try:
        wait_until((tmp_path / "data" / "lock").exists)
        wait_until(lambda: _caught(process.pid, signal.SIGTERM), what="the handlers")
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        log = (tmp_path / "data" / "log" / "yuqing.log").read_text()
        assert "SIGTERM" in log
        assert "终端关闭" not in log
    finally:
        process.kill()
        process.wait(PATIENCE)


def _caught(pid: int, number: signal.Signals) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    mask = int(re.search(r"SigCgt:\s*([0-9a-f]+)", status)[1], 16)
    return bool(mask >> (number - 1) & 1)


def _has(running, words: str, times: int = 1) -> bool:
    file = running.folder / "log" / "yuqing.log"
    return file.exists() and running.logged.count(words) >= times
