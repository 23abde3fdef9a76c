"""The gold county and the product's run over its first weeks, made once for all tests."""

from pathlib import Path

import pytest

from monitor.evaluation import county, stream
from monitor.text.reading import Reader
from tests.management.conftest import yuqing
from tests.pipeline.fixtures import office

__all__ = ["office", "yuqing"]

GOLD = Path(__file__).parent.parent / "gold"
SHIPPED = Path(__file__).parents[2] / "config" / "catalog"


@pytest.fixture(scope="session")
def gold() -> county.County:
    return county.load(GOLD, SHIPPED)


@pytest.fixture(scope="session")
def gold_reader(gold: county.County) -> Reader:
    return stream.reader_of(gold.values)


@pytest.fixture(scope="session")
def run(gold: county.County, gold_reader: Reader) -> stream.Run:
    """The product's decisions on all eight weeks."""
    return stream.run(gold.articles, gold.values, gold_reader)
