"""What a machine lacks skips a test with one line; where everything is required, it fails it."""

import os
from typing import NoReturn

import pytest

REQUIRED = os.environ.get("YUQING_TEST_REQUIRE") == "1"


def lacking(words: str) -> NoReturn:
    """End this test: skipped with these words, failed where YUQING_TEST_REQUIRE=1."""
    if REQUIRED:
        pytest.fail(words, pytrace=False)
    pytest.skip(words)
