"""Signatures: edited reposts are alike, different texts are not."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.fingerprint import (
    as_array,
    likeness,
    likenesses,
    pairwise,
    signature,
    signatures,
)
from monitor.text.normalise import normalise

NEWS = [
    "青溪县水务局昨日发布公告，因城区主管网老化，自来水厂将于本周五夜间停水检修，预计次日早六点恢复供水，请居民提前储水。",
    "11月8日清晨，双河镇一家鞭炮仓库旁的杂物间起火，消防救援人员二十分钟内到场，火势很快扑灭，现场没有人员受伤。",
    "白石镇中心小学新教学楼今天启用，三百多名学生搬进了新教室，家长们说孩子再也不用在板房里过冬了。",
    "连续三天的强降雨使清水镇的河堤出现管涌，两百余名干部群众连夜装填沙袋，险情在凌晨得到控制。",
    "大塘镇水产养殖户反映，一夜之间近两万斤鲈鱼翻塘，怀疑上游工厂偷排，环保部门已经取样送检。",
    "县医院门诊楼电梯又停了，坐轮椅的老人只能由家属背着上五楼看病，导诊台说维修要等到月底。",
    "柳林村的柑橘今年大丰收，合作社通过网上直播间三天卖出四十吨，村民的分红比去年多了两成。",
    "云岭乡通村公路修到一半停工半年，晴天一身灰雨天一身泥，村民问什么时候才能修好。",
    "县教育局公布秋季校服招标结果，多名家长质疑价格比邻县高出一截，希望公开评标过程。",
    "石门乡卫生院两名医生每周走三十里山路巡诊，把慢病药送到独居老人手里，已经坚持了七年。",
    "城关镇老车站片区的拆迁补偿款拖了一年多没发，几十户居民租房过渡，房租都快付不起了。",
    "昨晚县城滨河路发生一起两车相撞事故，造成三人受伤，伤者均已送医，事故原因正在调查。",
    "全县森林防火期从十月一日开始，林区禁止一切野外用火，违者将依照规定处罚并通报所在单位。",
    "青溪县第三届农民篮球赛落幕，双河镇代表队加时险胜，体育馆里两千名观众呐喊助威。",
]
POSTS = [
    "小区停水第五天了有没有人管管啊，打电话没人接",
    "求助！孩子在双河镇走丢了，穿红色外套，七岁",
    "这条路的灯坏了半年，晚上根本看不见坑",
    "白石镇的豆腐真的绝，排队一小时也值得",
    "又涨停车费？一小时八块，县城的工资配吗",
    "昨天夜里的雷太响了，一晚上没睡着",
]
TEXTS = NEWS + POSTS


def forwarded(text: str) -> str:
    return "转发：" + text


def punctuated(text: str) -> str:
    return text.replace("，", " ").replace("。", "！！").replace("？", "…")


def reoutletted(text: str) -> str:
    return "【云岚晚报讯】" + text + "（记者 林一）"


def cut(text: str) -> str:
    return text[: max(8, int(len(text) * 0.8))]


def traditional(text: str) -> str:
    return text.translate(str.maketrans("县发镇实现关门", "縣發鎮實現關門"))


def like(one: str, other: str) -> float:
    return likeness(signature(normalise(one).text), signature(normalise(other).text))


@pytest.mark.parametrize("edit", [forwarded, punctuated, cut, traditional])
@pytest.mark.parametrize("text", TEXTS)
def test_an_edited_repost_is_alike(text: str, edit) -> None:  # type: ignore[no-untyped-def]
    assert like(text, edit(text)) >= 0.6


@pytest.mark.parametrize("text", NEWS)
def test_another_outlet_line_leaves_news_alike(text: str) -> None:
    assert like(text, reoutletted(text)) >= 0.6


def test_different_texts_are_not_alike() -> None:
    rows = as_array(signatures([normalise(text).text for text in TEXTS]))
    for number, row in enumerate(rows):
        others = np.delete(rows, number, axis=0)
        assert likenesses(row.astype("<u4").tobytes(), others).max() < 0.2


def test_likeness_estimates_the_share_of_common_shingles() -> None:
    chance = random.Random(7)
    letters = [chr(code) for code in range(0x4E00, 0x9000)]
    half = "".join(chance.choices(letters, k=1000))
    pair = [half + "".join(chance.choices(letters, k=500)) for _ in range(2)]
    # 1,000 shingles in common of about 2,000.
    assert like(*pair) == pytest.approx(0.5, abs=0.2)


def test_a_signature_is_256_bytes_and_the_same_on_every_machine() -> None:
    mark = signature("青溪县停水")
    assert len(mark) == 256
    assert np.frombuffer(mark, "<u4")[:4].tolist() == FIRST_BUCKETS


# Written down once: stored signatures must stay comparable over versions and machines.
FIRST_BUCKETS = [1976468727, 1976468727, 1976468727, 301096506]


def test_texts_without_letters_are_like_nothing() -> None:
    empty = signature("！！！ 😀")
    assert empty == bytes(256)
    assert likeness(empty, empty) == 0
    assert likeness(empty, signature("停水")) == 0


def test_one_and_two_letters_have_signatures_of_their_own() -> None:
    assert likeness(signature("水"), signature("水")) == 1
    assert likeness(signature("停水"), signature("停电")) < 0.2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12))
def test_a_batch_gives_what_single_texts_give(texts: list[str]) -> None:
    assert signatures(texts) == [signature(text) for text in texts]


def test_a_batch_larger_than_one_pass_is_the_same() -> None:
    texts = ["停水" * 60_000, "停电" * 90_000, "".join(map(chr, range(0x4E00, 0x9FFF))) * 9, "短"]
    assert signatures(texts) == [signature(text) for text in texts]


def test_something_that_is_no_signature_is_refused() -> None:
    with pytest.raises(ValueError, match="256"):
        likeness(b"1234", signature("停水"))


def test_pairs_compared_together_are_as_alike_as_one_by_one() -> None:
    texts = [normalise(text).text for text in (*TEXTS, "", "！？")]
    others = [normalise(forwarded(text)).text for text in (*TEXTS, "", "！？")]
    ones, twos = signatures(texts), signatures(others)
    ones[3], twos[5] = twos[5], ones[3]
    together = pairwise(as_array(ones), as_array(twos))
    assert together.tolist() == [likeness(*pair) for pair in zip(ones, twos, strict=True)]
    assert together[-1] == likeness(signature(""), signature("")) == 0.0
