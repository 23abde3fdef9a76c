"""The map at the head of the pipeline's room is complete."""

from pathlib import Path

from monitor import pipeline


def test_every_module_stands_on_the_map_once() -> None:
    rows = (pipeline.__doc__ or "").partition("\n\n")[2].splitlines()
    named = [word for row in rows for word in row[24:].split()]
    there = [path.stem for path in Path(pipeline.__file__).parent.glob("[a-z]*.py")]
    assert sorted(named) == sorted(there)
