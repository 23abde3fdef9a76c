"""What each thing of an installation is called on a cluster that it may share with others.

yuqing.v1            the index template of a layout
yuqing.g1            the alias that searches of generation g1 read
yuqing.g1.head       an empty index: generation g1 exists as long as this does
yuqing.g1.202611     the documents of a month
"""

import re
from dataclasses import dataclass

from monitor.index.elastic.mapping import LAYOUT

_HEAD = "head"
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MONTH = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Names:
    """The names under one prefix; slugs hold no dot, so no two prefixes share a name."""

    prefix: str

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.prefix):
            raise ValueError(
                f"检索库前缀“{self.prefix}”只能用小写字母、数字、下划线和连字符，最长 64 位"
            )

    @property
    def template(self) -> str:
        return f"{self.prefix}.v{LAYOUT}"

    @property
    def everything(self) -> str:
        """The pattern that holds every index of this prefix."""
        return f"{self.prefix}.*"

    def alias(self, generation: str) -> str:
        """What searches of a generation name."""
        if not _SLUG.fullmatch(generation):
            raise ValueError(f"generation name {generation!r} is not a slug")
        return f"{self.prefix}.{generation}"

    def head(self, generation: str) -> str:
        return f"{self.alias(generation)}.{_HEAD}"

    def month(self, generation: str, month: str) -> str:
        """What a writer names; `month` is yyyymm."""
        if not _MONTH.fullmatch(month):
            raise ValueError(f"month {month!r} is not yyyymm")
        return f"{self.alias(generation)}.{month}"

    def generation(self, index: str) -> str:
        """The generation that an index belongs to."""
        return index.split(".")[1]

    def month_of(self, index: str) -> str:
        """The month whose documents an index holds."""
        return index.split(".")[2]

    def is_head(self, index: str) -> bool:
        return index.endswith(f".{_HEAD}")
