"""The time a source claims, read the way Chinese sites write it.

A time without zone is Beijing's, and so is `CST`: on a Chinese site it is China Standard Time,
which general libraries take for Chicago's.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

from monitor.words import SHANGHAI

EARLIEST = 1990
"""No Chinese site is older; 1970 is an empty database field, not a date."""
LATEST = 2200

_MONTH_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split("|"), start=1)}
_ZONES = dict.fromkeys(("z", "ut", "utc", "gmt"), 0) | {
    "jst": 9, "kst": 9, "msk": 3, "cest": 2, "cet": 1, "bst": 1,
    "edt": -4, "est": -5, "cdt": -5, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8,
}  # fmt: skip
"""Hours east of Greenwich (RFC 822 §5.1). CST, BJT, HKT and any other name are Beijing's."""

_ZONE = r"(?P<zone>(?:(?:GMT|UTC)\s?)?[+-]\d{1,2}(?::?\d{2})?(?!\d)|[A-Za-z]{1,4}\b|北京时间)?"
_CLOCK = (
    r"(?:(?P<half>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜间|深夜)?\s*"
    r"(?P<hour>\d{1,2})\s*(?::|时|点)\s*(?:(?P<minute>\d{1,2})(?:\s*(?::|分)\s*(?P<second>\d{1,2}))?)?"
    r"(?:[.,]\d{1,9})?\s*秒?\s*(?P<ampm>[AaPp]\.?[Mm]\b\.?)?)?\s*"
)
_YMD = re.compile(
    r"(?<!\d)(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})(?!\d)"
    r"\s*[日号]?(?:\s*[((]?(?:星期|周)[一二三四五六日天][))]?)?[\sTt,]*" + _CLOCK + _ZONE
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20|21)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:[Tt ]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?" + _ZONE
)
_SLASHED = re.compile(
    r"(?<!\d)(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?!\d)[\s,]*" + _CLOCK + _ZONE
)
_MONTH_DAY = re.compile(
    r"(?<!\d)(?P<month>\d{1,2})\s*(?:月|-|/)\s*(?P<day>\d{1,2})(?!\d)\s*[日号]?\s*" + _CLOCK
)
_NEAR_DAY = re.compile(r"(?P<word>今天|今日|昨天|昨日|前天|前日)\s*" + _CLOCK)
_CLOCK_ONLY = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?")
_AGO = re.compile(
    r"(?P<n>\d{1,6}|半)\s*个?\s*(?P<unit>秒钟?|分钟|刻钟|小时|钟头|天|日|周|星期|礼拜)(?:之|以)?前"
)
_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,6})?|\d{12,13}|\d{16}")
_HAN_NUMBER = re.compile(
    r"[〇零一二两三四五六七八九十廿卅]+(?=\s*(?:年|个?月|日|号|时|点|分|秒|个|小时|天|周|刻))"
)
_HAN_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_SECONDS = {"秒": 1, "分": 60, "刻": 900, "小": 3600, "钟": 3600, "天": 86400, "日": 86400}
_BACK = {"今": 0, "昨": 1, "前": 2}
_EARLY = ("凌", "清", "早", "上")


def read_date(text: str, seen: datetime) -> datetime | None:
    """The instant (UTC) that a source's date text means, or None.

    `seen` (aware) anchors words such as 昨天 and days without a year, which are never read as
    later than the day after it. Dates before 1990 are None; the far future is returned as
    claimed, the caller takes the earlier of claimed and seen.
    """
    text = unicodedata.normalize("NFKC", text[:200]).strip()
    if not text:
        return None
    text = _HAN_NUMBER.sub(lambda found: _han_number(found[0]), text)
    try:
        instant = _absolute(text) or _english(text) or _relative(text, seen.astimezone(SHANGHAI))
        if instant is None or not EARLIEST <= instant.astimezone(SHANGHAI).year < LATEST:
            return None
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None  # a 30th of February, an hour 27: not a date


def _absolute(text: str) -> datetime | None:
    if found := _COMPACT.fullmatch(text):
        return _moment(found, int(found["year"]), int(found["month"]), int(found["day"]))
    if _EPOCH.fullmatch(text):
        whole = text.partition(".")[0]
        scale = 1 if len(whole) <= 10 else 1000 if len(whole) <= 13 else 1_000_000
        return datetime.fromtimestamp(int(whole) / scale, UTC)
    if found := _YMD.search(text):
        return _moment(found, int(found["year"]), int(found["month"]), int(found["day"]))
    if found := _SLASHED.search(text):
        month, day = int(found["month"]), int(found["day"])
        if month > 12:  # only then is it certain that the day stands first
            month, day = day, month
        return _moment(found, int(found["year"]), month, day)
    return None


_MONTH_NAME = re.compile(rf"\b({_MONTH_NAMES})[a-z]*\b", re.I)
_ENGLISH_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:[.,]\d{1,9})?\s*(?P<ampm>[AaPp]\.?[Mm]\b\.?)?"
)
_ENGLISH_ZONE = re.compile(
    r"(?:(?<=\s)|\b(?:GMT|UTC)\s?)[+-]\d{2}:?\d{2}\b|\b(?:GMT|UTC)\s?[+-]\d{1,2}\b"
    r"|\b(?:Z|UT|UTC|GMT|CST|BJT|HKT|SGT|JST|KST|MSK|CES?T|BST|[EMP][SD]T|CDT)\b"
)
_NUMBER = re.compile(r"(?<![\d:+-])\d{1,4}(?![\d:])")


def _english(text: str) -> datetime | None:
    """RFC 822, asctime, Java's and JavaScript's own; the weekday is never believed."""
    month = _MONTH_NAME.search(text)
    if month is None:
        return None
    clock = _ENGLISH_CLOCK.search(text)
    rest = text if clock is None else text[: clock.start()] + " " + text[clock.end() :]
    zone = _ENGLISH_ZONE.search(rest, month.end())
    if zone is not None:
        rest = rest[: zone.start()] + " " + rest[zone.end() :]
    numbers = [int(number) for number in _NUMBER.findall(rest.replace("-", " "))]
    years = [number for number in numbers if number > 31]
    days = [number for number in numbers if 1 <= number <= 31]
    if not days or not (years or len(days) > 1):
        return None
    # "03 Nov 26": two digits are a year of this century (RFC 2822 §4.3).
    year = years[0] if years else 2000 + days[1]
    year += 1900 if year < 100 else 0
    hour, minute, second = _hms(clock)
    day = datetime(year, _MONTHS[month[1].lower()], days[0], tzinfo=_offset(zone and zone[0]))
    return day + timedelta(hours=hour, minutes=minute, seconds=second)


def _relative(text: str, seen: datetime) -> datetime | None:
    """刚刚, 3小时前, 昨天 12:30, 11月3日, 08:05; `seen` in Shanghai's time."""
    if text.startswith(("刚刚", "刚才")):
        return seen
    if found := _AGO.search(text):
        number = 0.5 if found["n"] == "半" else int(found["n"])
        seconds = _SECONDS.get(found["unit"][0], 7 * 86400)
        return seen - timedelta(seconds=number * seconds)
    if found := _NEAR_DAY.search(text):
        day = seen - timedelta(days=_BACK[found["word"][0]])
        return _moment(found, day.year, day.month, day.day)
    if found := _MONTH_DAY.search(text):
        month, of_month = int(found["month"]), int(found["day"])
        # The latest such day that is not in the future; 29 February looks back further.
        for year in range(seen.year + 1, seen.year - 8, -1):
            if (month, of_month) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
                continue
            moment = _moment(found, year, month, of_month)
            if moment <= seen + timedelta(days=1):
                return moment
    if found := _CLOCK_ONLY.fullmatch(text):
        hour, minute, second = _hms(found)
        return seen.replace(hour=hour, minute=minute, second=second, microsecond=0)
    return None


def _moment(found: re.Match[str], year: int, month: int, day: int) -> datetime:
    parts = found.groupdict()
    hour, minute, second = _hms(found)
    # Midnight plus a duration: "24:00" is the next day's 0 o'clock.
    midnight = datetime(year, month, day, tzinfo=_offset(parts.get("zone")))
    return midnight + timedelta(hours=hour, minutes=minute, seconds=second)


def _hms(found: re.Match[str] | None) -> tuple[int, int, int]:
    parts = found.groupdict() if found else {}
    hour, minute = int(parts.get("hour") or 0), int(parts.get("minute") or 0)
    second = min(int(parts.get("second") or 0), 59)  # a leap second
    half = parts.get("half") or {"a": "上午", "p": "下午"}.get(
        (parts.get("ampm") or "")[:1].lower()
    )
    if half and half.startswith(_EARLY):
        hour = 0 if hour == 12 and not half.startswith("清") else hour
    elif half and hour < (11 if half == "中午" else 12):
        hour += 12
    if hour > 24 or minute > 59:
        raise ValueError("no such time of day")
    return hour, minute, second


def _offset(zone: str | None) -> timezone:
    """The zone of a name or a difference; unknown and missing ones are Beijing's."""
    name = (zone or "").strip().lower()
    if found := re.search(r"([+-])(\d{1,2}):?(\d{2})?$", name):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    return timezone(timedelta(hours=_ZONES.get(name, 8)))


def _han_number(text: str) -> str:
    """三十 → 30, 十一 → 11, 二〇二六 → 2026."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return "".join(str(_HAN_DIGITS[digit]) for digit in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return text
    return str((_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0))
