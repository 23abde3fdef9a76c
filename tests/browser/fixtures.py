"""A real Chromium that looks at the console as it is served."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts import screenshots
from tests.browser.visitor import Visitor


@pytest.fixture(scope="session")
def chrome() -> Iterator[Any]:
    if not Path(screenshots.CHROMIUM).exists() or not Path(screenshots.DRIVER).exists():
        pytest.skip("no Chromium on this machine")
    with screenshots.chromium() as driver:
        yield driver


@pytest.fixture
def visitor(chrome: Any, live_server: Any) -> Iterator[Visitor]:
    """Somebody with an empty browser, not signed in; nothing may go wrong in its console."""
    visitor = Visitor(chrome, live_server.url)
    visitor.forgets()
    yield visitor
    visitor.forgets()
