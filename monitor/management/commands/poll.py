"""yuqing poll"""

import time
from typing import Any

from monitor.index import IndexUnavailable
from monitor.management.console import Command as Console
from monitor.pipeline import index, steps
from monitor.pipeline.collect import make_all_due
from monitor.words import STEP_WORDS

ROUNDS = 10_000
"""Bound on one run: far more batches than any backlog that --once should work off."""


class Command(Console):
    help = (
        "不经 Celery，在本进程里采集到期的信源并处理到底（研读、归并、入库、研判、送达）。\n"
        "不带 --once 时一直运行，Ctrl-C 结束；可与 yuqing up 同时使用，不会重复处理。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true", help="做完现在到期的就结束")
        parser.add_argument("--all", action="store_true", help="不论是否到期，先把全部信源视为到期")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            make_all_due()
        while True:
            done = self._work_off()
            if options["once"]:
                self.say("，".join(f"{STEP_WORDS[name]} {n}" for name, n in done.items()))
                self._settle()
                return
            time.sleep(1)

    def _settle(self) -> None:
        """Whoever searches next finds what was just polled."""
        try:
            index.settle()
        except IndexUnavailable as error:
            self.fail(f"{error}。文章已存好，检索库恢复后自动入库")

    @staticmethod
    def _work_off() -> dict[str, int]:
        """Every step until nothing is due; how many rows each did."""
        done = dict.fromkeys(steps.STEPS, 0)
        for _ in range(ROUNDS):
            rows = {name: step.run() for name, step in steps.STEPS.items()}
            for name, n in rows.items():
                done[name] += n
            if not any(rows.values()):
                break
        return done
