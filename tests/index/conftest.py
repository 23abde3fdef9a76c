import pytest

from monitor.index.elastic import connection, writing
from tests.peers.elasticsearch.fixtures import _doomed, elastic_url, elasticsearch, mortal

__all__ = ["_doomed", "elastic_url", "elasticsearch", "mortal"]

PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test is to fail because the machine is busy; those about time set their own limits."""
    monkeypatch.setattr(connection, "ANSWER_S", PATIENCE_S)
    monkeypatch.setattr(writing, "LIMIT_S", PATIENCE_S)
