"""The catalogue's files and the office's rows: a three-way merge, and a person's own edits."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from monitor.catalog import Catalog, Change, build, compare, load
from monitor.catalog.channels import REFERENCE
from monitor.models import CatalogItem, Knowledge, Source
from monitor.notify import Channel, mistakes
from monitor.pipeline import knowledge, wake
from monitor.pipeline.knowledge import STAND_IN

Key = tuple[str, str]
Item = Mapping[str, Any]


def directories() -> list[Path]:
    """The shipped catalogue, then the office's own if it has one."""
    shipped = settings.BASE_DIR / "config" / "catalog"
    own = settings.YUQING.catalog
    return [shipped, own] if own.is_dir() else [shipped]


def channel_mistakes(catalog: Catalog) -> list[str]:
    """What is wrong with channels' settings by the rules of their kinds, each with its cure.

    The catalogue's room knows the settings' names; what they may say the channels know.
    """
    found = []
    for slug, channel in catalog.values().channels.items():
        names = REFERENCE.findall(str(dict(channel.settings)))
        known = channel.resolved(dict.fromkeys(names, STAND_IN))
        kind = Channel(slug=slug, name=channel.name, kind=channel.kind, settings=known)
        found += [f"channels.yaml 渠道 {slug}：{words}" for words in mistakes(kind)]
    return found


def preview() -> tuple[Change, ...]:
    """What `apply` would do, without doing it; raises catalog.CatalogErrors."""
    return _changes(load(directories()), _rows())


def apply() -> tuple[Change, ...]:
    """Load the files into the database; a person's edits are never silently overwritten.

    Idempotent: applied twice, the second time changes nothing and moves no revision.
    """
    catalog = load(directories())
    with transaction.atomic():
        Knowledge.hold()
        rows = _rows()
        changes = _changes(catalog, rows)
        files = catalog.items()
        moved = _write(changes, files, rows)
        _forget(rows, files)
        if moved:
            Knowledge.moved()
            _sources()
            _readdressed(
                change.slug
                for change in changes
                if change.kind == "source" and {"url", "kind"} & {one.name for one in change.fields}
            )
            wake.hint("collect")
    return changes


def edit(kind: str, slug: str, value: Item | None, by: str) -> None:
    """A person's edit of one item (None removes it); raises catalog.CatalogErrors for a bad one."""
    if value is not None:
        build(kind, slug, value, knowledge.current().names)
    before = items(kind).get(slug) or {}
    with transaction.atomic():
        Knowledge.hold()
        CatalogItem.objects.update_or_create(
            kind=kind,
            slug=slug,
            defaults={
                "value": dict(value) if value is not None else None,
                "edited_by": by,
                "edited": timezone.now(),
            },
        )
        Knowledge.moved()
        _sources()
        if kind == "source" and value and before.get("url") != value.get("url"):
            _readdressed([slug])
        wake.hint("collect")


def items(kind: str) -> dict[str, Item]:
    """The items of one kind that are in force, by slug."""
    rows = CatalogItem.objects.filter(kind=kind, value__isnull=False)
    return dict(rows.values_list("slug", "value"))


def _rows() -> dict[Key, CatalogItem]:
    return {(row.kind, row.slug): row for row in CatalogItem.objects.all()}


def _changes(catalog: Catalog, rows: Mapping[Key, CatalogItem]) -> tuple[Change, ...]:
    return compare(
        {key: row.base for key, row in rows.items() if row.base is not None},
        catalog.items(),
        {key: row.value for key, row in rows.items() if row.value is not None},
    )


def _write(
    changes: Iterable[Change], files: Mapping[Key, Item], rows: Mapping[Key, CatalogItem]
) -> bool:
    moved = False
    for change in changes:
        key = (change.kind, change.slug)
        row = rows.get(key) or CatalogItem(kind=change.kind, slug=change.slug)
        base = files.get(key)
        if row.pk and row.base == base and not change.writes:
            continue
        row.base = dict(base) if base is not None else None
        row.value = dict(change.result) if change.result is not None else None
        row.save()
        moved = moved or change.writes
    return moved


def _forget(rows: Mapping[Key, CatalogItem], files: Mapping[Key, Item]) -> None:
    """Rows that neither files nor people hold any more."""
    CatalogItem.objects.filter(base__isnull=True, value__isnull=True).exclude(
        pk__in=[row.pk for key, row in rows.items() if key in files]
    ).delete()


def _sources() -> None:
    """Give every source of the catalogue its health row; switch off those that are gone."""
    active = {slug for slug, value in items("source").items() if value.get("enabled", True)}
    known = set(Source.objects.values_list("slug", flat=True))
    now = timezone.now()
    Source.objects.bulk_create(Source(slug=slug, due=now) for slug in active - known)
    Source.objects.filter(slug__in=active, active=False).update(active=True, due=now)
    Source.objects.exclude(slug__in=active).filter(active=True).update(active=False)


def _readdressed(slugs: Iterable[str]) -> None:
    """What an old address said of its newest state must not make a new one answer "unchanged"."""
    Source.objects.filter(slug__in=list(slugs)).update(
        etag="",
        last_modified="",
        due=timezone.now(),
        # A poll of the old address that is under way must not write its answer down any more.
        token=F("token") + 1,
        until=None,
    )
