"""Whatever a row says is still to be done and nobody is doing, is hinted again."""

from monitor.pipeline import steps, wake


def sweep() -> list[str]:
    """Hint every step that has work waiting; returns their names."""
    names = steps.due()
    wake.hint(*names)
    return names
