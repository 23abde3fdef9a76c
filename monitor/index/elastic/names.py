"""What each thing of an installation is called on a cluster that it may share with others.

yuqing.v1            the index template of a layout
yuqing.g1            the alias that searches of generation g1 read
yuqing.g1.head       an empty index: generation g1 exists as long as this does
yuqing.g1.202611     the documents of a month
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from monitor.index.elastic.mapping import LAYOUT

_HEAD = "head"
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MONTH = re.compile(r"[0-9]{6}")


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
        """What a writer names; raises ValueError in words unless `month` is yyyymm."""
        if not _MONTH.fullmatch(month):
            raise ValueError(f"文章的月份“{month}”不是四位年加两位月，请修正它的发布时间")
        return f"{self.alias(generation)}.{month}"

    def generation(self, index: str) -> str:
        """The generation that an index belongs to."""
        return index.split(".")[1]

    def month_of(self, index: str) -> str:
        """The month whose documents an index holds."""
        return index.split(".")[2]

    def owns(self, index: str, aliases: Collection[str]) -> bool:
        """Whether an index is one that we made: it is called as we call ours, and what reads it
        is the alias of its own generation, which no renamed backup has."""
        prefix, *rest = index.split(".")
        return (
            prefix == self.prefix
            and len(rest) == 2
            and (rest[1] == _HEAD or _MONTH.fullmatch(rest[1]) is not None)
            and f"{prefix}.{rest[0]}" in aliases
        )

    def is_head(self, index: str) -> bool:
        return index.endswith(f".{_HEAD}")
