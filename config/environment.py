"""Everything an installation may set, typed: names begin with YUQING_, strangers are refused.

A value comes from the process environment, else from `yuqing.env` in the data folder. Any
name may be given as NAME_FILE instead, the value then being the content of that file (the
way container secrets are mounted).
"""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from config import database
from config.signing import signing_key
from config.texts import Network, hour, listed, network, one_of, origin
from monitor.stack.address import Address

PREFIX = "YUQING_"
TEST = "TEST_"  # YUQING_TEST_…: read by the test suite alone
SECRET = "SECRET_"  # YUQING_SECRET_<NAME>: what a channel's `${NAME}` stands for  # noqa: S105

DATABASE_FORMS = ("sqlite:///绝对路径", "postgresql://用户@主机:5432/库名")
BROKER_FORMS = (
    "embedded",
    "redis://主机:6379/0",
    "rediss://主机:6379/0",
    "redis+socket:///路径/套接字",
    "sentinel://主机1:26379,主机2:26379/0",
)
INDEX_FORMS = ("sqlite:///绝对路径", "https://主机1:9200,主机2:9200/前缀", "http://主机:9200/前缀")
LOG_FORMS = ("plain", "json")
ELSEWHERE = "elsewhere"
"""Context of a validation for another machine, or for a container: files named are not here."""


class SettingsError(Exception):
    """A setting is unknown or wrong; the message is one line that names it and the cure."""


class Environment(BaseModel):
    """The settings of one installation. Field NAME is the variable YUQING_NAME."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(default=Path("var"), description="数据目录")
    catalog: Path | None = Field(
        default=None, description="本单位目录文件夹，默认为数据目录下的 catalog"
    )
    database_url: str = Field(default="", description="数据库地址")
    database_password: str = Field(default="", description="数据库密码")
    broker_url: str = Field(default="embedded", description="消息中间件地址，embedded 为自带")
    broker_password: str = Field(default="", description="消息中间件密码")
    broker_ca: Path | None = Field(default=None, description="消息中间件的 CA 证书文件")
    broker_master: str = Field(default="mymaster", description="哨兵（sentinel）监视的主节点名")
    index_url: str = Field(default="", description="检索库地址")
    index_user: str = Field(default="elastic", description="检索库用户名，与密码合用")
    index_password: str = Field(default="", description="检索库密码")
    index_api_key: str = Field(default="", description="检索库 API 密钥，可代替用户名和密码")
    index_ca: Path | None = Field(default=None, description="检索库的 CA 证书文件")
    index_fingerprint: str = Field(default="", description="检索库证书的 SHA-256 指纹")
    index_replicas: int = Field(default=0, ge=0, le=5, description="检索库每月索引的副本数")
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
    proxy_url: str = Field(default="", description="采集和推送所经的外网代理")
    office: str = Field(default="本县舆情值班室", min_length=1, description="单位名称")
    workers: int = Field(default=3, ge=1, le=64, description="处理进程数")
    log_format: str = Field(default="plain", description="日志格式")
    service: str = Field(
        default="", pattern=r"^[a-z0-9-]{0,32}$", description="服务名，写进日志和健康检查"
    )
    metrics_port: int = Field(default=0, ge=0, le=65535, description="指标端口，0 为不开")
    metrics_token: str = Field(default="", description="读取指标要出示的令牌")
    stall_minutes: int = Field(
        default=10, ge=1, le=24 * 60, description="内容积压超过多少分钟要告警"
    )
    shift_hours: tuple[int, ...] = Field(
        default=(8, 20), description="每日几点向值班渠道报系统状况，逗号分隔"
    )
    export_days: int = Field(default=7, ge=1, le=365, description="导出文件保留天数")
    eval_data: Path | None = Field(default=None, description="评测数据目录")
    secrets: Mapping[str, str] = Field(default_factory=dict)

    @property
    def keeps_sqlite(self) -> bool:
        """Whether database or index are files of ours."""
        return any(url.startswith("sqlite:") for url in (self.database_url, self.index_url))

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _hosts(cls, value: Any) -> Any:
        return listed(value)

    @field_validator("fetch_allow", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        return tuple(map(network, listed(value))) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str) -> str:
        return origin(value) if value else ""

    @field_validator("shift_hours", mode="before")
    @classmethod
    def _hours(cls, value: Any) -> Any:
        return tuple(map(hour, listed(value))) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        value = one_of(value, ("sqlite", "postgresql"), DATABASE_FORMS)
        if value.startswith("postgresql:"):
            database.read(value)
        return value

    @field_validator("index_url")
    @classmethod
    def _index(cls, value: str) -> str:
        return one_of(value, ("sqlite", "http", "https"), INDEX_FORMS)

    @field_validator("broker_url")
    @classmethod
    def _broker(cls, value: str) -> str:
        if value == "embedded":
            return value
        try:
            Address(value)
        except ValueError as error:
            raise ValueError(f"{error}。可用：" + "、".join(BROKER_FORMS)) from None
        return value

    @field_validator("broker_ca", "index_ca")
    @classmethod
    def _authority(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.context != ELSEWHERE and not value.is_file():
            raise ValueError(f"没有证书文件 {value}")
        return value

    @field_validator("proxy_url")
    @classmethod
    def _proxy(cls, value: str) -> str:
        return one_of(value, ("http", "https"), ("http://代理主机:端口",))

    @field_validator("log_format")
    @classmethod
    def _format(cls, value: str) -> str:
        if value not in LOG_FORMS:
            raise ValueError("可用：" + "、".join(LOG_FORMS))
        return value


@dataclass(frozen=True)
class _Given:
    values: dict[str, str]
    secrets: dict[str, str]


def _from_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}：读不了文件 {path}（{error}），请检查路径和权限") from error


def _sort(given: Mapping[str, str | None], *, elsewhere: bool = False) -> _Given:
    """Split YUQING_ names into known fields and channel secrets; refuse strangers.

    For another machine what stands in files is left out: its name may be right, its file is there.
    """
    known = set(Environment.model_fields) - {"secrets"}
    values: dict[str, str] = {}
    hidden: dict[str, str] = {}
    for name, raw in given.items():
        if not name.startswith(PREFIX) or name.startswith(PREFIX + TEST) or raw is None:
            continue
        value, short = raw, name.removeprefix(PREFIX)
        in_file = short.endswith("_FILE")
        if in_file:
            short = short.removesuffix("_FILE")
            value = "" if elsewhere else _from_file(name, raw)
        if in_file and elsewhere and short.lower() in known:
            continue
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


def _key_of(folder: Path) -> str:
    try:
        return signing_key(folder)
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
    "string_pattern_mismatch": "只用小写字母、数字和 -，最多 32 个",
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


def check(given: Mapping[str, str | None]) -> None:
    """Raise SettingsError unless these may be settings of an installation elsewhere.

    Nothing is made and no file is opened.
    """
    found = _sort(given, elsewhere=True)
    _validated({**found.values, "secrets": found.secrets}, ELSEWHERE)


def _validated(values: Mapping[str, Any], context: str | None = None) -> Environment:
    try:
        return Environment.model_validate(values, context=context)
    except ValidationError as error:
        raise SettingsError("\n".join(map(_wrong, error.errors()))) from error


def _wrong(mistake: Any) -> str:
    """One line that names the setting, what it is and what is wrong with it."""
    field = str(mistake["loc"][0])
    what = Environment.model_fields[field].description
    return f"设置 {PREFIX}{field.upper()}（{what}）不对：{_in_words(mistake)}"


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """The settings in force; SettingsError with one line for each setting that is wrong."""
    own = _sort(environ)
    data = Path(own.values.get("data", "var")).expanduser().absolute()
    kept = _kept(data / "yuqing.env")
    values: dict[str, Any] = {**kept.values, **own.values, "data": data}
    values["secrets"] = {**kept.secrets, **own.secrets}
    environment = _validated(values)
    return environment.model_copy(
        update={
            "catalog": environment.catalog or data / "catalog",
            "database_url": environment.database_url or f"sqlite:///{data}/yuqing.db",
            "index_url": environment.index_url or f"sqlite:///{data}/index",
            "secret_key": environment.secret_key or _key_of(data),
        }
    )
