"""yuqing backup"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from monitor.management.console import Command as Console
from monitor.management.progress import bar
from monitor.pipeline import backup


class Command(Console):
    help = (
        "备份全部数据、本单位目录和密钥为一个文件，期间照常采集和推送。\n"
        "检索库不在其中，恢复后自动重建。文件含密钥，只有本人可读，请存放在另一台机器上。"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, help="存放的文件夹，默认为数据目录下的 backup"
        )
        parser.add_argument("--keep", type=int, help="只保留最近几份，更早的删去")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"] or settings.YUQING.data / "backup"
        keep = options["keep"]
        if keep is not None and keep < 1:
            self.fail("--keep 至少为 1")
        path = folder / backup.name(timezone.now())
        rows = 0
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with bar("备份") as show:
                for progress in backup.back_up(path):
                    rows = progress.done
                    show(progress.done, progress.total)
            old = backup.forget_older(folder, keep) if keep else []
        except backup.NotBackedUp as error:
            self.fail(str(error))
        except OSError as error:
            self.fail(f"写不了 {folder}：{error.strerror}，请检查磁盘空间和权限，或换一个文件夹")
        self.say(f"已备份 {rows} 行到 {path}（{path.stat().st_size / 1e6:.1f} MB）")
        if old:
            self.say(f"已删去较早的 {len(old)} 份")
