"""One installation inside the test process: real tables, a catalogue folder, an index folder.

office.has(sources=[…], channels=[…])       writes the office's own files and applies them
office.hears("forum", "…", "…")             entries taken in as a poll would
office.works()                              every step until nothing is due
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from django.db import connection, transaction
from django.utils import timezone

from monitor.collect.entry import Entry
from monitor.index import IndexUnavailable
from monitor.models import Alert, Article, Delivery, Event, Source
from monitor.pipeline import catalogue, index, intake
from monitor.pipeline.steps import STEPS

TOWNS = ["白石镇", "双河镇", "清水镇", "柳林镇", "石门乡", "云岭乡", "大塘镇", "城关镇"]
TOWN_ITEMS = [{"slug": f"town{n}", "name": name, "kind": "town"} for n, name in enumerate(TOWNS)]
SIGNING = "a-secret-of-tests"


class Office:
    """See the module. `secrets` are the values of YUQING_SECRET_…, a plain dict to write into."""

    def __init__(self, folder: Path, secrets: dict[str, str]) -> None:
        self.folder = folder
        self.secrets = secrets
        self.files: dict[str, list[dict[str, Any]]] = {"places": TOWN_ITEMS}

    # its catalogue

    def has(self, **files: Sequence[Mapping[str, Any]]) -> "Office":
        """Write these files of the office's catalogue (the others stay) and apply them all."""
        self.writes(**files)
        catalogue.apply()
        return self

    def writes(self, **files: Sequence[Mapping[str, Any]]) -> None:
        self.files |= {name: [dict(item) for item in items] for name, items in files.items()}
        own = self.folder / "catalog"
        own.mkdir(exist_ok=True)
        for name, items in self.files.items():
            # JSON is YAML.
            text = json.dumps(items, ensure_ascii=False, indent=1)
            (own / f"{name}.yaml").write_text(text, encoding="utf-8")

    # what happens around it

    def hears(self, source: str, *told: str | Entry) -> list[int]:
        """Entries of a source are taken in; returns the ids of their articles.

        A text becomes an entry whose link is its own; published now.
        """
        entries = [entry(text) if isinstance(text, str) else text for text in told]
        before = set(Article.objects.values_list("pk", flat=True))
        with transaction.atomic():
            intake.take_in(source, entries, timezone.now())
        return sorted(set(Article.objects.values_list("pk", flat=True)) - before)

    def runs(self, *names: str) -> int:
        """Work off one hint of each step; how many rows they took."""
        done = sum(STEPS[name].run() for name in names)
        if done and "index" in names:
            with suppress(IndexUnavailable):
                index.settle()  # what was indexed is searched for next
        return done

    def reads(self) -> None:
        """Analyse, group and assess all there is, without index and without sending."""
        while self.runs("analyse", "group", "alert"):
            pass

    def works(self) -> None:
        """Every step but collect, until nothing more is due."""
        while self.runs(*(name for name in STEPS if name != "collect")):
            pass

    def polls(self) -> None:
        """Every source is due, and is polled."""
        Source.objects.filter(active=True).update(due=timezone.now(), until=None)
        self.runs("collect")


def entry(text: str, **fields: Any) -> Entry:
    """One entry; title and link follow from the text unless given."""
    values: dict[str, Any] = {
        "title": text[:30],
        "body": text,
        "link": f"http://{abs(hash(text))}.example/post",
        "claimed": timezone.now() - timedelta(minutes=5),
    }
    return Entry(**values | fields)


def source(slug: str, url: str = "", **fields: Any) -> dict[str, Any]:
    """A source of our own county; the address leads nowhere unless given."""
    address = url or f"http://127.0.0.1:9/{slug}.xml"
    return {"slug": slug, "name": f"信源{slug}", "url": address, "region": "home"} | fields


def webhook(url: str, slug: str = "hook", **fields: Any) -> dict[str, Any]:
    settings = {"url": url, "secret": "${SIGNING}"} | fields.pop("settings", {})
    return {
        "slug": slug,
        "name": f"接收端{slug}",
        "kind": "webhook",
        "group": False,
        "settings": settings,
    } | fields


def wecom(api_host: str, slug: str = "group", **fields: Any) -> dict[str, Any]:
    settings = {"key": "demo-key", "api_host": api_host} | fields.pop("settings", {})
    return {"slug": slug, "name": f"群{slug}", "kind": "wecom", "settings": settings} | fields


def rss(*items: Mapping[str, Any] | str, title: str = "青溪论坛") -> str:
    """A feed; an item is a text or a mapping of guid, link, title, body, published."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{title}</title>'
        + "".join(_item(n, item) for n, item in enumerate(items))
        + "</channel></rss>"
    )


def _item(n: int, item: Mapping[str, Any] | str) -> str:
    given = {"body": item} if isinstance(item, str) else dict(item)
    text = given.get("body", "")
    fields = {
        "guid": given.get("guid", f"g{n}"),
        "link": given.get("link", f"http://forum.example/{given.get('guid', n)}"),
        "title": given.get("title", text[:30]),
        "description": text,
    }
    if published := given.get("published"):
        fields["pubDate"] = format_datetime(published)
    return "<item>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in fields.items()) + "</item>"


def ends_leases(*models: Any) -> None:
    """As if time had gone by: every claim's lease is over."""
    for model in models or (Article, Event, Source, Delivery):
        model.objects.filter(until__isnull=False).update(until=datetime(2026, 1, 1, tzinfo=UTC))


class Breaks:
    """A table that refuses rows: a real trigger, until the block ends."""

    def __init__(
        self, table: str, when: str = "TRUE", on: str = "INSERT", says: str = "毒"
    ) -> None:
        if connection.vendor == "postgresql":
            self.make = [
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF {when} THEN RAISE EXCEPTION '{says}' USING ERRCODE = 'check_violation';"
                " END IF; RETURN NEW; END $$",
                f"CREATE TRIGGER broken BEFORE {on} ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION broken()",
            ]
            self.mend = ["DROP FUNCTION broken CASCADE"]
        else:
            self.make = [
                f"CREATE TRIGGER broken BEFORE {on} ON {table} WHEN {when}"
                f" BEGIN SELECT RAISE(ABORT, '{says}'); END"
            ]
            self.mend = ["DROP TRIGGER broken"]

    def __enter__(self) -> None:
        self._run(self.make)

    def __exit__(self, *_: object) -> None:
        self._run(self.mend)

    def _run(self, statements: list[str]) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def told(robot: Any) -> list[str]:
    """Kinds of what a webhook received, in order."""
    return [one.json["kind"] for one in robot.received]


def alerts() -> list[Alert]:
    return list(Alert.objects.order_by("id"))


def environment(folder: Path, **values: str) -> dict[str, str]:
    """The environment of a process of another installation, in this folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YUQING_")}
    own = {"YUQING_DATA": str(folder), "YUQING_FETCH_ALLOW": "127.0.0.0/8"}
    return kept | own | {f"YUQING_{name}": value for name, value in values.items()}
