"""舆情周报 as a Word file: figures in, bytes out."""

import io

from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt

from monitor.briefing import charts, paper
from monitor.briefing.clean import short
from monitor.briefing.notes import explanations, moment
from monitor.briefing.values import Briefing, EventLine, Figure, Measure
from monitor.briefing.wording import NAME, comparison, share, signed
from monitor.words import SHANGHAI, Sentiment

HEADLINE = 50
MAIN_SOURCES = 2


def render(briefing: Briefing) -> bytes:
    """The whole document. Draws charts, so the first call in a process takes a second."""
    title = f"舆情周报（{briefing.period.number}）"
    office = short(briefing.office, 40)
    document = paper.blank(title, office, briefing.counting.taken)
    _head(document, briefing, office)
    for section in (_overall, _trend, _tones, _events, _alerts, _notes):
        section(document, briefing)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _head(document: Document, briefing: Briefing, office: str) -> None:
    title = document.add_paragraph()
    title.alignment = paper.CENTRE
    title.paragraph_format.line_spacing = Pt(38)
    paper.write(title, "舆 情 周 报", size=26, font=paper.TITLE)
    number = document.add_paragraph()
    number.alignment = paper.CENTRE
    paper.write(number, f"编号：{briefing.period.number}　期间：{briefing.period.label}", size=14)
    line = document.add_paragraph()
    line.paragraph_format.tab_stops.add_tab_stop(Mm(paper.TEXT_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    line.paragraph_format.space_after = Pt(10)
    paper.write(line, f"{office}\t{moment(briefing)}生成", size=14)
    paper.rule(line)


def _overall(document: Document, briefing: Briefing) -> None:
    document.add_heading("一、总体情况", 1)
    period, total = briefing.period, briefing.total.all.value
    if not total:
        paper.paragraph(
            document,
            f"{period.label}，没有可供统计的文章，新发预警 {briefing.alerts.value} 条。"
            f"如属意外，请在信源页查看各信源最近一次采集是否成功。",
        )
    else:
        tones = "，".join(
            f"{tone.label} {one.all.value} 篇、占 {share(one.all.value, total)}"
            for tone, one in briefing.tones.items()
        )
        paper.paragraph(
            document,
            f"{period.label}，共监测到文章 {total} 篇，来自 {briefing.sources.value} 个信源，"
            f"归并为 {briefing.events.value} 起事件。其中{tones}。"
            f"新发预警 {briefing.alerts.value} 条。",
        )
    paper.paragraph(document, comparison(briefing))
    _measures(document, briefing)


def _measures(document: Document, briefing: Briefing) -> None:
    period, common = briefing.period, len(briefing.coverage.common)
    scope = f"；可比指两期均在线的 {common} 个信源" if common else ""
    paper.caption(document, f"主要指标（单位：篇{scope}）")
    rows = [("文章总数", briefing.total)] + [
        (tone.label, measure) for tone, measure in briefing.tones.items()
    ]
    paper.table(
        document,
        ("指标", f"{period.this}全部", f"{period.this}可比", f"{period.previous}可比", "增减"),
        [(name, str(measure.all.value), *_compared(measure)) for name, measure in rows],
        (34, 28, 28, 28, 38),
    )


def _compared(measure: Measure) -> tuple[str, str, str]:
    change = measure.change
    if change is None:
        return "—", "—", "不可比"
    return str(change.now.value), str(change.before.value), signed(change)


def _trend(document: Document, briefing: Briefing) -> None:
    document.add_heading("二、走势", 1)
    period = briefing.period
    before = sum(
        measure.change.before.value for measure in briefing.days.values() if measure.change
    )
    if not briefing.total.all.value and not before:
        paper.paragraph(document, f"{period.this}和{period.previous}均没有可比的文章，不作走势图。")
        return
    if briefing.total.all.value:
        day, highest = max(briefing.days.items(), key=lambda item: item[1].all.value)
        paper.paragraph(
            document,
            f"文章最多的一天为 {day.month}月{day.day}日，{highest.all.value} 篇，其中敏感 "
            f"{briefing.sensitive_days[day].all.value} 篇。",
        )
    compared = briefing.total.change is not None
    scope = "按两期均在线的信源计" if compared else "全部信源"
    versus = f"与{period.previous}" if compared else ""
    paper.caption(document, f"{period.this}{versus}每日文章数（{scope}）")
    paper.picture(document, charts.trend(briefing), "每日文章数走势图，数字见同名表格文件")
    if compared:
        paper.note(
            document,
            f"注：{period.previous}各点与{period.this}同一序日对齐；各日数字及检索式见同名 xlsx。",
        )


def _tones(document: Document, briefing: Briefing) -> None:
    document.add_heading("三、情感分布", 1)
    if not briefing.total.all.value:
        paper.paragraph(document, f"{briefing.period.this}没有文章，无情感分布。")
        return
    paper.caption(document, f"{briefing.period.this}文章情感占比（全部信源）")
    paper.picture(document, charts.shares(briefing), "情感占比图，数字见主要指标表")
    if not briefing.topics:
        paper.paragraph(document, "没有文章命中监测专题。")
        return
    paper.caption(document, "各监测专题（单位：篇；一篇可属多个专题）")
    paper.table(
        document,
        (
            "监测专题",
            "文章",
            *(tone.label for tone in Sentiment),
            f"较{briefing.period.previous}（可比）",
        ),
        [
            (
                short(line.name, NAME),
                str(line.total.all.value),
                *(str(line.tones[tone].value) for tone in Sentiment),
                signed(line.total.change),
            )
            for line in briefing.topics
        ],
        (52, 16, 16, 16, 16, 40),
    )


def _events(document: Document, briefing: Briefing) -> None:
    document.add_heading("四、重点事件", 1)
    if not briefing.top:
        paper.paragraph(document, f"{briefing.period.this}没有预警事件，也没有两篇以上文章的事件。")
        return
    paper.caption(document, f"先列有预警的（按级别），再按文章数；数字为{briefing.period.this}数")
    paper.table(
        document,
        ("序", "事件", "文章", "敏感", "信源", "预警"),
        [_event(n, line) for n, line in enumerate(briefing.top, 1)],
        (9, 86, 14, 14, 14, 25),
        left=(1,),
    )


def _event(n: int, line: EventLine) -> tuple[paper.Cell, ...]:
    began = line.began.astimezone(SHANGHAI)
    main = "、".join(f"{short(name, NAME)} {count}" for name, count in line.sources[:MAIN_SOURCES])
    more = " 等" if len(line.sources) > MAIN_SOURCES else ""
    told = (
        f"首发：{began:%m-%d %H:%M}　{short(line.first_source, NAME)}",
        f"主要信源：{main}{more}",
    )
    alert: paper.Cell = "—" if line.level is None else (line.level.label, line.alert)
    return (
        str(n),
        (short(line.title, HEADLINE), *told),
        str(line.total.value),
        str(line.negative.value),
        str(len(line.sources)),
        alert,
    )


def _alerts(document: Document, briefing: Briefing) -> None:
    document.add_heading("五、预警及办理情况", 1)
    if not briefing.raised:
        paper.paragraph(document, f"{briefing.period.this}没有新发预警。")
        return
    paper.caption(
        document,
        f"{briefing.period.this}新发预警 {len(briefing.raised)} 条"
        f"（推送情况截至{moment(briefing)}）",
    )
    paper.table(
        document,
        ("编号", "级别", "事项", "推送情况"),
        [
            (
                (line.number, f"{line.created.astimezone(SHANGHAI):%m-%d %H:%M}"),
                line.level.label,
                (
                    short(line.headline, HEADLINE),
                    f"{briefing.period.this}文章 {line.articles.value} 篇",
                ),
                line.state,
            )
            for line in briefing.raised
        ],
        (28, 16, 76, 36),
        left=(2,),
    )


def _notes(document: Document, briefing: Briefing) -> None:
    document.add_heading("六、说明", 1)
    for n, words in enumerate(explanations(briefing), 1):
        paper.remark(document, f"{n}．{words}")
    paper.caption(document, "主要数字的检索式（在“检索”中输入，可查到计入的文章）")
    main = [briefing.total, *briefing.tones.values()]
    figures = [measure.all for measure in main]
    if briefing.total.change:
        compared = [briefing.total.change.now, briefing.total.change.before]
        figures += [one for one in compared if one not in figures]
    paper.table(
        document,
        ("指标", "数字", "检索式"),
        [(figure.name, str(figure.value), _query(figure)) for figure in figures],
        (56, 14, 86),
        left=(0, 2),
    )


def _query(figure: Figure) -> str:
    if figure.surplus is None:
        return "（检索式无法表达，文章见同名 xlsx）"
    return short(figure.query, 200)
