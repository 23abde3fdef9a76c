"""Everything an office without a network needs to install the product, as one archive.

    python -m scripts.bundle [--arch x86_64] [--arch aarch64] [--python 3.11] [--to dist]

Makes `yuqing-<version>-<arch>.tar.gz` for each architecture: the wheels that requirements.lock
names, by their hashes; the product's own wheel; the compose files; and install.sh. Packages that
publish no wheel are built here if they are pure Python, which makes a wheel for any machine.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
ARCHES = ("x86_64", "aarch64")
# glibc 2.28 is what Kylin V10, UOS 20 and openEuler 20.03 have.
PLATFORMS = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
BESIDE = (
    "docker-compose.yml",
    "Dockerfile",
    ".env.example",
    "deploy",
    "README.zh-CN.md",
    "LICENSE",
)
INSTALL = """#!/bin/sh
# 离线安装：sh install.sh [目标目录，默认 /opt/yuqing]。需要 Python {python}，不需要网络。
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=${{1:-/opt/yuqing}}
python{python} -m venv "$to"
"$to/bin/pip" install --no-index --find-links "$here/wheels" --require-hashes \\
  --disable-pip-version-check --quiet -r "$here/requirements.txt"
"$to/bin/pip" install --no-index --no-deps --disable-pip-version-check --quiet "$here"/yuqing-*.whl
"$to/bin/yuqing" --help >/dev/null
echo "已装好：$to/bin/yuqing up"
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", action="append", choices=ARCHES, help="默认两种都做")
    parser.add_argument("--python", default="3.11")
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="yuqing-bundle-") as place:
        own = _own_wheel(Path(place))
        for arch in asked.arch or ARCHES:
            bundle = _bundle(Path(place), own, arch, asked.python, asked.to)
            print(f"{bundle}  {bundle.stat().st_size / 1e6:.0f} MB")
    return 0


def _own_wheel(place: Path) -> Path:
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place), str(ROOT))
    (wheel,) = place.glob("yuqing-*.whl")
    return wheel


def _bundle(place: Path, own: Path, arch: str, python: str, to: Path) -> Path:
    name = f"{own.name.rsplit('-', 3)[0]}-{arch}"
    folder = place / name
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    pins = _pins(_evaluated(arch, python))
    lines = []
    for pin, hashes in sorted(pins.items()):
        wheel = _fetch(pin, hashes, arch, python, wheels) or _build(pin, hashes, wheels)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{pin} --hash=sha256:{digest}")
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n")
    shutil.copy(own, folder)
    (folder / "install.sh").write_text(INSTALL.format(python=python), encoding="utf-8")
    for one in BESIDE:
        source = ROOT / one
        if source.is_dir():
            shutil.copytree(source, folder / one)
        elif source.exists():
            shutil.copy(source, folder / one)
    bundle = to / f"{name}.tar.gz"
    with tarfile.open(bundle, "w:gz") as archive:
        archive.add(folder, name)
    return bundle


def _evaluated(arch: str, python: str) -> list[str]:
    """The lock's lines whose markers hold on that machine."""
    from packaging.markers import Marker

    target = {
        "platform_machine": arch,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    kept = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", LOCK.read_text()):
        head = block.split("\\")[0].split("#")[0]
        pin, _, marker = head.partition(";")
        if "==" in pin and (not marker.strip() or Marker(marker.strip()).evaluate(target)):
            kept.append(block)
    return kept


def _pins(blocks: list[str]) -> dict[str, list[str]]:
    """`name==version` → its hashes."""
    return {
        block.split("\\")[0].split(";")[0].strip(): re.findall(r"--hash=(\S+)", block)
        for block in blocks
    }


def _fetch(pin: str, hashes: list[str], arch: str, python: str, to: Path) -> Path | None:
    """The published wheel for the machine, None if there is none."""
    platforms = [f"--platform={one}_{arch}" for one in PLATFORMS]
    tags = [f"--abi=cp{python.replace('.', '')}", "--abi=abi3", "--abi=none"]
    return _download(
        pin,
        hashes,
        to,
        "--only-binary=:all:",
        "--implementation=cp",
        f"--python-version={python}",
        *platforms,
        *tags,
    )


def _download(pin: str, hashes: list[str], to: Path, *how: str) -> Path | None:
    with tempfile.TemporaryDirectory() as place:
        wanted = Path(place, "one.txt")
        wanted.write_text(pin + "".join(f" --hash={one}" for one in hashes) + "\n")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *how),
                *("--disable-pip-version-check", "--require-hashes", "-r", str(wanted)),
                *("-d", place),
            ],
            capture_output=True,
            text=True,
            timeout=600,
        )
        found = [path for path in Path(place).iterdir() if path != wanted]
        if done.returncode or not found:
            return None
        return Path(shutil.move(found[0], to / found[0].name))


def _build(pin: str, hashes: list[str], to: Path) -> Path:
    """A wheel for any machine out of a pure package's source; SystemExit if it is not pure."""
    with tempfile.TemporaryDirectory() as place:
        source = _download(pin, hashes, Path(place), "--no-binary=:all:", "--no-build-isolation")
        if source is None:
            raise SystemExit(f"{pin}: neither a wheel for this machine nor a source to be had")
        built = Path(place, "built")
        _pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(built), str(source))
        (wheel,) = built.glob("*.whl")
        if not wheel.name.endswith("-none-any.whl"):
            raise SystemExit(f"{pin}: no wheel for the machine, and it is not pure Python")
        return Path(shutil.move(wheel, to / wheel.name))


def _pip(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments],
        check=True,
        timeout=600,
    )


if __name__ == "__main__":
    sys.exit(main())
