"""六、说明: how a briefing counts, in the words of the office."""

from monitor.briefing.clean import short
from monitor.briefing.values import Briefing
from monitor.words import SHANGHAI, day_of


def explanations(briefing: Briefing) -> list[str]:
    """One sentence or two on each thing that a reader must know to use the numbers."""
    period, counting = briefing.period, briefing.counting
    waiting = f"另有 {counting.waiting} 篇尚未处理完或已隔离，未计入。" if counting.waiting else ""
    unfinished = (
        f"本期截止日尚未过完，数据截至{moment(briefing)}。"
        if day_of(counting.taken) <= period.last
        else f"数据读取于{moment(briefing)}。"
    )
    models = "、".join(short(model, 40) for model in counting.models)
    scorer = f"（模型 {models}）" if models else ""
    return [
        f"口径：按北京时间和文章发布时间，统计{period.label}（含首尾两日）可检索到的文章；"
        f"转载各计一篇，同一链接只计一篇。{unfinished}{waiting}",
        f"比较：{period.previous}指{period.before.label}。增减只计两期均在线的信源，新增或中断的信源"
        "不算作升降。“在线”指该期内采到过它的文章，或该期内采集成功过；后来补采的，其文章须"
        "既有该期的、又有该期之前同样长一段的。",
        "信源：指采集文章之处；文章计入首次采到它的信源。",
        f"情感：由程序自动评分{scorer}，未经人工逐篇核对，可能有误。“敏感”指文章语气偏"
        "负面或诉求强烈，只表示需要留意，不是对内容真伪和是非的认定。",
        "事件：内容相同或相近的文章归为一起事件；首发指已采到的最早一篇，不一定是全网首发。"
        f"“未推送（首见已超过{counting.stale_hours:g}小时）”指发现时已是旧闻，只记录、不打扰值班员。",
        "核对：每个数字的检索式和文章列在同名 xlsx 文件中，与本件同时生成。",
    ]


def moment(briefing: Briefing) -> str:
    """When the figures were read, by Shanghai's clock."""
    taken = briefing.counting.taken.astimezone(SHANGHAI)
    return f"{taken.year}年{taken.month}月{taken.day}日{taken:%H:%M}"
