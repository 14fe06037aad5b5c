"""What a correlation remembers: a window for each value of what it groups by, in bounded memory.

Where there is too much, the source that takes the most room loses something first, so that none pushes out what others
said. Of it, windows with a single entry go first, the one untouched for longest before the others, as long as they take
more than their part of the room; then those with the fewest entries. So whoever sprays new values makes nobody
forgotten against whom something is counted already, and a new value still has its time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from limen.clock import Instant

MOST_ENTRIES: Final = 10_000
"""So much each correlation remembers in all its windows together."""
PART_OF_SINGLES: Final = 5
"""A fifth of a source's room is for windows with a single entry."""

Group = tuple[str, ...]


class Entry(msgspec.Struct, array_like=True, gc=False):
    """One finding in a window: which of the correlation's rules, when, in which event of which source, with which
    value.

    `times`: so many does the event stand for, as Limen's journal folds equal decisions into one. `device`: which one
    sent it under its own key.
    """

    at: Instant
    uid: str
    rule: int
    value: str = ""
    times: int = 1
    source: str = ""
    device: str = ""


class Window(msgspec.Struct, array_like=True):
    """What is remembered of one group, oldest first."""

    entries: list[Entry] = []
    quiet_until: Instant = 0


class _Room:
    """What one source takes: how many entries, in which groups by the number of their entries, oldest touched first."""

    def __init__(self) -> None:
        self.entries = 0
        self.by_number: dict[int, OrderedDict[Group, None]] = {}

    def add(self, group: Group, number: int) -> None:
        self.entries += number
        self.by_number.setdefault(number, OrderedDict())[group] = None

    def remove(self, group: Group, number: int) -> None:
        self.entries -= number
        del self.by_number[number][group]
        if not self.by_number[number]:
            del self.by_number[number]

    def first_to_go(self) -> Group:
        """Where nothing is in the windows, they tell only until when they are quiet: these go with the singles."""
        few = [number for number in self.by_number if number <= 1]
        many = [number for number in self.by_number if number > 1]
        has_its_part = sum(len(self.by_number[number]) for number in few) * PART_OF_SINGLES <= self.entries
        number = min(many) if many and (has_its_part or not few) else min(few)
        return next(iter(self.by_number[number]))


class Windows:
    """The windows of one correlation. A window is in the room of the source of its newest entry. `forgotten`: how many
    went because there was too much to remember.
    """

    def __init__(self) -> None:
        self.forgotten = 0
        self._windows: OrderedDict[Group, Window] = OrderedDict()
        self._where: dict[Group, tuple[str, int]] = {}
        self._rooms: dict[str, _Room] = {}
        self._entries = 0

    def __iter__(self) -> Iterator[tuple[Group, Window]]:
        """That which was touched longest ago first."""
        return iter(self._windows.items())

    def __len__(self) -> int:
        return len(self._windows)

    def of(self, group: Group) -> Window:
        """What is remembered of this group, to be changed; `touched` has to be called then."""
        found = self._windows.get(group)
        return Window() if found is None else found

    def touched(self, group: Group, window: Window) -> None:
        """Remember this of it from now on; others are forgotten where it is too much."""
        self._take_out(group)
        self._windows[group] = window
        source, number = window.entries[-1].source if window.entries else "", len(window.entries)
        self._where[group] = (source, number)
        self._rooms.setdefault(source, _Room()).add(group, number)
        self._entries += number
        while self._entries > MOST_ENTRIES and len(self._windows) > 1:
            self._take_out(max(self._rooms.values(), key=lambda one: one.entries).first_to_go())
            self.forgotten += 1

    def drop(self, groups: Iterable[Group]) -> None:
        for group in groups:
            self._take_out(group)

    def _take_out(self, group: Group) -> None:
        if self._windows.pop(group, None) is None:
            return
        source, number = self._where.pop(group)
        self._rooms[source].remove(group, number)
        self._entries -= number
        if not self._rooms[source].by_number:
            del self._rooms[source]
