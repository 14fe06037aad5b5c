"""Two languages: messages by key, and lengths, instants and lists as people write them.

No library of locales: there are seven days and four units to know, and what decides reads no files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final

from limen.clock import DAY, HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.policy.attributes import ATTRIBUTES
from limen.policy.saying import english, german
from limen.policy.saying.hours import Hours
from limen.policy.time_words import clock_text


class Language(StrEnum):
    ENGLISH = "en"
    GERMAN = "de"


_WORDS: Final = {Language.ENGLISH: english.WORDS, Language.GERMAN: german.WORDS}
_UNITS: Final = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))
_MOST_ACCEPTED: Final = 32
_ACCEPTED: Final = re.compile(r"([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,35})?(?:;q=(0(?:\.\d{1,3})?|1(?:\.0{1,3})?))?")


def language_of(accepted: str, offered: Sequence[Language] = tuple(Language)) -> Language:
    """The language that a browser likes best (Accept-Language, RFC 9110 section 12.5.4) of those that are `offered`.

    For doubt the first of these.
    """
    best, weight = offered[0], 0.0
    for part in accepted[:1000].replace(" ", "").split(",")[:_MOST_ACCEPTED]:
        match = _ACCEPTED.fullmatch(part)
        if match is None:
            continue
        name, liked = match[1].lower(), float(match[2] or 1)
        if name in offered and liked > weight:
            best, weight = Language(name), liked
    return best


@dataclass(frozen=True, slots=True)
class Words:
    """The messages of one language, for one place and its time zone."""

    language: Language
    zone: tzinfo

    def say(self, key: str, **values: object) -> str:
        """Raises KeyError for a key that there is not."""
        return (_WORDS[self.language].get(key) or self._of_attributes[key]).format(**values)

    def has(self, key: str) -> bool:
        return key in _WORDS[self.language] or key in self._of_attributes

    @property
    def _of_attributes(self) -> Mapping[str, str]:
        """What attributes say themselves, because a part declared them."""
        return ATTRIBUTES.table.messages.get(self.language, {})

    def first(self, *keys: str, **values: object) -> str:
        """The message of the first of these keys that there is."""
        return self.say(next(key for key in keys if self.has(key)), **values)

    def joined(self, words: Iterable[str], last: str = "and") -> str:
        """`a, b and c`."""
        all_words = list(words)
        if len(all_words) < 2:
            return "".join(all_words)
        return f"{', '.join(all_words[:-1])} {self.say(last)} {all_words[-1]}"

    def length(self, milliseconds: Milliseconds, *, is_ago: bool = False) -> str:
        """`9 hours 12 minutes`: the two largest units. `is_ago` where it says how long ago something was."""
        rest = milliseconds
        parts: list[str] = []
        for size, unit in _UNITS:
            count, rest = divmod(rest, size)
            if count and len(parts) < 2:
                plural = "ago.days" if is_ago and unit == "day" else f"{unit}s"
                parts.append(self.say(unit if count == 1 else plural, count=count))
            elif parts:
                break
        return " ".join(parts) or self.say("moment")

    def ago(self, instant: Instant, now: Instant) -> str:
        """`9 hours ago`: the largest unit; `just now` below a minute."""
        apart = max(0, now - instant)
        unit = next((size for size, _ in _UNITS if apart >= size), SECOND)
        if unit < MINUTE:
            return self.say("ago.now")
        return self.say("ago.before", length=self.length(apart - apart % unit, is_ago=True))

    def day_and_time(self, instant: Instant) -> str:
        """`Wednesday at 07:00`."""
        local = datetime.fromtimestamp(instant / 1000, self.zone)
        return self.say("day-and-time", day=self.say(f"weekday.{local.isoweekday()}"), time=f"{local:%H:%M}")

    def date(self, instant: Instant) -> str:
        """`2026-11-24 07:00`."""
        local = datetime.fromtimestamp(instant / 1000, self.zone)
        return self.say("date", year=local.year, month=local.month, day=local.day, time=f"{local:%H:%M}")

    def moment(self, instant: Instant) -> str:
        """`Tue 2026-11-24 07:00:05 CET`."""
        local = datetime.fromtimestamp(instant / 1000, self.zone)
        return self.say(
            "moment.exact",
            weekday=self.say(f"weekday.{local.isoweekday()}"),
            year=local.year,
            month=local.month,
            day=local.day,
            time=f"{local:%H:%M:%S}",
            zone=f"{local:%Z}",
        )

    def hours(self, hours: Hours) -> str:
        """`Monday to Friday, 07:00 to 19:00`."""
        days = self._days(hours.days) if len(hours.days) < 7 else ""
        times = ""
        if (hours.start, hours.until) != (0, 1440):
            times = self.say("hours.range", start=clock_text(hours.start), until=clock_text(hours.until))
        return self.say("hours.days", days=days, hours=times) if days and times else days or times

    def _days(self, days: tuple[int, ...]) -> str:
        names = [self.say(f"weekday.{day}") for day in days]
        if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
            return self.say("days.range", first=names[0], last=names[-1])
        return self.joined(names)
