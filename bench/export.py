"""Exports of many articles: peak memory and rows a second, beside the way everybody writes first.

    python -m bench.export [--articles 500000] [--naive 50000] [--folder DIR]

Fills the tables and the index of an installation of its own with invented articles of about 300
characters (kept and used again with --folder), then runs `yuqing export` of all of them in a
process of its own for each format. The baseline, at a smaller size in the same run, fetches all
rows into a list and hands them to csv.writer, xlsxwriter (not in constant memory) or json.
Memory is the process's peak resident size (wait4), with Python, Django and the dictionaries.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

FORMATS = ("csv", "xlsx", "jsonl")
BATCH = 2_000
MEGABYTE = 1024


@dataclass(frozen=True)
class Cost:
    """Seconds by the wall and of processor, and the peak resident size in MB."""

    seconds: float
    work: float
    memory: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=500_000)
    parser.add_argument("--naive", type=int, default=50_000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yuqing-bench-") as own:
        folder = asked.folder or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ |= {"YUQING_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
        _run("fill", asked.articles)
        print(
            f"{'format':8}{'rows':>10}{'s':>8}{'CPU s':>8}{'rows/s':>10}{'peak MB':>9}"
            f"{'file MB':>9}"
        )
        ours = {form: _whole(folder, form, asked.articles) for form in FORMATS}
        print(f"\nnaive, and what it would take for {asked.articles:,} by its growth per row")
        print(
            f"{'format':8}{'rows':>10}{'s':>8}{'CPU s':>8}{'rows/s':>10}{'peak MB':>9}"
            f"{'MB then':>9}   ratio"
        )
        for form in FORMATS:
            cost, least = _run(form, asked.naive), _run(form, 1).memory
            then = least + (cost.memory - least) * asked.articles / asked.naive
            print(
                f"{form:8}{asked.naive:10,}{cost.seconds:8.1f}{cost.work:8.1f}"
                f"{asked.naive / cost.seconds:10,.0f}"
                f"{cost.memory:9.0f}{then:9,.0f}{then / ours[form].memory:7.1f}x"
            )
    return 0


def _whole(folder: Path, form: str, count: int) -> Cost:
    cost = _export(folder, form, count)
    size = (folder / f"all.{form}").stat().st_size / 1e6
    rate = count / cost.seconds
    print(
        f"{form:8}{count:10,}{cost.seconds:8.1f}{cost.work:8.1f}"
        f"{rate:10,.0f}{cost.memory:9.0f}{size:9.0f}"
    )
    return cost


def _export(folder: Path, form: str, limit: int) -> Cost:
    out = folder / f"all.{form}"
    return _measured(
        ["-m", "monitor", "export", "", "--force", "--output", str(out), "--limit", str(limit)]
    )


def _run(what: str, rows: int) -> Cost:
    return _measured(["-c", f"from bench.export import {what}; {what}({rows})"])


def _measured(arguments: list[str]) -> Cost:
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    seconds = time.perf_counter() - began
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / MEGABYTE)


# The following run in processes of their own.


def fill(count: int) -> None:
    """Tables and index of this installation with `count` articles, unless they are there."""
    _setup()
    from django.core.management import call_command
    from django.db import transaction

    from bench.corpus import articles
    from monitor.models import Article
    from monitor.pipeline import catalogue
    from monitor.pipeline.index import search_index, state

    call_command("migrate", verbosity=0)
    if Article.objects.count() == count:
        return
    catalogue.apply()
    generation = state().active
    source = articles(0, count, of=count, months=3)
    while some := list(islice(source, BATCH)):
        with transaction.atomic():
            _insert(some)
        search_index().write(generation, some)


def _insert(documents: list[Any]) -> None:
    from monitor.models import Analysis, Article, ArticleText, bulk

    now = datetime(2026, 11, 23, tzinfo=UTC)
    rows = {
        Article: [
            {
                "id": one.id,
                "identity": f"{one.id:032x}",
                "source": one.source,
                "link": f"https://news.example/{one.id}",
                "outlet": "云岚晚报",
                "title": one.title,
                "text_hash": "",
                "seen": now,
                "published": one.published,
                "size": len(one.body),
                "analysed_edition": 1,
                "grouped_edition": 1,
                "indexed_rev": 1,
                "sentiment": one.sentiment.value,
                "negative": 0.4321,
            }
            for one in documents
        ],
        ArticleText: [
            {"article_id": one.id, "edition": 1, "title": one.title, "body": one.body, "seen": now}
            for one in documents
        ],
        Analysis: [
            {
                "article_id": one.id,
                "edition": 1,
                "reading": "{}",
                "signature": b"",
                "topics": " ".join(one.topics),
                "model": "",
                "knowledge": 1,
            }
            for one in documents
        ],
    }
    for model, lines in rows.items():
        given = list(lines[0])
        more = bulk.defaults(model, given)
        unique = ("article_id", "edition") if model is ArticleText else (given[0],)
        bulk.insert(
            model,
            [*given, *more],
            ([*line.values(), *more.values()] for line in lines),
            unique=unique,
        )


def _setup() -> None:
    import django

    django.setup()


def _all(count: int) -> tuple[list[str], list[list[Any]]]:
    """All rows in a list, as one writes it in an afternoon."""
    _setup()
    from monitor.export import COLUMNS
    from monitor.models import ArticleText

    found = ArticleText.objects.select_related("article__analysis", "article__event")
    rows = [
        [
            text.article_id,
            text.title,
            text.body,
            text.article.source,
            text.article.outlet,
            text.article.author,
            text.article.published.strftime("%Y-%m-%d %H:%M:%S"),
            text.article.sentiment,
            text.article.negative,
            text.article.level,
            text.article.event.title if text.article.event else "",
            "",
            text.article.analysis.topics,
            text.article.analysis.units,
            text.article.link,
        ]
        for text in list(found.order_by("-article__published")[:count])
    ]
    return [heading for heading, _ in COLUMNS], rows


def csv(count: int) -> None:
    import csv as library

    head, rows = _all(count)
    with tempfile.TemporaryFile("w", encoding="utf-8-sig", newline="") as file:
        library.writer(file).writerows([head, *rows])


def xlsx(count: int) -> None:
    import xlsxwriter

    head, rows = _all(count)
    with (
        tempfile.NamedTemporaryFile(suffix=".xlsx") as file,
        xlsxwriter.Workbook(file.name) as book,
    ):
        sheet = book.add_worksheet()
        for number, row in enumerate([head, *rows]):
            sheet.write_row(number, 0, row)


def jsonl(count: int) -> None:
    import json

    head, rows = _all(count)
    with tempfile.TemporaryFile("w", encoding="utf-8") as file:
        json.dump([dict(zip(head, row, strict=True)) for row in rows], file, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
