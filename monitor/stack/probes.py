"""Is it there, and if not, what helps: one answer for each part that `yuqing check` reports."""

import errno
import importlib
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import redis
from redis.sentinel import MasterNotFoundError, Sentinel

from monitor.stack.address import Address, sentinel_options, server_options
from monitor.stack.folder import room
from monitor.words import SHANGHAI

# Older ones can corrupt a WAL file at its reset: https://www.sqlite.org/wal.html#walresetbug
SQLITE = (3, 51, 3)
FONT_PACKAGE = "pylopdf_fonts_zh_cn"
# Fonts begin with one of these (OpenType specification, "Organization of an OpenType font").
_FONT_MARKS = (b"OTTO", b"\x00\x01\x00\x00", b"true", b"ttcf")
SKEW_SECONDS = 5.0  # a lease is its limit + 5 s: beyond that two clocks disagree about its end
_SAMPLE_SECONDS = 0.2


@dataclass(frozen=True)
class Probe:
    """One part's state: its name, whether it is well, what was found, and the cure if it is not."""

    name: str
    ok: bool
    words: str
    cure: str = ""


def broker(address: Address, *, timeout: float = 2.0) -> Probe:
    """Does a Redis server answer PING there, or the master that its sentinels name?"""
    name, place = "消息服务", str(address)
    try:
        with _client(address, timeout) as client:
            begin = time.monotonic()
            client.ping()
            took = (time.monotonic() - begin) * 1000
    except redis.BusyLoadingError:
        return Probe(name, False, f"{place} 正在载入数据", "请稍候再查")
    except redis.AuthenticationError:
        cure = "请核对 YUQING_BROKER_PASSWORD（或地址里的用户和密码）"
        return Probe(name, False, f"{place} 拒绝了密码", cure)
    except redis.TimeoutError:
        cure = "请检查网络和防火墙，或该服务是否过载"
        return Probe(name, False, f"{place} 在 {timeout:g} 秒内没有回答", cure)
    except MasterNotFoundError:
        words = f"{place} 都没有给出主节点 {address.master}"
        cure = "请检查哨兵是否运行、密码是否正确，以及 YUQING_BROKER_MASTER 是否写对"
        return Probe(name, False, words, cure)
    except (redis.RedisError, OSError) as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            cure = "请用 YUQING_BROKER_CA 指定签发它的 CA 证书，并核对证书上的主机名"
            return Probe(name, False, f"{place} 的证书不可信", cure)
        cure = "内置消息服务随 yuqing up 启动；外部的请检查它是否运行、YUQING_BROKER_URL 是否正确"
        return Probe(name, False, f"连接不上 {place}（{_brief(error)}）", cure)
    return Probe(name, True, f"{place}，{took:.0f} 毫秒内回答")


def disk(path: Path) -> Probe:
    """Is there room at `path` (or where it would be made) for bytes and for files?"""
    try:
        left = room(path)
    except OSError as error:
        cure = "请检查磁盘是否挂载、目录权限是否正确"
        return Probe("磁盘", False, f"{path} 查不到剩余空间：{error.strerror}", cure)
    words = f"{path} {left.words}"
    if left.enough:
        return Probe("磁盘", True, words)
    return Probe("磁盘", False, words, "空间不足：请清理该磁盘，或把 YUQING_DATA 移到更大的磁盘")


def clock(
    now: Callable[[], datetime],
    *,
    not_before: datetime,
    broker: Address | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    timeout: float = 2.0,
) -> Probe:
    """Can the system clock be believed? `now` gives aware instants.

    It must not be before `not_before` (the newest instant we know has passed: the build, or the
    newest row), must run as fast as the monotonic clock, and must agree with the broker's TIME
    where `broker` is given and answers (an embedded broker has our own clock and always agrees).
    """
    name, cure = "时钟", "请校准系统时间并开启自动对时（timedatectl set-ntp true）"
    first, begin = now(), monotonic()
    if first < not_before:
        known = not_before.astimezone(SHANGHAI)
        words = f"系统时间 {_minute(first)} 早于已知的 {known:%Y-%m-%d %H:%M}"
        return Probe(name, False, words, cure)
    theirs = None if broker is None else _offset(broker, now, timeout)
    time.sleep(_SAMPLE_SECONDS)
    drift = (now() - first).total_seconds() - (monotonic() - begin)
    if abs(drift) > _SAMPLE_SECONDS:
        return Probe(name, False, f"系统时间正在跳动（{drift:+.1f} 秒）", cure)
    if theirs is not None and abs(theirs) > SKEW_SECONDS:
        words = f"本机与消息服务的时间相差 {theirs:+.0f} 秒"
        return Probe(name, False, words, "请让两台机器向同一个时间服务器对时")
    agreed = "" if theirs is None else f"，与消息服务相差 {abs(theirs):.1f} 秒"
    return Probe(name, True, f"{_minute(first)}（北京时间）{agreed}")


def fonts(package: str = FONT_PACKAGE) -> Probe:
    """Are the Chinese fonts for charts and briefings installed and whole?"""
    cure = "请重新安装依赖（make install）"
    try:
        module = importlib.import_module(package)
        paths = [Path(module.sans_path()), Path(module.serif_path())]
    except ImportError:
        return Probe("字体", False, f"没有安装中文字体包 {package}", cure)
    for path in paths:
        try:
            with path.open("rb") as file:
                mark = file.read(4)
        except OSError as error:
            return Probe("字体", False, f"读不到中文字体 {path}：{error.strerror}", cure)
        if mark not in _FONT_MARKS:
            return Probe("字体", False, f"中文字体文件已损坏：{path}", cure)
    return Probe("字体", True, "、".join(path.stem for path in paths))


def sqlite(version: str | None = None) -> Probe:
    """Is the SQLite of the wheel `pysqlite3` (or this version) new enough for our WAL files?"""
    name, cure = "SQLite", "请重新安装依赖（make install），它带有合适的 pysqlite3"
    if version is None:
        try:
            version = str(importlib.import_module("pysqlite3.dbapi2").sqlite_version)
        except ImportError as error:
            return Probe(name, False, f"没有安装 pysqlite3（{error}）", cure)
    least = ".".join(map(str, SQLITE))
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    if numbers < SQLITE:
        return Probe(name, False, f"版本 {version} 低于 {least}，可能损坏数据库", cure)
    return Probe(name, True, f"版本 {version}")


def port(number: int, host: str = "127.0.0.1") -> Probe:
    """Can the console listen on this TCP port?"""
    name, cure = "端口", "请停止占用它的程序，或用 yuqing up --port 换一个端口"
    if not 0 < number < 65536:  # getaddrinfo would take it modulo 65536
        return Probe(name, False, f"{number} 不是端口号", "端口号应在 1 到 65535 之间")
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as mine:
            mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            mine.bind(address)
            mine.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return Probe(name, False, f"{host}:{number} 已被占用", cure)
        if error.errno == errno.EACCES:
            cure = "1024 以下的端口只有 root 可用，请用 yuqing up --port 换一个"
        return Probe(name, False, f"{host}:{number} 不能用（{_brief(error)}）", cure)
    return Probe(name, True, f"{host}:{number} 可用")


@contextmanager
def _client(address: Address, timeout: float) -> Iterator[redis.Redis]:
    """A client of the server, which connects when it is first used, and only once."""
    options: dict[str, Any] = {
        **server_options(address),
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        "retry": None,  # who asks wants to know how it is, not how it will be
    }
    if address.by_sentinel:
        with (
            Sentinel(address.hosts, sentinel_kwargs=sentinel_options(address)) as sentinels,
            sentinels.master_for(address.master, **options) as client,
        ):
            yield client
        return
    if address.on_socket:
        place: dict[str, Any] = {"unix_socket_path": unquote(address.parts.path)}
    else:
        place = dict(zip(("host", "port"), address.hosts[0], strict=True))
    with redis.Redis(**place, **options) as client:
        yield client


def _offset(address: Address, now: Callable[[], datetime], timeout: float) -> float | None:
    """The broker's clock minus ours in seconds, None when it does not answer."""
    try:
        with _client(address, timeout) as client:
            before = now()
            seconds, micros = client.time()
            ours = before + (now() - before) / 2
    except (redis.RedisError, OSError):
        return None  # the broker's own probe says so
    return float(seconds + micros / 1e6 - ours.timestamp())


def _brief(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error).partition("\n")[0][:200] or type(error).__name__


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
