"""yuqing evaluate: figures beside those of simpler ways, for people and for scripts."""

import json
import shutil
from pathlib import Path

import pytest

from tests.evaluation.conftest import GOLD
from tests.management.conftest import Yuqing
from tests.pipeline.office import Office

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = """text,label
路灯坏了三个月没人修真让人寒心,敏感
停水两天了孩子老人怎么办,敏感
明天上午县图书馆闭馆半天,中性
今晚广场放露天电影,中性
志愿者帮老人收稻子真暖心,正面
"""


@pytest.fixture
def set_(tmp_path: Path) -> Path:
    path = tmp_path / "样本.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_a_file_of_ones_own_is_measured_beside_all_baselines(
    yuqing: Yuqing, office: Office, set_: Path
) -> None:
    ran = yuqing("evaluate", str(set_))
    assert (ran.code, ran.err) == (0, "")
    assert "样本：5 条" in ran.out
    ways = ["本系统", "都判为最多的一类", "SnowNLP 原样", "只用词典"]
    places = [ran.out.index(way) for way in ways]
    assert places == sorted(places)
    for head in ("AUC", "准确率", "召回率", "F1", "校准误差", "判敏感", "标注中性"):
        assert head in ran.out


def test_the_model_in_force_is_measured_and_named(
    yuqing: Yuqing, office: Office, set_: Path
) -> None:
    shipped = json.loads(yuqing("evaluate", str(set_), "--shipped", "--fast", "--json").out)
    office.writes()
    words = office.folder / "catalog" / "lexicon"
    words.mkdir()
    (words / "own.txt").write_text("图书馆 -3\n露天电影 -3\n", encoding="utf-8")
    assert yuqing("catalog", "apply").code == 0
    own = json.loads(yuqing("evaluate", str(set_), "--fast", "--json").out)
    assert own["model"] == shipped["model"]
    ways = own["sets"]["样本"]
    assert list(ways) == ["本系统", "都判为最多的一类", "只用词典"]
    # Two calm texts are now held to be worse than they are; the baselines are none of the office's.
    before = shipped["sets"]["样本"]
    assert ways["本系统"]["calibration"] > before["本系统"]["calibration"]
    assert ways["只用词典"] == before["只用词典"]


def test_mistakes_are_listed_cut_and_without_control_characters(
    yuqing: Yuqing, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "反.csv"
    lines = [f"垃圾臭得要命没人管\x1b[2J{'长' * 80},正面", "真漂亮点赞,敏感", "开会,中性"]
    path.write_text("\n".join(["text,label", *lines]), encoding="utf-8")
    ran = yuqing("evaluate", str(path), "--shipped", "--fast", "--mistakes", "2")
    (line,) = [line for line in ran.lines if "标注正面，判敏感" in line]
    assert "\\x1b" in line
    assert "\x1b" not in ran.out
    assert line.endswith("…")
    assert len(line) < 160


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text,mood\n好,正面\n", "坏.csv 第 1 行缺列 label；第一行应写 text,label"),
        ("text,label\n好,正面\n差,很差\n", "坏.csv 第 3 行：标签“很差”不认识，应为"),
        ("text,label\n某处起火,火灾\n", "坏.csv 第 2 行起的标签都不认识，应为"),
    ],
)
def test_a_wrong_file_ends_with_one_line_that_names_it(
    yuqing: Yuqing, tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "坏.csv"
    path.write_text(content, encoding="utf-8")
    ran = yuqing("evaluate", str(path), "--shipped")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(words)
    assert len(ran.err.splitlines()) == 1


def test_a_folder_is_measured_whole_with_our_own_texts_and_others_are_named(
    yuqing: Yuqing, set_: Path
) -> None:
    (set_.parent / "火灾.csv").write_text("text,label\n某处起火,火灾\n", encoding="utf-8")
    ran = yuqing("evaluate", "--data", str(set_.parent), "--shipped", "--fast")
    assert ran.code == 0
    assert ran.out.index("自带标准样本：") < ran.out.index("样本：5 条")
    assert ran.lines[-1] == "没有情感标签，未测：火灾.csv"


def test_the_gold_county_is_measured_by_weeks_with_simpler_ways_beside(yuqing: Yuqing) -> None:
    ran = yuqing("evaluate", "--alerts", "--events", "--places", "--weeks", "1-2")
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[0] == "金标县第 1 至 2 周"
    for words in ("预警：", "归并：", "地点与责任单位：", "只看事项词", "只并转载", "都算本地"):
        assert words in ran.out


def test_without_weeks_the_last_four_are_reported(yuqing: Yuqing) -> None:
    ran = yuqing("evaluate", "--alerts", "--json")
    figures = json.loads(ran.out)
    assert figures["weeks"] == [5, 8]
    assert set(figures["alerts"]["本系统"]) >= {"precision", "recall", "per_event", "calls"}


def test_the_gold_countys_mistakes_come_with_their_reasons(yuqing: Yuqing, tmp_path: Path) -> None:
    shutil.copytree(GOLD, tmp_path / "gold", ignore=shutil.ignore_patterns("__*"))
    articles = tmp_path / "gold" / "articles.tsv"
    labels = articles.read_text(encoding="utf-8").replace("\tlocal\t", "\telsewhere\t")
    articles.write_text(labels, encoding="utf-8")
    gold = ("--gold", str(tmp_path / "gold"))
    ran = yuqing("evaluate", "--places", "--weeks", "1", "--mistakes", "3", *gold)
    assert ran.out.count("地点判错") == 3
    assert "判为本地，应为外地：" in ran.out
    assert ran.err == ""


def test_who_reads_the_mistakes_of_the_reported_weeks_is_warned(yuqing: Yuqing) -> None:
    ran = yuqing("evaluate", "--places", "--weeks", "5", "--mistakes", "1")
    assert ran.code == 0
    assert "成绩就不作数了" in ran.err
    assert "……另有" in ran.out


def test_the_sample_reads_as_a_duty_officer_would_read_it(yuqing: Yuqing) -> None:
    ran = yuqing("evaluate", "--sample", "--weeks", "1-2")
    assert ran.code == 0
    assert [line for line in ran.lines if line.startswith("预警 ")][-1] == "预警 10"
    assert "差一点 1" in ran.lines
    assert "需要回应：风险分" in ran.out
    assert "没有预警：风险分" in ran.out
    assert ran.out.count("标注：") == sum(
        line.startswith(("预警 ", "差一点 ")) for line in ran.lines
    )


def test_messages_are_judged_with_our_places_and_with_those_of_another_county(
    yuqing: Yuqing, tmp_path: Path
) -> None:
    text = "A市B2县C镇的垃圾站臭气熏天，投诉多次没人管，请有关部门处理"
    rows = ["text,label", f"{text},message"]
    (tmp_path / "gov_board_x.csv").write_text("\n".join(rows), encoding="utf-8")
    ran = yuqing("evaluate", "--messages", "--data", str(tmp_path), "--json")
    assert json.loads(ran.out) == {"messages": 1, "ours": 1.0, "others": 0.0}
    assert "群众留言 1 条" in yuqing("evaluate", "--messages", "--data", str(tmp_path)).out


def test_messages_need_a_folder_that_has_some(yuqing: Yuqing, set_: Path) -> None:
    ran = yuqing("evaluate", "--messages", "--data", str(set_.parent))
    assert ran.code == 1
    assert "没有 gov_board_" in ran.err


def test_a_county_elsewhere_and_one_that_is_not_there(yuqing: Yuqing, tmp_path: Path) -> None:
    ran = yuqing("evaluate", "--alerts", "--gold", str(tmp_path))
    assert ran.code == 1
    assert "缺 articles.tsv" in ran.err
    assert "--gold" in ran.err
    shutil.copytree(GOLD, tmp_path / "gold", ignore=shutil.ignore_patterns("__*"))
    ran = yuqing("evaluate", "--events", "--weeks", "1", "--gold", str(tmp_path / "gold"))
    assert ran.code == 0


@pytest.mark.parametrize(
    ("weeks", "code", "words"),
    [("9", 1, "只有 8 周"), ("3-2", 2, "不是周次"), ("0", 2, "不是周次"), ("一", 2, "不是周次")],
)
def test_weeks_that_are_none(yuqing: Yuqing, weeks: str, code: int, words: str) -> None:
    ran = yuqing("evaluate", "--events", "--weeks", weeks)
    assert ran.code == code
    assert words in ran.err
