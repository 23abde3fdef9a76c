"""What the office's commands share: Chinese help, and failures as one line with exit code 1."""

import argparse
import logging
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.db import (
    DatabaseError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
)

from monitor.stack.postgres import complaint


class ChineseFormatter(argparse.RawDescriptionHelpFormatter):
    """argparse's own few words, in Chinese."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class ChineseParser(CommandParser):
    """A parser whose help and mistakes are Chinese; a wrong usage exits with 2."""

    def __init__(self, **options: Any) -> None:
        options["formatter_class"] = ChineseFormatter
        options["add_help"] = False
        super().__init__(**options)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示本说明")

    def error(self, message: str) -> NoReturn:
        words = (
            message.replace("the following arguments are required:", "缺少参数：")
            .replace("unrecognized arguments:", "不认识的参数：")
            .replace("expected one argument", "缺少值")
            .replace("argument ", "参数 ")
            .replace("invalid choice:", "没有这个选择：")
            .replace("choose from", "可选")
            .replace("invalid int value:", "应为整数，而不是")
            .replace("ambiguous option:", "写得太短的选项：")
            .replace(" could match ", " 可能是 ")
            .replace("ignored explicit argument", "不带值，却给了")
        )
        self.print_usage(sys.stderr)
        self.exit(2, f"{words}\n")


def _unmade(error: DatabaseError) -> bool:
    """Whether a table or a column is missing: not migrated yet. PostgreSQL says so by a code."""
    return "no such" in str(error) or getattr(error.__cause__, "sqlstate", "") in ("42P01", "42703")


def _database_words(error: DatabaseError) -> str:
    if _unmade(error):
        return "数据库还没有建好或版本太旧，请先运行一次 yuqing up"
    if connection.vendor == "postgresql":
        return "数据库{}。{}".format(*complaint(str(error)))
    return f"数据库暂不能用（{error}），运行 yuqing check 看原因"


class Command(BaseCommand):
    """Base of the office's commands: `describe` adds arguments, `handle` does the work."""

    requires_system_checks: list[str] = []
    output_transaction = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> ChineseParser:
        parser = ChineseParser(
            prog=f"yuqing {subcommand}",
            description=self.help or None,
            missing_args_message=getattr(self, "missing_args_message", None),
            called_from_command_line=getattr(self, "_called_from_command_line", None),
        )
        self._add_django_options(parser)
        self.add_arguments(parser)
        return parser

    def _add_django_options(self, parser: ChineseParser) -> None:
        """Django's execute() looks for these; the office need not see them."""
        parser.set_defaults(
            settings=None,
            pythonpath=None,
            traceback=False,
            no_color=True,
            force_color=False,
            skip_checks=True,
            verbosity=1,
        )

    def run_from_argv(self, argv: list[str]) -> None:
        """As Django's, but a failure is its own words alone, without the class's name."""
        self._called_from_command_line = True
        options = vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
        arguments = options.pop("args", ())
        try:
            self.execute(*arguments, **options)
        except CommandError as error:
            self.stderr.write(str(error))
            sys.exit(error.returncode)
        except (OperationalError, ProgrammingError) as error:
            if isinstance(error, ProgrammingError) and not _unmade(error):
                raise
            self.stderr.write(_database_words(error))
            sys.exit(1)
        finally:
            connections.close_all()

    def execute(self, *args: Any, **options: Any) -> str | None:
        # What workers tell of their own accord is for their log, not for a command's reader.
        logging.getLogger("monitor").setLevel(logging.ERROR)
        return super().execute(*args, **options)

    def say(self, line: str = "") -> None:
        """One line to standard output, at once."""
        self.stdout.write(line)
        if isinstance(self.stdout, OutputWrapper):
            self.stdout.flush()

    def fail(self, words: str) -> NoReturn:
        """End with exit code 1 and one line on standard error."""
        raise CommandError(words)
