"""The gold county: what all sources of an invented county said in eight weeks, with labels.

A folder of tests/gold: articles.tsv (what was said, where it plays, its mood, which event it tells
of, which article it copies), events.tsv (whether the county must answer, its matter and units) and
the office's catalogue of that county (places.yaml, units.yaml, sources.yaml). Rules are tuned on
the first half of the weeks alone, figures are reported on the last half.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from monitor.catalog import CatalogErrors, Values
from monitor.catalog import load as load_catalog
from monitor.collect.harvest import first_sentence
from monitor.words import SHANGHAI, Sentiment, day_of, week_of

MOST_LINES = 100_000
FIRST_WEEKS = 4
NEEDED = ("articles.tsv", "events.tsv", "places.yaml", "units.yaml", "sources.yaml")
_WHERE = {"local": True, "elsewhere": False, "unknown": None}
_NONE = "-"


class CountyError(ValueError):
    """A folder that is no gold county; says in Chinese what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """One article and its labels. `number` counts from 1 in the order of publication; `copy_of` is
    the number of the article of which it is a near-duplicate; `role` is "call", "rise", "newplace",
    "answer", "old" or "". `title` is what the collector would have kept."""

    number: int
    id: str
    event: str
    published: datetime
    source: str
    ip: str
    where: bool | None
    mood: Sentiment
    role: str
    copy_of: int | None
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class GoldEvent:
    """One event: `needs` says whether the county must answer it, `why` in a clause. `matter` and
    `place` are slugs or "", `units` slugs."""

    id: str
    title: str
    needs: bool
    matter: str
    units: tuple[str, ...]
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class County:
    """Articles in the order of publication, events by id, and the catalogue of its office."""

    articles: tuple[GoldArticle, ...]
    events: Mapping[str, GoldEvent]
    values: Values

    def week(self, article: GoldArticle) -> int:
        """The Monday week of an article, counted from 1."""
        return (self._monday(article) - self._monday(self.articles[0])).days // 7 + 1

    @property
    def length(self) -> int:
        """How many weeks it lasts."""
        return self.week(self.articles[-1])

    def weeks(self, first: int, last: int) -> Sequence[GoldArticle]:
        """The articles of these weeks, both included."""
        return [a for a in self.articles if first <= self.week(a) <= last]

    def first(self) -> Sequence[GoldArticle]:
        """The articles of the weeks on which rules may be tuned."""
        return self.weeks(1, FIRST_WEEKS)

    def last(self) -> Sequence[GoldArticle]:
        """The articles of the weeks that are reported."""
        return self.weeks(FIRST_WEEKS + 1, self.length)

    @staticmethod
    def _monday(article: GoldArticle) -> date:
        return week_of(day_of(article.published))[0]


def load(folder: Path, shipped: Path) -> County:
    """Read the county of a folder, with the shipped catalogue under its own.

    Raises CountyError, in Chinese, with file and line.
    """
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise CountyError(
            f"{folder} 里缺 {'、'.join(missing)}；金标县的数据在源代码的 tests/gold，"
            "安装的软件包里没有，请用 --gold 指明目录"
        )
    try:
        values = load_catalog([shipped, folder]).values()
    except CatalogErrors as errors:
        raise CountyError("；".join(str(error) for error in errors.errors[:5])) from errors
    events = {event.id: event for event in _events(folder / "events.tsv")}
    articles = tuple(_articles(folder / "articles.tsv", events, values))
    if not articles:
        raise CountyError(f"{folder / 'articles.tsv'} 里没有文章")
    return County(articles, events, values)


def _events(path: Path) -> Iterator[GoldEvent]:
    for at, row in _rows(path):
        if row["needs"] not in ("yes", "no"):
            raise CountyError(f"{at}：needs 应为 yes 或 no，而不是“{row['needs']}”")
        yield GoldEvent(
            id=row["event"],
            title=row["title"],
            needs=row["needs"] == "yes",
            matter=_given(row["matter"]),
            units=tuple(filter(None, _given(row["units"]).split(","))),
            place=row["place"],
            why=row["why"],
        )


def _articles(path: Path, events: Mapping[str, GoldEvent], values: Values) -> Iterator[GoldArticle]:
    numbers: dict[str, int] = {}
    last = datetime.min.replace(tzinfo=SHANGHAI)
    for number, (at, row) in enumerate(_rows(path), 1):
        try:
            article = _article(number, row, numbers)
        except (KeyError, ValueError) as error:
            raise CountyError(f"{at}：{error} 有误") from error
        if article.event not in events or article.source not in values.sources:
            raise CountyError(f"{at}：没有事件 {article.event} 或信源 {article.source}")
        if article.published < last:
            raise CountyError(f"{at}：应按时间先后排列")
        last = article.published
        numbers[article.id] = number
        yield article


def _article(number: int, row: Mapping[str, str], numbers: Mapping[str, int]) -> GoldArticle:
    copied = _given(row["copy"])
    return GoldArticle(
        number=number,
        id=row["id"],
        event=row["event"],
        published=datetime.strptime(row["time"], "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI),
        source=row["source"],
        ip=_given(row["ip"]),
        where=_WHERE[row["where"]],
        mood=Sentiment(row["mood"]),
        role=_given(row["role"]),
        copy_of=numbers[copied] if copied else None,
        title=row["title"] or first_sentence(row["body"]),
        body=row["body"],
    )


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    lines = path.read_text(encoding="utf-8").splitlines()[:MOST_LINES]
    head = lines[0].split("\t") if lines else []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(head):
            raise CountyError(
                f"{path.name} 第 {number} 行有 {len(cells)} 列，应为 {len(head)} 列（以制表符分隔）"
            )
        yield f"{path.name} 第 {number} 行", dict(zip(head, cells, strict=True))


def _given(cell: str) -> str:
    return "" if cell == _NONE else cell
