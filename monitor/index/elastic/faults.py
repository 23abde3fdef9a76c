"""What a cluster says when it does not do what it was asked, in words with the cure."""

from collections.abc import Mapping
from typing import Any

from elasticsearch import ApiError, ConnectionTimeout, SSLError, TransportError

from monitor.index.protocol import GenerationMissing, IndexUnavailable

FLOODED = (
    "Elasticsearch 的磁盘超过洪水水位（flood stage），索引已变成只读，"
    "请清理磁盘或加盘，之后会自动恢复写入"
)
TOO_LARGE = 413
"""Said by a proxy as well as by a cluster; a smaller request may pass either."""
NO_INDEX = "index_not_found_exception"
CLOSED = "检索库有索引被关闭，请在 Elasticsearch 上重新打开"
LOCKED = "Elasticsearch 的索引被设成只读，请管理员去掉索引或集群的 blocks 设置"


class Busy(IndexUnavailable):
    """The cluster takes no more at this moment; the same again in a moment may pass."""


def unreachable(error: TransportError, where: str) -> IndexUnavailable:
    """Why no answer came."""
    if isinstance(error, ConnectionTimeout):
        return IndexUnavailable(f"检索库 {where} 没有及时回答，请查看 Elasticsearch 的负载和磁盘")
    if isinstance(error, SSLError):
        return IndexUnavailable(
            f"检索库 {where} 的证书不可信，请核对 YUQING_INDEX_CA 或 YUQING_INDEX_FINGERPRINT"
        )
    return IndexUnavailable(
        f"连不上检索库 {where}，请查看 Elasticsearch 是否启动、YUQING_INDEX_URL 是否正确"
    )


def explained(error: ApiError, generation: str, where: str) -> IndexUnavailable | None:
    """What an answer other than yes means; None for what only a change of the request heals.

    Only a cluster's own word can be about the request: a gateway's page, that of a port which
    wants HTTPS, and the like are about the address.
    """
    fault = error.body.get("error") if isinstance(error.body, Mapping) else None
    if not isinstance(fault, Mapping):
        fault = {}
    if fault.get("type") == NO_INDEX:
        return GenerationMissing(
            f"检索库“{generation}”不存在或已换代，请重试；仍不行请运行 yuqing reindex"
        )
    status = error.meta.status
    unavailable = fault_of(status, fault)
    if unavailable is None and "type" not in fault and status != TOO_LARGE:
        return IndexUnavailable(
            f"检索库 {where} 给的（{status}）不是 Elasticsearch 的回答，"
            "请核对 YUQING_INDEX_URL 和它前面的代理"
        )
    return unavailable


def fault_of(status: int, fault: Mapping[str, Any]) -> IndexUnavailable | None:
    """The same of a status and the `error` beside it, as each item of a bulk has its own."""
    kind, reason = str(fault.get("type", "")), str(fault.get("reason", ""))
    if kind == "cluster_block_exception":
        return _blocked(reason)
    if status == 401:
        return IndexUnavailable(
            "Elasticsearch 拒绝登录，请核对 YUQING_INDEX_USER 和 YUQING_INDEX_PASSWORD，"
            "或 YUQING_INDEX_API_KEY"
        )
    if status == 403:
        return IndexUnavailable("Elasticsearch 账号的权限不够，请管理员给它本系统索引的全部权限")
    if kind == "index_closed_exception":
        return IndexUnavailable(CLOSED)
    if kind == "validation_exception" and "shards" in reason:
        return IndexUnavailable(
            "Elasticsearch 的分片数已到上限，请删除不用的索引或调高 cluster.max_shards_per_node"
        )
    if status in (408, 429):
        return Busy("Elasticsearch 正忙，稍后会自动再试；经常如此请加内存或节点")
    if status >= 500:
        return Busy(f"Elasticsearch 暂时不能回答（{kind or status}），请查看它的日志和集群状态")
    return None


def _blocked(reason: str) -> IndexUnavailable:
    if "flood-stage" in reason or "read-only-allow-delete" in reason:
        return IndexUnavailable(FLOODED)
    if "no master" in reason or "state not recovered" in reason:
        return Busy("Elasticsearch 集群还没有选出主节点，请稍候；一直如此请查看它的日志")
    return IndexUnavailable(LOCKED)
