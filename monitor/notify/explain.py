"""A recorded code in Chinese, for a ledger row whose own words are to be shown again."""

from monitor.notify.channels import CHANNELS

GENERAL = {
    "timeout": "对方没有按时应答完毕，消息可能已送达；稍后自动重试。",
    "unreachable": "连不上对方，请检查网络、域名解析、端口和防火墙；稍后自动重试。",
    "cut_off": "对方中途断开或应答不合规范，消息可能已送达；稍后自动重试。",
    "tls": "加密连接没有建立，请检查服务器时间、证书和出口网络；稍后自动重试。",
    "not_wecom": "应答不是企业微信的格式，多为上网认证或代理拦截；稍后自动重试。",
    "unsupported": "邮件服务器不支持所要求的加密或登录方式，请核对渠道设置。",
    "settings": "渠道设置有误，请在控制台或 channels.yaml 中改正。",
    "given_up": "多次重试仍未送出，已停止重试，请用其他方式通知。",
}


def explain(kind: str, code: str) -> str:
    """Chinese words for the code of a receipt or failure of a channel of this kind; a code
    that nobody knows is shown as it is."""
    own = CHANNELS[kind].explain(code) if kind in CHANNELS else None
    return own or GENERAL.get(code) or f"未收录的代码 {code}"
