"""What the errcode of a 企业微信 robot means for us, and what to do about it.

Source: the vendor's table of global error codes,
https://developer.work.weixin.qq.com/document/path/90313, and its page on group robots,
https://developer.work.weixin.qq.com/document/path/91770. `errmsg` may change at any time, so
only the number decides.
"""

from typing import NamedTuple


class Meaning(NamedTuple):
    """`passing`: retry; otherwise `stops` tells whether every further message would fail."""

    passing: bool
    words: str
    stops: bool = True
    retry_after: float | None = None


_NEW_KEY = "请在群里“消息推送（群机器人）”中复制新的网址，更新渠道的 key。"

ERRCODES: dict[int, Meaning] = {
    -1: Meaning(True, "企业微信系统繁忙，稍后自动重试。", retry_after=30),
    40001: Meaning(False, f"凭据不对。{_NEW_KEY}"),
    40008: Meaning(False, "消息类型不被接受，请把渠道的 format 改为 text。"),
    40014: Meaning(False, f"凭据不对或已失效。{_NEW_KEY}"),
    40035: Meaning(False, "消息参数不合规定，本条未送出。", stops=False),
    40058: Meaning(False, "消息内容不合规定（多为超过长度），本条未送出。", stops=False),
    41001: Meaning(False, f"没有带上机器人的 key。{_NEW_KEY}"),
    42001: Meaning(False, f"凭据已过期。{_NEW_KEY}"),
    43002: Meaning(False, "接口地址不对（要求 POST），请检查渠道的 api_host。"),
    44004: Meaning(False, "消息内容为空，本条未送出。", stops=False),
    45002: Meaning(False, "消息内容超过长度，本条未送出。", stops=False),
    45009: Meaning(True, "发送过于频繁（每个机器人每分钟 20 条），稍后自动重试。", retry_after=60),
    45033: Meaning(True, "同时发送过多，稍后自动重试。", retry_after=10),
    48002: Meaning(False, "没有调用权限，请联系企业微信管理员开通群机器人。"),
    60020: Meaning(False, "本机的出口 IP 不在可信名单内，请联系企业微信管理员把它加入可信 IP。"),
    93000: Meaning(False, f"机器人的 key 无效，或机器人已被移出群。{_NEW_KEY}"),
    93004: Meaning(False, "机器人已被停用，请在群设置里重新启用，或换一个机器人。"),
    93008: Meaning(False, f"机器人不在群里。{_NEW_KEY}"),
}


def meaning(errcode: int) -> Meaning:
    """The table's entry; for a number outside it, what its range says.

    40000–41999 are faults of the request, which stay; anything unknown is retried rather
    than given up, for a push that was not sent must not be dropped on a guess.
    """
    if errcode in ERRCODES:
        return ERRCODES[errcode]
    if 40000 <= errcode <= 41999:
        return Meaning(False, "企业微信认为请求不合规定，本条未送出。", stops=False)
    return Meaning(True, "企业微信返回了未收录的错误码，稍后自动重试。")
