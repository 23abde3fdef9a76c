"""yuqing catalog"""

from typing import Any

from monitor.catalog import CatalogErrors, lines, load, summary
from monitor.management.console import Command as Console
from monitor.pipeline import catalogue


class Command(Console):
    help = (
        "目录：信源、专题、单位、地名、事项、渠道、级别、词典。\n"
        "产品自带的在 config/catalog/（只读），本单位的放在数据目录的 catalog/ 里。"
    )

    def add_arguments(self, parser: Any) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="动作")
        what.add_parser("check", help="只检查文件，逐条列出错误的文件、行和改法")
        apply = what.add_parser("apply", help="检查并应用；控制台里改过的不会被悄悄覆盖")
        apply.add_argument("--dry-run", action="store_true", help="只显示会有哪些变化")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["what"] == "check":
                found = load(catalogue.directories())
                if wrong := catalogue.channel_mistakes(found):
                    self.fail("\n".join(wrong))
                self.say(f"目录没有错误，共 {len(found.items())} 项")
                return
            changes = catalogue.preview() if options["dry_run"] else catalogue.apply()
        except CatalogErrors as errors:
            self.fail(str(errors))
        for line in lines(changes):
            self.say(line)
        self.say(summary(changes) + ("（未应用）" if options["dry_run"] else ""))
