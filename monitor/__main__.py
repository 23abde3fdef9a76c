"""`yuqing`: one command line for the office and for scripts."""

import os
import sys
from collections.abc import Sequence

COMMANDS = {
    "日常": {
        "up": "启动全部服务（--demo 为演示）",
        "status": "各步骤、信源、预警、送达的数字",
        "search": "检索文章",
        "trend": "检索到的文章每天多少篇",
        "export": "把检索到的文章导出成文件",
        "correct": "纠正机器的判断：误报、漏报、情感、地点、责任单位",
        "brief": "生成周报（docx 与 xlsx）",
    },
    "管理": {
        "check": "逐项检查能否正常运行",
        "catalog": "目录（信源、专题、单位、渠道……）的检查与应用",
        "source": "信源的增、删、看、试",
        "channel": "渠道的测试与恢复",
        "user": "用户",
        "train": "用人工纠正训练情感模型，比现用的好才启用",
        "model": "情感模型的列表、对比与启用",
        "evaluate": "在标注过的样本上测一测判得准不准，旁边列出简单做法",
        "rescore": "用现在的模型和目录重读旧文章",
        "reindex": "重建检索库（期间检索不停）",
        "reconcile": "核对检索库与数据库，补齐不一致的",
        "backup": "备份全部数据（期间一切照常）",
        "restore": "把备份恢复到空的数据目录或数据库",
        "prune": "清理多年前的文章（预警的证据永不清理）",
        "quarantine": "多次处理失败、单独放着的内容",
    },
    "脚本": {
        "poll": "采集到期的信源",
        "score": "为文本打情感分（逐行 JSON 进、逐行 JSON 出）",
    },
}


def overview() -> str:
    """The list of commands, grouped, as `yuqing --help` prints it."""
    lines = ["舆情监测　用法：yuqing 命令 [选项]　　yuqing 命令 --help 看详细说明", ""]
    for group, commands in COMMANDS.items():
        lines.append(group)
        lines.extend(f"  {name:<12}{words}" for name, words in commands.items())
    lines += ["", "设置以环境变量 YUQING_… 给出，或写在数据目录（默认 var/）的 yuqing.env 中。"]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0 done, 1 it failed and says why, 2 wrong usage or settings."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())  # noqa: T201 - this is the program's output
        return 0
    known = {name for commands in COMMANDS.values() for name in commands} | INTERNAL
    if arguments[0] not in known:
        import difflib

        close = difflib.get_close_matches(arguments[0], known - INTERNAL, 1)
        hint = f"，是否想用 {close[0]}？" if close else "。yuqing --help 列出全部命令"
        print(f"没有命令 {arguments[0]}{hint}", file=sys.stderr)  # noqa: T201
        return 2
    return _run(arguments)


INTERNAL = {"migrate", "makemigrations", "service", "web", "shell"}
"""Commands for the supervisor, for containers and for developers, not listed."""


def _run(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Before numpy is loaded: threads of its own, in every one of our processes, only fight over the
    # processors; training takes five times as long with them on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from config.environment import SettingsError

    try:
        import django

        django.setup()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    from django.core.management import ManagementUtility

    try:
        ManagementUtility(["yuqing", *arguments]).execute()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `yuqing search … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
