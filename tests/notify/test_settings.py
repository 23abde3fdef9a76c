"""Wrong settings are named with their cure, and secrets are never repeated."""

import pytest

from monitor.notify import CHANNELS, Channel, PermanentFailure, explain, mistakes, render
from tests.notify.county import ALERT, mail, webhook, wecom

SECRET = "very-secret-value-42"


@pytest.mark.parametrize(
    ("channel", "place", "cure"),
    [
        (Channel("w", "w", "wecom"), "key", "群机器人"),
        (wecom(key=""), "key", "不能为空"),
        (wecom(key="a b"), "key", "空格"),
        (wecom(api_host="qyapi.weixin.qq.com"), "api_host", "https://"),
        (wecom(api_host="https://u:p@host"), "api_host", "用户名和密码"),
        (wecom("full", "html"), "format", "markdown"),
        (wecom(colour="red"), "colour", "可用的有"),
        (wecom(per_minute=0), "per_minute", "1 到 6000"),
        (webhook(url="ftp://host/x"), "url", "https://"),
        (webhook(secret="short"), "secret", "至少 8 个字符"),
        (Channel("m", "m", "mail"), "host", "smtp.example.gov.cn"),
        (mail(host="http://smtp"), "host", "只写主机名"),
        (mail(sender="nobody"), "sender", "不是邮件地址"),
        (mail(sender="a@b.example\r\nBcc: x@y.example"), "sender", "不是邮件地址"),
        (mail(recipients=[]), "recipients", "收件地址"),
        (mail(recipients="duty@qingxi.example，错的"), "recipients", "第 2 个"),
        (mail(security="ssl"), "security", "starttls"),
        (mail(port=70000), "port", "465"),
        (mail(username="u"), "设置", "username 和 password"),
        (Channel("x", "x", "pigeon"), "pigeon", "wecom"),
    ],
)
def test_a_mistake_is_named_with_its_cure(channel, place, cure):
    words = "；".join(mistakes(channel))
    assert place in words
    assert cure in words
    with pytest.raises(PermanentFailure) as caught:
        render(ALERT, channel)
    assert caught.value.code == "settings"
    assert caught.value.stops_channel


@pytest.mark.parametrize("channel", [wecom(), mail(), webhook()])
def test_sound_settings_have_no_mistakes(channel):
    assert mistakes(channel) == ()


@pytest.mark.parametrize(
    "channel",
    [
        wecom(key=f"{SECRET} with blank"),
        webhook(url=f"ftp://host/{SECRET}"),
        mail(password=SECRET),
        webhook(secret=SECRET, url=f"http://user:{SECRET}@host/"),
    ],
)
def test_a_complaint_never_repeats_a_secret(channel):
    words = mistakes(channel)
    assert words
    assert SECRET not in "".join(words)
    assert SECRET not in repr(channel)
    with pytest.raises(PermanentFailure) as caught:
        render(ALERT, channel)
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def test_the_whole_webhook_address_may_be_pasted_as_key():
    kind = CHANNELS["wecom"]
    typed = kind.read({"key": "https://wecom.qingxi.example/cgi-bin/webhook/send?key=abc-123"})
    assert typed.key.get_secret_value() == "abc-123"
    assert typed.api_host == "https://wecom.qingxi.example"
    assert "abc-123" not in repr(typed)


def test_recipients_may_be_written_with_commas_and_count_once():
    typed = CHANNELS["mail"].read(
        {
            "host": "h",
            "sender": "a@b.example",
            "recipients": "x@b.example，y@b.example; x@b.example",
        }
    )
    assert typed.recipients == ("x@b.example", "y@b.example")


@pytest.mark.parametrize("kind", CHANNELS.values(), ids=CHANNELS)
def test_every_setting_says_in_chinese_what_to_write(kind):
    for setting in kind.help():
        assert setting.words, setting.name
    secret = {setting.name for setting in kind.help() if setting.secret}
    assert secret <= {"key", "password", "secret", "url"}
    assert secret


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("wecom", "45009", "频繁"),
        ("wecom", "93000", "key 无效"),
        ("wecom", "-1", "繁忙"),
        ("wecom", "40058", "长度"),
        ("wecom", "41001", "key"),
        ("wecom", "41099", "不合规定"),
        ("wecom", "99999", "未收录"),
        ("mail", "smtp_550", "不存在"),
        ("mail", "smtp_451", "稍后"),
        ("mail", "smtp_535", "授权码"),
        ("webhook", "http_410", "停用"),
        ("webhook", "http_503", "稍后"),
        ("mail", "timeout", "没有按时"),
        ("wecom", "given_up", "停止重试"),
        ("pigeon", "lost", "lost"),
    ],
)
def test_every_code_has_chinese_words(kind, code, words):
    assert words in explain(kind, code)
