"""Which version of the product this is."""

from importlib.metadata import PackageNotFoundError, version

from prometheus_client.core import GaugeMetricFamily

PACKAGE = "yuqing"


def release() -> str:
    """The installed version; "unknown" for a tree that was never installed."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "unknown"


def build_info(service: str) -> GaugeMetricFamily:
    """`yuqing_build_info{version, service} 1`, by which a graph shows an upgrade."""
    family = GaugeMetricFamily("yuqing_build_info", "版本", labels=("version", "service"))
    family.add_metric((release(), service), 1)
    return family
