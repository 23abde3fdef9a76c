"""Segmentation is jieba's, only faster, and knows the office's words."""

import logging
import subprocess
import sys

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.segment import Segmenter

TEXTS = [
    "青溪县白石镇昨夜突降暴雨，柳林村两座便桥被冲毁，暂无人员伤亡。",
    "小区三号楼停水第五天了，打电话没人接，物业说等通知，等到哪天是个头？",
    "县财政局公示2026年部门预算：一般公共预算收入3.6亿元，同比增长4.2%。",
    "从双河镇到县城的k12路公交车改道,老人们都不知道在哪儿等车!",
    "这家 WiFi 又断了，客服 12345 转了三次，APP 上投诉也没用……",
    "咱们孩子上学的路灯坏了半年，天一黑什么都看不见，真是急人啊啊啊",
    "医保报销比例提高到百分之七十五；门诊慢特病可以异地直接结算。",
    "有人说大塘镇的鱼一夜之间全死了，养殖户损失好几十万，谁来赔😭😭",
    "【公告】因管网检修,9月3日8:00-18:00云岭乡、石门乡部分区域停电\r\n敬请谅解",
    "ｆｕｌｌ　ｗｉｄｔｈ 与 半角 mixed文字A股B超3D打印C++语言",
    "結婚登記窗口的工作人員態度很好，辦得又快",
    "下雨天地面积水，研究生命起源，乒乓球拍卖完了，南京市长江大桥",
    "",
    " \t\n",
    "哈" * 50,
]


@pytest.fixture(scope="module")
def reference() -> jieba.Tokenizer:
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_jieba_tokens(
    text: str, segmenter: Segmenter, reference: jieba.Tokenizer
) -> None:
    assert segmenter.cut(text) == list(reference.cut(text, HMM=False))


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("停水了的白石镇人民政府不能解决问题啊a1.%+ ，。\n😀"), max_size=60))
def test_tokens_are_jieba_tokens_on_random_text(text: str) -> None:
    assert _SEGMENTER.cut(text) == list(_REFERENCE.cut(text, HMM=False))


_SEGMENTER = Segmenter()
_REFERENCE = jieba.Tokenizer()


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(_SEGMENTER.cut(text)) == text


def test_a_word_of_the_office_is_kept_whole() -> None:
    assert "青溪县" not in Segmenter().cut("我在青溪县上班")
    assert "青溪县" in Segmenter(["青溪县"]).cut("我在青溪县上班")


def test_words_of_one_segmenter_do_not_leak_into_another() -> None:
    Segmenter(["白石镇便民中心"])
    assert "白石镇便民中心" not in Segmenter().cut("去白石镇便民中心办事")


def test_half_an_emoji_keeps_every_offset() -> None:
    tokens = Segmenter().cut("停水\ud83d了")
    assert "".join(tokens) == "停水\ufffd了"


def test_a_million_characters_are_cut_in_linear_time(segmenter: Segmenter) -> None:
    assert sum(map(len, segmenter.cut("的" * 1_000_000))) == 1_000_000


def test_a_process_keeps_one_dictionary() -> None:
    # The package rjieba, once imported, holds a second one of 25 MB.
    code = (
        "import sys; from monitor.text.segment import Segmenter; Segmenter();"
        "print('rjieba' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
