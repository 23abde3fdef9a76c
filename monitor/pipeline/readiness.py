"""Whether the parts that everything stands on answer now: database, tables, broker, index.

Asked often and by machines, so each part has two seconds, an answer is good for two, and what is
said names no address and no account; `yuqing check` (pipeline.condition) tells more.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from monitor.index import IndexUnavailable
from monitor.models import IndexState
from monitor.pipeline.condition import broker_address
from monitor.pipeline.index import search_index
from monitor.stack import probes
from monitor.stack.answers import Question

PATIENCE_S = 2.0
GOOD_S = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part as it answers now; `words` say what is missing and what helps, "" when well."""

    slug: str
    name: str
    words: str

    @property
    def ok(self) -> bool:
        return not self.words


def parts() -> list[Part]:
    """Every part, after at most a few seconds whatever hangs."""
    # All are begun before any is waited for, so that silence costs two seconds and not eight.
    for question in _QUESTIONS.values():
        question.begin()
    return [
        Part(slug, name, _words(_QUESTIONS[slug].in_time())) for slug, (name, _) in _PARTS.items()
    ]


def _words(found: str | None) -> str:
    return f"{PATIENCE_S:g} 秒内没有回答，请检查它是否运行、网络是否通" if found is None else found


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "连接不上，请检查数据库是否运行、YUQING_DATABASE_URL 是否正确"
    return ""


def _tables() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "数据库连接不上，不知道表是否齐全"
    return f"有 {len(pending)} 个升级未做，请运行 yuqing migrate" if pending else ""


def _broker() -> str:
    probe = probes.broker(broker_address(), timeout=PATIENCE_S)
    return "" if probe.ok else "连接不上，请检查它是否运行、YUQING_BROKER_URL 是否正确"


def _index() -> str:
    try:
        state = IndexState.objects.filter(pk=1).first()
        if state is None or not state.active:
            return "还没有建立，请运行一次 yuqing up 或 yuqing reindex"
        index = search_index()
        index.check()
        if state.active not in index.generations():
            return "在用的一代不见了，请运行 yuqing reindex 重建"
    except DatabaseError:
        return "数据库连接不上，不知道检索库的状况"
    except IndexUnavailable:
        return "不能读写，排除故障后会自动续写，详见 yuqing check"
    return ""


def _letting_go(ask: Callable[[], str]) -> Callable[[], str]:
    """The thread that asks ends after it: it must leave no connection behind."""

    def asked() -> str:
        try:
            return ask()
        finally:
            connections.close_all()

    return asked


_PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "database": ("数据库", _database),
    "tables": ("数据表", _tables),
    "broker": ("消息服务", _broker),
    "index": ("检索库", _index),
}


def _questions(good_s: float = GOOD_S) -> dict[str, Question[str]]:
    return {
        slug: Question(name, _letting_go(ask), good_s=good_s, patience_s=PATIENCE_S)
        for slug, (name, ask) in _PARTS.items()
    }


_QUESTIONS = _questions()
