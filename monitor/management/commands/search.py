"""yuqing search"""

import json
from typing import Any

from monitor.index import HOT_AT_LEAST, IndexUnavailable
from monitor.management.console import Command as Console
from monitor.pipeline import knowledge
from monitor.pipeline.search import Hit, hot_words, search, unseen
from monitor.query import QueryError
from monitor.words import SHANGHAI, Span

PAGE = 200


class Command(Console):
    help = (
        "检索文章，新的在前。\n\n"
        '检索式：空格表示并且；OR 或；-词 或 NOT 表示排除；括号分组；"引号" 为整句；\n'
        "另有 标题： 信源： 专题： 单位： 情感： 级别： 日期： 等条件，例如\n"
        "  yuqing search '停水 -招聘'\n"
        "  yuqing search '(污水 OR 排污) 日期：2026-11-01..2026-11-22'"
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("query", metavar="检索式", help="要找什么；以 - 开头时前面加 --")
        parser.add_argument("--json", action="store_true", help="每篇一行 JSON，供脚本使用")
        parser.add_argument(
            "--limit", type=int, default=20, metavar="篇数", help="最多几篇，默认 20"
        )
        parser.add_argument(
            "--hot", action="store_true", help="不列文章，列热词：这些文章里比平时多见的词"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1:
            self.fail("--limit 应至少为 1")
        try:
            (self._hot if options["hot"] else self._hits)(options)
        except QueryError as error:
            self.fail(pointed(options["query"], error))
        except IndexUnavailable as error:
            self.fail(f"检索库暂不可用：{error}")

    def _hot(self, options: dict[str, Any]) -> None:
        found = hot_words(options["query"], size=min(options["limit"], PAGE))
        for hot in found:
            told = {"word": hot.word, "count": hot.count, "score": round(hot.score, 4)}
            self.say(
                json.dumps(told, ensure_ascii=False)
                if options["json"]
                else f"{hot.count:>6} 篇　{hot.word}"
            )
        if not found and not options["json"]:
            self.say(f"没有热词：同一个词至少要有 {HOT_AT_LEAST} 篇，且比平时多见")

    def _hits(self, options: dict[str, Any]) -> None:
        left, before, first = options["limit"], None, True
        while left > 0:
            page = search(options["query"], size=min(left, PAGE), before=before)
            if first and not options["json"]:
                self.say(
                    f"共 {page.total} 篇"
                    + ("" if page.total else "；换个说法，或去掉一个条件再试")
                    + (f"（另有 {late} 篇待入库，稍后才搜得到）" if (late := unseen()) else "")
                )
            first = False
            for hit in page.hits:
                self.say(as_json(hit) if options["json"] else as_text(hit, self._name(hit.source)))
            left -= len(page.hits)
            if page.next is None or not page.hits:
                return
            before = page.next

    @staticmethod
    def _name(slug: str) -> str:
        known = knowledge.current().sources.get(slug)
        return known.name if known else slug


def pointed(query: str, error: QueryError) -> str:
    """The message, and for a short query a second line with marks under the place."""
    if len(query) > 60:
        return f"检索式第 {error.start + 1} 个字：{error.words}"
    blank = "".join("　" if ord(char) > 0x2E7F else " " for char in query[: error.start])
    marks = "^" * max(1, error.end - error.start)
    return f"检索式第 {error.start + 1} 个字：{error.words}\n  {query}\n  {blank}{marks}"


def as_json(hit: Hit) -> str:
    """The JSON line of a hit: id, title, url, source, published, negative, highlights, alert."""
    return json.dumps(
        {
            "id": hit.id,
            "title": hit.title,
            "url": hit.url,
            "source": hit.source,
            "published": hit.published.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "negative": round(hit.negative, 4),
            "highlights": {
                "title": _quotes(hit.title, hit.highlights.title),
                "body": _quotes(hit.body, hit.highlights.body),
            },
            "alert": hit.alert or None,
        },
        ensure_ascii=False,
    )


def _quotes(text: str, spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    return [
        {"start": span.start, "end": span.end, "text": text[span.start : span.end]}
        for span in spans
    ]


def as_text(hit: Hit, source: str) -> str:
    """A hit on two lines: when, where, tone; title."""
    when = hit.published.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
    alert = f"　预警 {hit.alert}" if hit.alert else ""
    return f"{when}　{hit.outlet or source}　{hit.sentiment.label}{alert}\n  {hit.title}"
