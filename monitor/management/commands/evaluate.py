"""yuqing evaluate"""

import argparse
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from monitor.catalog import load as load_catalog
from monitor.evaluation import county as counties
from monitor.evaluation import labelled, sample, stream
from monitor.evaluation.county import FIRST_WEEKS, County, CountyError, GoldArticle
from monitor.evaluation.county_report import alert_report, event_report, place_report
from monitor.evaluation.labelled import LabelledError, ToneSet
from monitor.evaluation.messages import message_figures, messages_of, told
from monitor.evaluation.mistakes import mistakes
from monitor.evaluation.report import Report, shown
from monitor.evaluation.stream import Run
from monitor.evaluation.tone import tone_figures, tone_mistakes
from monitor.evaluation.tone_baselines import Way, lexicon, majority, ours, snownlp
from monitor.evaluation.tone_report import mistake_lines, tone_report
from monitor.management.console import Command as Console
from monitor.management.progress import bar
from monitor.pipeline import knowledge
from monitor.text import corpus
from monitor.text.lexicon import Lexicon
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Scorer

MISTAKES = 20
_WEEKS = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?")
PARTS: dict[str, tuple[Callable[[County, Sequence[GoldArticle], Run], Report], tuple[str, ...]]] = {
    "alerts": (alert_report, ("false", "double", "missed", "call")),
    "events": (event_report, ("torn", "mixed", "copy", "link")),
    "places": (place_report, ("place", "unit")),
}
"""What is measured on the gold county: its report, and its kinds of mistakes."""


def weeks(text: str) -> tuple[int, int]:
    """5-8, or 8 alone."""
    found = _WEEKS.fullmatch(text.strip())
    if found is None or not 1 <= int(found[1]) <= int(found[2] or found[1]):
        raise argparse.ArgumentTypeError(f"“{text}”不是周次，应写成 5-8（第 5 到第 8 周）或 8")
    return int(found[1]), int(found[2] or found[1])


class Command(Console):
    help = (
        "测一测判得准不准，旁边列出简单做法的成绩。不带选项测情感，例如\n"
        "  yuqing evaluate 样本.csv          有 text,label 两列；label 写敏感、中性、正面\n"
        "  yuqing evaluate --mistakes        连同错得最厉害的 20 条\n"
        "  yuqing evaluate --alerts --events 在金标县上测预警和归并，默认报后四周\n"
        "  yuqing evaluate --alerts --weeks 1-4 --mistakes   调规则只看前四周\n"
        "不给文件时，测自带标准样本和 YUQING_EVAL_DATA 目录里的各个文件。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="文件", help="csv 或 csv.gz")
        parser.add_argument(
            "--data", type=Path, metavar="目录", help="评测数据目录，默认为 YUQING_EVAL_DATA"
        )
        parser.add_argument(
            "--shipped", action="store_true", help="测随软件附带的模型和词典，而不是在用的"
        )
        parser.add_argument("--fast", action="store_true", help="不与 SnowNLP 比：它一千条要十多秒")
        parser.add_argument("--alerts", action="store_true", help="金标县：预警")
        parser.add_argument("--events", action="store_true", help="金标县：归并成事件")
        parser.add_argument("--places", action="store_true", help="金标县：地点与责任单位")
        parser.add_argument(
            "--messages",
            action="store_true",
            help="评测数据里的群众留言（gov_board_*）：写上金标县的地名，看多少判为需要回应",
        )
        parser.add_argument("--gold", type=Path, metavar="目录", help="金标县数据所在的目录")
        parser.add_argument("--weeks", type=weeks, metavar="周次", help="默认 5-8；调规则用 1-4")
        parser.add_argument(
            "--sample",
            action="store_true",
            help="最后一周的十条预警和十个差一点的，连同理由",
        )
        parser.add_argument(
            "--mistakes",
            nargs="?",
            type=int,
            const=MISTAKES,
            default=0,
            metavar="条数",
            help=f"列出错得最厉害的，默认 {MISTAKES} 条",
        )
        parser.add_argument("--json", action="store_true", help="以 JSON 输出各项数字")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = [part for part in PARTS if options[part]]
        try:
            if options["messages"]:
                self._messages(options)
            elif parts or options["sample"]:
                self._county(parts, options)
            else:
                self._tone(options)
        except (LabelledError, CountyError) as error:
            self.fail(str(error))

    def _tone(self, options: dict[str, Any]) -> None:
        sets, others = self._sets(options)
        words = Lexicon.shipped(load_catalog([self._catalogue]).values().weights)
        segmenter = Segmenter(words.extra)
        scorer = Scorer(words, segmenter) if options["shipped"] else knowledge.current().scorer
        simpler = [*([] if options["fast"] else [snownlp()]), lexicon(words, segmenter)]
        reports = self._measured(sets, ours(scorer), simpler)
        if options["json"]:
            figures = {one.name: dict(of.json) for one, of in zip(sets, reports, strict=True)}
            self._json({"model": scorer.model.id, "sets": figures, "left_out": others})
            return
        self.say(f"模型 {scorer.model.id}")
        for one, report in zip(sets, reports, strict=True):
            self._print(report)
            if options["mistakes"]:
                self._lines(mistake_lines(tone_mistakes(one, scorer, options["mistakes"])))
        if others:
            self.say(f"\n没有情感标签，未测：{'、'.join(others)}")

    def _measured(self, sets: Sequence[ToneSet], own: Way, simpler: Sequence[Way]) -> list[Report]:
        done, total = 0, sum(len(one.texts) for one in sets) * (2 + len(simpler))
        reports = []
        with bar("测情感") as show:

            def scored(count: int) -> None:
                nonlocal done
                done += count
                show(done, total)

            for one in sets:
                ways = (own, majority(one.labels), *simpler)
                reports.append(tone_report(one, [tone_figures(one, way, scored) for way in ways]))
        return reports

    def _sets(self, options: dict[str, Any]) -> tuple[list[ToneSet], list[str]]:
        if options["files"]:
            sets, others = labelled.tone_sets(options["files"])
            if others:
                self.fail(f"{others[0]} 第 2 行起的标签都不认识，应为敏感、中性、正面")
            return sets, []
        data = options["data"] or settings.YUQING.eval_data
        sets, others = labelled.tone_sets(labelled.files(data)) if data else ([], [])
        own = settings.BASE_DIR / "training" / "corpus"
        if own.is_dir():
            gold = [example for example in corpus.read(own) if example.gold]
            labels = tuple(example.label for example in gold)
            sets.insert(0, ToneSet("自带标准样本", tuple(one.text for one in gold), labels))
        if not sets:
            self.fail("没有可测的文件；请写上 csv 文件名，或用 --data、YUQING_EVAL_DATA 给出目录")
        return sets, others

    def _messages(self, options: dict[str, Any]) -> None:
        data = options["data"] or settings.YUQING.eval_data
        texts = messages_of(data) if data else []
        if not texts:
            self.fail("评测数据目录里没有 gov_board_*.csv.gz；请用 --data 或 YUQING_EVAL_DATA 给出")
        values = self._gold(options).values
        with bar("测群众留言") as show:
            figures = message_figures(texts, values, stream.reader_of(values), show=show)
        if options["json"]:
            shares = {"ours": figures.ours_share, "others": figures.others_share}
            self._json({"messages": figures.messages, **shares})
        else:
            self.say(told(figures))

    @property
    def _catalogue(self) -> Path:
        return Path(settings.BASE_DIR) / "config" / "catalog"

    def _gold(self, options: dict[str, Any]) -> County:
        folder = options["gold"] or settings.BASE_DIR / "tests" / "gold"
        return counties.load(folder, self._catalogue)

    def _county(self, parts: Sequence[str], options: dict[str, Any]) -> None:
        county = self._gold(options)
        first, last = options["weeks"] or (FIRST_WEEKS + 1, county.length)
        if last > county.length:
            self.fail(f"金标县只有 {county.length} 周，没有第 {last} 周；请改 --weeks")
        articles = county.weeks(first, last)
        with bar("测金标县") as show:
            reader = stream.reader_of(county.values)
            run = stream.run(county.weeks(1, last), county.values, reader, show)
        reports = {part: PARTS[part][0](county, articles, run) for part in parts}
        if options["json"]:
            figures = {part: dict(report.json) for part, report in reports.items()}
            self._json({"weeks": [first, last], **figures})
            return
        if options["mistakes"] and last > FIRST_WEEKS:
            self.stderr.write("后四周是报成绩用的：照着其中的错去改规则，成绩就不作数了")
        self.say(f"金标县第 {first} 至 {last} 周")
        for part, report in reports.items():
            self._print(report)
            if options["mistakes"]:
                self._mistakes(PARTS[part][1], options["mistakes"], county, articles, run)
        if options["sample"]:
            self._sample(county, county.weeks(last, last), run)

    def _mistakes(
        self,
        kinds: Sequence[str],
        most: int,
        county: County,
        articles: Sequence[GoldArticle],
        run: Run,
    ) -> None:
        found = [one for one in mistakes(county, articles, run) if one.kind in kinds]
        for one in found[:most]:
            self.say(f"  {one.name} {shown(one.about)}")
            self._lines(f"    {line}" for line in one.lines)
        if found[most:]:
            self.say(f"  ……另有 {len(found) - most} 条")

    def _sample(self, county: County, articles: Sequence[GoldArticle], run: Run) -> None:
        for words, some in (
            ("预警", sample.alerts_of(county, articles, run)),
            ("差一点", sample.near_misses(county, articles, run)),
        ):
            for number, one in enumerate(some, 1):
                self.say(f"\n{words} {number}")
                self._lines(f"  {line}" for line in one.lines())

    def _print(self, report: Report) -> None:
        self.say()
        self._lines(report.lines())

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.say(line)

    def _json(self, figures: Any) -> None:
        self.say(json.dumps(figures, ensure_ascii=False, indent=1))
