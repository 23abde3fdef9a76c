"""yuqing channel"""

import asyncio
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from monitor.management.console import Command as Console
from monitor.models import ChannelState
from monitor.notify import (
    CHANNELS,
    Channel,
    DeliveryFailure,
    Message,
    mistakes,
    recipients,
    render,
    send,
)
from monitor.pipeline import buckets, knowledge


class Command(Console):
    help = "渠道：企业微信群机器人、邮件、网络回调。写在目录的 channels.yaml 里。"

    def add_arguments(self, parser: Any) -> None:
        what = parser.add_subparsers(dest="what", required=True, metavar="动作")
        what.add_parser("list", help="列出渠道与状况")
        test = what.add_parser("test", help="发一条测试消息")
        test.add_argument("name", metavar="代号或名称")
        resume = what.add_parser("resume", help="排除故障后恢复已停用的渠道，积压的随即发出")
        resume.add_argument("name", metavar="代号或名称")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['what']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        lore = knowledge.current()
        stopped = {row.slug: row for row in ChannelState.objects.exclude(stopped=None)}
        for slug, channel in lore.channels.items():
            wrong = lore.faulty.get(slug) or "；".join(mistakes(channel))
            if wrong:
                state = f"设置有误：{wrong}"
            else:
                state = f"已停用：{stopped[slug].words}" if slug in stopped else "设置无误"
            self.say(f"{slug}　{channel.name}　{CHANNELS[channel.kind].label}　{state}")
        if not lore.channels:
            self.say("还没有渠道，预警只显示在控制台上；在本单位目录的 channels.yaml 中添加")

    def _find(self, name: str) -> Channel:
        lore = knowledge.current()
        for slug, channel in lore.channels.items():
            if name in (slug, channel.name) and slug not in lore.faulty:
                return channel
        known = "、".join(lore.channels) or "（无）"
        raise CommandError(lore.faulty.get(name) or f"没有渠道 {name}，现有：{known}")

    def _test(self, options: dict[str, Any]) -> None:
        channel = self._find(options["name"])
        if wrong := mistakes(channel):
            self.fail("渠道设置有误：" + "；".join(wrong))
        message = Message(
            kind="test",
            number="",
            headline="测试消息",
            level=None,
            reasons=(),
            items=(),
            score=None,
            link=None,
            now=timezone.now(),
        )
        for person in recipients(channel):
            for part in render(message, channel):
                self._send(channel, part.body, person)

    def _send(self, channel: Channel, body: str, person: str) -> None:
        try:
            receipt = asyncio.run(
                send(
                    channel,
                    body,
                    delivery_id=f"test-{uuid4().hex}",
                    now=timezone.now(),
                    recipient=person or None,
                    proxy=settings.YUQING.proxy_url,
                )
            )
        except DeliveryFailure as failure:
            self.fail(
                f"没有送达{' ' + person if person else ''}：{failure.words}（{failure.code}）"
            )
        self.say(f"已送达{' ' + person if person else ''}：{receipt.words}（{receipt.code}）")

    def _resume(self, options: dict[str, Any]) -> None:
        channel = self._find(options["name"])
        waiting = buckets.resume(channel.slug)
        self.say(f"已恢复 {channel.name}，积压 {waiting} 条将陆续发出")
