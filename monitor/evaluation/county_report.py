"""What a run over the gold county is worth, as tables with the simpler ways below ours."""

from collections.abc import Sequence

from monitor.evaluation.county import County, GoldArticle
from monitor.evaluation.county_baselines import (
    all_here,
    each_alone,
    matter_alone,
    named_here,
    near_duplicates,
    tone_alone,
)
from monitor.evaluation.figures import (
    AlertFigures,
    EventFigures,
    alert_figures,
    event_figures,
    places_right,
    reading_figures,
)
from monitor.evaluation.report import NONE, Report, share
from monitor.evaluation.stream import Run

OURS = "本系统"


def alert_report(county: County, articles: Sequence[GoldArticle], run: Run) -> Report:
    """Alerts against the events that need a response."""
    ways = {
        OURS: run,
        "只看语气（敏感且在本地）": tone_alone(run, county),
        "只看事项词": matter_alone(run, county),
    }
    figures = {way: alert_figures(county, articles, one) for way, one in ways.items()}
    needed = figures[OURS].needed
    return Report(
        f"预警：{len(articles)} 篇，其中 {needed} 个事件需要回应",
        ("", "预警数", "准确率", "召回率", "每个事件几条", "求救已推送", "升级已推送"),
        tuple((way, *_alert_row(one)) for way, one in figures.items()),
        {way: one.to_json() for way, one in figures.items()},
    )


def event_report(county: County, articles: Sequence[GoldArticle], run: Run) -> Report:
    """Events against labelled ones, by articles."""
    ways = {OURS: run, "只并转载": near_duplicates(run), "每篇一个事件": each_alone(run)}
    figures = {way: event_figures(county, articles, one) for way, one in ways.items()}
    truth = figures[OURS].truth
    return Report(
        f"归并：{len(articles)} 篇，标注为 {truth} 个事件",
        ("", "事件数", "B³准确率", "B³召回率", "B³F1", "调整互信息", "转载认出", "误连"),
        tuple((way, *_event_row(one)) for way, one in figures.items()),
        {way: one.to_json() for way, one in figures.items()},
    )


def place_report(county: County, articles: Sequence[GoldArticle], run: Run) -> Report:
    """Where each article plays, and the units of events that need a response."""
    figures = reading_figures(county, articles, run)
    simpler = {
        way: places_right(articles, said) / len(articles)
        for way, said in (("都算本地", all_here(run)), ("见到地名就算", named_here(run)))
    }
    units = figures.units
    row = (figures.place_accuracy, units.precision, units.recall, units.f1)
    return Report(
        f"地点与责任单位：{len(articles)} 篇",
        ("", "地点正确率", "单位准确率", "单位召回率", "单位F1"),
        (
            (OURS, *map(share, row)),
            *((way, share(right), NONE, NONE, NONE) for way, right in simpler.items()),
        ),
        {
            OURS: figures.to_json(),
            **{way: {"place_accuracy": right} for way, right in simpler.items()},
        },
    )


def _alert_row(of: AlertFigures) -> tuple[str, ...]:
    return (
        str(of.alerts),
        share(of.precision),
        share(of.recall),
        f"{of.per_event:.2f}",
        f"{of.calls_pushed}/{of.calls}",
        f"{of.rises_pushed}/{of.rises}",
    )


def _event_row(of: EventFigures) -> tuple[str, ...]:
    return (
        str(of.said),
        share(of.together.precision),
        share(of.together.recall),
        share(of.together.f1),
        share(of.mutual),
        f"{of.copies_found}/{of.copies}",
        str(of.false_links),
    )
