"""The Dockerfile: pinned, small, nobody's root; what it copies is all that the product needs."""

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.processes.users import becoming, give

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
BUILD, FINAL = re.split(r"^FROM ", DOCKERFILE, flags=re.M)[1:]
USER = "10001:10001"


def copied() -> list[tuple[str, str]]:
    """What comes from the clone: (source, target)."""
    pairs = []
    for line in re.findall(r"^COPY (?!--)(.*)$", DOCKERFILE, re.M):
        *sources, target = line.split()
        pairs += [(source, target) for source in sources]
    return pairs


def let_in(path: str) -> bool:
    """Whether .dockerignore lets it into the build; the last line that matches decides."""
    found = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#"):
            parts = [path, *map(str, Path(path).parents)]
            if any(fnmatch.fnmatch(part, pattern) for part in parts):
                found = line.startswith("!")
    return found


def test_the_base_is_pinned_and_packages_come_by_their_hashes() -> None:
    assert re.search(r"^ARG PYTHON=3\.\d+\.\d+-slim-\w+$", DOCKERFILE, re.M)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.M) == ["python:${PYTHON}"] * 2
    assert "--require-hashes --requirement /build/requirements.lock" in BUILD
    assert "--no-deps /build" in BUILD


def test_the_final_stage_has_no_tools_no_root_and_a_health_check() -> None:
    assert not re.search(r"\b(pip|apt-get|gcc|make)\b", FINAL)
    assert re.findall(r"^USER (\S+)$", FINAL, re.M) == [USER]
    assert "HEALTHCHECK" in FINAL
    assert FINAL.index("USER ") > FINAL.index("RUN ")


def test_no_secret_is_inside() -> None:
    assert not re.search(r"PASSWORD|SECRET|TOKEN|API_KEY", DOCKERFILE)
    for path in (".env", "secrets/secret_key", "var/yuqing.db", ".git/config", "office/a.yaml"):
        assert not let_in(path), path


def test_everything_that_is_copied_is_there_and_let_in() -> None:
    for source, _ in copied():
        assert (ROOT / source).exists(), source
        assert let_in(source), source
    assert let_in("monitor/web/static/console.css")
    assert not let_in("tests/conftest.py")


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """The package as the image's build makes it, of what it copies and nothing else."""
    # Not below pytest's own folder: other users could not get there.
    with tempfile.TemporaryDirectory(prefix="yuqing-image-") as place:
        folder = Path(place)
        folder.chmod(0o711)
        build, packages = folder / "build", folder / "packages"
        build.mkdir()
        skip = shutil.ignore_patterns("__pycache__")
        for source, target in copied():
            to = build / Path(target).name if target != "/build/" else build / source
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, to, ignore=skip)
            else:
                shutil.copy(ROOT / source, to)
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
                *("--no-build-isolation", "--no-index", "--disable-pip-version-check"),
                *("--target", str(packages), str(build)),
            ],
            check=True,
            stdin=subprocess.DEVNULL,
        )
        shutil.rmtree(build)
        yield packages


def test_the_package_alone_prepares_an_installation_and_writes_to_its_data_alone(
    installed: Path,
) -> None:
    data, temporary = installed.parent / "data", installed.parent / "tmp"
    for place in (data, temporary):
        give(place, USER)
    before = {path for path in installed.rglob("*") if "__pycache__" not in path.parts}

    def yuqing(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*becoming(USER, data), sys.executable, "-m", "monitor", *words],
            cwd=data,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(installed),
                "PYTHONDONTWRITEBYTECODE": "1",
                "TMPDIR": str(temporary),
                "YUQING_DATA": str(data),
            },
            capture_output=True,
            text=True,
            timeout=200,
        )

    done = yuqing("service", "migrate")
    assert done.returncode == 0, done.stdout + done.stderr
    checked = yuqing("check").stdout
    assert re.search(r"正常　+数据库", checked), checked
    assert re.search(r"正常　+检索库", checked), checked
    assert re.search(r"正常　+目录", checked), checked
    asked = subprocess.run(
        [sys.executable, "-c", "import monitor; print(monitor.__file__)"],
        cwd=data,
        env={"PYTHONPATH": str(installed), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert asked.stdout.startswith(str(installed)), "the clone was imported, not the package"
    after = {path for path in installed.rglob("*") if "__pycache__" not in path.parts}
    assert after == before
