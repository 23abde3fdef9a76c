"""How values look on paper and screen."""

from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitor.web import marking
from monitor.words import SHANGHAI, Level, Sentiment

register = template.Library()

_MARKS = {1: "红", 2: "橙", 3: "黄", 4: "蓝"}


@register.filter
def said(text: object) -> str:
    """Feed text without control characters; autoescaping does the rest."""
    return marking.said(str(text))


@register.filter
def moment(instant: datetime | None) -> SafeString | str:
    """11月23日 09:14 in Shanghai, with the year where it is another one; — for none."""
    if instant is None:
        return "—"
    local = instant.astimezone(SHANGHAI)
    year = "" if local.year == timezone.now().astimezone(SHANGHAI).year else f"{local.year}年"
    return format_html(
        '<time datetime="{}" title="{}">{}{}月{}日 {}</time>',
        instant.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M:%S}（北京时间）",
        year,
        local.month,
        local.day,
        f"{local:%H:%M}",
    )


@register.filter
def lasting(value: float | timedelta | None) -> str:
    """A length of time, in its two largest units: 3 小时 20 分."""
    if value is None:
        return "—"
    seconds = int(value.total_seconds() if isinstance(value, timedelta) else value)
    if seconds < 1:
        return "不到 1 秒"
    units = (("天", 86_400), ("小时", 3_600), ("分", 60), ("秒", 1))
    parts: list[str] = []
    for name, length in units:
        count, seconds = divmod(seconds, length)
        if count or parts:
            parts.append(f"{count} {name}" if count else "")
        if len(parts) == 2:
            break
    return " ".join(part for part in parts if part)


@register.filter
def ago(instant: datetime | None) -> str:
    """How long ago an instant was, or how far ahead it is."""
    if instant is None:
        return "—"
    length = timezone.now() - instant
    if abs(length) < timedelta(seconds=5):
        return "刚刚"
    return f"{lasting(length)}前" if length > timedelta(0) else f"{lasting(-length)}后"


@register.filter
def web_link(link: str) -> str:
    """The address if it leads to the web, else nothing: never javascript: or data:."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return link if parts.scheme in ("http", "https") and parts.netloc else ""


@register.filter
def points(value: float) -> str:
    """+40, −12, 0."""
    return f"{value:+g}".replace("-", "−") if value else "0"


@register.filter
def tenth(value: float) -> float:
    return round(value, 1)


@register.filter
def number(value: float) -> str:
    """86, 86.5."""
    return f"{value:g}"


@register.filter
def unlocal(value: float) -> str:
    """A coordinate as SVG wants it, whatever the language of the page."""
    return f"{value:g}"


@register.filter
def hundredths(share: float) -> str:
    """A share 0..1 as a coordinate 0..100."""
    return f"{100 * min(max(share, 0), 1):.1f}"


@register.filter
def due(instant: datetime) -> str:
    """When something is going to happen, as a length of time from now."""
    length = instant - timezone.now()
    return f"{lasting(length)}后" if length > timedelta(seconds=1) else "即将"


@register.simple_tag
def querystring_of(query: str) -> str:
    """`q=…` for an address."""
    return urlencode({"q": query})


@register.filter
def percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.0%}"


@register.simple_tag
def level(value: int) -> SafeString:
    """The badge of a level; the colours are those that the emergency plans print."""
    known = Level(value)
    return format_html(
        '<span class="level level-{}" title="建议级别（{}）">{}</span>',
        int(known),
        f"{_MARKS[int(known)]}色",
        known.label,
    )


@register.simple_tag
def mood(value: str) -> SafeString:
    """The badge of a sentiment; nothing for an article not yet judged."""
    if not value:
        return format_html('<span class="mood">{}</span>', "待研读")
    return format_html('<span class="mood {}">{}</span>', value, Sentiment(value).label)
