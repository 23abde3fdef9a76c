"""The pages that people look at: the list of feeds, an article, the phone."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from demo.markdown import markdown, plain
from demo.press import Issue
from demo.robot import Received
from demo.sites import SITES, Site
from monitor.words import SHANGHAI

# Nothing from elsewhere, no inline script or style; the phone asks only its own server.
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_WEEKDAYS = "一二三四五六日"


def index(now: datetime, published: int, total: int) -> str:
    """What this server plays, and where to look."""
    rows = "".join(
        f'<tr><th scope="row"><a href="{site.path}">{escape(site.name)}</a></th>'
        f"<td>{site.form}</td><td>{escape(site.note)}</td></tr>"
        for site in SITES
    )
    return _page(
        "青溪县演示站",
        f"""<main class="sheet">
<h1>青溪县演示站</h1>
<p>这里扮演一个虚构的县（江岭省云岚市青溪县）：{len(SITES)} 个网站、五周旧闻，和此刻正在发生的事。
地名、人物、单位、事件全是编的。现在 {now.astimezone(SHANGHAI):%H:%M:%S}，
已发布 {published} 篇，剧本共 {total} 篇。</p>
<p class="door"><a href="/phone">打开值班手机</a>　看预警怎样送到群里</p>
<div class="wide"><table><thead><tr><th>订阅源</th><th>格式</th><th>特别之处</th></tr></thead>
<tbody>{rows}</tbody></table></div>
</main>""",
    )


def article(issue: Issue, site: Site) -> str:
    """An article as its site shows it."""
    words = issue.article
    body = "".join(f"<p>{escape(line)}</p>" for line in words.body.split("\n"))
    published = f"{issue.published.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return _page(
        words.headline,
        f"""<main class="sheet"><p class="site"><a href="/">{escape(site.name)}</a></p>
<article><h1>{escape(words.headline)}</h1>
<p class="by">{escape(words.author)}　{published}</p>{body}</article>
<p class="by">演示内容，纯属虚构。</p></main>""",
    )


def phone(messages: Iterable[Received]) -> str:
    """The duty officer's phone with the group's messages; it refreshes itself."""
    return _page(
        "值班手机",
        f"""<main class="phone" aria-label="值班手机">
<header><span class="back" aria-hidden="true">‹</span><h1>值班群<small>（3）</small></h1>
<span class="more" aria-hidden="true">···</span></header>
<section id="talk" class="talk" aria-live="polite" tabindex="0">{bubbles(messages)}</section>
<footer aria-hidden="true"><span class="round">◉</span><span class="box"></span>
<span class="round">☺</span><span class="round">＋</span></footer>
</main><p class="below"><a href="/">演示站首页</a></p>
<script src="/static/phone.js" defer></script>""",
        "desk",
    )


def bubbles(messages: Iterable[Received]) -> str:
    """The messages, oldest first, with a time between those more than five minutes apart."""
    parts: list[str] = []
    before: datetime | None = None
    for one in messages:
        at = datetime.fromisoformat(one.at).astimezone(SHANGHAI)
        if before is None or (at - before).total_seconds() > 300:
            day = f"{at.month}月{at.day}日 星期{_WEEKDAYS[at.weekday()]} {at:%H:%M}"
            parts.append(f'<p class="time"><time datetime="{one.at}">{day}</time></p>')
        before = at
        words = markdown(one.text) if one.type == "markdown" else plain(one.text)
        parts.append(
            f'<div class="message" data-n="{one.n}">'
            '<span class="avatar" aria-hidden="true">舆</span>'
            f'<div><p class="name">舆情值班机器人<span class="bot">机器人</span></p>'
            f'<div class="bubble">{words}</div><p class="at">{at:%H:%M:%S}</p></div></div>'
        )
    if not parts:
        return '<p class="time">还没有消息。第一条预警通常在启动后一分钟内到达。</p>'
    return "".join(parts)


def _page(title: str, body: str, kind: str = "paper") -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/static/demo.css"></head>'
        f'<body class="{kind}">{body}</body></html>'
    )
