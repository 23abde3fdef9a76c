"""A full disk, a broken file, a killed writer: nothing is half written, and it is said."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from monitor.index import IndexUnavailable, SearchIndex, open_index
from monitor.query import parse
from tests.index.shelf import article

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def index(tmp_path):
    index = open_index(f"sqlite://{tmp_path}")
    index.create("one")
    index.write("one", [article(1)])
    return index


def many(first: int, count: int = 300) -> list:
    return [
        article(n, body="".join(chr(0x4E00 + (n * 7 + i * i) % 9000) for i in range(200)))
        for n in range(first, first + count)
    ]


def test_a_full_disk_writes_nothing_and_heals(index) -> None:
    connection = index._folder.connection("one")
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(IndexUnavailable, match="磁盘已满"):
        index.write("one", many(10))
    assert index.count("one") == 1
    assert [hit.id for hit in index.search("one", parse("停水")).hits] == [1]
    connection.execute("PRAGMA max_page_count = 1000000")
    index.write("one", many(10))
    assert index.count("one") == 301


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_file_system_that_takes_no_more_bytes_writes_nothing(index, tmp_path) -> None:
    done = run(
        """
        import resource, signal, sys
        from monitor.index import IndexUnavailable, open_index
        from tests.index.test_failures import many
        index = open_index(f"sqlite://{sys.argv[1]}")
        index.count("one")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        try:
            index.write("one", many(10))
        except IndexUnavailable as error:
            print(error.words, index.count("one"))
        """,
        tmp_path,
    )
    assert "磁盘" in done.stdout, done.stderr
    assert done.stdout.strip().endswith("1")
    assert index.count("one") == 1
    index.write("one", many(10))
    assert index.count("one") == 301


def test_a_writer_killed_in_its_transaction_leaves_nothing_behind(index, tmp_path) -> None:
    done = run(
        """
        import os, signal, sys
        from monitor.index import open_index
        from monitor.index.embedded import registers
        from tests.index.test_failures import many
        whole = registers.keep_keywords
        def half(*given):
            whole(*given)
            os.kill(os.getpid(), signal.SIGKILL)
        registers.keep_keywords = half
        open_index(f"sqlite://{sys.argv[1]}").write("one", many(10))
        """,
        tmp_path,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert index.count("one") == 1
    index.write("one", many(10))
    assert index.count("one") == 301
    connection = index._folder.connection("one")
    connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")


def test_a_remover_killed_in_its_transaction_leaves_nothing_behind(index, tmp_path) -> None:
    index.write("one", many(10))
    done = run(
        """
        import os, signal, sys
        from monitor.index import Removal, open_index
        from monitor.index.embedded import removing
        whole = removing.take_out
        def half(*given):
            whole(*given)
            os.kill(os.getpid(), signal.SIGKILL)
        removing.take_out = half
        removals = [Removal(n, 9, "202611") for n in range(10, 200)]
        open_index(f"sqlite://{sys.argv[1]}").remove("one", removals)
        """,
        tmp_path,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert index.count("one") == 301
    # Nor does it remember a removal that did not happen.
    index.write("one", [article(10, rev=1)])
    assert [hit.id for hit in index.search("one", parse("停水")).hits] == [10, 1]


def test_a_month_half_dropped_by_a_killed_process_is_dropped_by_the_next(index, tmp_path) -> None:
    index.write("one", many(10))
    done = run(
        """
        import os, signal, sys
        from monitor.index import open_index
        from monitor.index.embedded import removing
        removing._ROWS = 100
        whole = removing.take_out
        def second_time(*given):
            removing.take_out = lambda *given: os.kill(os.getpid(), signal.SIGKILL)
            whole(*given)
        removing.take_out = second_time
        open_index(f"sqlite://{sys.argv[1]}").drop_month("one", "202611")
        """,
        tmp_path,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert index.count("one") == 201
    sound(index)
    index.drop_month("one", "202611")
    assert index.count("one") == 0
    index.write("one", [article(1, body="供水")])
    assert [hit.id for hit in index.search("one", parse("供水")).hits] == [1]


def sound(index: SearchIndex) -> None:
    """Rows, words and columns tell the same articles; an event is the rev and one more."""
    connection = index._folder.connection("one")
    connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    revs = {n: rev for day in index.sums("one") for n, rev in index.revs("one", day).items()}
    (words,) = connection.execute("SELECT count(*) FROM words WHERE words MATCH 'all'").fetchone()
    assert len(revs) == words == index.count("one")
    told = {hit.id: hit.event for hit in index.scan("one", parse(""))}
    assert all(told[n] in (None, rev + 1) for n, rev in revs.items())
    assert told.keys() == revs.keys()


@pytest.mark.parametrize("turns", [1, 5, 12])
def test_a_process_killed_at_any_moment_leaves_a_sound_index(index, tmp_path, turns) -> None:
    program = """
        import sys
        from monitor.index import Removal, open_index
        from tests.index.shelf import article
        index = open_index(f"sqlite://{sys.argv[1]}")
        for turn in range(1000):
            some = range(turn % 7, 900, 3)
            index.write("one", [article(n, rev=turn, event=turn + 1, words=(f"词{n}",),
                                        body="停水" * (n % 9)) for n in some])
            print(turn, flush=True)
            index.remove("one", [Removal(n, turn, "202611") for n in range(turn % 5, 900, 31)])
        """
    command = [sys.executable, "-c", textwrap.dedent(program), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        for _ in range(turns):
            writer.stdout.readline()
        writer.kill()
    sound(index)
    index.write("one", [article(n, rev=5_000, event=5_001) for n in range(900)])
    sound(index)
    assert index.search("one", parse("停水")).total == 900


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(IndexUnavailable, match="权限"):
        open_index(f"sqlite://{tmp_path}/index")


def test_a_folder_that_is_a_file_is_said(tmp_path) -> None:
    (tmp_path / "index").write_text("x")
    with pytest.raises(IndexUnavailable, match="检索库"):
        open_index(f"sqlite://{tmp_path}/index")


def test_a_broken_file_is_said_with_its_cure(index, tmp_path) -> None:
    index.close()
    (tmp_path / "one.sqlite3").write_bytes(b"not a database" * 1000)
    with pytest.raises(IndexUnavailable, match="reindex"):
        index.search("one", parse("停水"))
    with pytest.raises(IndexUnavailable, match="reindex"):
        index.check()


def test_a_file_of_another_layout_asks_for_reindexing(index) -> None:
    index._folder.connection("one").execute("PRAGMA user_version = 99")
    index.close()
    with pytest.raises(IndexUnavailable, match="另一版本"):
        index.count("one")


def test_a_half_made_generation_is_not_there(index, tmp_path) -> None:
    (tmp_path / "two.draft").write_bytes(b"killed while being made")
    assert index.generations() == ["one"]
    index.create("two")
    assert index.count("two") == 0


def test_a_child_of_a_fork_opens_its_own_connection(index) -> None:
    parent = index._folder.connection("one")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        same = index._folder.connection("one") is parent
        index.write("one", [article(2)])
        os.write(write, b"same" if same else b"own")
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(read, 10) == b"own"
    os.close(read)
    os.close(write)
    index.write("one", [article(3)])
    assert index.count("one") == 3
