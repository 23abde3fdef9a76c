"""Whatever a row says is still to be done and nobody is doing, is hinted again."""

from monitor.models import claimable_models, claims
from monitor.pipeline import steps, wake


def sweep() -> list[str]:
    """Hint every step that has work waiting; returns their names."""
    names = steps.due()
    wake.hint(*names)
    return names


def release_dead() -> int:
    """Free what processes of this host held when they died; looks at every row, so it is for
    the start and the end of an installation, not for every sweep."""
    return claims.release_dead(claimable_models())
