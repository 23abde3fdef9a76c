"""Shanghai's days and weeks over instants kept in UTC.

Instants are timezone-aware; a day runs from 00:00 to 24:00 in Asia/Shanghai, a week
from Monday to Sunday.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(instant: datetime) -> date:
    """The Shanghai day on which an aware instant falls."""
    return instant.astimezone(SHANGHAI).date()


def month_of(instant: datetime) -> str:
    """The Shanghai month of an aware instant, yyyymm."""
    day = day_of(instant)
    return f"{day.year:04}{day.month:02}"


def day_bounds(first: date, last: date | None = None) -> tuple[datetime, datetime]:
    """The half-open UTC interval `[start, end)` of the inclusive days first..last."""
    start = datetime.combine(first, time(), SHANGHAI)
    end = datetime.combine((last or first) + timedelta(days=1), time(), SHANGHAI)
    return start.astimezone(UTC), end.astimezone(UTC)


def week_of(day: date) -> tuple[date, date]:
    """The Monday and Sunday of the week that holds the day."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def to_the_minute(length: timedelta) -> str:
    """A length of time as a push says it: 12 分钟, 2 小时 5 分钟, 1 天 3 小时."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} 分钟" if minutes else "不到 1 分钟"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} 小时" + (f" {minutes} 分钟" if minutes else "")
    days, hours = divmod(hours, 24)
    return f"{days} 天" + (f" {hours} 小时" if hours else "")
