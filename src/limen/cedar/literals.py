"""The texts that Cedar's extension constructors accept: `ip`, `decimal`, `datetime`, `duration`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from limen.cedar.errors import EvaluationError
from limen.cedar.values import LONG_MAX, LONG_MIN, Datetime, Decimal, Duration, IpRange

DAY: Final = 86_400_000

_DECIMAL: Final = re.compile(r"(-?)([0-9]+)\.([0-9]+)")
_DURATION: Final = re.compile(
    r"(-?)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?",
)
_DATETIME: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?(?:Z|([+-])([0-9]{2})([0-9]{2})))?",
)
_IPV4_OCTET: Final = re.compile(r"0|[1-9][0-9]{0,2}")
_IPV6_GROUP: Final = re.compile(r"[0-9A-Fa-f]{1,4}")
_PREFIX: Final = re.compile(r"0|[1-9][0-9]{0,2}")
_LONGEST: Final = 256


def parse_decimal(text: str) -> Decimal:
    """`"-12.3450"`: a point is required, at most four digits after it."""
    match = _DECIMAL.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise _invalid("decimal", text)
    sign, whole, fraction = match.groups()
    if len(fraction) > 4:
        raise _invalid("decimal", text, "more than four digits after the point")
    ten_thousandths = int(whole) * 10_000 + int(fraction.ljust(4, "0"))
    return Decimal(_int64(-ten_thousandths if sign else ten_thousandths, "decimal", text))


def parse_duration(text: str) -> Duration:
    """`"-1d2h3m4s5ms"`: at least one quantity, units in this order, each at most once."""
    match = _DURATION.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or text in {"", "-"}:
        raise _invalid("duration", text)
    sign, *quantities = match.groups(default="0")
    total = 0
    for quantity, unit in zip(quantities, (DAY, 3_600_000, 60_000, 1000, 1), strict=True):
        total += _int64(int(quantity) * unit, "duration", text, allow_min=sign == "-" and unit == 1)
    return Duration(_int64(-total if sign == "-" else total, "duration", text))


def parse_datetime(text: str) -> Datetime:
    """`"2026-11-24"`, `"2026-11-24T08:00:00Z"`, `"2026-11-24T08:00:00.123+0100"`."""
    match = _DATETIME.fullmatch(text)
    if match is None:
        raise _invalid("datetime", text)
    year, month, day, hour, minute, second, milli = (int(part or 0) for part in match.groups()[:7])
    sign, offset_hour, offset_minute = match[8], int(match[9] or 0), int(match[10] or 0)
    if not (1 <= month <= 12 and 1 <= day <= _days_in_month(year, month)):
        raise _invalid("datetime", text, "no such day")
    if not (hour < 24 and minute < 60 and second < 60):
        raise _invalid("datetime", text, "no such time of day")
    if not (offset_hour < 24 and offset_minute < 60):
        raise _invalid("datetime", text, "no such offset")
    offset = (offset_hour * 60 + offset_minute) * 60_000
    local = _days_since_epoch(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + milli
    return Datetime(local + offset if sign == "-" else local - offset)


def parse_ip(text: str) -> IpRange:
    """An IPv4 or IPv6 address, or a range with a prefix length. IPv4 inside IPv6 notation is refused."""
    if len(text) > _LONGEST:
        raise _invalid("ip", text)
    address_text, slash, prefix_text = text.partition("/")
    version, address = (6, _ipv6(address_text)) if ":" in address_text else (4, _ipv4(address_text))
    longest = 32 if version == 4 else 128
    if address is None:
        raise _invalid("ip", text)
    if not slash:
        return IpRange(version, address, longest)
    if not _PREFIX.fullmatch(prefix_text) or int(prefix_text) > longest:
        raise _invalid("ip", text, "no such prefix length")
    return IpRange(version, address, int(prefix_text))


def format_datetime(value: Datetime) -> str:
    """The shortest text that `parse_datetime` reads as the same instant, for the years 0000 to 9999."""
    days, rest = divmod(int(value), DAY)
    if not has_text(value):
        raise _invalid("datetime", str(int(value)), "outside the years 0000 to 9999")
    year, month, day = _civil(days)
    date = f"{year:04}-{month:02}-{day:02}"
    if rest == 0:
        return date
    seconds, milli = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    fraction = f".{milli:03}" if milli else ""
    return f"{date}T{minutes // 60:02}:{minutes % 60:02}:{second:02}{fraction}Z"


def has_text(value: Datetime) -> bool:
    """Whether `format_datetime` can write it: a literal's year has four digits, an int64 goes much further."""
    return _days_since_epoch(0, 1, 1) * DAY <= int(value) < _days_since_epoch(10_000, 1, 1) * DAY


def format_duration(value: Duration) -> str:
    return f"{int(value)}ms"


def format_decimal(value: Decimal) -> str:
    whole, fraction = divmod(abs(int(value)), 10_000)
    digits = f"{fraction:04}".rstrip("0") or "0"
    return f"{'-' if value < 0 else ''}{whole}.{digits}"


def format_ip(value: IpRange) -> str:
    longest = 32 if value.version == 4 else 128
    width, base = (8, "d") if value.version == 4 else (16, "x")
    groups = [(value.address >> shift) & ((1 << width) - 1) for shift in range(longest - width, -1, -width)]
    text = (":" if value.version == 6 else ".").join(f"{group:{base}}" for group in groups)
    return text if value.prefix == longest else f"{text}/{value.prefix}"


CONSTRUCTORS: Final[dict[str, Callable[[str], IpRange | Decimal | Datetime | Duration]]] = {
    "ip": parse_ip,
    "decimal": parse_decimal,
    "datetime": parse_datetime,
    "duration": parse_duration,
}


def _invalid(name: str, text: str, why: str = "") -> EvaluationError:
    shown = text if len(text) <= 80 else text[:80] + "…"
    return EvaluationError(f"`{shown}` is not a valid {name} literal" + (f": {why}" if why else ""))


def _int64(number: int, name: str, text: str, *, allow_min: bool = True) -> int:
    if not LONG_MIN <= number <= LONG_MAX + (1 if allow_min and name == "duration" else 0):
        raise _invalid(name, text, "out of range")
    return number


def _ipv4(text: str) -> int | None:
    octets = text.split(".")
    if len(octets) != 4 or not all(_IPV4_OCTET.fullmatch(octet) and int(octet) < 256 for octet in octets):
        return None
    return int.from_bytes(bytes(int(octet) for octet in octets), "big")


def _ipv6(text: str) -> int | None:
    head, gap, tail = text.partition("::")
    left = head.split(":") if head else []
    right = tail.split(":") if tail else []
    if not all(_IPV6_GROUP.fullmatch(group) for group in left + right):
        return None
    missing = 8 - len(left) - len(right)
    if (not gap and missing != 0) or (gap and missing < 1):
        return None
    number = 0
    for group in [*left, *["0"] * missing, *right]:
        number = number << 16 | int(group, 16)
    return number


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in_month(year: int, month: int) -> int:
    if month == 2:
        return 29 if _is_leap(year) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def _days_since_epoch(year: int, month: int, day: int) -> int:
    # Own arithmetic, because Cedar knows the year 0000 and Python's `date` does not. Years begin in March here, so
    # that the leap day is the last of its year.
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 1 - 719_468


def _civil(days: int) -> tuple[int, int, int]:
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    year = year_of_era + era * 400
    return (year, month + 3, day) if month < 10 else (year + 1, month - 9, day)
