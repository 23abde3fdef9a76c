"""yuqing source"""

import asyncio
import re
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from monitor.catalog import CatalogErrors
from monitor.collect.fetch import Fetcher
from monitor.collect.kinds import Polled, PollFailure, PollRequest, poll_many
from monitor.management.console import Command as Console
from monitor.models import Source
from monitor.pipeline import catalogue, knowledge
from monitor.words import SHANGHAI, SOURCE_WORDS


class Command(Console):
    help = "信源。这里的增删等同于在控制台里修改，以后应用目录文件时不会被覆盖。"

    def add_arguments(self, parser: Any) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="动作")
        add = what.add_parser("add", help="添加信源（先试采一次）")
        add.add_argument("url", metavar="网址", help="RSS、Atom 或 JSON Feed 的地址")
        add.add_argument("--name", help="名称，默认取订阅自报的标题")
        add.add_argument("--slug", help="代号，默认由网址生成")
        add.add_argument("--no-test", action="store_true", help="不试采")
        what.add_parser("list", help="列出信源与健康状况")
        test = what.add_parser("test", help="试采一个信源或网址，不写入任何东西")
        test.add_argument("target", metavar="代号或网址")
        remove = what.add_parser("remove", help="移除信源；已采的文章保留")
        remove.add_argument("slug", metavar="代号")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['what']}")(options)

    def _add(self, options: dict[str, Any]) -> None:
        for slug, known in knowledge.current().sources.items():
            if known.url == options["url"]:
                self.fail(f"这个网址已经有了：{known.name}（代号 {slug}）")
        title = "" if options["no_test"] else self._try(options["url"]).title
        slug = options["slug"] or slug_of(options["url"])
        if slug in knowledge.current().sources:
            self.fail(f"代号 {slug} 已有，请用 --slug 另取一个")
        item = {"name": options["name"] or title or slug, "url": options["url"], "kind": "feed"}
        try:
            catalogue.edit("source", slug, item, by="命令行")
        except CatalogErrors as errors:
            self.fail(str(errors))
        self.say(f"已添加信源 {slug}：{item['name']}")

    def _test(self, options: dict[str, Any]) -> None:
        source = knowledge.current().sources.get(options["target"])
        polled = self._try(source.url if source else options["target"])
        self.say(f"可以采集，{len(polled.entries)} 篇，标题：{polled.title or '（无）'}")
        for entry in polled.entries[:3]:
            when = (
                entry.claimed.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
                if entry.claimed
                else "无时间"
            )
            self.say(f"  {when}　{entry.title}")
        for note in polled.notes:
            self.say(f"  注意：{note}")

    def _try(self, url: str) -> Polled:
        async def once() -> Polled | PollFailure:
            async with Fetcher(
                allow=settings.YUQING.fetch_allow,
                user_agent=settings.YUQING.user_agent,
                proxy=settings.YUQING.proxy_url,
            ) as fetcher:
                request = PollRequest(slug="test", url=url)
                return (await poll_many([request], fetcher, timezone.now()))[0]

        outcome = asyncio.run(once())
        if isinstance(outcome, PollFailure):
            self.fail(f"采不了：{outcome.words}")
        return outcome

    def _list(self, options: dict[str, Any]) -> None:
        known = knowledge.current().sources
        for row in Source.objects.all():
            name = known[row.slug].name if row.slug in known else "（已移除）"
            last = row.polled.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if row.polled else "从未"
            self.say(
                f"{SOURCE_WORDS[row.state]}　{row.slug}　{name}　上次 {last}　{row.words}".rstrip()
            )
        if not known:
            self.say("还没有信源：yuqing source add 网址")

    def _remove(self, options: dict[str, Any]) -> None:
        if options["slug"] not in knowledge.current().sources:
            self.fail(f"没有信源 {options['slug']}，见 yuqing source list")
        catalogue.edit("source", options["slug"], None, by="命令行")
        self.say(f"已移除信源 {options['slug']}；已采的文章保留")


def slug_of(url: str) -> str:
    """A readable, stable code for an address: its host and four characters of its hash."""
    host = re.sub(r"[^a-z0-9]+", "-", (urlsplit(url).hostname or "source").lower()).strip("-")
    return f"{host[:50] or 'source'}-{blake2b(url.encode(), digest_size=2).hexdigest()}"
