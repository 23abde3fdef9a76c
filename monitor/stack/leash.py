"""A process that cannot outlive its parent, even when the parent is killed with -9.

As a command, ``python -m monitor.stack.leash PARENT_PID -- cmd args…`` becomes `cmd`
(same pid). As a function, `leash(parent_pid)` ties the running process; Celery's pool
children call it first thing, with their worker's pid.

On Linux the kernel keeps the promise: PR_SET_PDEATHSIG survives exec. It is bound to the
THREAD that forked (prctl(2)), so whoever starts leashed processes must do so from its main
thread. It is lost at a setuid exec and not inherited by forks: each generation calls it.

Elsewhere the leash is a poll of getppid() twice a second: `leash()` from a daemon thread, the
command by staying in front of `cmd`, passing stop signals on and killing it when orphaned.

This file is also run by its path under ``python -I -S``, so it imports the standard library only.
"""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1  # linux/prctl.h
POLL_SECONDS = 0.5
NO_PARENT = 125  # exit codes as env(1) and the shell use them
CANNOT_RUN = 126
NOT_FOUND = 127
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)


class OrphanedError(RuntimeError):
    """The parent was gone before the leash was on."""


def leash(parent: int) -> None:
    """Tie this process to `parent`, its direct parent's pid; SIGKILL follows the parent's end.

    Raises OrphanedError when that parent is already gone (then nobody would ever kill us).
    """
    if sys.platform == "linux":
        _set_death_signal()
    else:
        threading.Thread(target=_die_with, args=(parent,), name="leash", daemon=True).start()
    if os.getppid() != parent:
        raise OrphanedError(f"父进程 {parent} 已经不在，本进程不再启动")


def _set_death_signal() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), "prctl(PR_SET_PDEATHSIG)")


def _die_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def become(command: Sequence[str]) -> int:
    """Replace this process by the command; returns an exit code only when that fails."""
    # Python ignores these two at its start, and exec would hand the ignoring on.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvp(command[0], list(command))  # noqa: S606 - an argument list, no shell
    except FileNotFoundError:
        _say(f"找不到程序 {command[0]}，请检查安装是否完整")
        return NOT_FOUND
    except OSError as error:
        _say(f"无法运行 {command[0]}：{error.strerror}")
        return CANNOT_RUN


def walk(parent: int, command: Sequence[str]) -> int:
    """The fallback: run the command as a child, and kill it once `parent` is gone."""
    child = os.fork()
    if child == 0:
        os._exit(become(command))
    for number in _PASSED_ON:
        signal.signal(number, lambda got, _frame: os.kill(child, got))
    while True:  # ends with the child, or with the parent
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        if os.getppid() != parent:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return NO_PARENT
        time.sleep(POLL_SECONDS / 10)


def main(arguments: Sequence[str]) -> int:
    """`[--poll] PARENT_PID -- cmd args…`; `--poll` takes the fallback on Linux too."""
    rest = list(arguments)
    poll = sys.platform != "linux"
    if rest[:1] == ["--poll"]:
        poll = True
        rest.pop(0)
    if len(rest) < 3 or not rest[0].isdecimal() or rest[1] != "--":
        _say("用法：python -m monitor.stack.leash [--poll] 父进程号 -- 命令 参数…")
        return 2
    parent, command = int(rest[0]), rest[2:]
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if poll:
        return walk(parent, command) if os.getppid() == parent else NO_PARENT
    try:
        leash(parent)
    except OrphanedError as error:
        _say(str(error))
        return NO_PARENT
    return become(command)


def _say(words: str) -> None:
    sys.stderr.buffer.write(f"{words}\n".encode())
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
