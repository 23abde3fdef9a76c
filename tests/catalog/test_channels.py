"""Channels: secrets are named, never written, and resolved at the end."""

import pytest

from monitor.catalog import SecretMissing
from tests.catalog.office import Office

WECOM = "- slug: duty\n  name: 值班群\n  kind: wecom\n  settings:\n    key: {}\n"


def test_a_secret_in_the_clear_is_refused_and_never_repeated(office: Office) -> None:
    (told,) = office.writes("channels.yaml", WECOM.format("693axxx6-7aoc-4bc4")).hears()
    assert told.startswith("channels.yaml 第 5 行：")
    assert "${CHANNEL_KEY}" in told
    assert "YUQING_SECRET_CHANNEL_KEY" in told
    assert "693axxx6" not in told


def test_a_webhook_address_that_holds_a_key_is_refused(office: Office) -> None:
    text = (
        (
            "- slug: hook\n  name: 回调\n  kind: webhook\n  settings:\n"
            "    url: https://x.example/send?access_token=abc\n    secret: ${{HOOK_SECRET}}\n"
        )
        .replace("{{", "{")
        .replace("}}", "}")
    )
    (told,) = office.writes("channels.yaml", text).hears()
    assert "网址里写了密钥" in told
    assert "abc" not in told


def test_a_reference_is_resolved_from_the_settings(office: Office) -> None:
    channel = (
        office.writes("channels.yaml", WECOM.format("${WECOM_KEY}"))
        .loads()
        .values()
        .channels["duty"]
    )
    assert channel.settings == {"key": "${WECOM_KEY}"}
    assert channel.resolved({"WECOM_KEY": "k"}) == {"key": "k"}
    with pytest.raises(SecretMissing, match="YUQING_SECRET_WECOM_KEY"):
        channel.resolved({})


def test_the_demonstrations_key_may_stand_in_the_clear(office: Office) -> None:
    assert office.writes("channels.yaml", WECOM.format("demo-robot")).hears() == []


def test_missing_and_unknown_settings_are_told(office: Office) -> None:
    text = "- slug: m\n  name: 邮箱\n  kind: mail\n  settings:\n    hosts: x\n    port: 465\n"
    told = "\n".join(office.writes("channels.yaml", text).hears())
    assert "channels.yaml 第 5 行：不认识“hosts”，是不是想写“host”？" in told
    assert "邮件渠道缺 收件地址（recipients）" in told


def test_a_list_of_recipients_becomes_one_text(office: Office) -> None:
    text = (
        "- slug: m\n  name: 邮箱\n  kind: mail\n  detail: 仅提示\n  settings:\n"
        "    host: smtp.example.cn\n    sender: a@example.cn\n"
        "    recipients: [b@example.cn, c@example.cn]\n"
    )
    item = office.writes("channels.yaml", text).loads().items()["channel", "m"]
    assert item["settings"]["recipients"] == "b@example.cn,c@example.cn"
    assert item["detail"] == "hint"


def test_the_senders_know_every_setting_that_the_catalogue_allows() -> None:
    from monitor.catalog.channels import SECRET_SETTINGS, SETTINGS
    from monitor.notify.channels import CHANNELS

    for kind, allowed in SETTINGS.items():
        model = CHANNELS[kind].settings.model_fields
        assert set(allowed) == set(model)
        assert {n for n, (_, needed) in allowed.items() if needed} == {
            n for n, field in model.items() if field.is_required()
        }
    assert sorted(SECRET_SETTINGS) == ["key", "password", "secret"]


MAIL = "- slug: m\n  name: 邮箱\n  kind: wecom\n  audience: {}\n  settings: {{key: demo-x}}\n"


@pytest.mark.parametrize(
    ("written", "audience"),
    [("[duty, admin]", ("duty", "admin")), ("admin", ("admin",)), ("[管理员]", ("admin",))],
)
def test_a_channel_is_for_duty_for_administrators_or_for_both(
    office: Office, written: str, audience: tuple[str, ...]
) -> None:
    loaded = office.writes("channels.yaml", MAIL.format(written)).loads()
    assert loaded.values().channels["m"].audience == audience


def test_a_channel_that_does_not_say_is_for_duty(office: Office) -> None:
    loaded = office.writes("channels.yaml", WECOM.format("demo-robot")).loads()
    assert loaded.values().channels["duty"].audience == ("duty",)


@pytest.mark.parametrize("written", ["[]", "[duty, leader]", "everybody"])
def test_an_audience_that_nobody_knows_is_told_with_those_there_are(
    office: Office, written: str
) -> None:
    (told,) = office.writes("channels.yaml", MAIL.format(written)).hears()
    assert told.startswith("channels.yaml 第 4 行：")
    assert "发给谁（audience）" in told
    assert "duty" in told
    assert "admin" in told
