"""The closed lists that every room shares, each with the word an office reads."""

from enum import IntEnum, StrEnum


class Sentiment(StrEnum):
    """情感倾向 of one text; papers say 敏感 where the model says negative."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"

    @property
    def label(self) -> str:
        return {"negative": "敏感", "neutral": "中性", "positive": "正面"}[self.value]


class Level(IntEnum):
    """级别 of an alert; a smaller number is graver (突发事件应对法 knows four)."""

    I = 1  # noqa: E741 - the numeral that papers print
    II = 2
    III = 3
    IV = 4

    @property
    def label(self) -> str:
        return {1: "Ⅰ级", 2: "Ⅱ级", 3: "Ⅲ级", 4: "Ⅳ级"}[self.value]


class Fate(StrEnum):
    """Where an article stands; every article has exactly one, derived from its row."""

    NEW = "new"
    ANALYSED = "analysed"
    INDEXED = "indexed"
    QUARANTINED = "quarantined"

    @property
    def label(self) -> str:
        return {
            "new": "待研读",
            "analysed": "待入库检索",
            "indexed": "可检索",
            "quarantined": "已隔离",
        }[self.value]


STEP_WORDS = {
    "collect": "采集",
    "analyse": "研读",
    "group": "归并",
    "index": "入库检索",
    "alert": "研判风险",
    "deliver": "送达",
    "export": "导出",
    "chores": "定时事务",
}
"""The steps of an article's way, in order, by their names in `pipeline.steps`."""

CHORE_WORDS = {"reconcile": "核对检索库", "exports": "清理过期的导出", "watch": "系统自查"}
"""What is done by the clock, by the names in `pipeline.chores.DUTIES`."""

SOURCE_WORDS = {"failing": "失败", "new": "未采集", "ok": "正常", "off": "停用"}
"""How a source is doing, worst first, by `Source.state`."""
