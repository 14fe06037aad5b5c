"""How one language says things, at one place: messages, lists, lengths and instants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from limen.clock import Instant, Milliseconds
from limen.messages import times
from limen.messages.catalogue import Catalogue, catalogue
from limen.messages.language import Language
from limen.messages.lists import joined


@dataclass(frozen=True, slots=True)
class Words:
    """One language, for a place and its time zone."""

    language: Language
    zone: tzinfo

    @property
    def catalogue(self) -> Catalogue:
        return catalogue(self.language)

    def say(self, key: str, /, **values: object) -> str:
        """The message with this key. Raises KeyError for a key that there is not."""
        return self.catalogue.say(key, **values)

    def has(self, key: str) -> bool:
        return self.catalogue.has(key)

    def first(self, *keys: str, **values: object) -> str:
        """The message of the first of these keys that there is."""
        return self.say(next(key for key in keys if self.has(key)), **values)

    def gettext(self, text: str, /, **values: object) -> str:
        """What has no key, by its English text; `values` fill the names in braces."""
        return self.catalogue.gettext(text, **values)

    def ngettext(self, one: str, many: str, count: float, /, **values: object) -> str:
        """`one` or `many`, by how many there are; `{count}` and `values` fill the names in braces."""
        return self.catalogue.ngettext(one, many, count, count=count, **values)

    def joined(self, words: Iterable[str], last: str = "and") -> str:
        """`a, b and c`; `last` is `and` or `or`."""
        return joined(words, last, self.language)

    def length(self, milliseconds: Milliseconds, *, is_ago: bool = False) -> str:
        """`9 hours 12 minutes`: the two largest units. `is_ago` where it says how long ago something was."""
        return times.length(milliseconds, self.language, is_ago=is_ago)

    def relative(self, instant: Instant, now: Instant) -> str:
        """`9 hours ago`, `in 2 days`: the largest unit; `just now` below a minute."""
        return times.relative(instant, now, self.language)

    def clock_time(self, instant: Instant) -> str:
        """`10:30:05`."""
        return times.clock_time(instant, self.zone)

    def day_and_time(self, instant: Instant) -> str:
        """`Wednesday at 07:00`."""
        return times.day_and_time(instant, self.zone, self.language)

    def upcoming(self, instant: Instant, now: Instant) -> str:
        """When something comes, as said at `now`: `today at 07:00`, `on Wednesday at 07:00`."""
        return times.upcoming(instant, now, self.zone, self.language)

    def day(self, instant: Instant) -> str:
        """`27 Nov 2026`: the day that an instant falls on."""
        return times.day(instant, self.zone, self.language)

    def date(self, instant: Instant) -> str:
        """`24 Nov 2026 07:00`; without the time at midnight."""
        return times.date(instant, self.zone, self.language)

    def date_in_full(self, instant: Instant) -> str:
        """`24 November 2026, 07:00 (Europe/Berlin)`."""
        return times.date_in_full(instant, self.zone, self.language)

    def exact(self, instant: Instant) -> str:
        """`Tue 24 Nov 2026, 07:00:05 CET`."""
        return times.exact(instant, self.zone, self.language)

    def hours(self, days: Sequence[int], start: int, until: int) -> str:
        """`Monday to Friday, 07:00 to 19:00`, from days of the week and minutes of the day; "" for always."""
        named = self._days(days) if len(days) < 7 else ""
        clock = ""
        if (start, until) != (0, 1440):
            clock = self.say("hours.range", start=times.minute_of_day(start), until=times.minute_of_day(until))
        return f"{named}, {clock}" if named and clock else named or clock

    def _days(self, days: Sequence[int]) -> str:
        names = [times.weekday(day, self.language) for day in days]
        if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
            return self.say("hours.days", first=names[0], last=names[-1])
        return self.joined(names)
