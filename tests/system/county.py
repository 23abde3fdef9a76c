"""The outside world of an installation: feeds and a webhook of this process, both on loopback,
and the catalogue that makes them its sources, places and channel."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple, Self

from tests.peers.feeds import Feed, FeedServer
from tests.peers.robot import Robot

SECRET = "storm-secret-of-tests"
FEEDS = 10
TOWNS = (
    *(
        "白石镇",
        "双河镇",
        "清水镇",
        "柳林镇",
        "石门乡",
        "云岭乡",
        "大塘镇",
        "城关镇",
        "高坪镇",
        "竹溪镇",
    ),
    *("马桥镇", "桐木乡", "南渡镇", "长岭乡", "青龙镇", "五里镇", "东林镇", "沙坡镇", "太平镇"),
)


class Entry(NamedTuple):
    """What a feed will show; `guid` is unique in all feeds."""

    feed: int
    guid: str
    text: str

    @property
    def link(self) -> str:
        return f"http://feed{self.feed}.example/{self.guid}"


class County:
    """Use it as a context manager; `entries` come out by `publish`, in their order."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.feeds = FeedServer()
        self.robot = Robot(SECRET)
        self.entries = list(entries)
        self.published: list[Entry] = []

    def __enter__(self) -> Self:
        self.feeds.__enter__()
        self.robot.__enter__()
        self.paths: list[Feed] = [self.feeds.feed(f"/feed{n}.xml") for n in range(FEEDS)]
        self.publish(0)
        return self

    def __exit__(self, *_: object) -> None:
        self.robot.__exit__(None, None, None)
        self.feeds.__exit__(None, None, None)

    @property
    def settings(self) -> Mapping[str, str]:
        """What an installation must be told to reach them."""
        return {
            "YUQING_FETCH_ALLOW": "127.0.0.0/8",
            # What arrives is counted: no line of the shift in it, whatever the hour.
            "YUQING_SHIFT_HOURS": "",
            "YUQING_SECRET_STORM": SECRET,
            "YUQING_SECRET_HOOK": self.robot.url,
        }

    def publish(self, count: int) -> None:
        """Put up to `count` further entries into the feeds."""
        self.published += self.entries[:count]
        del self.entries[:count]
        for n, feed in enumerate(self.paths):
            shown = [entry for entry in self.published if entry.feed == n]
            feed.serves(_rss(n, shown), etag=f'"{n}-{len(shown)}"')

    def lay_out(self, catalog: Path) -> None:
        """Write the office's own catalogue into this folder, which is not there yet."""
        catalog.mkdir(parents=True)
        sources = [
            {
                "slug": f"feed{n}",
                "name": f"信源{n}",
                "url": feed.url,
                "region": "home",
                "interval_minutes": 0.05,
            }
            for n, feed in enumerate(self.paths)
        ]
        places = [
            {"slug": f"town{n}", "name": name, "kind": "town"} for n, name in enumerate(TOWNS)
        ]
        channel = {
            "slug": "hook",
            "name": "接收端",
            "kind": "webhook",
            "group": False,
            "settings": {"url": "${HOOK}", "secret": "${STORM}"},
        }
        _write(catalog, "sources", sources)
        _write(catalog, "places", places)
        _write(catalog, "channels", [channel])


def _write(folder: Path, name: str, value: object) -> None:
    # JSON is YAML.
    text = json.dumps(value, ensure_ascii=False, indent=1)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _rss(feed: int, entries: Sequence[Entry]) -> bytes:
    now = format_datetime(datetime.now(UTC))
    items = "".join(
        f"<item><guid>{entry.guid}</guid><link>{entry.link}</link>"
        f"<title>{entry.text[:30]}</title><description>{entry.text}</description></item>"
        for entry in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>feed {feed}</title><lastBuildDate>{now}</lastBuildDate>{items}</channel></rss>"
    ).encode()
