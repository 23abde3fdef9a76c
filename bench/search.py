"""Search over many articles: p50 and p95 of five kinds of query, beside a plain LIKE.

    python -m bench.search [--articles 100000] [--rounds 5] [--batch 500]

Writes invented articles of about 300 characters into the embedded index, then asks every
kind of query for a page, the exact total and all facets. The baseline holds the same
texts in an ordinary SQLite table, already normalised, and asks with LIKE and GROUP BY, in
the same run. Rates and times are of one process on one core.
"""

# ruff: noqa: S608 - the baseline's SQL is put together from this file's own words

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from monitor.index import SearchIndex, open_index
from monitor.query import And, Document, Not, Or, Phrase, Query, SentimentIs, parse
from monitor.query.tree import Node
from monitor.text.normalise import normalise
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = open_index(f"sqlite://{folder}/index")
        rate = fill(index, asked.articles, asked.batch)
        size = sum(file.stat().st_size for file in Path(folder, "index").iterdir())
        print(f"{asked.articles:,} articles, {size / 1e6:,.0f} MB, {rate:,.0f} written a second")
        plain = baseline(Path(folder, "plain.sqlite3"), asked.articles)
        print(f"{'kind':24}{'hits':>9}{'p50 ms':>9}{'p95 ms':>9}{'LIKE p50':>10}{'ratio':>8}")
        for kind, queries in KINDS.items():
            report(kind, [parse(query) for query in queries], index, plain, asked.rounds)
        index.close()
    return 0


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


def fill(index: SearchIndex, count: int, batch: int) -> float:
    """Articles a second of the whole way from text to committed terms."""
    index.create("bench")
    waiting: list[Document] = []
    spent = 0.0
    for number, document in enumerate(articles(count), 1):
        waiting.append(document)
        if len(waiting) == batch or number == count:
            began = time.perf_counter()
            index.write("bench", waiting)
            spent += time.perf_counter() - began
            waiting = []
    return count / spent


def articles(count: int) -> Iterator[Document]:
    dice = random.Random(7)
    for number in range(1, count + 1):
        said = [sentence(dice) for _ in range(3)] + [chatter(dice) for _ in range(21)]
        text = "".join(dice.sample(said, len(said)))[:300]
        yield Document(
            id=number,
            title=sentence(dice)[:24],
            body=text,
            source=dice.choice(SOURCES),
            published=BEGIN + timedelta(seconds=number * 7_000_000 // count),
            sentiment=dice.choices(list(Sentiment), (2, 6, 2))[0],
            topics=tuple(dice.sample(TOPICS, dice.choice((0, 0, 1, 1, 2)))),
            event=dice.randrange(count),
        )


def sentence(dice: random.Random) -> str:
    start = f"{dice.choice(PLACES)}{dice.choice(WHO)}{dice.choice(DOES)}{dice.choice(WHAT)}"
    middle = dice.choice(
        ("，", "的问题，", f"和{dice.choice(WHAT)}，", f"第{dice.randrange(99)}次，")
    )
    return f"{start}{middle}{dice.choice(HOW)}。"


def chatter(dice: random.Random) -> str:
    return "".join(dice.choices(PLAIN, k=5)) + dice.choice("，。，；")


def baseline(file: Path, count: int) -> sqlite.Connection:
    """The same articles in one table with the indexes that anyone would make."""
    connection = sqlite.connect(str(file))
    connection.executescript(
        "CREATE TABLE articles (id INTEGER PRIMARY KEY, published INTEGER, day TEXT, title TEXT,"
        " body TEXT, source TEXT, sentiment TEXT);"
        "CREATE TABLE topics (article INTEGER, topic TEXT, PRIMARY KEY (article, topic))"
        " WITHOUT ROWID;"
        "CREATE INDEX newest ON articles (published);"
    )
    for document in articles(count):
        connection.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                int(document.published.timestamp()),
                str(document.day),
                normalise(document.title).text,
                normalise(document.body).text,
                document.source,
                str(document.sentiment),
            ),
        )
        connection.executemany(
            "INSERT INTO topics VALUES (?, ?)", [(document.id, topic) for topic in document.topics]
        )
    connection.commit()
    return connection


def report(
    kind: str,
    queries: list[Query],
    index: SearchIndex,
    plain: sqlite.Connection,
    rounds: int,
) -> None:
    totals = [index.search("bench", query, facets=True).total for query in queries]
    ours = [
        timed(lambda query=query: index.search("bench", query, facets=True))
        for query in queries * rounds
    ]
    theirs = [timed(lambda query=query: naive(plain, query)) for query in queries]
    half, slow = statistics.median(ours), statistics.quantiles(ours, n=20)[-1]
    other = statistics.median(theirs)
    hits = round(statistics.median(totals))
    print(
        f"{kind:24}{hits:>9,}{half * 1e3:>9.1f}{slow * 1e3:>9.1f}"
        f"{other * 1e3:>10.0f}{other / half:>7.0f}x",
        flush=True,
    )


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def naive(connection: sqlite.Connection, query: Query) -> None:
    """The page, the total and the four facets by LIKE, a statement each."""
    values: list[object] = []
    where = condition(query.tree, values)
    for wanted in (
        f"SELECT id FROM articles WHERE {where} ORDER BY published DESC, id DESC LIMIT 20",
        f"SELECT count(*) FROM articles WHERE {where}",
        f"SELECT source, count(*) FROM articles WHERE {where} GROUP BY 1",
        f"SELECT sentiment, count(*) FROM articles WHERE {where} GROUP BY 1",
        f"SELECT day, count(*) FROM articles WHERE {where} GROUP BY 1",
        "SELECT topic, count(*) FROM topics JOIN articles ON id = article"
        f" WHERE {where} GROUP BY 1",
    ):
        connection.execute(wanted, values).fetchall()


def condition(node: Node | None, values: list[object]) -> str:
    """A WHERE clause; coarser than our contract, as LIKE knows no segments."""
    match node:
        case And(nodes) | Or(nodes):
            word = " AND " if isinstance(node, And) else " OR "
            return f"({word.join(condition(child, values) for child in nodes)})"
        case Not(child):
            return f"NOT {condition(child, values)}"
        case Phrase(stream):
            like = f"%{stream.replace('|', '').replace(' ', '%')}%"
            values += [like, like]
            return "(title LIKE ? OR body LIKE ?)"
        case SentimentIs(found):
            values += map(str, found)
            return f"sentiment IN ({', '.join('?' * len(found))})"
    return filter_condition(node, values)


def filter_condition(node: Node | None, values: list[object]) -> str:
    name, _, rest = str(node).partition(":")
    if name == "date":
        values += rest.split("..")
        return "day BETWEEN ? AND ?"
    slugs = rest.split(",")
    values += slugs
    marks = ", ".join("?" * len(slugs))
    if name == "topic":
        return f"id IN (SELECT article FROM topics WHERE topic IN ({marks}))"
    return f"source IN ({marks})"


if __name__ == "__main__":
    sys.exit(main())
