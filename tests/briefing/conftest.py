"""A newsroom on a real database, and a way to look at a briefing as Word's reader would."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.pipeline import knowledge
from tests.briefing.newsroom import Newsroom

CONVERSION_S = 120


@pytest.fixture
def room(db: None, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    # Each test's catalogue begins at revision 0 again; what another test knew must go.
    monkeypatch.setattr(knowledge, "_current", None)
    return Newsroom()


@pytest.fixture
def printed(tmp_path: Path) -> Callable[[bytes], str]:
    """Open a docx in LibreOffice, print it to PDF, and read what is on the pages."""
    for program in ("soffice", "pdftotext"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")

    def print_(word: bytes) -> str:
        source = tmp_path / "printed.docx"
        source.write_bytes(word)
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{tmp_path}/profile",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                str(tmp_path),
                str(source),
            ],
            check=True,
            timeout=CONVERSION_S,
            capture_output=True,
        )
        pdf = tmp_path / "printed.pdf"
        found = subprocess.run(
            ["pdftotext", "-layout", str(pdf), "-"], check=True, timeout=30, capture_output=True
        )
        return found.stdout.decode()

    return print_
