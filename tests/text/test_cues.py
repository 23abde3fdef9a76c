"""Cues: complaints, official answers, hearsay, calls for rescue."""

import pytest

from tests.text.conftest import Read


def cues(read: Read, text: str) -> set[str]:
    return {found.slug for found in read(text).cues}


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("路灯坏了半年，有没有人管", "petition"),
        ("求助！孩子上不了学", "petition"),
        ("向信访部门反映三次都没有结果", "petition"),
        ("【情况通报】昨日网上反响强烈的一事，现将有关情况说明如下", "official"),
        ("经核查，该消息不属实", "official"),
        ("网传大坝要放水，是真的假的", "rumour"),
        ("我们十几个人被困在厂房里，请求救援", "rescue"),
        ("我妈一个人住在柳林村，从昨晚就联系不上", "rescue"),
        ("救命啊，水一直涨", "rescue"),
    ],
)
def test_a_cue_is_met(read: Read, text: str, cue: str) -> None:
    assert cue in cues(read, text)


@pytest.mark.parametrize(
    "text",
    [
        "数据反映了经济向好",
        "监督举报电话已公布",
        "求官方回应",
        "至今没有官方回应",
        "这是老人的救命钱",
        "停车场里车堵着出不去",
        "开发商一直联系不上",
        "今日举行消防演练，两名学生被困三楼等待救援",
        "被困群众已成功转移",
        "如遇火灾被困，应拨打119求救",
    ],
)
def test_look_alikes_are_no_cue(read: Read, text: str) -> None:
    assert cues(read, text) & {"official", "rescue", "rumour"} == set()
    assert "petition" not in cues(read, text)


@pytest.mark.parametrize(
    "text",
    [
        "我们在二楼，水到一楼顶了，请联系",
        "白石镇柳林村三组，两个老人在屋顶，手机快没电了",
        "双河镇的水已经漫到二楼窗台，我爸妈还在楼上，电话打不通",
        "水还在涨，我和孩子在阳台，下不去",
        "四个人在树上，有没有人来",
        "楼道里全是烟，我们在三楼，走不了",
        "水快齐腰了，老人走不动",
    ],
)
def test_a_call_in_neutral_tone_is_heard(read: Read, text: str) -> None:
    assert "call" in cues(read, text)


@pytest.mark.parametrize(
    "text",
    [
        "本店位于二楼，我们在三楼还有分店，请联系电话",
        "水费涨到每吨三元",
        "孩子在阳台写作业",
        "大水退去，我们在二楼打扫卫生",
        "水位已降到警戒线以下，请联系社区领取物资",
    ],
)
def test_everyday_sentences_are_no_call(read: Read, text: str) -> None:
    assert cues(read, text).isdisjoint({"rescue", "call"})


def test_someone_still_inside_keeps_the_call_alive(read: Read) -> None:
    assert "rescue" in cues(read, "已救出5人，仍有3人被困")
