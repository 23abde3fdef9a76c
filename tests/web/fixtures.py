"""The console's visitors, and a county with something going on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.peers.robot import Robot

Person = Callable[[str], Any]


@pytest.fixture(autouse=True)
def _visitors(settings: Any) -> Iterator[None]:
    """Nobody has guessed yet; and passwords are hashed quickly, for the tests of guessing."""
    from django.core.cache import cache

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(db: None) -> Person:
    """`person("officer")`: a browser in which somebody with this role is signed in."""
    from django.test import Client

    from monitor.pipeline import accounts

    def sign_in(role: str) -> Any:
        client = Client()
        client.force_login(accounts.add_user(f"{role}-zhang", "a-long-password", role))
        return client

    return sign_in


@pytest.fixture
def officer(person: Person) -> Any:
    return person("officer")


@pytest.fixture
def county(office: Any, robot: Robot) -> Any:
    """See tests/web/county.py."""
    from tests.web.county import County

    return County(office, robot)
