"""The steps of an article's way, in order.

    collect → analyse → group → index
                          └────→ alert → deliver
    export (when a person asks), chores (by the clock)

Read the modules in this order to learn what the system does.
"""

from django.utils import timezone

from monitor.pipeline import (
    alert,
    analyse,
    chores,
    collect,
    deliver,
    export,
    group,
    index,
    reconcile,
    watch,
)
from monitor.pipeline.step import Step

STEPS: dict[str, Step] = {
    module.STEP.name: module.STEP
    for module in (collect, analyse, group, index, alert, deliver, export, chores)
}

for module in (reconcile, export):
    chores.DUTIES[module.DUTY.slug] = module.DUTY
chores.DUTIES["watch"] = watch.duty(STEPS)


def due() -> list[str]:
    """Names of the steps for which some row says that work is waiting."""
    now = timezone.now()
    return [step.name for step in STEPS.values() if step.has_work(now)]
