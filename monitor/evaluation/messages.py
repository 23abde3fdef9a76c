"""Citizens' messages to government: does the rule see that they want an answer, and whose?

The messages of `YUQING_EVAL_DATA` are real and their places are anonymous (A市, B3区). With the
places of an office's county put in for them they are that county's and want an answer; with those
of another county the same texts are none of its business. Each is judged as an event of one
article: ours from a message board that looks at our county alone, the other's from a source of
which no region is known.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

from monitor.catalog import Values
from monitor.detect.facts import EventView
from monitor.detect.reported import facts_of, origin_of
from monitor.detect.risk import assess
from monitor.detect.rules import RiskRules
from monitor.evaluation.labelled import files, load
from monitor.text.places import ABOVE, COUNTY, TOWN, VILLAGE
from monitor.text.reading import Reader
from monitor.text.whereabouts import HOME

PREFIX = "gov_board_"
"""Files of citizens' messages begin so."""
BATCH = 200
ASKED = datetime(2026, 6, 1, 1, tzinfo=UTC)
"""When every message counts as published: the rule asks only whether it is fresh."""

_CODE = re.compile(
    "(?<![A-Za-z0-9])(?P<code>[A-Z][0-9]{0,2})(?P<kind>省|市|县|区|镇|乡|街道|村|社区)"
    "|(?<![A-Za-z0-9])(?P<bare>[A-Z][0-9]{1,2})"
    "(?![A-Za-z0-9%])(?!高速|国道|省道|线|路|栋|座|期|次|型|网络|号|楼|幢|单元|户型|照|证|级)"
)
_COUNTIES = ("县", "区", "市")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one county: its own, its city's, and those of its towns and villages."""

    county: str
    city: str
    towns: tuple[str, ...]


OTHERS = (
    Names("枫岭县", "江阜市", ("柳塘镇", "石陂镇", "大垅乡", "桐木村")),
    Names("沅坪县", "岭州市", ("双溪口镇", "枣林乡", "上畈村", "黄泥岗村")),
    Names("东屏县", "淮阜市", ("界牌岭镇", "马鞍坳乡", "毛竹村", "老渡口村")),
)
"""Counties that are nowhere."""


@dataclass(frozen=True, slots=True)
class Board:
    """How a message board is written down in a catalogue (`monitor.detect.reported.Outlet`)."""

    region: str
    name: str = "留言板"
    tier: int = 4
    official: bool = False
    platform: str = "留言"


@dataclass(frozen=True, slots=True)
class MessageFigures:
    """How many `messages` were judged as needing an answer: as `ours`, and as those of `others`.
    `missed` are the numbers of the messages that were not, as ours."""

    messages: int
    ours: int
    others: int
    missed: tuple[int, ...] = ()

    @property
    def ours_share(self) -> float:
        return self.ours / self.messages if self.messages else 0.0

    @property
    def others_share(self) -> float:
        return self.others / self.messages if self.messages else 0.0


def messages_of(folder: Path) -> list[str]:
    """The texts of all files of citizens' messages in a folder; raises LabelledError."""
    paths = [path for path in files(folder) if path.name.startswith(PREFIX)]
    return [row.text for path in paths for row in load(path)]


def names_of(values: Values) -> Names:
    """The names of an office's county; raises ValueError, in Chinese, where it has none."""
    home = [place for place in values.places.values() if place.home]
    county = next((place.name for place in home if place.kind == COUNTY), "")
    if not county:
        raise ValueError("places.yaml 里没有本县（kind: county）；请先写上再评测")
    return Names(
        county,
        next((place.name for place in home if place.kind == ABOVE), ""),
        tuple(place.name for place in home if place.kind in (TOWN, VILLAGE)),
    )


def placed(text: str, names: Names, seed: int = 0) -> str:
    """The text with these names put in for its anonymous places.

    The county-level code that it names most often, or else its city, becomes the county; a city
    that such a county lies in becomes the county's city; any other code becomes one of its towns
    and stays that in the whole text.
    """
    codes = Counter(
        match["code"] + match["kind"]
        for match in _CODE.finditer(text)
        if match["kind"] in _COUNTIES
    )
    lower = [code for code in codes if len(code) > 2]
    main = max(lower or codes, key=lambda code: codes[code], default="")
    towns = list(names.towns) or [names.county]
    first = _draw(text, seed)
    given: dict[str, str] = {main[:-1]: names.county} if main else {}

    def name(match: re.Match[str]) -> str:
        code, kind = match["code"] or match["bare"], match["kind"] or ""
        if kind == "省":
            return match[0]
        if kind == "市" and len(code) == 1 and code not in given and names.city:
            return names.city
        if not main and kind == "":
            return match[0]
        if code not in given:
            given[code] = towns[(first + len(given)) % len(towns)]
        return given[code]

    return _CODE.sub(name, text)


def message_figures(
    texts: Sequence[str],
    values: Values,
    reader: Reader,
    seed: int = 0,
    show: Callable[[int, int], None] = lambda _done, _total: None,
) -> MessageFigures:
    """Of messages as they stand in their files, with the county of `values` and with another;
    `show` is told of so many readings of so many."""
    home, total, done = names_of(values), 2 * len(texts), 0

    def read(count: int) -> None:
        nonlocal done
        done += count
        show(done, total)

    ours = _judged(texts, values, reader, Board(HOME), lambda text: placed(text, home, seed), read)
    others = _judged(
        texts,
        values,
        reader,
        Board("any"),
        lambda text: placed(text, OTHERS[_draw(text, seed) % len(OTHERS)], seed),
        read,
    )
    missed = tuple(number for number, answered in enumerate(ours) if not answered)
    return MessageFigures(len(texts), sum(ours), sum(others), missed)


def _draw(text: str, seed: int) -> int:
    return crc32(f"{seed} {text}".encode())


def told(figures: MessageFigures) -> str:
    """The figures as a person reads them."""
    return (
        f"群众留言 {figures.messages} 条：写上本县地名，判为需要回应 {figures.ours_share:.1%}"
        f"（应不低于 95%）；写上外县地名 {figures.others_share:.1%}（应不高于 5%）"
    )


def _judged(
    texts: Sequence[str],
    values: Values,
    reader: Reader,
    board: Board,
    put: Callable[[str], str],
    show: Callable[[int], None],
) -> list[bool]:
    rules = RiskRules(**values.levels.risk())
    verdicts = []
    for start in range(0, len(texts), BATCH):
        some = [("", put(text)) for text in texts[start : start + BATCH]]
        for reading in reader.read(some, [origin_of(board, ASKED)] * len(some)):
            fact = facts_of(
                1,
                "board",
                board,
                ASKED,
                "",
                reading.score.negative,
                reading.to_json(),
                values.matters,
            )
            verdicts.append(assess(EventView.of(1, [fact], ASKED), rules, ASKED).needs_response)
        show(len(some))
    return verdicts
