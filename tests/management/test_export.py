"""`yuqing export`: a file that is whole or not there, whoever is killed."""

import json
from pathlib import Path
from typing import Any

import pytest

from monitor.index import GenerationMissing
from monitor.models import Article, ArticleText
from monitor.pipeline.index import search_index, state
from tests.export.sheets import sheets, table
from tests.management.conftest import Yuqing
from tests.pipeline.library import ARTICLES, HITS, Library, fill
from tests.pipeline.office import Office

pytestmark = pytest.mark.django_db(transaction=True)
FORMATS = ("csv", "xlsx", "jsonl")
MAIN = "from monitor.__main__ import main; main()"


@pytest.fixture
def library(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.chdir(tmp_path)
    return fill(office, monkeypatch)


def newest_first() -> list[int]:
    """As the index orders: by the second, then by id."""
    rows = Article.objects.values_list("published", "pk")
    return [pk for _, pk in sorted(((at.replace(microsecond=0), pk) for at, pk in rows))[::-1]]


def ids(file: Path) -> list[int]:
    if file.suffix == ".csv":
        return [int(line[0]) for line in table(file.read_bytes())[1:]]
    if file.suffix == ".xlsx":
        (sheet,) = sheets(file.read_bytes())
        return [line[0] for line in sheet[1:]]
    return [json.loads(line)["id"] for line in file.read_text(encoding="utf-8").splitlines()]


def same(one: Path, other: Path) -> bool:
    if one.suffix == ".xlsx":
        return sheets(one.read_bytes()) == sheets(other.read_bytes())
    return one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("format_", FORMATS)
def test_all_that_the_query_finds_is_in_the_file_newest_first(
    library: Library, yuqing: Yuqing, tmp_path: Path, format_: str
) -> None:
    file = tmp_path / f"停水.{format_}"
    ran = yuqing("export", "停水", "--format", format_, "--output", str(file))
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines == [f"已导出 {ARTICLES} 篇", str(file)]
    assert ids(file) == newest_first()
    assert sorted(tmp_path.glob("停水*")) == [file]


def test_the_texts_are_those_of_the_rows_made_harmless(
    library: Library, yuqing: Yuqing, tmp_path: Path
) -> None:
    assert yuqing("export", "停水 3号楼", "--output", "a.csv").code == 0
    for line in table((tmp_path / "a.csv").read_bytes())[1:]:
        text = ArticleText.objects.get(article=line[0])
        assert line[1] in (text.title, f"'{text.title}")
        assert line[2].lstrip("'") == text.body.strip()
        assert line[3] == "青溪论坛"


def test_the_name_of_the_file_says_what_is_in_it(library: Library, yuqing: Yuqing) -> None:
    ran = yuqing("export", "停水 -招聘/../..", "--format", "xlsx")
    name = ran.lines[-1]
    assert name.startswith("导出-停水-招聘-20")
    assert name.endswith(".xlsx")
    assert len(ids(Path(name))) == ARTICLES


def test_the_ending_of_the_file_says_its_format(library: Library, yuqing: Yuqing) -> None:
    assert yuqing("export", "停水", "--output", "a.jsonl").code == 0
    assert len(ids(Path("a.jsonl"))) == ARTICLES


@pytest.mark.parametrize("limit", [1, HITS, HITS + 1, ARTICLES + 9])
def test_a_limit_is_kept(library: Library, yuqing: Yuqing, limit: int) -> None:
    assert yuqing("export", "停水", "--output", "a.csv", "--limit", str(limit)).code == 0
    assert ids(Path("a.csv")) == newest_first()[:limit]


@pytest.mark.parametrize("format_", FORMATS)
def test_killed_in_the_middle_the_same_command_goes_on(
    library: Library, yuqing: Yuqing, tmp_path: Path, format_: str
) -> None:
    whole, file = tmp_path / f"whole.{format_}", tmp_path / f"a.{format_}"
    assert yuqing("export", "停水", "--output", str(whole)).code == 0
    command = ("export", "停水", "--output", str(file))
    library.dies(MAIN, *command, keeps=3, dies=5)
    assert not file.exists()
    kept = json.loads((tmp_path / f"a.{format_}.part.json").read_text(encoding="utf-8"))
    assert kept["progress"]["done"] == 3 * HITS
    assert (tmp_path / f"a.{format_}.part").stat().st_size >= kept["progress"]["size"]
    library.dies(MAIN, *command, keeps=2, dies=3)
    ran = yuqing(*command)
    assert (ran.code, ran.err) == (0, f"接着上次，已有 {5 * HITS} 篇\n")
    assert same(file, whole)
    assert sorted(path.name for path in tmp_path.glob("a.*")) == [file.name]


def test_articles_that_come_after_the_kill_are_not_mixed_in(
    library: Library, yuqing: Yuqing, tmp_path: Path
) -> None:
    expected = newest_first()
    command = ("export", "停水", "--output", "a.csv")
    library.dies(MAIN, *command, keeps=3, dies=4)
    library.office.hears("forum", "新来的：石门乡停水了，什么时候来水？")
    library.office.works()
    assert yuqing(*command).code == 0
    assert ids(tmp_path / "a.csv") == expected


def test_another_query_does_not_go_on_with_it(
    library: Library, yuqing: Yuqing, tmp_path: Path
) -> None:
    command = ("export", "停水", "--output", "a.csv")
    library.dies(MAIN, *command, keeps=3, dies=4)
    ran = yuqing("export", "停水 电话", "--output", "a.csv")
    assert (ran.code, ran.err) == (0, "")
    assert ids(tmp_path / "a.csv") == newest_first()


def test_killed_after_the_last_row_it_is_whole_all_the_same(
    library: Library, yuqing: Yuqing, tmp_path: Path
) -> None:
    """Between the new name and the end of the record."""
    command = ("export", "停水", "--output", "a.csv")
    library.dies(MAIN, *command, keeps=8, dies=8)
    (tmp_path / "a.csv.part").rename(tmp_path / "a.csv")
    ran = yuqing(*command)
    assert ran.code == 0
    assert ids(tmp_path / "a.csv") == newest_first()
    assert not (tmp_path / "a.csv.part.json").exists()


def test_a_file_that_is_there_is_replaced_only_when_told(
    library: Library, yuqing: Yuqing, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("要紧的")
    ran = yuqing("export", "停水", "--output", "a.csv")
    assert (ran.code, ran.out) == (1, "")
    assert "a.csv 已存在；要覆盖请加 --force" in ran.err
    assert (tmp_path / "a.csv").read_text() == "要紧的"
    assert yuqing("export", "停水", "--output", "a.csv", "--force").code == 0
    assert len(ids(tmp_path / "a.csv")) == ARTICLES


def test_two_at_one_file_are_not_mixed(library: Library, yuqing: Yuqing, tmp_path: Path) -> None:
    waits = (
        "import time; from pathlib import Path\n"
        "from monitor.export import Labels, Progress, draft\n"
        "with draft(Path('a.csv.part'), 'csv', Labels(), Progress()):\n"
        "    print('held', flush=True); time.sleep(600)"
    )
    with library.process(waits) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        ran = yuqing("export", "停水", "--output", "a.csv")
        other.kill()
    assert ran.code == 1
    assert "另一个 yuqing export 正在写" in ran.err


def test_a_pipe_gets_the_same_bytes(library: Library, yuqing: Yuqing, tmp_path: Path) -> None:
    for format_ in FORMATS:
        file = tmp_path / f"a.{format_}"
        assert yuqing("export", "停水", "--output", str(file)).code == 0
        with library.command("export", "停水", "--format", format_, "--output", "-") as process:
            out, said = process.communicate()
        assert (process.returncode, said) == (0, b"")
        piped = tmp_path / f"b.{format_}"
        piped.write_bytes(out)
        assert same(file, piped)


def test_a_mistake_in_the_query_is_pointed_at(library: Library, yuqing: Yuqing) -> None:
    ran = yuqing("export", "停水 (县城", "--output", "a.csv")
    assert (ran.code, ran.out) == (1, "")
    assert "检索式第 4 个字：这个左括号没有配对" in ran.err
    assert not Path("a.csv.part").exists()


def test_a_query_that_finds_nothing_makes_a_file_with_headings(
    library: Library, yuqing: Yuqing
) -> None:
    assert yuqing("export", "火星", "--output", "a.csv").lines[0] == "已导出 0 篇"
    assert ids(Path("a.csv")) == []


def test_an_article_whose_row_is_gone_is_left_out(library: Library, yuqing: Yuqing) -> None:
    expected = newest_first()
    gone = expected.pop(7)
    ArticleText.objects.filter(article=gone).delete()
    assert yuqing("export", "停水", "--output", "a.csv").lines[0] == f"已导出 {ARTICLES - 1} 篇"
    assert ids(Path("a.csv")) == expected


def test_a_folder_that_is_not_there_is_told_of(library: Library, yuqing: Yuqing) -> None:
    ran = yuqing("export", "停水", "--output", "nowhere/a.csv")
    assert ran.code == 1
    assert "写不了 nowhere/a.csv" in ran.err


def test_an_index_that_is_away_is_told_of_with_the_cure(library: Library, yuqing: Yuqing) -> None:
    search_index().drop(state().active)
    ran = yuqing("export", "停水", "--output", "a.csv")
    assert ran.code == 1
    assert "再运行同一条命令，即接着导出" in ran.err


def test_a_rebuild_that_swaps_the_index_meanwhile_is_not_noticed(
    library: Library, yuqing: Yuqing, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = newest_first()
    index = search_index()
    real = index.scan
    first = state().active

    def dropped(generation: str, *given: Any, **how: Any) -> Any:
        for number, hit in enumerate(real(generation, *given, **how)):
            if generation == first and number == 7:
                assert yuqing("reindex").code == 0
                raise GenerationMissing("已换代")
            yield hit

    monkeypatch.setattr(index, "scan", dropped)
    assert yuqing("export", "停水", "--output", "a.csv").code == 0
    assert ids(Path("a.csv")) == expected
    assert state().active != first
