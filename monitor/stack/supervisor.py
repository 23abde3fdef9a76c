"""Keeps the processes of one installation alive, in one terminal, and ends them in time.

    order:    a child starts when the one before it is ready
    death:    started again after 0.5 s, 1 s, 2 s … 30 s; the count is forgotten after 60 s alive
    Ctrl-C:   stop signals in reverse order, ground children last, everything gone in 15 s
    again:    a second Ctrl-C kills at once
    kill -9:  the leash takes every child along (monitor.stack.leash)

One thread, one loop, woken by signals, by output and by its own timers; it never spins.
"""

import selectors
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.stack.folder import DataFolder
from monitor.stack.log import Log
from monitor.stack.process import Child, Exit, Process
from monitor.stack.surroundings import Surroundings
from monitor.stack.wakeups import Wakeups, asked_by

__all__ = ["KILLED", "NAME", "STOPPED", "Child", "Exit", "Pace", "Supervisor"]

NAME = "总控"
STOPPED = 0
KILLED = 130  # as a shell reports Ctrl-C


@dataclass(frozen=True)
class Pace:
    """Every wait of the supervisor, in seconds."""

    first: float = 0.5  # before the first restart; doubled for each further one
    most: float = 30.0
    forget: float = 60.0  # alive this long: the next death counts as the first
    ready: float = 0.2  # between two questions to a ready probe
    watch: float = 1.0  # between two looks at an adopted process
    total: float = 15.0  # from the first Ctrl-C to the end of everything
    ground: float = 3.0  # of `total`, kept for the ground children
    echo: float = 0.3  # a wrapper (make, uv) passes the same Ctrl-C on: not a second one
    house: float = 60.0  # between two looks at the disk and the clock


class Post:
    """One child: waiting (`due`), starting, up (its own process, or adopted), done, or closed."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: Process | None = None
        self.adopted = False
        self.ready = False
        self.done = False
        self.listening = False
        self.began = False  # has been started once; it need not wait for its neighbours again
        self.since = 0.0
        self.deaths = 0
        self.last: Exit | None = None
        self.due: float | None = 0.0  # when to start; None: no more
        self.ask = 0.0  # when to ask the ready probe, or to look at the adopted process
        self.kill_at: float | None = None
        self.forced = False

    @property
    def up(self) -> bool:
        return self.adopted or self.done or (self.process is not None and self.ready)

    def kill(self) -> None:
        if self.process is not None:
            self.forced = True
            self.process.kill()


class Supervisor:
    """`run()` keeps the children alive until SIGINT, SIGTERM or SIGHUP; main thread only."""

    def __init__(
        self, children: Sequence[Child], folder: DataFolder, log: Log, *, pace: Pace | None = None
    ) -> None:
        self._posts = [Post(child) for child in children]
        self._log = log
        self._pace = pace or Pace()
        self._selector = selectors.DefaultSelector()
        self._surroundings = Surroundings(folder.path, log.now)
        self._look_at = 0.0
        self._asked: float | None = None  # when the first stop signal came
        self._code = STOPPED
        log.names([NAME, *(child.name for child in children)])

    def run(self) -> int:
        """The exit code: 0 after a stop that was asked for, 130 after a second Ctrl-C."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("the leash is bound to the thread that starts children: main only")
        with Wakeups(self._selector) as wakeups:
            try:
                while not self._done():
                    self._turn(wakeups)
            finally:  # nothing is left after a stop; after an error of ours, no child survives it
                for post in self._posts:
                    if post.process is not None:
                        post.process.end()
                self._selector.close()
        if self._code == STOPPED:
            self._say("已全部停止")
        return self._code

    def _done(self) -> bool:
        if self._asked is None:
            return False
        late = time.monotonic() > self._asked + self._pace.total
        return late or all(post.process is None for post in self._posts)

    def _turn(self, wakeups: Wakeups) -> None:
        now = time.monotonic()
        for key, _ in self._selector.select(max(0.0, self._next(now) - now)):
            if isinstance(key.data, Post):
                self._listen(key.data)
        now = time.monotonic()
        for number in wakeups.asked():
            self._ask_to_stop(now, number)
        for post in self._posts:
            if post.process is not None and post.process.dead():
                self._bury(post, now)
        if self._asked is None:
            for post in self._turns():
                self._advance(post, now)
            if now >= self._look_at:
                self._look_at = now + self._pace.house
                for words in self._surroundings.look(now):
                    self._say(words)
        else:
            self._hurry(now, self._asked)

    def _next(self, now: float) -> float:
        """When the loop must look again even if nothing wakes it."""
        if self._asked is not None:
            kills = [post.kill_at for post in self._posts if post.kill_at is not None]
            return min([now + 1.0, *kills])
        times = [self._look_at]
        for post in self._turns():
            if post.adopted or (post.process is not None and not post.ready):
                times.append(post.ask)
            elif post.process is None and post.due is not None:
                times.append(post.due)
        return min(times)

    def _turns(self) -> Iterator[Post]:
        """The children that may move: a first start waits until all before it are up."""
        blocked = False
        for post in self._posts:
            if post.began or not blocked:
                yield post
            blocked = blocked or not post.up

    # starting

    def _advance(self, post: Post, now: float) -> None:
        if post.adopted:
            if now >= post.ask:
                self._watch(post, now)
        elif post.process is None:
            if post.due is not None and now >= post.due:
                self._start(post, now)
        elif not post.ready and now >= post.ask:
            self._ask_ready(post, now)

    def _start(self, post: Post, now: float) -> None:
        child = post.child
        post.began, post.since = True, now
        if child.adopt is not None and child.adopt():
            post.adopted = True
            post.ask = now + self._pace.watch
            self._say(f"{child.name}已经在运行，接着用它")
            return
        try:
            if child.before is not None:
                self._tell(post, child.before(post.last))
            process = Process(child)
        except (OSError, ValueError) as error:
            self._fell(post, now, f"{child.name}无法启动：{error}")
            return
        post.process, post.forced = process, False
        post.ready = child.ready is None and not child.once
        post.ask = now + self._pace.ready
        self._selector.register(process.pipe, selectors.EVENT_READ, post)
        post.listening = True
        self._say(f"{child.name}已启动（进程 {process.pid}）")

    def _ask_ready(self, post: Post, now: float) -> None:
        child = post.child
        if child.ready is not None and child.ready():
            post.ready = True
            self._say(f"{child.name}已就绪")
        elif now - post.since > child.ready_seconds and not post.forced:
            post.kill()
        post.ask = time.monotonic() + self._pace.ready

    def _watch(self, post: Post, now: float) -> None:
        post.ask = now + self._pace.watch
        if post.child.adopt is not None and not post.child.adopt():
            post.adopted = False
            post.due = now
            self._say(f"原先在运行的{post.child.name}不见了，改为自己启动")

    # reading and burying

    def _listen(self, post: Post) -> None:
        if post.process is None or not post.listening:
            return
        self._tell(post, post.process.read() or ())
        if post.process.ended:
            self._deafen(post, post.process)

    def _deafen(self, post: Post, process: Process) -> None:
        if post.listening:
            self._selector.unregister(process.pipe)
            post.listening = False

    def _bury(self, post: Post, now: float) -> None:
        process = post.process
        if process is None:
            return
        self._deafen(post, process)
        code, lines = process.bury()
        self._tell(post, lines)
        post.last = Exit(code, post.ready, now - post.since, tuple(process.tail))
        post.process, post.ready, post.kill_at = None, False, None
        name = post.child.name
        if self._asked is not None:
            self._say(f"{name}超时未停，已强行结束" if post.forced else f"{name}已停止")
            return
        if post.child.once and code == 0:
            post.done, post.due = True, None
            self._say(f"{name}已完成")
            return
        if post.last.seconds >= self._pace.forget:
            post.deaths = 0
        limit = post.child.ready_seconds
        how = f"{limit:g} 秒仍未就绪，已结束它" if post.forced else post.last.words
        self._fell(post, now, f"{name}（进程 {process.pid}）{how}")

    def _fell(self, post: Post, now: float, words: str) -> None:
        wait = min(self._pace.most, self._pace.first * 2 ** min(post.deaths, 16))
        post.deaths += 1
        post.due = now + wait
        self._say(f"{words}；{wait:g} 秒后重新启动（第 {post.deaths} 次）")

    # stopping

    def _ask_to_stop(self, now: float, number: signal.Signals) -> None:
        if self._asked is None:
            self._asked = now
            limit = f"最多 {self._pace.total:g} 秒，再按一次 Ctrl-C 立即结束"
            self._say(f"收到{asked_by(number)}，正在停止（{limit}）")
            for post in reversed(self._posts):
                if not post.child.ground:
                    self._stop(post, now, now + self._pace.total - self._pace.ground)
        elif now - self._asked > self._pace.echo and self._code == STOPPED:
            self._code = KILLED
            self._say("再次收到停止信号，立即结束所有进程")
            for post in self._posts:
                post.kill()

    def _stop(self, post: Post, now: float, latest: float) -> None:
        if post.process is not None:
            post.kill_at = min(now + post.child.grace, latest)
            post.process.tell(post.child.stop_signal)

    def _hurry(self, now: float, asked: float) -> None:
        if all(post.process is None for post in self._posts if not post.child.ground):
            for post in reversed(self._posts):
                if post.kill_at is None:
                    self._stop(post, now, asked + self._pace.total - self._pace.ground / 3)
        for post in self._posts:
            if post.kill_at is not None and now >= post.kill_at:
                post.kill()
                post.kill_at = now + 1.0  # one stuck in the kernel is not worth a spinning loop

    def _tell(self, post: Post, lines: Sequence[str]) -> None:
        for line in lines:
            if line.strip() and post.child.shows(line):
                self._log.say(post.child.name, line)

    def _say(self, words: str) -> None:
        self._log.say(NAME, words)
