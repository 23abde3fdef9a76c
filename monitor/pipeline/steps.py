"""The steps of an article's way, in order.

    collect → analyse → group → index
                          └────→ alert → deliver
    chores (by the clock)

Read the modules in this order to learn what the system does.
"""

from django.utils import timezone

from monitor.pipeline import alert, analyse, chores, collect, deliver, group, index
from monitor.pipeline.step import Step

STEPS: dict[str, Step] = {
    module.STEP.name: module.STEP
    for module in (collect, analyse, group, index, alert, deliver, chores)
}


def due() -> list[str]:
    """Names of the steps for which some row says that work is waiting."""
    now = timezone.now()
    return [step.name for step in STEPS.values() if step.waiting(now).rows]
