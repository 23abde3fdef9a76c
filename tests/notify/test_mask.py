"""Phone and ID numbers do not reach a group; what a duty officer acts on stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify import mask


@pytest.mark.parametrize(
    "written",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "138－1234－5678",
        "138.1234.5678",
        "138·1234·5678",
        "138—1234—5678",
        "138_1234_5678",
        "１３８１２３４５６７８",
        "138 123 45678",
        "1381 234 5678",
        "1381 2345 678",
        "138 12 34 56 78",
        "1 3 8 1 2 3 4 5 6 7 8",
        "1-3-8-1-2-3-4-5-6-7-8",
        "+86 138 1234 5678",
        "+8613812345678",
        "008613812345678",
        "86-138-1234-5678",
        "一三八一二三四五六七八",
        "幺三八幺二三四五六七八",
        "一三八 一二三四 五六七八",
    ],
)
def test_a_mobile_number_is_hidden_however_it_is_written(written):
    assert mask(f"联系人{written}，急") == "联系人138****5678，急"


@pytest.mark.parametrize("before", ["电话", "之一", "tel", "QQ", "vx:", "1.", "（", "第三", "，"])
def test_a_mobile_number_is_hidden_whatever_stands_before_it(before):
    assert "1234567" not in mask(f"{before}13812345678")
    assert "138****5678" in mask(f"{before}13812345678")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("0871-6612345", "0871-****45"),
        ("0871-66123456", "0871-****56"),
        ("（0871）66123456", "0871-****56"),
        ("(010)66123456", "010-****56"),
        ("010 6612 3456", "010-****56"),
        ("０８７１－６６１２３４５６", "0871-****56"),
        ("0871-66123456转801", "0871-****01"),
        ("电话：6612345", "电话：****45"),
        ("值班电话66123456", "值班电话****56"),
    ],
)
def test_a_landline_is_hidden(written, shown):
    assert mask(f"请打{written}。") == f"请打{shown}。"


@pytest.mark.parametrize(
    "written",
    [
        "530102199003071234",
        "53010219900307123X",
        "53010219900307123x",
        "530102 19900307 1234",
        "530102-19900307-123X",
        "５３０１０２１９９００３０７１２３Ｘ",
        "5301 0219 9003 071234",
        "530102900307123",
        "6222021234567890123",
        "6222 0212 3456 7890 123",
    ],
)
def test_an_id_or_card_number_keeps_three_digits_at_most(written):
    shown = mask(f"身份证{written}的人")
    assert shown.startswith("身份证")
    assert shown.endswith("的人")
    assert sum(sign.isdigit() for sign in shown) == 3


@pytest.mark.parametrize(
    "harmless",
    [
        "拨打12345、110、119、120、12348 或 96110",
        "2026-11-22 08:15",
        "2026年11月22日至2026年12月1日",
        "1998-12-10 134人",
        "2026-11-22 2026-11-23",
        "20261122",
        "赔偿13800000000元",
        "￥13800000000",
        "共 18612345678.50 元",
        "拨款1500万元，惠及13800人",
        "预警编号 2026-0012",
        "0871-12345",
        "一九九八年十二月",
        "第一三五期",
        "雨量 138.5 毫米，水位 1234.56 米",
        "国办发〔2016〕61号",
    ],
)
def test_dates_money_and_public_lines_stay(harmless):
    assert mask(harmless) == harmless


@given(st.text(alphabet="0123456789 -.一三八电话：XxＸ１３８元86+()", max_size=60))
def test_masking_twice_changes_nothing_more(text):
    assert mask(mask(text)) == mask(text)


@given(
    st.text(alphabet="看急人，在。", max_size=5),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text(alphabet="吧急人，在。", max_size=5),
)
def test_no_mobile_number_survives_between_chinese_words(before, number, after):
    assert number not in mask(before + number + after)
