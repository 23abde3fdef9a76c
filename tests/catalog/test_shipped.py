"""The catalogue that ships: it loads, its topics find what they should, good news stays quiet."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.catalog import Catalog, Values, load
from monitor.catalog.levels import Levels
from monitor.detect.rules import RiskRules
from monitor.query import Document, matches
from monitor.text.reading import Reader, Reading
from monitor.words import Sentiment
from tests.catalog.examples import HITS, NOISE, Text

SHIPPED = Path(__file__).parents[2] / "config" / "catalog"
STANDING = (
    "涉我县综合 生态环境 安全生产 食品药品安全 就业和社会保障 社会救助 乡村振兴与防止返贫致贫 "
    "财政预决算和惠民补贴 公共资源配置 重大建设项目批准和实施 教育 医疗卫生 征地拆迁与住房物业 "
    "市政公用和交通 防汛救灾 劳动关系 营商环境 干部作风与政府形象 政策误读"
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load([SHIPPED])


@pytest.fixture(scope="module")
def values(catalog: Catalog) -> Values:
    return catalog.values()


@pytest.fixture(scope="module")
def reader(values: Values) -> Reader:
    return Reader.shipped(
        list(values.matters.values()),
        list(values.places.values()),
        list(values.units.values()),
        revision="1",
        extra=values.weights,
    )


def document(text: Text) -> Document:
    return Document(
        id=1,
        title=text[0],
        body=text[1],
        source="s",
        units=(),
        topics=(),
        sentiment=Sentiment.NEUTRAL,
        level=None,
        published=datetime(2026, 7, 1, tzinfo=UTC),
        event=None,
        rev=1,
    )


def test_every_shipped_item_becomes_a_value(catalog: Catalog, values: Values) -> None:
    assert values.faults == {}
    assert len(values.units) >= 16
    assert len(values.matters) >= 34
    assert len(values.weights) >= 250
    assert all(-3 <= weight <= 3 for weight in values.weights.values())


def test_the_nineteen_standing_topics_ship_in_order(values: Values) -> None:
    assert [topic.name for topic in values.topics.values()] == STANDING.split()
    assert all(topic.kind == "standing" and topic.enabled for topic in values.topics.values())


def test_a_fresh_office_neither_polls_nor_sends_anything(values: Values) -> None:
    assert not values.sources
    assert not values.channels


@pytest.mark.parametrize("slug", HITS)
def test_a_topic_finds_its_examples_and_no_noise(values: Values, slug: str) -> None:
    query = values.topics[slug].query
    assert len(HITS[slug]) >= 3
    assert len(NOISE[slug]) >= 2
    assert [text for text in HITS[slug] if not matches(query, document(text))] == []
    assert [text for text in NOISE[slug] if matches(query, document(text))] == []


def test_every_standing_topic_has_examples(values: Values) -> None:
    assert set(values.topics) == set(HITS) == set(NOISE)


def slugs(reading: Reading) -> set[str]:
    return {found.slug for found in reading.matters}


COMPLAINTS = {
    "rescue": ("救命啊", "水还在涨，我们一家被困二楼，老人走不动，快来人。"),
    "casualty": ("翻车", "货车侧翻，当场死亡一人，多人受伤。"),
    "traffic": ("十字路口又出车祸", "两辆车追尾。"),
    "fire": ("老街着火了", "浓烟滚滚，消防车进不去。"),
    "gas": ("楼道煤气泄漏", "整栋楼都闻到燃气味。"),
    "drowning": ("三个孩子下河", "有一个溺水了，还没捞上来。"),
    "hazard": ("这堵墙快塌了", "墙根下天天有人走。"),
    "food-drug": ("幼儿园孩子集体腹泻", "怀疑中午的肉变质，吃了就吐。"),
    "environment": ("化工厂夜里偷排", "河水发黑发臭。"),
    "gathering": ("业主拉横幅", "几十户业主聚集在售楼部门口讨说法。"),
    "wages": ("工地欠薪", "干了半年工资没发。"),
    "land": ("凌晨强拆", "征地补偿款没到手房子就没了。"),
    "school": ("校园霸凌", "孩子被同学打，学校隐瞒。"),
    "minor-harm": ("补习班老师猥亵学生", "家长已报警。"),
    "medical": ("怀疑误诊", "医院推诿，救护车迟到四十分钟。"),
    "public-health": ("学校多人水痘停课", "家长说是聚集性感染。"),
    "enforcement": ("城管打人", "摊子被掀，执法人员推老人。"),
    "legal": ("赢了官司拿不到钱", "老赖开豪车，法院不执行。"),
    "conduct": ("窗口踢皮球", "跑了五趟没办成，没人管。"),
    "discipline": ("实名举报村主任", "贪污低保款，吃拿卡要。"),
    "utilities": ("又停水", "停水三天了也没通知。"),
    "stalled-housing": ("楼盘烂尾", "开发商跑路，逾期交房两年。"),
    "property": ("物业不作为", "电梯坏了十天，物业不管。"),
    "prices": ("停车费太贵", "景区乱收费，宰客。"),
    "subsidy": ("惠农补贴没到账", "补贴被冒领。"),
    "relief": ("老两口揭不开锅", "住着危房，没人管。"),
    "illegal-finance": ("养老钱没了", "投资公司非法集资，本金取不出。"),
    "privacy": ("公示把身份证号全部公开", "个人信息泄露了。"),
    "ethnic": ("发现邪教传单", "有人在村里非法传教。"),
    "exams": ("面试内定", "招聘是萝卜岗，考试有黑幕。"),
    "funeral": ("殡仪馆乱收费", "一个骨灰盒上万，天价。"),
    "animal": ("恶犬伤人", "流浪狗咬了三个孩子。"),
    "disaster": ("双河水位暴涨", "河堤管涌，村口公路冲毁。"),
    "extreme": ("活不下去了", "不想活了，跟他们同归于尽。"),
    "rumour": ("群里都在传", "听说要封路，真的假的？"),
    "misread": ("新规凭什么", "一刀切不让烧柴。"),
    "official-account": ("官微翻车", "官微发错图，秒删，评论被删。"),
    "roads": ("门口烂路", "路面破损坑坑洼洼，路灯不亮。"),
    "business": ("新官不理旧账", "政府拖欠工程款，招商承诺不兑现。"),
    "security": ("夜市打群架", "有人持械，小偷没人管。"),
    "village": ("村务不公开", "村集体土地被卖，账目不公开。"),
    "procurement": ("围标", "刚修就坏，豆腐渣工程，层层转包。"),
    "nuisance": ("半夜施工", "噪音扰民，孩子睡不着。"),
    "consumer": ("健身卡退不了", "押金不退，霸王条款。"),
    "public": ("图书室三年没开过门", "牌子挂得好好的，钥匙在谁手里都说不清，孩子们借不到书。"),
}


def test_each_matter_is_met_in_a_plain_complaint(values: Values, reader: Reader) -> None:
    assert set(COMPLAINTS) == set(values.matters)
    readings = reader.read(list(COMPLAINTS.values()))
    missed = [s for s, r in zip(COMPLAINTS, readings, strict=True) if s not in slugs(r)]
    assert missed == []


GOOD_NEWS: tuple[Text, ...] = (
    ("全县防汛应急演练举行", "演练模拟群众被困、山体滑坡等险情，各队伍成功救出被困人员。"),
    ("供水改造工程竣工", "城南片区老旧管网改造完成，居民用上放心水，水压明显提高。"),
    ("我县开展燃气安全宣传", "工作人员入户讲解燃气泄漏处置常识，提醒广大居民安全用气。"),
    ("根治欠薪见实效", "人社局为农民工追回欠薪三十万元，工资足额发放到位。"),
    ("防溺水宣传进校园", "民警讲解溺水自救知识，孩子们认真听讲。"),
    ("消防队员成功救出一家三口", "被困群众全部获救，无人员伤亡，家属送来锦旗。"),
    ("项目集中开工仪式举行", "县委主要领导宣布开工，总投资五亿元。"),
    ("教师节表彰大会召开", "表彰先进教师一百名，全县教育质量稳步提升。"),
    ("县医院新门诊楼启用", "群众就医更加方便，环境焕然一新。"),
    ("残疾人补贴发放到位", "民政局按时发放护理补贴，惠及两千余人。"),
    ("生态环境持续改善", "双河水清岸绿，空气优良天数比例提高。"),
    ("县文旅局推出非遗巡游", "花车游行吸引上万名游客。"),
    ("食品安全专项整治行动启动", "市场监管局检查学校食堂二十家，现场宣传食品安全知识。"),
    ("反诈宣传进社区", "民警讲解防范非法集资和电信诈骗，守住钱袋子。"),
)


def test_good_news_is_no_matter(reader: Reader) -> None:
    readings = reader.read(GOOD_NEWS)
    met = {
        text[0]: slugs(reading)
        for text, reading in zip(GOOD_NEWS, readings, strict=True)
        if slugs(reading)
    }
    assert met == {}


def test_calls_for_rescue_are_met_in_neutral_voice_and_by_no_runaway_boss(reader: Reader) -> None:
    calls: tuple[Text, ...] = (
        ("白石镇老街", "水已经到二楼楼梯口，老人孩子都在，爬到屋顶了。"),
        ("转发", "石门乡三组有五口人困在屋顶，电话联系不上家里。"),
        ("双河村", "我爸妈在村里，从昨晚起联系不上父母，桥也断了。"),
    )
    others: tuple[Text, ...] = (
        ("工资没发", "老板失联，我们十几个人的工钱没着落。"),
        ("暖心", "感谢救命恩人，民警把走失老人送回家，已平安。"),
        ("屋顶漏水没人修", "一下雨屋顶就漏，找物业几次了，老人接水接到半夜。"),
        ("水管爆了", "门口全是水，车出不去，已报修。"),
        ("篮球赛人气旺", "看台坐满了，有人爬上屋顶看球。"),
        ("周末看了部灾难电影", "电影里主角被困山洞，大喊救命。"),
    )
    assert all("rescue" in slugs(reading) for reading in reader.read(calls))
    assert [r for r in reader.read(others) if "rescue" in slugs(r)] == []


def test_levels_say_what_the_risk_score_says_by_itself(values: Values) -> None:
    assert values.levels == Levels()
    assert RiskRules(**values.levels.risk()) == RiskRules()


def test_only_rescue_is_told_at_once_and_casualties_are_voided_when_nobody_is_hurt(
    values: Values, reader: Reader
) -> None:
    assert {m.slug for m in values.matters.values() if m.rescue} == {"rescue"}
    assert {m.slug for m in values.matters.values() if m.casualty} == {"casualty", "drowning"}
    (reading,) = reader.read([("车辆侧翻", "事故未造成人员伤亡，多人受伤系谣传。")])
    assert "casualty" not in slugs(reading)
