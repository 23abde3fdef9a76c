"""yuqing user"""

import getpass
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from monitor.management.console import Command as Console
from monitor.pipeline import accounts

WORDS = {
    "password_too_short": "不足 10 个字",
    "password_too_common": "太常见",
    "password_entirely_numeric": "全是数字",
}


class Command(Console):
    help = "用户。没有默认口令：添加时自己输入，或用一次性登录链接。"

    def add_arguments(self, parser: Any) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="动作")
        add = what.add_parser("add", help="添加用户")
        add.add_argument("name", metavar="用户名")
        roles = "、".join(f"{slug}（{name}）" for slug, name in accounts.ROLES.items())
        add.add_argument("--role", default="officer", choices=list(accounts.ROLES), help=roles)
        add.add_argument("--link", action="store_true", help="不设口令，打印一次性登录链接")
        link = what.add_parser("link", help="为已有用户打印一次性登录链接")
        link.add_argument("name", metavar="用户名")
        what.add_parser("list", help="列出用户")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['what']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        name = options["name"]
        password = None if options["link"] else self._ask(name)
        try:
            user = accounts.add_user(name, password, options["role"])
        except ValueError as error:
            self.fail(str(error))
        self.say(f"已添加 {accounts.ROLES[options['role']]} {name}")
        if options["link"]:
            self._show_link(user)

    def _ask(self, name: str) -> str:
        """The password, asked twice on a terminal or read as one line from a pipe."""
        if sys.stdin.isatty():
            try:
                password = getpass.getpass("口令（至少 10 个字，不能全是数字）：")
                again = getpass.getpass("再输一次：")
            except EOFError:
                self.fail("没有添加；也可以用 --link 打印一次性登录链接")
            if password != again:
                self.fail("两次输入不同，没有添加")
        else:
            password = sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, User(username=name))
        except ValidationError as error:
            words = [WORDS.get(str(one.code), one.messages[0]) for one in error.error_list]
            self.fail(f"口令不合要求：{'，'.join(words)}；没有添加")
        return password

    def _link(self, options: dict[str, Any]) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            self.fail(f"没有用户 {options['name']}，见 yuqing user list")
        self._show_link(user)

    def _show_link(self, user: User) -> None:
        root = settings.YUQING.public_url or "http://127.0.0.1:8000"
        self.say(f"一次性登录链接（2 小时内有效）：{root}/enter/{accounts.sign_in_token(user)}")

    def _list(self, options: dict[str, Any]) -> None:
        users = User.objects.prefetch_related("groups").order_by("username")
        for user in users:
            roles = "、".join(
                accounts.ROLES.get(group.name, group.name) for group in user.groups.all()
            )
            self.say(f"{user.username}　{roles}")
        if not users:
            self.say("还没有用户：yuqing user add 用户名")
