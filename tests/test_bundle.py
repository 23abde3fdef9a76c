"""The offline bundle takes what the lock names for a machine, no more and no less."""

import pytest

from scripts.bundle import _evaluated, _pins


def names(arch: str) -> set[str]:
    return {pin.split("==")[0] for pin in _pins(_evaluated(arch, "3.11"))}


@pytest.mark.parametrize("arch", ["x86_64", "aarch64"])
def test_the_bundle_holds_what_the_product_imports(arch: str) -> None:
    assert {"django", "celery", "psycopg", "psycopg-binary", "elasticsearch", "jieba"} <= names(
        arch
    )
    assert not {"pytest", "ruff", "colorama"} & names(arch)


def test_only_the_embedded_stacks_sqlite_is_missing_where_it_has_no_wheel() -> None:
    assert names("x86_64") - names("aarch64") == {"pysqlite3"}


def test_every_pin_has_its_hashes() -> None:
    assert all(
        len(hashes) >= 1 and all(one.startswith("sha256:") for one in hashes)
        for hashes in _pins(_evaluated("x86_64", "3.11")).values()
    )
