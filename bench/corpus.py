"""Invented articles of about 300 characters over some months, and the queries asked of them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from monitor.query import Document
from monitor.words import Sentiment

VOCABULARY = """
城关镇 白石镇 双河镇 清水镇 柳林镇 石门乡 云岭乡 大塘镇 县城 开发区 老街 新区

居民 村民 家长 学生 司机 商户 业主 网友 工人 老人 患者 游客 农户 教师 医生 社区干部 物业公司
自来水公司 供电所 环保局 教育局 住建局 交警大队 应急管理局 市场监管局 镇政府 村委会 施工单位

反映 投诉 表示 介绍 通报 要求 检查 发现 处理 回应 组织 召开 开展 推进 整改 修复 关闭 恢复
改造 发放 拖欠 招聘 举办 走访 排查 救援 转移 公示 验收 调查

停水 停电 污水 排污 噪声 垃圾清运 道路积水 公交班次 校车 食堂 学位 医保报销 工资 补贴 征地款
拆迁补偿 电梯故障 物业费 供暖 燃气管道 路灯 停车位 化工厂 养殖场 河道 水库 滑坡 山火 桥梁
老旧小区 文化节 运动会 招商会 扶贫车间 合作社 春耕 秋粮 卫生院 体检 疫苗 讲座 培训班 志愿服务

目前情况正在进一步核实 预计晚上八点前恢复正常 希望有关部门尽快答复 已拨打12345热线
现场秩序平稳 群众情绪稳定 具体时间另行通知 责任人已被约谈 相关费用尚未结算
这已经不是第一次了 大家都在业主群里议论 记者将继续关注 请市民注意安全
工作人员连夜赶到现场 有人拍下视频发到网上 A股上市公司回应称不知情

今天 昨天 上午 下午 傍晚 凌晨 近日 日前 春天 冬天 一直 已经 仍然 突然 慢慢 陆续 全部 部分 大约 超过
我们 他们 大家 孩子 邻居 朋友 同事 亲戚 父母 年轻人 带头人 负责人 志愿者 专家 代表 店主 师傅 队员
觉得 认为 希望 担心 期待 感谢 记得 听说 看到 遇到 等待 准备 坚持 努力 参加 支持 学习 讨论 商量 决定
天气 道路 房屋 山坡 田地 果园 茶叶 蔬菜 牛羊 集市 广场 公园 车站 桥头 村口 院子 厨房 教室 操场
热闹 安静 干净 便宜 方便 困难 辛苦 认真 及时 耐心 美丽 平常 紧张 顺利 明显 普遍 特殊 严重 轻微 正常
收入 价格 质量 速度 数量 面积 距离 时间 机会 办法 经验 故事 照片 消息 电话 文件 合同 账目 名单 计划
"""
SOURCES = [f"site-{number}" for number in range(60)]
TOPICS = [f"topic-{number}" for number in range(19)]
PLACES, WHO, DOES, WHAT, HOW, PLAIN = (part.split() for part in VOCABULARY.split("\n\n"))
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
MONTH_S = 2_629_746
# Articles of one seed, so that several processes can invent them side by side.
_SEEDED = 500

KINDS = {
    "one word": ["停水", "拆迁补偿", "12345热线", "滑坡", "化工厂"],
    "two words": ["停水 城关镇", "工资 拖欠", "A股 化工厂", "校车 家长", "垃圾清运 白石镇"],
    "phrase": [
        '"尽快答复 已拨打12345热线"',
        '"停水 目前情况正在进一步核实"',
        "居民反映停水",
        "现场秩序平稳",
        "连夜赶到现场",
    ],
    "filters only": [
        "sentiment:negative",
        "source:site-3,site-4",
        "topic:topic-2 sentiment:negative",
        "date:2026-10-01..2026-10-07",
        "topic:topic-1 date:2026-09-10..2026-10-20",
    ],
    "OR and NOT": [
        "(停水 OR 停电 OR 燃气管道) -招聘",
        "(污水 OR 排污) -(文化节 OR 讲座)",
        "-停水 -停电 县城 校车",
        "(滑坡 OR 山火) sentiment:negative",
        "物业费 -(sentiment:positive OR source:site-1)",
    ],
}

WARMING = [
    "停电",
    "噪声",
    "学位 家长",
    "电梯故障 物业公司",
    '"请市民注意安全"',
    "群众情绪稳定",
    "topic:topic-5",
    "source:site-9,site-12",
    "(山火 OR 水库) -讲座",
    "-春耕 养殖场 村民",
]
"""Asked of a server that has just started, none of them measured: nobody times a cold one."""


def articles(first: int, last: int, of: int, months: float) -> Iterator[Document]:
    """The articles first..last-1 of so many that are spread evenly over the months."""
    for number in range(first, last):
        if number == first or number % _SEEDED == 0:
            dice = random.Random(number)
        yield _article(dice, number, of, months)


def _article(dice: random.Random, number: int, of: int, months: float) -> Document:
    said = [_sentence(dice) for _ in range(3)] + [_chatter(dice) for _ in range(21)]
    text = "".join(part for part, _ in dice.sample(said, len(said)))[:300]
    words = dict.fromkeys(word for _, some in said for word in some)
    return Document(
        id=number + 1,
        title=_sentence(dice)[0][:24],
        body=text,
        source=dice.choice(SOURCES),
        published=BEGIN + timedelta(seconds=int(number * MONTH_S * months / of)),
        sentiment=dice.choices(list(Sentiment), (2, 6, 2))[0],
        topics=tuple(dice.sample(TOPICS, dice.choice((0, 0, 1, 1, 2)))),
        # A handful of articles tell the same story, within days of one another.
        event=(number + dice.randrange(2_000)) // 5 + 1,
        words=tuple(words)[:20],
    )


def _sentence(dice: random.Random) -> tuple[str, list[str]]:
    words = [dice.choice(PLACES), dice.choice(WHO), dice.choice(DOES), dice.choice(WHAT)]
    middle = dice.choice(
        ("，", "的问题，", f"和{dice.choice(WHAT)}，", f"第{dice.randrange(99)}次，")
    )
    return f"{''.join(words)}{middle}{dice.choice(HOW)}。", words


def _chatter(dice: random.Random) -> tuple[str, list[str]]:
    words = dice.choices(PLAIN, k=5)
    return "".join(words) + dice.choice("，。，；"), words
