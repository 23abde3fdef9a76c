"""Charts as PNG bytes, told apart by marker, dash and hatching so that grey print keeps them.

matplotlib takes 60 MB and is imported when the first chart is drawn, so that workers and
the command line do not carry it.
"""

import io
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from monitor.briefing.values import Briefing
from monitor.words import Sentiment

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

MM = 1 / 25.4
WIDTH = 156 * MM
"""The width of the text on A4 between GB/T 9704 margins, in inches."""
DPI = 200
INK, GREY, PALE = "#1a1a1a", "#6b6b6b", "#d9d9d9"
HATCHES = {Sentiment.NEGATIVE: "////", Sentiment.NEUTRAL: "", Sentiment.POSITIVE: "...."}
FILLS = {Sentiment.NEGATIVE: "#8c8c8c", Sentiment.NEUTRAL: "#ffffff", Sentiment.POSITIVE: "#e3e3e3"}
WEEKDAYS = "一二三四五六日"
NARROW = 0.08
"""Below this share a label no longer fits into its bar."""


@cache
def _font(size: float) -> Any:
    from matplotlib.font_manager import FontProperties
    from pylopdf_fonts_zh_cn import sans_path

    return FontProperties(fname=str(sans_path()), size=size)


def _canvas(height_mm: float) -> "tuple[Canvas, Axes]":
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(WIDTH, height_mm * MM), dpi=DPI, layout="constrained")
    return canvas, canvas.add_subplot()


def _png(canvas: "Canvas") -> bytes:
    out = io.BytesIO()
    canvas.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def trend(briefing: Briefing) -> bytes:
    """Articles a day, this period over the one before (common sources), sensitive ones as bars.

    Without common sources the period stands alone, over all its sources.
    """
    period = briefing.period
    measures = list(briefing.days.values())
    changes = [m.change for m in measures if m.change]
    now = [m.change.now.value if m.change else m.all.value for m in measures]
    sensitive = [
        m.change.now.value if m.change else m.all.value for m in briefing.sensitive_days.values()
    ]
    canvas, axes = _canvas(72)
    places = range(period.length)
    axes.bar(
        places,
        sensitive,
        width=0.5,
        color=PALE,
        edgecolor=GREY,
        hatch="////",
        linewidth=0.6,
        label=f"{period.this}敏感",
        zorder=1,
    )
    if changes:
        axes.plot(
            places,
            [change.before.value for change in changes],
            color=GREY,
            linestyle=(0, (4, 2.5)),
            linewidth=1.4,
            marker="s",
            markersize=4,
            markerfacecolor="white",
            label=period.previous,
            zorder=2,
        )
    axes.plot(
        places, now, color=INK, linewidth=2, marker="o", markersize=5, label=period.this, zorder=3
    )
    if period.length <= 14:
        _say(axes, now)
    _dress(axes, briefing, max([1, *now, *(c.before.value for c in changes)]))
    return _png(canvas)


def _say(axes: "Axes", values: Sequence[int]) -> None:
    for place, value in enumerate(values):
        axes.annotate(
            str(value),
            (place, value),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            fontproperties=_font(9),
            color=INK,
            zorder=4,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
        )


def _dress(axes: "Axes", briefing: Briefing, highest: int) -> None:
    """Axis labels in Chinese, thin lines, room for the numbers above the points."""
    from matplotlib.ticker import MaxNLocator

    days = briefing.period.days
    step = -(-len(days) // 14)
    shown = range(0, len(days), step)
    axes.set_xticks(
        list(shown),
        [f"{days[n].month}.{days[n].day}\n周{WEEKDAYS[days[n].weekday()]}" for n in shown],
    )
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.set_ylim(0, highest * 1.18)
    axes.set_xlim(-0.6, len(days) - 0.4)
    axes.set_ylabel("篇", fontproperties=_font(10), rotation=0, labelpad=10)
    axes.grid(axis="y", color=PALE, linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(_font(9))
    handles, labels = axes.get_legend_handles_labels()
    order = {briefing.period.this: 0, briefing.period.previous: 1}
    shown_in_order = sorted(
        zip(handles, labels, strict=True), key=lambda pair: order.get(pair[1], 2)
    )
    axes.legend(
        *zip(*shown_in_order, strict=True),
        prop=_font(9.5),
        frameon=False,
        ncols=3,
        loc="lower right",
        bbox_to_anchor=(1, 1),
    )


def shares(briefing: Briefing) -> bytes:
    """One bar of the period's articles by sentiment; to be drawn only if there are articles."""
    total = briefing.total.all.value
    canvas, axes = _canvas(24)
    left = 0.0
    for tone, measure in briefing.tones.items():
        share = measure.all.value / total if total else 0.0
        axes.barh(
            0,
            share,
            left=left,
            color=FILLS[tone],
            edgecolor=INK,
            hatch=HATCHES[tone],
            linewidth=0.8,
            height=0.7,
            label=f"{tone.label} {measure.all.value} 篇",
        )
        if share >= NARROW:
            axes.text(
                left + share / 2,
                0,
                f"{share:.1%}",
                ha="center",
                va="center",
                fontproperties=_font(10),
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
            )
        left += share
    axes.set_xlim(0, 1)
    axes.set_axis_off()
    axes.legend(
        prop=_font(9.5), frameon=False, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1)
    )
    return _png(canvas)
