"""What the decisions of some time come to: a sheet. Sheets of times that follow one another add up. Pure.

both = sum_of([yesterday, today])
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

import msgspec

from limen.clock import Instant
from limen.policy.decision import Request

PERMITTED: Final = ""
"""The class of an attempt that was let in."""
MOST_REFUSED: Final = 5_000
"""So many refusals that are not alike are kept of one sheet."""

Used: TypeAlias = tuple[str, str, str, tuple[str, ...], str]
"""Of requests that are alike: app, action, effect, ids of the policies that spoke, and the revision."""
Opened: TypeAlias = tuple[str, str, int, str]
"""Of permits that are alike: app, action, label, and what the device was, a name of `Standing`."""


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """The first of refusals that are alike, with what a device could have changed. `facts` are JSON."""

    app: str
    request: Request
    now: Instant
    facts: bytes


class Attempt(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Somebody tried: `refused` is the class of refusals that it is one of, `PERMITTED` where it was let in."""

    app: str
    action: str
    at: Instant
    refused: str


class OfPerson(msgspec.Struct, frozen=True, array_like=True):
    """What one actor did ("" is nobody): how often and when last, from what, and what they tried, as far as it tells
    how long somebody was shut out.
    """

    used: tuple[tuple[Used, int, Instant], ...] = ()
    opened: tuple[tuple[Opened, int], ...] = ()
    attempts: tuple[Attempt, ...] = ()
    refused: dict[str, Refused] = {}


class Unnamed(msgspec.Struct, frozen=True, array_like=True):
    """What is counted of all people together.

    `permits`: to each app at each strength (-1: not on record). `unknown`: requests to each app, by what was not known.
    Not `is_whole` where there were more refusals that are not alike than are kept.
    """

    permits: tuple[tuple[str, int, int], ...] = ()
    unknown: tuple[tuple[str, tuple[str, ...], int], ...] = ()
    is_whole: bool = True


class Sheet(msgspec.Struct, frozen=True, array_like=True):
    people: dict[str, OfPerson] = {}
    together: Unnamed = Unnamed()


class Adding:
    """Adds up sheets, or what is counted of single decisions."""

    def __init__(self) -> None:
        self.used: dict[tuple[str, Used], list[int]] = {}
        self.opened: Counter[tuple[str, Opened]] = Counter()
        self.attempts: dict[tuple[str, str, str], list[tuple[Instant, str]]] = {}
        self.refused: dict[tuple[str, str], Refused] = {}
        self.permits: Counter[tuple[str, int]] = Counter()
        self.unknown: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.is_whole = True

    def add(self, sheet: Sheet) -> None:
        for actor, one in sheet.people.items():
            self.add_used(actor, one)
            self.add_opened(actor, one)
            self.add_attempts(actor, one)
        self.add_permits(sheet.together)
        self.add_unknown(sheet.together)

    def add_used(self, actor: str, one: OfPerson) -> None:
        for used, count, newest in one.used:
            self.use(actor, used, count, newest)

    def add_opened(self, actor: str, one: OfPerson) -> None:
        for opened, count in one.opened:
            self.opened[actor, opened] += count

    def add_attempts(self, actor: str, one: OfPerson) -> None:
        for each in one.attempts:
            self.attempts.setdefault((actor, each.app, each.action), []).append((each.at, each.refused))
        for name, refused in one.refused.items():
            before = self.refused.get((actor, name))
            if before is None or refused.now < before.now:
                self.refused[actor, name] = refused

    def add_permits(self, together: Unnamed) -> None:
        self.is_whole = self.is_whole and together.is_whole
        for app, strength, count in together.permits:
            self.permits[app, strength] += count

    def add_unknown(self, together: Unnamed) -> None:
        for app, unknown, count in together.unknown:
            self.unknown[app, unknown] += count

    def use(self, actor: str, used: Used, count: int, newest: Instant) -> None:
        found = self.used.get((actor, used))
        if found is None:
            self.used[actor, used] = [count, newest]
        else:
            found[0] += count
            found[1] = max(found[1], newest)

    def sheet(self) -> Sheet:
        used: dict[str, list[tuple[Used, int, Instant]]] = {}
        for (actor, use), (count, newest) in self.used.items():
            used.setdefault(actor, []).append((use, count, newest))
        opened: dict[str, list[tuple[Opened, int]]] = {}
        for (actor, what), count in self.opened.items():
            opened.setdefault(actor, []).append((what, count))
        attempts, refused = self._told()
        actors = sorted({*used, *opened, *attempts})
        return Sheet(
            {
                actor: OfPerson(
                    tuple(used.get(actor, ())),
                    tuple(opened.get(actor, ())),
                    tuple(attempts.get(actor, ())),
                    refused.get(actor, {}),
                )
                for actor in actors
            },
            Unnamed(
                tuple((*key, count) for key, count in self.permits.items()),
                tuple((*key, count) for key, count in self.unknown.items()),
                self.is_whole,
            ),
        )

    def _told(self) -> tuple[dict[str, list[Attempt]], Mapping[str, dict[str, Refused]]]:
        """Of attempts only those that tell something, and of refusals those that are among them."""
        attempts: dict[str, list[Attempt]] = {}
        refused: dict[str, dict[str, Refused]] = {}
        for (actor, app, action), some in self.attempts.items():
            for at, name in telling(some):
                attempts.setdefault(actor, []).append(Attempt(app, action, at, name))
                if name != PERMITTED:
                    refused.setdefault(actor, {})[name] = self.refused[actor, name]
        return attempts, refused


def sum_of(sheets: Iterable[Sheet]) -> Sheet:
    """What they come to together."""
    adding = Adding()
    for one in sheets:
        adding.add(one)
    return adding.sheet()


def telling(attempts: Iterable[tuple[Instant, str]]) -> list[tuple[Instant, str]]:
    """Of one person's attempts at one thing those that say from when to when they may have been shut out.

    Of permits that follow one another the first, and between two permits the first refusal of each class: which classes
    count is decided later, by the policies in force then. Refused and let in at the same instant is refused first.
    """
    found: list[tuple[Instant, str]] = []
    since_permit: set[str] = set()
    for at, name in sorted(attempts, key=lambda one: (one[0], one[1] == PERMITTED, one[1])):
        if name == PERMITTED:
            if not found or found[-1][1] != PERMITTED:
                found.append((at, name))
            since_permit.clear()
        elif name not in since_permit:
            since_permit.add(name)
            found.append((at, name))
    return found
