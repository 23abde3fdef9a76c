"""Whether every part of the installation can do its work, each with its cure if it cannot."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from monitor.catalog import CatalogErrors, load
from monitor.index import IndexUnavailable
from monitor.models import ChannelState, IndexState, Source
from monitor.notify import mistakes
from monitor.pipeline import catalogue, knowledge, quarantine
from monitor.pipeline.index import search_index
from monitor.stack import postgres, probes
from monitor.stack.address import Address
from monitor.stack.broker import Broker
from monitor.stack.probes import Probe

BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""No system clock of an installation of this version can rightly be earlier."""


def condition() -> Iterator[Probe]:
    """One probe a part: database, broker, index, catalogue, channels, clock, disk, fonts."""
    broker = broker_address()
    if settings.YUQING.keeps_sqlite:
        yield probes.sqlite()
    database = _database()
    yield database
    yield probes.broker(broker)
    if database.ok:
        yield _index()
    yield _catalogue()
    if database.ok:
        yield from _channels()
        yield _quarantine()
    yield probes.clock(timezone.now, not_before=BUILT, broker=broker)
    yield probes.disk(settings.YUQING.data)
    yield probes.fonts()


def broker_address() -> Address:
    """The broker in force: what the settings say, or the socket of this data folder's own."""
    yuqing = settings.YUQING
    if yuqing.broker_url == "embedded":
        return Broker(yuqing.data).address
    return Address(
        yuqing.broker_url, yuqing.broker_password, yuqing.broker_ca, yuqing.broker_master
    )


def _database() -> Probe:
    name, place = "数据库", _place(connection.settings_dict)
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        if connection.vendor == "postgresql":
            words, cure = postgres.complaint(str(error))
            return Probe(name, False, f"{place} {words}", cure)
        return Probe(name, False, f"打不开（{error}）", "请检查 YUQING_DATABASE_URL 和目录权限")
    if wrong := _unfit():
        return Probe(
            name, False, f"{place} {wrong}", "请改用合适的服务器或库，数据用 backup 和 restore 搬"
        )
    if pending:
        return Probe(
            name, False, f"有 {len(pending)} 个升级未做", "运行 yuqing up 或 yuqing migrate"
        )
    return Probe(name, True, place)


def _unfit() -> str:
    """What makes a server that answers none of ours, "" when it is fit."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num'), pg_encoding_to_char(encoding)"
            " FROM pg_database WHERE datname = current_database()"
        )
        version, encoding = cursor.fetchone()
    if int(version) < postgres.OLDEST:
        return f"版本太旧（{int(version) // 10000}），至少要 {postgres.OLDEST // 10000}"
    return "" if encoding == "UTF8" else f"这个库的编码是 {encoding}，应为 UTF8"


def _place(database: Mapping[str, Any]) -> str:
    """Where the database is, without what may be secret in its address."""
    host = f"{database['HOST']}:{database['PORT']}".strip(":")
    host = f"{host}/" if host else ""
    return f"{connection.display_name} {host}{database['NAME']}"


def _index() -> Probe:
    name = "检索库"
    state = IndexState.objects.filter(pk=1).first()
    if state is None or not state.active:
        return Probe(name, False, "还没有建立", "运行一次 yuqing up")
    try:
        search_index().check()
        held = search_index().count(state.active)
    except IndexUnavailable as error:
        return Probe(name, False, str(error), "排除故障后会自动续写；文件损坏可运行 yuqing reindex")
    building = f"，正在重建 {state.building}" if state.building else ""
    return Probe(name, True, f"{held} 篇{building}")


def _catalogue() -> Probe:
    name = "目录"
    try:
        found = load(catalogue.directories())
    except CatalogErrors as errors:
        first = str(errors).splitlines()
        return Probe(name, False, first[0], "运行 yuqing catalog check 看全部错误")
    return Probe(name, True, f"{len(found.items())} 项")


def _quarantine() -> Probe:
    rows = sum(quarantine.counts().values())
    if not rows:
        return Probe("隔离", True, "没有处理不了的内容")
    cure = "yuqing quarantine list 看原因，排除后 yuqing quarantine rerun"
    return Probe("隔离", False, f"有 {rows} 项多次处理失败，已单独放着，不影响其他", cure)


def _channels() -> Iterator[Probe]:
    lore = knowledge.current()
    for (kind, slug), words in lore.values.faults.items():
        yield Probe(
            f"目录 {kind} {slug}", False, words, "在控制台或目录文件中改正；其余各项照常使用"
        )
    if not Source.objects.filter(active=True).exists():
        yield Probe(
            "信源", False, "一个也没有", "yuqing source add 网址，或写进本单位目录的 sources.yaml"
        )
    if not lore.channels and not lore.faulty:
        yield Probe(
            "渠道", False, "一个也没有，预警只显示在控制台上", "在本单位目录的 channels.yaml 中添加"
        )
    stopped = {row.slug: row.words for row in ChannelState.objects.exclude(stopped=None)}
    for slug, channel in lore.channels.items():
        if slug in lore.faulty:
            continue
        name = f"渠道 {channel.name}"
        wrong = mistakes(channel)
        if wrong:
            yield Probe(name, False, "；".join(wrong), "改正 channels.yaml 后 yuqing catalog apply")
        elif slug in stopped:
            yield Probe(
                name, False, f"已停用：{stopped[slug]}", f"排除故障后 yuqing channel resume {slug}"
            )
        else:
            yield Probe(name, True, "设置无误")
    for slug, words in lore.faulty.items():
        yield Probe(f"渠道 {slug}", False, words, "补上后即生效")
