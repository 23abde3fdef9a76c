"""What a channel's settings may be called, and how a secret is kept out of them.

A catalogue file is copied, mailed and versioned, so it never holds a secret: it holds
`${NAME}`, and whoever sends resolves it from the setting `YUQING_SECRET_NAME`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from monitor.catalog.errors import At, Findings
from monitor.catalog.fields import unknown

CHANNEL_KINDS = {"wecom": "企业微信群机器人", "mail": "邮件", "webhook": "网络回调"}
DETAILS = {"hint": "仅提示", "summary": "摘要", "full": "全文"}
AUDIENCES = {"duty": "值班", "admin": "管理员"}
"""Alerts go to duty; word of the system's own troubles goes to both."""

_EVERY = {"per_minute": ("每分钟最多条数", False), "ca_file": ("CA 证书文件", False)}

# kind → setting → (Chinese label, is it required). The sender has the last word on values.
SETTINGS: Mapping[str, Mapping[str, tuple[str, bool]]] = {
    "wecom": {
        "key": ("机器人密钥", True),
        "api_host": ("接口地址", False),
        "format": ("消息格式 markdown 或 text", False),
        **_EVERY,
    },
    "mail": {
        "host": ("邮件服务器", True),
        "sender": ("发件地址", True),
        "recipients": ("收件地址", True),
        "security": ("加密方式 tls、starttls 或 none", False),
        "port": ("端口", False),
        "username": ("登录用户名", False),
        "password": ("密码或授权码", False),
        "sender_name": ("发件人名称", False),
        **_EVERY,
    },
    "webhook": {"url": ("网址", True), "secret": ("签名密钥", True), **_EVERY},
}
SECRET_SETTINGS = frozenset({"key", "password", "secret"})

REFERENCE = re.compile(r"\$\{([A-Z][A-Z0-9_]{0,63})\}")
# The demonstration's receiving peer accepts any key of this shape; no real service issues one.
DEMO_PREFIX = "demo-"
_IN_URL = re.compile(r"[?&](key|token|access_token|secret|sign)=(?!demo-)[^&]+", re.IGNORECASE)


class SecretMissing(Exception):  # noqa: N818 - reads as what happened
    """A channel names secrets that the settings do not hold; the message is for the office."""

    def __init__(self, names: list[str]) -> None:
        self.names = tuple(names)
        wanted = "、".join(f"YUQING_SECRET_{name}" for name in names)
        super().__init__(f"缺少密钥设置 {wanted}；请写进环境变量，或用 {wanted}_FILE 指向密钥文件")


def check(kind: str, settings: Mapping[str, Any], at: Callable[[str], At], found: Findings) -> None:
    """Reports unknown, missing and openly written settings of a channel of this kind."""
    allowed = SETTINGS.get(kind, {})
    for name, value in settings.items():
        if name not in allowed:
            found.add(at(name), unknown(name, allowed))
            continue
        label = allowed[name][0]
        text = str(value)
        if name in SECRET_SETTINGS:
            _check_secret(name, label, text, at(name), found)
        elif "${" in text and not REFERENCE.fullmatch(text):
            found.add(at(name), f"{label}（{name}）的引用不对，应写成 ${{NAME}}，名字用大写字母")
        elif _IN_URL.search(text):
            found.add(
                at(name),
                f"{label}（{name}）的网址里写了密钥；请把整个网址放进设置 YUQING_SECRET_HOOK，"
                f"这里写 {name}: ${{HOOK}}",
            )
    for name, (label, required) in allowed.items():
        if required and settings.get(name) in (None, ""):
            found.add(at(""), f"{CHANNEL_KINDS[kind]}渠道缺 {label}（{name}）")


def _check_secret(name: str, label: str, text: str, at: At, found: Findings) -> None:
    if REFERENCE.fullmatch(text) or text.startswith(DEMO_PREFIX):
        return
    # Not the setting's bare name: YUQING_SECRET_KEY is the key that signs sessions.
    example = "CHANNEL_" + (re.sub(r"[^A-Z0-9]", "", name.upper()) or "KEY")
    found.add(  # the secret itself is never repeated in a message
        at,
        f"{label}（{name}）不能直接写在文件里；请改成 {name}: ${{{example}}}，"
        f"再把真正的值放进设置 YUQING_SECRET_{example}",
    )


def resolve(settings: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """The settings with each `${NAME}` replaced by `secrets[NAME]`, and without empty ones.

    `secrets` holds the settings YUQING_SECRET_* without that beginning. Raises `SecretMissing`
    with all the names that are not there.
    """
    resolved: dict[str, Any] = {}
    missing: list[str] = []
    for name, value in settings.items():
        if value is None:
            continue
        reference = REFERENCE.fullmatch(value) if isinstance(value, str) else None
        if reference is None:
            resolved[name] = value
        elif secrets.get(reference[1]):
            resolved[name] = secrets[reference[1]]
        else:
            missing.append(reference[1])
    if missing:
        raise SecretMissing(missing)
    return resolved
