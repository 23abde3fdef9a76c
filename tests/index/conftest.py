from collections.abc import Iterator

import pytest

from monitor.index.elastic import connection, writing
from tests.peers.elasticsearch.fixtures import _doomed, elastic_url, elasticsearch, mortal

__all__ = ["_doomed", "elastic_url", "elasticsearch", "mortal"]

PATIENCE_S = 60.0


@pytest.fixture(scope="module", autouse=True)
def _patience() -> Iterator[None]:
    """No test is to fail because the machine is busy; those about time set their own limits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "ANSWER_S", PATIENCE_S)
        patch.setattr(writing, "LIMIT_S", PATIENCE_S)
        yield
