"""One task a step. A message says only "look whether there is work"; the rows say which."""

from celery import shared_task

from monitor.pipeline.services import seen
from monitor.pipeline.steps import STEPS
from monitor.pipeline.sweep import sweep as sweep_rows


@shared_task(name="collect")
def collect() -> None:
    STEPS["collect"].run()


@shared_task(name="analyse")
def analyse() -> None:
    STEPS["analyse"].run()


@shared_task(name="group")
def group() -> None:
    STEPS["group"].run()


@shared_task(name="index")
def index() -> None:
    STEPS["index"].run()


@shared_task(name="alert")
def alert() -> None:
    STEPS["alert"].run()


@shared_task(name="deliver")
def deliver() -> None:
    STEPS["deliver"].run()


@shared_task(name="export")
def export() -> None:
    STEPS["export"].run()


@shared_task(name="chores")
def chores() -> None:
    STEPS["chores"].run()


@shared_task(name="sweep")
def sweep() -> None:
    sweep_rows()


@shared_task(name="pulse")
def pulse(queue: str) -> None:
    seen(queue)
