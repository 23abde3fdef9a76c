"""analyse: what was read is stored with what it was read by."""

import json
from typing import Any

from django.utils import timezone

from monitor.models import Analysis, Article, ArticleText
from monitor.pipeline import catalogue, knowledge
from monitor.pipeline.analyse import LANE, _write, read
from monitor.pipeline.status import status
from tests.pipeline.office import Breaks, Office, ends_leases, entry, source

BLACK_WATER = "白石镇柳湾村河里连夜排黑水，鱼死了一大片，村民投诉到镇里三次，至今没人管，求曝光。"
PERSIMMONS = "柳林镇赶集，柿子便宜，大家笑得开心，说这就是家乡的味道。"


def reading(article: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Analysis.objects.get(pk=article).reading)
    return found


def test_a_reading_is_stored_with_its_evidence_and_its_knowledge(office: Office) -> None:
    office.has(
        sources=[source("forum")],
        topics=[{"slug": "river", "name": "河道", "query": "黑水 OR 排污"}],
        units=[
            {"slug": "baishi", "name": "白石镇政府", "aliases": ["白石镇"], "places": ["town0"]}
        ],
    )
    complaint, calm = office.hears("forum", BLACK_WATER, PERSIMMONS)
    office.runs("analyse")
    bad, good = Article.objects.get(pk=complaint), Article.objects.get(pk=calm)
    assert bad.sentiment == "negative"
    assert bad.negative > 0.5 > good.negative
    analysis = Analysis.objects.get(pk=complaint)
    assert "river" in analysis.topics.split()
    assert "baishi" in analysis.units.split()
    assert (analysis.noteworthy, Analysis.objects.get(pk=calm).noteworthy) == (True, False)
    assert analysis.knowledge == knowledge.current().revision > 0
    assert (len(analysis.signature), analysis.model != "") == (256, True)
    found = reading(complaint)
    assert {place["name"] for place in found["places"]} == {"白石镇"}
    assert any(cue["slug"] == "petition" for cue in found["cues"])
    for one in (*found["matters"], *found["places"], *found["cues"]):
        text = {"title": BLACK_WATER[:30], "body": BLACK_WATER}[one["field"]]
        assert text[one["start"] : one["end"]] == one["text"]


def test_a_topic_added_in_the_console_is_met_by_the_very_next_batch(office: Office) -> None:
    office.has(sources=[source("forum")])
    (before,) = office.hears("forum", BLACK_WATER)
    office.runs("analyse")
    catalogue.edit("topic", "fish", {"name": "死鱼", "query": "鱼 黑水"}, by="分析员")
    (after,) = office.hears("forum", entry("又见黑水，鱼翻了肚皮。"))
    office.runs("analyse")
    assert "fish" not in Analysis.objects.get(pk=before).topics.split()
    assert "fish" in Analysis.objects.get(pk=after).topics.split()


def test_a_title_alone_and_no_title_at_all_are_read(office: Office) -> None:
    office.has(sources=[source("forum")])
    office.hears(
        "forum", entry("停水三天没人管", body=""), entry("", title="", body="。", guid="x")
    )
    office.runs("analyse")
    assert Analysis.objects.count() == 2
    assert status()["articles"]["analysed"] == 2


def test_an_article_that_cannot_be_digested_is_quarantined_and_its_neighbours_are_not(
    office: Office,
) -> None:
    office.has(sources=[source("forum")])
    ids = office.hears("forum", *(f"{n}号楼门口的路灯坏了{n}天。" for n in range(20)))
    bad = ids[7]
    with Breaks("monitor_analysis", f"NEW.article_id = {bad}"):
        for _ in range(3):
            office.runs("analyse")
    article = Article.objects.get(pk=bad)
    assert (article.quarantined, article.fate) == ("analyse", "quarantined")
    assert "毒" in article.failure
    assert "Traceback" in article.failure
    assert status()["articles"] == {"new": 0, "analysed": 19, "indexed": 0, "quarantined": 1}
    office.hears("forum", entry("换一篇", body="7号楼门口的路灯修好了。", link=article.link))
    office.runs("analyse")
    assert status()["articles"] == {"new": 0, "analysed": 20, "indexed": 0, "quarantined": 0}


def test_a_reading_that_comes_late_changes_nothing(office: Office) -> None:
    office.has(sources=[source("forum")])
    (pk,) = office.hears("forum", BLACK_WATER)
    lore = knowledge.current()
    late = LANE.claim(timezone.now(), 10)
    findings = read(late, lore)
    ends_leases(Article)
    ours = LANE.claim(timezone.now(), 10)
    _write(late, findings, lore.revision)
    assert Article.objects.get(pk=pk).analysed_edition == 0
    assert not Analysis.objects.exists()
    _write(ours, read(ours, lore), lore.revision)
    assert Article.objects.get(pk=pk).analysed_edition == 1


def test_an_edition_that_arrives_while_the_old_one_is_read_is_read_next(office: Office) -> None:
    office.has(sources=[source("forum")])
    (pk,) = office.hears("forum", BLACK_WATER)
    lore = knowledge.current()
    claims = LANE.claim(timezone.now(), 10)
    findings = read(claims, lore)
    first = Article.objects.get(pk=pk)
    office.hears("forum", entry("黑水已止", body="白石镇：排污口已封堵。", link=first.link))
    _write(claims, findings, lore.revision)
    assert Article.objects.get(pk=pk).analysed_edition in (0, 1)
    office.runs("analyse")
    assert Article.objects.get(pk=pk).analysed_edition == 2
    assert ArticleText.objects.filter(article=pk).count() == 2
    assert Analysis.objects.get(pk=pk).edition == 2


def test_a_backlog_is_worked_off_by_one_hint(office: Office) -> None:
    office.has(sources=[source("forum")])
    office.hears("forum", *(f"随手记第{n}则，今天的柿子很甜。" for n in range(250)))
    assert office.runs("analyse") == 250
    assert Analysis.objects.count() == 250
