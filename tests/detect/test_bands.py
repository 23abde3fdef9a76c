"""Which signatures share a band: the fast tables find what a plain search finds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detect.bands import BANDS, FRESH_LIMIT, NEWEST, Bands, Keys, band_keys


def pairs(bands: Bands, keys: Keys, first: int) -> set[tuple[int, int]]:
    rows, slots = bands.near(keys, first)
    return set(zip(rows.tolist(), slots.tolist(), strict=True))


def keys_of(numbers: list[int]) -> Keys:
    """One row of keys for each number; rows of equal numbers share every band, others none."""
    return band_keys(np.repeat(np.array(numbers, np.uint32)[:, None], 64, axis=1))


@given(
    known=st.lists(st.lists(st.integers(1, 6), max_size=8), max_size=5),
    newcomers=st.lists(st.integers(1, 6), min_size=1, max_size=8),
)
@settings(max_examples=80, deadline=None)
def test_each_newcomer_meets_its_like_among_members_and_those_before_it(
    known: list[list[int]], newcomers: list[int]
) -> None:
    bands, members = Bands(), []
    for part in known:
        bands.add(keys_of(part), len(members))
        members += part
    expected = set()
    for row, number in enumerate(newcomers):
        alike = [slot for slot, other in enumerate(members) if other == number]
        before = [slot for slot, other in enumerate(newcomers[:row]) if other == number]
        expected |= {(row, slot) for slot in alike[-NEWEST:]}
        expected |= {(row, len(members) + slot) for slot in before[-NEWEST:]}
    assert pairs(bands, keys_of(newcomers), len(members)) == expected


def test_of_a_band_that_thousands_share_only_the_newest_are_met() -> None:
    bands = Bands()
    bands.add(keys_of([7] * 5_000), 0)
    bands.add(keys_of([7] * 100), 5_000)
    met = pairs(bands, keys_of([7]), 5_100)
    assert met == {(0, slot) for slot in [*range(4_988, 5_000), *range(5_088, 5_100)]}


def test_members_are_met_alike_before_and_after_they_are_folded_in() -> None:
    rng = np.random.default_rng(5)
    signatures = rng.integers(1, 2**32, (FRESH_LIMIT + 300, 64), dtype=np.uint32)
    bands, whole = Bands(), Bands()
    for start in range(0, len(signatures), 100):
        bands.add(band_keys(signatures[start : start + 100]), start)
    whole.add(band_keys(signatures), 0)
    asked = rng.choice(len(signatures), 50, replace=False)
    newcomers = signatures[asked].copy()
    newcomers[:, 3:] = rng.integers(1, 2**32, (50, 61), dtype=np.uint32)
    expected = set(enumerate(asked.tolist()))
    assert pairs(bands, band_keys(newcomers), len(signatures)) == expected
    assert pairs(whole, band_keys(newcomers), len(signatures)) == expected


def test_every_band_has_keys_of_its_own() -> None:
    keys = keys_of([1])
    assert keys.shape == (1, BANDS)
    assert len(set(keys[0].tolist())) == BANDS
