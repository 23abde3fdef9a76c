"""What an SMTP reply code means for an operator.

Source: RFC 5321 §4.2.3 (codes), RFC 4954 §6 (authentication), RFC 3207 §4 (TLS). The first
digit decides: 4 passes, 5 stays.
"""

SMTP_CODES: dict[int, str] = {
    250: "邮件服务器已接收。",
    421: "邮件服务器暂时不提供服务，稍后自动重试。",
    432: "邮件服务器要求先修改密码，请登录邮箱处理。",
    450: "收件邮箱暂时不可用，稍后自动重试。",
    451: "邮件服务器忙或暂时出错，稍后自动重试。",
    452: "邮件服务器空间不足或收件人过多，稍后自动重试。",
    454: "邮件服务器暂时无法登录或加密，稍后自动重试。",
    502: "邮件服务器不支持这个命令，请核对 host、port 和 security。",
    530: "邮件服务器要求先加密或登录，请把 security 设为 tls 或 starttls，并填写用户名和密码。",
    534: "邮件服务器不接受这种登录方式，请改用授权码或应用专用密码。",
    535: "用户名或密码不对。多数邮箱要填授权码而不是登录密码，请在邮箱设置里取得授权码。",
    538: "这种登录方式要求先加密，请把 security 设为 tls 或 starttls。",
    550: "收件邮箱不存在，或对方拒收。请核对收件地址。",
    551: "收件人不在这台服务器上。请核对收件地址。",
    552: "邮件太大或收件邮箱已满。",
    553: "地址写法不被接受，或发件地址与登录用户不一致。请核对 sender 和收件地址。",
    554: "邮件被拒收（可能被判为垃圾邮件，或本机 IP 被限制）。请联系邮件管理员。",
}


def smtp_words(code: int) -> str:
    """Chinese for a reply code, known or not."""
    if code in SMTP_CODES:
        return SMTP_CODES[code]
    if 400 <= code < 500:
        return "邮件服务器暂时不能接收，稍后自动重试。"
    if 500 <= code < 600:
        return "邮件服务器拒绝了请求。"
    return "邮件服务器的应答不合规范，稍后自动重试。"
