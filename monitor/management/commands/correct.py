"""yuqing correct"""

import getpass
from typing import Any

from django.contrib.auth.models import User

from monitor.management.console import Command as Console
from monitor.models import Alert, Correction
from monitor.pipeline import correct, knowledge, regroup
from monitor.pipeline.wording import changes
from monitor.words import SHANGHAI, Sentiment

MOODS = {one.label: one for one in Sentiment} | {one.value: one for one in Sentiment}
PLACES = {"本地": True, "home": True, "外地": False, "elsewhere": False}
SHOWN = 30


class Command(Console):
    help = (
        "纠正机器的判断，立即生效，永久留痕，可以撤销。文章号、事件号见控制台的网址。例如\n"
        "  yuqing correct false-alarm 2026-0003      预警是误报\n"
        "  yuqing correct missed 128                 这个事件漏报了，补发预警\n"
        "  yuqing correct sentiment 4711 敏感        （与机器相同即为确认）\n"
        "  yuqing correct place 4711 外地\n"
        "  yuqing correct units 4711 教育体育局 城关镇\n"
        "  yuqing correct merge 128 131              两个事件是同一件事\n"
        "  yuqing correct split 128 4711 4712        事件 128 的这两篇是另一件事\n"
        "  yuqing correct undo 15 --remark 点错了"
    )

    def add_arguments(self, parser: Any) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="动作")
        event = {"metavar": "预警号或事件号"}
        self._add(
            what, "false-alarm", "误报：预警从此安静，除非有新的求救、伤亡、地点"
        ).add_argument("event", **event)
        self._add(what, "missed", "漏报：以人工判定发出预警").add_argument("event", **event)
        mood = self._add(what, "sentiment", "文章的情感")
        mood.add_argument("article", type=int, metavar="文章号")
        mood.add_argument("value", choices=list(MOODS), metavar="敏感|中性|正面")
        place = self._add(what, "place", "文章说的是本地还是外地")
        place.add_argument("article", type=int, metavar="文章号")
        place.add_argument("value", choices=list(PLACES), metavar="本地|外地")
        units = self._add(what, "units", "文章涉及的责任单位，写全；不写即没有")
        units.add_argument("article", type=int, metavar="文章号")
        units.add_argument("value", nargs="*", metavar="单位", help="代号或名称")
        merge = self._add(what, "merge", "几个事件是同一件事：并入最早的那个")
        merge.add_argument("events", nargs="+", metavar="预警号或事件号")
        split = self._add(what, "split", "事件里的这些文章是另一件事：拆成新事件")
        split.add_argument("event", **event)
        split.add_argument("articles", nargs="+", type=int, metavar="文章号")
        undo = self._add(what, "undo", "撤销一条纠正")
        undo.add_argument("number", type=int, metavar="纠正号")
        what.add_parser("list", help=f"最近 {SHOWN} 条纠正")

    def _add(self, what: Any, name: str, words: str) -> Any:
        parser = what.add_parser(name, help=words)
        parser.add_argument("--by", metavar="用户名", help="以哪个用户的名义，默认为当前系统用户")
        parser.add_argument("--remark", default="", metavar="说明", help="为什么")
        return parser

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "list":
            self._list()
            return
        by = self._who(options["by"])
        try:
            row = getattr(self, f"_{options['what'].replace('-', '_')}")(options, by)
        except correct.Refused as refusal:
            self.fail(str(refusal))
        self.say(f"第 {row.pk} 号纠正　{changes([row])[0]}　已生效")

    def _who(self, name: str | None) -> str:
        if name is None:
            return f"{getpass.getuser()}（命令行）"
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            self.fail(f"没有用户 {name}，见 yuqing user list")
        if not correct.may_correct(user):
            self.fail(f"{name} 不是值班员、分析员或管理员，不能纠正")
        return name

    def _event(self, text: str) -> int:
        """An event by its own number or by its alert's."""
        if text.isdecimal():
            return int(text)
        event = Alert.objects.filter(number=text).values_list("event", flat=True).first()
        if event is None:
            self.fail(f"没有编号为 {text} 的预警")
        return event

    def _false_alarm(self, options: dict[str, Any], by: str) -> Correction:
        return correct.false_alarm(self._event(options["event"]), by, options["remark"])

    def _missed(self, options: dict[str, Any], by: str) -> Correction:
        return correct.missed(self._event(options["event"]), by, options["remark"])

    def _sentiment(self, options: dict[str, Any], by: str) -> Correction:
        mood = MOODS[options["value"]]
        return correct.sentiment(options["article"], mood, by, options["remark"])

    def _place(self, options: dict[str, Any], by: str) -> Correction:
        home = PLACES[options["value"]]
        return correct.place(options["article"], home=home, by=by, remark=options["remark"])

    def _units(self, options: dict[str, Any], by: str) -> Correction:
        slugs = {
            name: slug
            for slug, unit in knowledge.catalogue().units.items()
            for name in (*unit.aliases, unit.name, slug)
        }
        wanted = [slugs.get(name, name) for name in options["value"]]
        return correct.units(options["article"], wanted, by, options["remark"])

    def _undo(self, options: dict[str, Any], by: str) -> Correction:
        return regroup.undo(options["number"], by, options["remark"])

    def _merge(self, options: dict[str, Any], by: str) -> Correction:
        events = [self._event(text) for text in options["events"]]
        return regroup.merge_events(events, by, options["remark"])

    def _split(self, options: dict[str, Any], by: str) -> Correction:
        event = self._event(options["event"])
        return regroup.split_event(event, options["articles"], by, options["remark"])

    def _list(self) -> None:
        rows = list(Correction.objects.select_related("undone_by")[:SHOWN])
        for row, words in zip(rows, changes(rows), strict=True):
            what = f"文章 {row.article_id}" if row.article_id else f"事件 {row.event_id}"
            when = f"{row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
            undone = "　已撤销" if hasattr(row, "undone_by") else ""
            remark = f"　{row.remark}" if row.remark else ""
            self.say(f"{row.pk}　{when}　{row.by}　{what}　{words}{remark}{undone}")
        if not rows:
            self.say("还没有纠正。在控制台的文章页、预警页上点一下，或运行 yuqing correct --help")
