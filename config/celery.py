"""The Celery application: how hints travel. Why each option: docs/architecture.md, "Hints"."""

import gc
import os
import warnings
from datetime import timedelta
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings

from config.counting import choose

choose(settings.YUQING.metrics_port)  # before anything that counts is imported

from celery import Celery, signals
from celery.platforms import SecurityWarning
from celery.schedules import schedule
from celery.worker import state
from django.db import connections

from config import observing, transport
from config.clock import steady
from config.watchdog import Watchdog
from monitor.pipeline import knowledge, wake
from monitor.pipeline.condition import broker_address
from monitor.pipeline.step import TURN_S
from monitor.pipeline.steps import STEPS
from monitor.stack.address import celery_settings
from monitor.stack.leash import leash

# Six English lines at every start; that nobody should run an office's software as root is
# said in the operators' manual.
warnings.filterwarnings("ignore", category=SecurityWarning)

SWEEP_S = 3.0
LIMITS_S = {step.name: TURN_S + step.limit.total_seconds() for step in STEPS.values()} | {
    "sweep": 15.0,
    observing.PULSE: 15.0,
}
"""How long each task may take before its process is killed."""

_watchdog = Watchdog(lambda: bool(state.active_requests), longest_s=max(LIMITS_S.values()))
transport.install(_watchdog.heard)
_where = celery_settings(broker_address())

app = Celery("yuqing")
app.conf.update(
    broker_url=_where["broker_url"],
    broker_use_ssl=_where["broker_use_ssl"],
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A server that is full refuses what it is told: that passes, as its absence does.
    broker_channel_error_retry=True,
    broker_transport_options={
        # A killed worker's message comes back after this; the sweep has said the same long before,
        # so it only bounds how long Redis keeps the dead letter.
        "visibility_timeout": 120,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 2,
        **_where["broker_transport_options"],
    },
    imports=["tasks.steps"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue="text",
    task_routes={step.name: {"queue": step.queue} for step in STEPS.values()}
    | {"sweep": {"queue": "notify"}},
    task_annotations={name: {"time_limit": limit} for name, limit in LIMITS_S.items()},
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=8,
    worker_enable_soft_shutdown_on_idle=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    timezone="Asia/Shanghai",
    beat_schedule={
        "sweep": {
            "task": "sweep",
            # Beat reckons with this clock alone. By the machine's, setting it back by an hour
            # would put the next sweep an hour off.
            "schedule": schedule(timedelta(seconds=SWEEP_S), nowfun=steady),
        }
    }
    | observing.pulses({step.queue for step in STEPS.values()}),
    # Keeps nothing on disk: when the last sweep was means nothing to the next process.
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=SWEEP_S,
)


def send_hint(step: str) -> None:
    """Publish "there may be work for this step"; raises when the broker does not take it."""
    app.send_task(step, retry=False)


wake.install(send_hint)


@signals.worker_init.connect
def load_before_fork(**_: Any) -> None:
    """Read dictionaries once, so that pool processes share the memory; no connection crosses."""
    knowledge.current()
    connections.close_all()
    # The dictionaries stay for ever: a collector that walks through them finds nothing, costs a
    # tenth of a batch and, in a forked process, writes to every page that it shares.
    gc.collect()
    gc.freeze()


@signals.worker_process_init.connect
def join(**_: Any) -> None:
    """A pool process dies with its worker."""
    leash(os.getppid())


@signals.worker_ready.connect
def watch(**_: Any) -> None:
    """From now on silence means that the consumer has gone deaf."""
    _watchdog.start()
