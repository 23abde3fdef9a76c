"""A site's newest articles → the bytes of its feed, in the site's own form and encoding."""

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from demo.press import Issue
from demo.sites import Form, Manner, Site
from monitor.words import SHANGHAI

_TYPES = {
    Form.RSS2: "application/rss+xml",
    Form.RSS1: "application/rdf+xml",
    Form.ATOM: "application/atom+xml",
    Form.JSON: "application/feed+json",
}


def content_type(site: Site) -> str:
    """The Content-Type that the site sends, with the encoding it claims."""
    return f"{_TYPES[site.form]}; charset={site.declared}"


def write(site: Site, issues: Sequence[Issue], base: str) -> bytes:
    """The whole feed; `base` is the server's address without a slash at its end."""
    writer = {
        Form.RSS2: _rss2,
        Form.RSS1: _rss1,
        Form.ATOM: _atom,
        Form.JSON: _json,
    }[site.form]
    return writer(site, issues, base).encode(site.written, "xmlcharrefreplace")


def link(issue: Issue, base: str) -> str:
    """Where the article's own page is."""
    return f"{base}/{issue.article.source}/{issue.article.id}.html"


def _rss2(site: Site, issues: Sequence[Issue], base: str) -> str:
    items = "".join(
        f"<item><title>{_title(site, issue)}</title><link>{link(issue, base)}</link>"
        f'<guid isPermaLink="false">{site.slug}:{issue.article.id}</guid>'
        f"<dc:creator>{escape(issue.article.author)}</dc:creator>"
        f"<pubDate>{_date(site, issue.published)}</pubDate>{_body(site, issue)}</item>\n"
        for issue in issues
    )
    return (
        f'<?xml version="1.0" encoding="{site.declared}"?>\n'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>\n'
        f"<title>{site.name}</title><link>{base}/{site.slug}</link>"
        f"<description>{site.name}的最新内容</description><language>zh-cn</language>\n"
        f"{items}</channel></rss>\n"
    )


def _rss1(site: Site, issues: Sequence[Issue], base: str) -> str:
    listed = "".join(f'<rdf:li rdf:resource="{link(issue, base)}"/>' for issue in issues)
    items = "".join(
        f'<item rdf:about="{link(issue, base)}"><title>{escape(issue.article.headline)}</title>'
        f"<link>{link(issue, base)}</link><description>{escape(issue.article.body)}</description>"
        f"<dc:creator>{escape(issue.article.author)}</dc:creator>"
        f"<dc:date>{_iso(site, issue.published)}</dc:date></item>\n"
        for issue in issues
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="{base}/{site.slug}"><title>{site.name}</title>'
        f"<link>{base}/{site.slug}</link><description>{site.name}</description>"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
    )


def _atom(site: Site, issues: Sequence[Issue], base: str) -> str:
    entries = "".join(
        f"<entry><id>{link(issue, base)}</id><title>{escape(issue.article.headline)}</title>"
        f'<link rel="alternate" href="{link(issue, base)}"/>'
        f"<author><name>{escape(issue.article.author)}</name></author>"
        f"<published>{issue.published.astimezone(SHANGHAI).isoformat(timespec='seconds')}</published>"
        f"<updated>{issue.published.astimezone(SHANGHAI).isoformat(timespec='seconds')}</updated>"
        f'<content type="html">{escape(_html(issue))}</content></entry>\n'
        for issue in issues
    )
    newest = issues[0].published.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{base}/{site.slug}</id><title>{site.name}</title><updated>{newest}</updated>"
        f'<link rel="self" href="{base}{site.path}"/>\n{entries}</feed>\n'
    )


def _json(site: Site, issues: Sequence[Issue], base: str) -> str:
    items = []
    for issue in issues:
        item = {
            "id": issue.article.id,
            "url": link(issue, base),
            "content_text": issue.article.body,
            "date_published": issue.published.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "authors": [{"name": issue.article.author}],
        }
        if issue.article.title:
            item["title"] = issue.article.title
        items.append(item)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.name,
        "home_page_url": f"{base}/{site.slug}",
        "feed_url": base + site.path,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _title(site: Site, issue: Issue) -> str:
    words = escape(issue.article.headline)
    if site.manner is not Manner.HOSTILE:
        return words
    # Three habits of careless sites, in turn: markup in CDATA, double escaping, a script as text.
    match int(issue.article.id.rpartition("-")[2]) % 3:
        case 0:
            return f"<![CDATA[<b>{issue.article.headline}</b><script>alert('标题')</script>]]>"
        case 1:
            return f"{escape(words)}&amp;nbsp;"
        case _:
            return f"{words}&lt;script&gt;alert(1)&lt;/script&gt;"


def _body(site: Site, issue: Issue) -> str:
    if site.slug == "luntan":
        short = escape(issue.article.body[:60])
        return (
            f"<description>{short}</description>"
            f"<content:encoded><![CDATA[{_html(issue)}]]></content:encoded>"
        )
    if site.manner is Manner.HOSTILE:
        return (
            "<description><![CDATA[<style>p{color:red}</style>"
            f'<p onclick="steal()">{escape(issue.article.body)}</p>'
            "<img src=x onerror=alert(2)><script>alert('正文')</script>"
            '<a href="javascript:alert(3)">&nbsp;</a>]]></description>'
        )
    return f"<description>{escape(issue.article.body)}</description>"


def _html(issue: Issue) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in issue.article.body.split("\n"))


def _date(site: Site, moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    if site.dates == "chinese":
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return format_datetime(local)


def _iso(site: Site, moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    if site.dates == "bare":
        return f"{local:%Y-%m-%d %H:%M:%S}"
    return local.isoformat(timespec="seconds")
