"""lookout: the console keeps watch too, for the day on which it is the workers that are dead.

A thread of the console's process looks every minute, as the chores do. While nobody does the
queue that sends, it sends what is due itself: a delivery is claimed like any other row.
"""

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from monitor.pipeline import deliver, readiness, services, watch
from monitor.pipeline.steps import STEPS

log = logging.getLogger(__name__)


def keep_watch() -> None:
    """Begin to look every minute, until the process ends."""
    threading.Thread(target=_run, name="lookout", daemon=True).start()


def look() -> None:
    """One look; what is due is sent if nobody else has done so for a while."""
    services.seen(services.WEB)
    watch.look(STEPS, readiness.parts)
    if _nobody_sends():
        deliver.STEP.run()


def _nobody_sends() -> bool:
    now = timezone.now()
    last = services.newest(now).get(deliver.STEP.queue)
    stall = timedelta(minutes=settings.YUQING.stall_minutes)
    return last is None or now - last >= stall


def _run() -> None:
    pause = threading.Event()
    while True:
        # First, so that the workers of the same start have shown themselves by then.
        pause.wait(watch.EVERY.total_seconds())
        try:
            look()
        except DatabaseError as error:
            log.warning("数据库暂不可用，没有看成系统状况：%s", error)
        except Exception:
            log.exception("看系统状况时出错")
        finally:
            connections.close_all()
