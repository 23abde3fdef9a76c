"""yuqing restore"""

from pathlib import Path
from typing import Any

from django.conf import settings

from monitor.management.console import Command as Console
from monitor.management.progress import bar
from monitor.pipeline import archive, restore
from monitor.stack.folder import DataFolder, DataFolderError


class Command(Console):
    help = (
        "把备份恢复到空的数据目录或空的数据库；备份出自 SQLite 还是 PostgreSQL 都可以。\n"
        "恢复前先停止全部服务；备份时正待发出的通知不会自动重发。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, help="备份文件")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            folder = DataFolder.at(settings.YUQING.data)
            with folder.hold(), archive.reading(options["file"]) as file:
                with bar("恢复") as show:
                    for progress in restore.restore(file):
                        show(progress.done, progress.total)
                written, left = restore.put_files(file)
                manifest = file.manifest
        except DataFolderError as error:
            self.fail(str(error))
        except (archive.ArchiveError, restore.NotEmpty) as error:
            self.fail(str(error))
        found = "、".join(f"{name} {n}" for name, n in restore.counts().items())
        self.say(f"已恢复 {manifest.office} {manifest.created} 的备份：{found}")
        if written:
            self.say(f"已放回文件：{'、'.join(written)}")
        if left:
            self.say(f"与现有的不同、没有覆盖的文件：{'、'.join(left)}")
        self.say("接着运行 yuqing up：检索库会自动重建，期间检索结果逐步齐全")
