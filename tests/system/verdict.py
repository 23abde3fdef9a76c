"""What stood after a storm, held against what was published, story by story and row by row."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from tests.system.installation import Installation
from tests.system.production import Production
from tests.system.stories import STORIES

House = Installation | Production
TELLERS = 3
"""How many feeds tell each story."""

_STORY = re.compile(r"/story(\d+)-\d+$")
_SHOWN = 5


@dataclass
class Verdict:
    """What stood in the end. `problems` is empty when nothing was lost and nothing doubled."""

    published: int
    articles: int = 0
    fates: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    stories: int = 0
    alerts: int = 0
    deliveries: dict[str, int] = field(default_factory=dict)
    received: int = 0
    repeated: int = 0
    explained: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    aimed: int = 0
    wipes: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def table(self) -> str:
        rows = [
            ("published", self.published),
            ("articles, one row each", self.articles),
            ("fates", _listed(self.fates)),
            ("index documents", self.documents),
            ("stories / with one event, one alert", f"{len(STORIES)} / {self.stories}"),
            ("alerts", self.alerts),
            ("deliveries", _listed(self.deliveries)),
            ("received by the webhook", self.received),
            ("received twice / died in the send", f"{self.repeated} / {self.explained}"),
            ("kills -9", _listed(self.kills)),
            ("of them while a message was held", self.aimed),
            ("wipes of the broker", _listed(self.wipes)),
            ("seconds", round(self.seconds)),
            ("problems", "; ".join(self.problems) or "none"),
        ]
        return "\n".join(f"{name:<38}{value}" for name, value in rows)


def judge(house: House) -> Verdict:
    """Look at everything; the installation is still running and has settled, or never will."""
    found = Verdict(
        published=len(house.published),
        received=len(house.robot.received),
        kills=dict(house.kills),
        aimed=house.aimed,
        wipes=dict(house.wipes),
    )
    _articles(house, found)
    _index(house, found)
    _stories(house, found)
    _deliveries(house, found)
    return found


def _articles(house: House, found: Verdict) -> None:
    """One row for each entry, indexed; one text for each row."""
    links = Counter(link for (link,) in house.rows("SELECT link FROM monitor_article"))
    found.articles = links.total()
    _differ(found, "published links", {entry.link for entry in house.published}, links)
    if doubled := [link for link, times in links.items() if times > 1]:
        found.problems.append(f"more than one row: {_some(doubled)}")
    found.fates = dict(
        house.rows(
            "SELECT CASE WHEN quarantined <> '' THEN 'quarantined'"
            " WHEN analysed_edition < edition THEN 'new'"
            " WHEN indexed_rev >= rev THEN 'indexed' ELSE 'analysed' END AS fate,"
            " count(*) FROM monitor_article GROUP BY fate"
        )
    )
    if found.fates != {"indexed": found.published}:
        found.problems.append(f"fates {found.fates}")
    texts = house.rows(
        "SELECT a.id FROM monitor_article a WHERE"
        " (SELECT count(*) FROM monitor_articletext t WHERE t.article_id = a.id) <> 1"
    )
    if texts:
        found.problems.append(f"without exactly one text: articles {_some(pk for (pk,) in texts)}")


def _index(house: House, found: Verdict) -> None:
    """The active generation holds each article once, and nothing else."""
    documents = house.documents()
    found.documents = len(documents)
    articles = {pk for (pk,) in house.rows("SELECT id FROM monitor_article")}
    _differ(found, "articles in the index", articles, set(documents))
    if len(set(documents)) != len(documents):
        found.problems.append("a document is in the index twice")
    if house.differs():
        found.problems.append(f"reconcile differs: {house.differs()}")


def _stories(house: House, found: Verdict) -> None:
    """Each story: its articles in one event of its own, with one alert and one first report."""
    tellings: dict[int, list[int | None]] = defaultdict(list)
    for link, event in house.rows("SELECT link, event_id FROM monitor_article"):
        if story := _STORY.search(link):
            tellings[int(story[1])].append(event)
    alerts = Counter(event for (event,) in house.rows("SELECT event_id FROM monitor_alert"))
    found.alerts = alerts.total()
    shared = Counter(event for events in tellings.values() for event in set(events))
    for n in range(len(STORIES)):
        events = tellings[n]
        wrong = []
        if len(events) != TELLERS:
            wrong.append(f"{len(events)} articles")
        if None in events or len(set(events)) != 1:
            wrong.append(f"in events {events}")
        wrong += [f"{alerts[one]} alerts of event {one}" for one in set(events) if alerts[one] != 1]
        wrong += [f"event {one} is another story's too" for one in set(events) if shared[one] > 1]
        found.problems += [f"story {n}: {words}" for words in wrong]
        found.stories += not wrong
    if strays := set(alerts) - set(shared):
        found.problems.append(f"alerts of events without a story: {_some(strays)}")
    unreported = house.rows(
        "SELECT number FROM monitor_alert a WHERE (SELECT count(*) FROM monitor_notice n"
        " JOIN monitor_delivery d ON d.notice_id = n.id"
        " WHERE n.alert_id = a.id AND n.kind = 'alert') <> 1"
    )
    if unreported:
        found.problems.append(f"not one first report: {_some(number for (number,) in unreported)}")


def _deliveries(house: House, found: Verdict) -> None:
    """Each delivery is sent and arrived; twice only where the ledger says who died sending."""
    found.deliveries = dict(
        house.rows("SELECT state, count(*) FROM monitor_delivery GROUP BY state")
    )
    if set(found.deliveries) - {"sent"}:
        found.problems.append(f"deliveries {found.deliveries}")
    arrived = Counter(int(one.delivery) for one in house.robot.received)
    attempts = dict(
        house.rows("SELECT delivery_id, count(*) FROM monitor_sending GROUP BY delivery_id")
    )
    died = dict(
        house.rows(
            "SELECT delivery_id, count(*) FROM monitor_sending WHERE outcome = 'died'"
            " GROUP BY delivery_id"
        )
    )
    rows = {pk for (pk,) in house.rows("SELECT id FROM monitor_delivery")}
    _differ(found, "deliveries at the webhook", rows, set(arrived))
    for pk, times in arrived.items():
        if times == 1:
            continue
        found.repeated += 1
        found.explained += bool(died.get(pk))
        if times > 1 + died.get(pk, 0) or times > attempts.get(pk, 0):
            found.problems.append(f"delivery {pk} arrived {times} times, unexplained")


def _differ(found: Verdict, what: str, wanted: Collection[Any], there: Collection[Any]) -> None:
    """Two sets that should be equal."""
    if missing := set(wanted) - set(there):
        found.problems.append(f"{what}: {len(missing)} missing, {_some(missing)}")
    if strange := set(there) - set(wanted):
        found.problems.append(f"{what}: {len(strange)} that nobody made, {_some(strange)}")


def _some(things: Any) -> str:
    shown = sorted(map(str, things))
    return " ".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items())) or "none"
