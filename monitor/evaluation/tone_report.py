"""How well sentiment is told on one labelled set, as a table."""

from collections.abc import Sequence

from monitor.evaluation.labelled import ToneSet
from monitor.evaluation.report import Report, share, shown, table
from monitor.evaluation.tone import ORDER, ToneFigures, ToneMistake

HEAD = ("", "AUC", "准确率", "召回率", "F1", "校准误差")


def tone_report(of: ToneSet, figures: Sequence[ToneFigures]) -> Report:
    """Ours first; below the table our confusion."""
    left = f"，另有 {of.left_out} 行不参评" if of.left_out else ""
    ours = figures[0]
    labels = [mood.label for mood in ORDER]
    counts = [
        (f"标注{label}", *map(str, row)) for label, row in zip(labels, ours.confusion, strict=True)
    ]
    return Report(
        f"{of.name}：{len(of.texts)} 条{left}",
        HEAD,
        tuple(
            (
                one.way,
                share(one.auc),
                share(one.negative.precision),
                share(one.negative.recall),
                share(one.negative.f1),
                share(one.calibration),
            )
            for one in figures
        ),
        {one.way: one.to_json() for one in figures},
        ("", *table((ours.way, *(f"判{label}" for label in labels)), counts)),
    )


def mistake_lines(found: Sequence[ToneMistake]) -> list[str]:
    """One mistake a line, with the words that it was judged by."""
    lines = []
    for one in found:
        words = "、".join(shown(word.text, 10) for word in one.score.evidence)
        lines.append(
            f"  标注{one.label.label}，判{one.score.sentiment.label}（给标注的概率 "
            f"{one.believed:.0%}）{'，依据 ' + words if words else ''}：{shown(one.text)}"
        )
    return lines
