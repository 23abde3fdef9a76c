"""What a worker and beat show of themselves: their log's form, counts on a port, signs of life."""

import atexit
import logging
import os
import sys
import threading
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from celery import signals
from celery.schedules import schedule
from django.conf import settings
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from config.clock import steady
from config.counting import folder
from config.logs import service_of
from monitor.stack import vital
from monitor.stack.build import build_info
from monitor.stack.callers import refusal
from monitor.stack.counts import Counts
from monitor.stack.listener import PLAIN, Caller, Listener, Said

log = logging.getLogger(__name__)

SIGN_S = 5.0
PULSE = "pulse"
PULSE_S = 30.0

_folder = folder()
_counts = Counts(_folder) if _folder else None


def pulses(queues: set[str]) -> dict[str, dict[str, Any]]:
    """Beat's entries that show the workers of each queue to be alive (pipeline.services)."""
    return {
        f"{PULSE}-{queue}": {
            "task": PULSE,
            "schedule": schedule(timedelta(seconds=PULSE_S), nowfun=steady),
            "args": (queue,),
            "options": {"queue": queue},
        }
        for queue in sorted(queues)
    }


@signals.setup_logging.connect
def keep_our_form(**_: Any) -> None:
    """Without a receiver Celery would give its loggers handlers and a form of their own."""


@signals.worker_init.connect
def make_room(**_: Any) -> None:
    """The folder must be there before the first process of the pool counts."""
    # Not by Celery's signal, which a cold shutdown does not send; nor in the pool's processes.
    atexit.register(_leave_nothing, os.getpid())
    if _counts is not None:
        _counts.open()


@signals.worker_ready.connect
def show(**_: Any) -> None:
    """From now on the worker can be asked."""
    threading.Thread(target=_sign, name="vital", daemon=True).start()
    if _counts is None:
        return
    port = settings.YUQING.metrics_port
    try:
        pages = {"/metrics": metrics, "/healthz": lambda _: Said("正常\n".encode())}
        Listener(pages, port).start()
    except OSError as error:
        # A port is no reason not to work; the dashboard shows the gap.
        log.error("指标端口 %d 用不了：%s", port, error)


@signals.beat_init.connect
def follow_beat(**_: Any) -> None:
    """Beat lives while its messages leave."""
    signals.after_task_publish.connect(_leave_sign, weak=False)
    atexit.register(_leave_nothing, os.getpid())


def metrics(caller: Caller) -> Said:
    """What this worker's processes have counted."""
    words = refusal(caller.address, caller.authorization, settings.YUQING.metrics_token)
    if words or _counts is None:
        return Said(f"{words}\n".encode(), HTTPStatus.FORBIDDEN, PLAIN)
    own = CollectorRegistry()
    own.register(_Build())
    return Said(generate_latest(own) + _counts.exposition(), kind=CONTENT_TYPE_PLAIN_0_0_4)


class _Build(Collector):
    def collect(self) -> list[Any]:
        return [build_info(service_of(settings.YUQING, sys.argv))]


def _sign() -> None:
    pause = threading.Event()
    while True:
        _leave_sign()
        pause.wait(SIGN_S)


_unsigned = ""


def _leave_sign(**_: Any) -> None:
    """Only where YUQING_SERVICE names it: nobody asks for the signs of an unnamed service."""
    global _unsigned
    service = settings.YUQING.service
    if not service:
        return
    try:
        vital.touch(vital.sign(service, settings.YUQING.data))
        _unsigned = ""
    except OSError as error:
        if str(error) != _unsigned:  # said once, not every few seconds
            log.warning("生命标记写不了，健康检查会认为 %s 停了：%s", service, error)
        _unsigned = str(error)


def _leave_nothing(pid: int) -> None:
    """What this process left in the temporary folder; a killed one's is removed by the next."""
    if os.getpid() != pid:
        return
    if _counts is not None:
        _counts.close()
    vital.sign(settings.YUQING.service, settings.YUQING.data).unlink(missing_ok=True)
