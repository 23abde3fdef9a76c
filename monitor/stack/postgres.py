"""What keeps a PostgreSQL server from letting us in, in words with the cure."""

import re

OLDEST = 150000
"""PostgreSQL 15, as its `server_version_num` says it."""

# What libpq and the server say, in English or as a Chinese server does; the first that fits.
_COMPLAINTS = (
    (
        r"password authentication failed|no password supplied|认证失败",
        "不认这个密码",
        "请核对 YUQING_DATABASE_PASSWORD（或 YUQING_DATABASE_PASSWORD_FILE 所指的文件）和用户名",
    ),
    (
        r"database .* does not exist|数据库 .* 不存在",
        "没有这个库",
        "请在服务器上建库（CREATE DATABASE 库名 OWNER 用户 ENCODING 'UTF8'），"
        "或改正 YUQING_DATABASE_URL",
    ),
    (
        r"role .* does not exist|角色 .* 不存在",
        "没有这个用户",
        "请在服务器上建用户（CREATE ROLE 用户 LOGIN PASSWORD '密码'），或改正 YUQING_DATABASE_URL",
    ),
    (
        r"pg_hba",
        "不许本机以此用户连接",
        "请数据库管理员在 pg_hba.conf 中放行本机、此用户和此库",
    ),
    (
        r"certificate|SSL|TLS",
        "加密连接没有建立",
        "请核对 YUQING_DATABASE_URL 中的 sslmode 和 sslrootcert，证书上的主机名要与地址一致",
    ),
    (
        r"too many (clients|connections)|connection slots",
        "连接已满",
        "请调大服务器的 max_connections，或减少处理进程",
    ),
    (
        r"starting up|shutting down|in recovery mode|正在启动|正在关闭",
        "正在启动或关闭",
        "请稍候再查",
    ),
    (
        r"translate host name|Name or service not known",
        "找不到这台主机",
        "请核对 YUQING_DATABASE_URL 中的主机名，检查域名解析",
    ),
)
_AWAY = ("连接不上", "请检查它是否运行，YUQING_DATABASE_URL 的主机和端口是否正确，防火墙是否放行")


def complaint(said: str) -> tuple[str, str]:
    """What is wrong, and the cure, from the driver's own words (which may hold addresses and
    accounts, and are not repeated)."""
    for pattern, words, cure in _COMPLAINTS:
        if re.search(pattern, said):
            return words, cure
    return _AWAY
