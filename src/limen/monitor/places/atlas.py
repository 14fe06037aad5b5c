"""All files that tell places, open at one moment: addresses are looked up in it, and it never changes.

Where two databases say the same thing of an address, the one that is named first counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any, Final

from maxminddb import InvalidDatabaseError

from limen.clock import DAY, Instant
from limen.monitor.places.files import Database, OpenList, PlaceFileError, Shelf, open_database, open_list
from limen.monitor.places.prefixes import Prefixes, read_prefixes
from limen.monitor.places.records import POINT, read_record
from limen.monitor.places.rules import NO_PLACES, Egress, PlaceRules
from limen.monitor.places.whereabouts import Whereabouts

OLD: Final = 90 * DAY
"""A database of this age is worth a word. It still counts: few addresses move, and refusing everybody is worse."""
ANONYMOUS_OLD: Final = 30 * DAY
"""A database of anonymisers of this age does not say any more that an address is none."""


@dataclass(frozen=True, slots=True)
class FileState:
    """How one file stands. `problem` says why it tells nothing ("": it does); `at` is when it was made or changed.

    `counts`: whether an address that it does not name is known to be no anonymiser, as far as this file goes.
    """

    name: str
    path: Path
    problem: str = ""
    at: Instant = 0
    entries: int = 0
    bad_lines: int = 0
    is_old: bool = False
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Atlas:
    """`knows_anonymisers`: whether an address that nobody names is known to hide nobody."""

    rules: PlaceRules = NO_PLACES
    databases: tuple[Database, ...] = ()
    lists: tuple[tuple[str, OpenList], ...] = ()
    files: tuple[FileState, ...] = ()
    knows_anonymisers: bool = False
    egress: tuple[tuple[Egress, Prefixes], ...] = field(default=(), compare=False)

    def find(self, address: IPv4Address | IPv6Address) -> Whereabouts:
        """What the files say of an address. Never raises."""
        found: dict[str, Any] = {}
        for said in self._records(address):
            has_point = "latitude" in found
            found = {**{name: value for name, value in said.items() if not (has_point and name in POINT)}, **found}
        egress = self._egress(address, found.get("owner", 0))
        lists = tuple(name for name, one in self.lists if address in one.prefixes)
        if egress is not None:
            found["anonymiser"] = False  # the company itself says whose it is
        elif lists:
            found["anonymiser"] = True
        elif self.knows_anonymisers:
            found.setdefault("anonymiser", False)
        if egress is not None:
            found |= {"egress": egress.name, "egress_kind": egress.kind}
        return Whereabouts(address=str(address), lists=lists, **found)

    def _records(self, address: IPv4Address | IPv6Address) -> Iterator[dict[str, Any]]:
        for database in self.databases:
            try:
                yield read_record(database.reader.get(address))
            except (InvalidDatabaseError, ValueError, RecursionError):
                continue  # a damaged record, or IPv6 in a database of IPv4

    def _egress(self, address: IPv4Address | IPv6Address, owner: int) -> Egress | None:
        by_address = (one for one, prefixes in self.egress if address in prefixes)
        by_owner = (one for one, _ in self.egress if owner and owner in one.owners)
        return next(by_address, None) or next(by_owner, None)


NO_ATLAS: Final = Atlas()


def open_atlas(rules: PlaceRules, root: Path, now: Instant, shelf: Shelf, room: Path | None = None) -> Atlas:
    """Open what the rules name, below `root` where a path is relative. It reads files: call it in a thread.

    It equals the atlas before where nothing is other than it was. `room`: the folder for copies of databases.
    """
    databases: list[Database] = []
    lists: list[tuple[str, OpenList]] = []
    states: list[FileState] = []
    for name in rules.databases:
        try:
            database = shelf.take(root / name, Database, partial(open_database, room=room))
        except PlaceFileError as error:
            states.append(FileState(name, root / name, error.what))
            continue
        databases.append(database)
        is_old = now - database.built_at > (ANONYMOUS_OLD if database.tells_anonymisers else OLD)
        counts = database.tells_anonymisers and not is_old
        states.append(FileState(name, root / name, at=database.built_at, is_old=is_old, counts=counts))
    for one in rules.lists:
        try:
            read = shelf.take(root / one.file, OpenList, open_list)
        except PlaceFileError as error:
            states.append(FileState(one.name, root / one.file, error.what))
            continue
        lists.append((one.name, read))
        is_old = now - read.changed_at > one.max_age_ms
        size, bad = len(read.prefixes), read.prefixes.bad_lines
        states.append(FileState(one.name, root / one.file, "", read.changed_at, size, bad, is_old, not is_old))
    shelf.keep({state.path for state in states})
    return Atlas(
        rules=rules,
        databases=tuple(databases),
        lists=tuple(lists),
        files=tuple(states),
        knows_anonymisers=_all_count(states, [one.name for one in rules.lists]),
        egress=tuple((one, read_prefixes(text.encode() for text in one.addresses)) for one in rules.egress),
    )


def _all_count(states: list[FileState], lists: list[str]) -> bool:
    """Whether anything tells anonymisers, and every list that is to tell them does: a missing one may name anybody."""
    counting = [state.counts for state in states if state.counts or state.name in lists]
    return bool(counting) and all(counting)
