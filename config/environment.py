"""Everything an installation may set, typed: names begin with YUQING_, strangers are refused.

A value comes from the process environment, else from `yuqing.env` in the data folder. Any
name may be given as NAME_FILE instead, the value then being the content of that file (the
way container secrets are mounted).
"""

import difflib
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

PREFIX = "YUQING_"
TEST = "TEST_"  # YUQING_TEST_…: read by the test suite alone
SECRET = "SECRET_"  # YUQING_SECRET_<NAME>: what a channel's `${NAME}` stands for  # noqa: S105

BROKER_FORMS = ("embedded", "redis://主机:6379/0", "rediss://…", "redis+socket:///路径/套接字")


class SettingsError(Exception):
    """A setting is unknown or wrong; the message is one line that names it and the cure."""


Network = IPv4Network | IPv6Network


class Environment(BaseModel):
    """The settings of one installation. Field NAME is the variable YUQING_NAME."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(default=Path("var"), description="数据目录")
    catalog: Path | None = Field(
        default=None, description="本单位目录文件夹，默认为数据目录下的 catalog"
    )
    database_url: str = Field(default="", description="数据库地址")
    broker_url: str = Field(default="embedded", description="消息中间件地址，embedded 为自带")
    index_url: str = Field(default="", description="检索库地址")
    secret_key: str = Field(
        default="", min_length=32, description="签名密钥，不填则在数据目录中生成"
    )
    public_url: str = Field(default="", description="控制台对外网址，填写后推送中才带链接")
    allowed_hosts: tuple[str, ...] = Field(
        default=("127.0.0.1", "localhost"), description="允许访问控制台的主机名，逗号分隔"
    )
    fetch_allow: tuple[Network, ...] = Field(default=(), description="允许采集的内网网段，逗号分隔")
    user_agent: str = Field(
        default="yuqing/0.1 (+feed reader)", min_length=3, description="采集时自报的名称"
    )
    office: str = Field(default="本县舆情值班室", min_length=1, description="单位名称")
    workers: int = Field(default=3, ge=1, le=64, description="处理进程数")
    eval_data: Path | None = Field(default=None, description="评测数据目录")
    secrets: Mapping[str, str] = Field(default_factory=dict)

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: Any) -> Any:
        return _listed(value)

    @field_validator("fetch_allow", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        return tuple(map(_network, _listed(value))) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        return _origin(value) if value else ""

    @field_validator("database_url", "index_url")
    @classmethod
    def _sqlite(cls, value: str) -> str:
        if value and not value.startswith("sqlite:///"):
            raise ValueError("应为 sqlite:///绝对路径")
        return value

    @field_validator("broker_url")
    @classmethod
    def _broker(cls, value: str) -> str:
        if value != "embedded" and _split(value)[0] not in ("redis", "rediss", "redis+socket"):
            raise ValueError("可用：" + "、".join(BROKER_FORMS))
        return value


@dataclass(frozen=True)
class _Given:
    values: dict[str, str]
    secrets: dict[str, str]


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(f"“{text}”不是网段，应写成 10.1.0.0/16 这样") from None


def _split(url: str) -> tuple[str, str]:
    """Scheme and host of an address, both empty when it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _origin(url: str) -> str:
    """The address without its closing slash; ValueError, in words, unless it is scheme and host.

    The console answers at the root only, and an origin is what Django compares forms with.
    """
    scheme, host = _split(url)
    if scheme not in ("http", "https") or not host:
        raise ValueError("应以 http:// 或 https:// 开头，例如 https://yuqing.example.gov.cn")
    origin = f"{scheme}://{urlsplit(url).netloc.lower()}"
    if "@" in origin or len(url.removesuffix("/")) != len(origin):
        raise ValueError(f"只写协议、主机名和端口，不带路径、? 或 #，例如 {scheme}://{host}")
    return origin


def _from_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}：读不了文件 {path}（{error}），请检查路径和权限") from error


def _sort(given: Mapping[str, str | None]) -> _Given:
    """Split YUQING_ names into known fields and channel secrets; refuse strangers."""
    known = set(Environment.model_fields) - {"secrets"}
    values: dict[str, str] = {}
    hidden: dict[str, str] = {}
    for name, raw in given.items():
        if not name.startswith(PREFIX) or name.startswith(PREFIX + TEST) or raw is None:
            continue
        value, short = raw, name.removeprefix(PREFIX)
        if short.endswith("_FILE"):
            short, value = short.removesuffix("_FILE"), _from_file(name, raw)
        if short.startswith(SECRET) and short != "SECRET_KEY":
            hidden[short.removeprefix(SECRET)] = value
        elif short.lower() in known:
            values[short.lower()] = value
        else:
            close = difflib.get_close_matches(short.lower(), known, 1)
            hint = f"是否想写 {PREFIX}{close[0].upper()}？" if close else ""
            names = "、".join(PREFIX + field.upper() for field in sorted(known))
            raise SettingsError(
                f"不认识的设置 {name}。{hint}可用的有：{names}，以及 {PREFIX}SECRET_名称"
            )
    return _Given(values, hidden)


def _generated_key(folder: Path) -> str:
    """This installation's key, made by whichever of its processes asks first.

    An empty file is what a full disk or a crash leaves behind, and counts as none.
    """
    path = folder / "secret.key"
    if key := _kept_key(path):
        return key
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        if key := _kept_key(path):
            return key
        return _write_key(path, secrets.token_urlsafe(48))


def _kept_key(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process of the folder at a time; the lock goes with its process, however that ends."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_key(path: Path, key: str) -> str:
    """Put the file there whole or not at all, for its owner alone from the first byte on."""
    handle, draft = tempfile.mkstemp(prefix=".secret.", dir=path.parent)  # mkstemp: mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return key


def _key_of(folder: Path) -> str:
    try:
        return _generated_key(folder)
    except OSError as error:
        raise SettingsError(
            f"设置 {PREFIX}DATA（数据目录）不对：{folder} 不能读写"
            f"（{error.strerror}），请换一个目录或改权限"
        ) from error


WORDS = {
    "int_parsing": "应为整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "string_too_short": "至少 {min_length} 个字符",
}
"""pydantic's own mistakes that a variable's text can make, for people."""


def _in_words(mistake: Any) -> str:
    said = mistake.get("ctx", {})
    if "error" in said:  # one of our own validators, which speak Chinese
        return str(said["error"])
    return WORDS.get(mistake["type"], "写法不对").format(**said)


def _kept(file: Path) -> _Given:
    """What the data folder's own file sets."""
    if not file.is_file():
        return _Given({}, {})
    try:
        return _sort(dotenv_values(file))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"读不了 {file}（{error}），应为 UTF-8 文本，请检查权限和编码"
        ) from error


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """The settings in force; SettingsError with one line naming the first thing that is wrong."""
    own = _sort(environ)
    data = Path(own.values.get("data", "var")).expanduser().absolute()
    kept = _kept(data / "yuqing.env")
    values: dict[str, Any] = {**kept.values, **own.values, "data": data}
    values["secrets"] = {**kept.secrets, **own.secrets}
    try:
        environment = Environment.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        what = Environment.model_fields[str(first["loc"][0])].description
        raise SettingsError(f"设置 {name}（{what}）不对：{_in_words(first)}") from error
    return environment.model_copy(
        update={
            "catalog": environment.catalog or data / "catalog",
            "database_url": environment.database_url or f"sqlite:///{data}/yuqing.db",
            "index_url": environment.index_url or f"sqlite:///{data}/index",
            "secret_key": environment.secret_key or _key_of(data),
        }
    )
