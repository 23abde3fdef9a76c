"""Whether the cluster can be read and written, in words with the cure if not; its room."""

from collections.abc import Iterator

from elasticsearch import NotFoundError

from monitor.index.elastic.connection import Cluster
from monitor.index.elastic.faults import CLOSED, FLOODED, LOCKED
from monitor.index.elastic.generations import check_layout
from monitor.index.protocol import GenerationMissing, IndexUnavailable, Space


def check(cluster: Cluster) -> None:
    """Return if every index can be read and written; raises IndexUnavailable."""
    for problem in _problems(cluster):
        raise IndexUnavailable(problem)


def _problems(cluster: Cluster) -> Iterator[str]:
    names = cluster.names
    found = cluster.request("GET", f"/_resolve/index/{names.everything}", expand_wildcards="all")
    if not found["indices"]:
        return
    if any("closed" in index["attributes"] for index in found["indices"]):
        yield CLOSED
    said = cluster.request("GET", f"/{names.everything}/_mapping")
    for index in said.values():
        check_layout(index["mappings"])
    try:
        cluster.request("GET", f"/_index_template/{names.template}")
    except NotFoundError:
        yield "检索库的索引模板不见了，请运行 yuqing reindex 重建"
    said = cluster.request("GET", f"/{names.everything}/_settings")
    for index in said.values():
        blocks = index["settings"]["index"].get("blocks", {})
        if blocks.get("read_only_allow_delete") == "true":
            yield FLOODED
        if "true" in (blocks.get("read_only"), blocks.get("write"), blocks.get("read")):
            yield LOCKED
    said = cluster.request("GET", f"/_cluster/health/{names.everything}")
    if said["status"] == "red":
        yield "检索库有分片不可用（red），请查看 Elasticsearch 的日志和集群状态"


def space(cluster: Cluster, generation: str) -> Space:
    """What a generation takes with its replicas, and what the nodes have left together."""
    nodes = cluster.request(
        "GET", "/_nodes/stats/fs", filter_path="nodes.*.fs.total.available_in_bytes"
    )
    free = sum(node["fs"]["total"]["available_in_bytes"] for node in nodes["nodes"].values())
    try:
        said = cluster.request("GET", f"/{cluster.names.alias(generation)}/_stats/store")
    except GenerationMissing:
        return Space(0, free)
    return Space(said["_all"]["total"]["store"]["size_in_bytes"], free)
