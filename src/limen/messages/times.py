"""Lengths, instants and weekdays as people write them. Names of days, months and units are Babel's (Unicode CLDR).

Babel is loaded with the first of them: what only has a text to look up does not wait for it.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Final

from limen.clock import DAY, HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.messages.catalogue import catalogue
from limen.messages.language import Language

_UNITS: Final = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))
_DAY: Final = {Language.ENGLISH: "d MMM y", Language.GERMAN: "d. MMM y"}
_DATE: Final = {Language.ENGLISH: "d MMM y HH:mm", Language.GERMAN: "d. MMM y, HH:mm 'Uhr'"}
_WEEKDAY_AND_DAY: Final = {Language.ENGLISH: "EEEE, d MMMM y", Language.GERMAN: "EEEE, d. MMMM y"}
_IN_FULL: Final = {Language.ENGLISH: "d MMMM y, HH:mm", Language.GERMAN: "d. MMMM y, HH:mm 'Uhr'"}
_EXACT: Final = {Language.ENGLISH: "EEE d MMM y, HH:mm:ss", Language.GERMAN: "EEE, d. MMM y, HH:mm:ss"}
_DAY_AND_TIME: Final = {Language.ENGLISH: "EEEE 'at' HH:mm", Language.GERMAN: "EEEE 'um' HH:mm 'Uhr'"}


def length(milliseconds: Milliseconds, language: Language = Language.ENGLISH, *, is_ago: bool = False) -> str:
    """`9 hours 12 minutes`: the two largest units; `a moment` below a second.

    `is_ago` where it says how long ago something was: `vor 3 Tagen`.
    """
    rest = milliseconds
    parts: list[str] = []
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count and len(parts) < 2:
            parts.append(_counted(count, unit, language, is_ago=is_ago))
        elif parts:
            break
    return " ".join(parts) or catalogue(language).say("length.moment")


def exact_length(milliseconds: Milliseconds, language: Language = Language.ENGLISH) -> str:
    """`1 day 4 hours`, `1.5 seconds`: with nothing left out, for what has to be kept to."""
    rest = milliseconds
    parts = []
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        parts += [_counted(count, unit, language)] if count and size > SECOND else []
    seconds = milliseconds % MINUTE / SECOND
    parts += [_counted(seconds, "second", language)] if seconds or not parts else []
    return " ".join(parts)


def short_length(milliseconds: Milliseconds) -> str:
    """`4 h 30 min`, to the second, in the symbols of SI, which are the same in every language."""
    rest = max(0, round(milliseconds / SECOND)) * SECOND
    parts = []
    for size, symbol in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        count, rest = divmod(rest, size)
        parts += [f"{count} {symbol}"] if count else []
    return " ".join(parts) or "0 s"


@lru_cache(maxsize=1024)
def _counted(count: float, unit: str, language: Language, *, is_ago: bool = False) -> str:
    from babel.units import format_unit  # noqa: PLC0415 -- with the first length

    if is_ago and unit == "day" and count > 1:
        return catalogue(language).say("length.days-ago", count=count)  # the one unit that German bends
    return str(format_unit(count, f"duration-{unit}", "long", locale=language.value))


def relative(instant: Instant, now: Instant, language: Language = Language.ENGLISH) -> str:
    """`3 hours ago`, `in 2 days`: the largest unit; `just now` below a minute."""
    apart = instant - now
    size = next((size for size, _ in _UNITS if abs(apart) >= size), SECOND)
    if size < MINUTE:
        return catalogue(language).say("length.just-now")
    count = abs(apart) // size
    key = "length.in" if apart > 0 else "length.ago"
    return catalogue(language).say(key, length=length(count * size, language, is_ago=True))


def clock_time(instant: Instant, zone: tzinfo) -> str:
    """`10:30:05`, for lists of what has just happened."""
    return f"{_local(instant, zone):%H:%M:%S}"


def day_and_time(instant: Instant, zone: tzinfo, language: Language = Language.ENGLISH) -> str:
    """`Wednesday at 07:00`."""
    return _written(_local(instant, zone), _DAY_AND_TIME[language], language)


def upcoming(instant: Instant, now: Instant, zone: tzinfo, language: Language = Language.ENGLISH) -> str:
    """When something comes, as said at `now`: `today at 07:00`, `on Friday at 07:00`, or by its date."""
    moment = _local(instant, zone)
    days = (moment.date() - _local(now, zone).date()).days
    key = "today" if days == 0 else "tomorrow" if days == 1 else "weekday" if 1 < days < 7 else "date"
    named = weekday(moment.isoweekday(), language) if key == "weekday" else day(instant, zone, language)
    return catalogue(language).say(f"upcoming.{key}", day=named, time=f"{moment:%H:%M}")


def date(instant: Instant, zone: tzinfo, language: Language = Language.ENGLISH) -> str:
    """`24 Nov 2026 07:00`; without the time at midnight."""
    moment = _local(instant, zone)
    is_midnight = (moment.hour, moment.minute) == (0, 0)
    return _written(moment, (_DAY if is_midnight else _DATE)[language], language)


def date_in_full(instant: Instant, zone: tzinfo, language: Language = Language.ENGLISH) -> str:
    """`24 November 2026, 07:00 (Europe/Berlin)`: for what is read elsewhere and later, such as a mail."""
    return f"{_written(_local(instant, zone), _IN_FULL[language], language)} ({zone})"


def exact(instant: Instant, zone: tzinfo, language: Language = Language.ENGLISH) -> str:
    """`Tue 24 Nov 2026, 10:30:05 CET`."""
    moment = _local(instant, zone)
    return f"{_written(moment, _EXACT[language], language)} {moment:%Z}"


def day(instant: Instant, zone: tzinfo, language: Language = Language.ENGLISH) -> str:
    """`24 Nov 2026`."""
    return _written(_local(instant, zone), _DAY[language], language)


def weekday_and_day(instant: Instant, zone: tzinfo, language: Language = Language.ENGLISH) -> str:
    """`Tuesday, 24 November 2026`."""
    return _written(_local(instant, zone), _WEEKDAY_AND_DAY[language], language)


def weekday(number: int, language: Language = Language.ENGLISH) -> str:
    """The name of a day of the week, 1 Monday to 7 Sunday."""
    return _written(datetime(2024, 1, number), "EEEE", language)  # noqa: DTZ001 -- a Monday began that month


def minute_of_day(minute: int) -> str:
    """`07:00`; `24:00` for the end of the day."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _local(instant: Instant, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(instant / 1000, zone)


def _written(moment: datetime, pattern: str, language: Language) -> str:
    from babel.dates import format_datetime  # noqa: PLC0415 -- with the first date

    return str(format_datetime(moment, pattern, locale=language.value))
