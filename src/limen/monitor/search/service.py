"""Looking for events on behalf of pages and commands: a query in, the answer of a process of its own out."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Instant
from limen.connectors.clickhouse.server import Server
from limen.errors import LimenError
from limen.facts import FactStore
from limen.monitor.normal_form.frame import CANARY
from limen.monitor.search.answer import MOST_ROWS, Asked, AskedElsewhere, Found
from limen.monitor.search.query import All, Column, Condition, Equals, Names, Not, columns_in, read_query
from limen.monitor.search.sql import CLICKHOUSE, where
from limen.pillar import DeviceNames

AT_ONCE: Final = 2
"""Searches that run beside each other; others wait."""
PATIENCE_SECONDS: Final = 10.0
_GRACE_SECONDS: Final = 20.0
_PROGRAM: Final = (sys.executable, "-P", "-m", "limen.monitor.search.process")


class SearchError(LimenError):
    """A search came to no answer."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the events and the journal lie. `clickhouse` says where else, as it is set now; `state` is the folder of
    what the process that watches remembers.
    """

    events: Path
    journal: Path
    state: Path = Path()
    clickhouse: Callable[[], Server | None] = lambda: None


class Search:
    """Used on the event loop."""

    def __init__(self, places: Places, names: Callable[[], Names]) -> None:
        self._places = places
        self._names = names
        self._turns = asyncio.Semaphore(AT_ONCE)

    def read(self, text: str) -> Condition:
        """What a search means. Raises QueryError."""
        return read_query(text, self._names())

    async def look(
        self, condition: Condition, since: Instant, until: Instant, *, rows: int = MOST_ROWS, is_summed: bool = True
    ) -> Found:
        """What is found of a time. Raises SearchError where it takes too long or too much."""
        asked = asked_of(self._places, condition, since, until, rows=rows, is_summed=is_summed)
        async with self._turns:
            return await asyncio.to_thread(run, asked)


def asked_of(
    places: Places,
    condition: Condition,
    since: Instant,
    until: Instant,
    *,
    rows: int,
    is_summed: bool,
    groups: tuple[str, ...] = (),
) -> Asked:
    """The condition as the process is asked it."""
    meant = without_test_events(condition)
    made, elsewhere, missing = where(meant), None, ""
    try:
        server = places.clickhouse()
    except LimenError as error:
        server, missing = None, error.what
    if server is not None:
        there = where(meant, CLICKHOUSE)
        elsewhere = AskedElsewhere(server=server, sql=there.sql, values=there.values, state=str(places.state))
    return Asked(
        events=str(places.events),
        journal=str(places.journal),
        sql=made.sql,
        values=made.values,
        since=since,
        until=until,
        rows=rows,
        is_summed=is_summed,
        groups=groups,
        seconds=PATIENCE_SECONDS,
        elsewhere=elsewhere,
        missing=missing,
    )


def without_test_events(condition: Condition) -> Condition:
    """The condition, without the events by which Limen tries itself, unless it asks for sources by name."""
    if "source" in columns_in(condition):
        return condition
    return All((condition, Not(Equals(Column("source"), (CANARY,)))))


def run(asked: Asked) -> Found:
    """Have the process search, and wait for it. Raises SearchError."""
    try:
        done = subprocess.run(  # noqa: S603 -- ours
            _PROGRAM,
            input=msgspec.json.encode(asked),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_SECONDS + _GRACE_SECONDS,
            check=True,
        )
        found = msgspec.json.decode(done.stdout, type=Found)
    except subprocess.TimeoutExpired:
        raise SearchError("the search took too long", "look through less time") from None
    except (subprocess.CalledProcessError, msgspec.DecodeError, OSError):
        raise SearchError("the search broke off", "try again; `limen doctor` looks at the store of events") from None
    if found.wrong:
        raise SearchError(found.wrong, found.fix)
    return found


def names_in(known: FactStore, devices: DeviceNames | None, zone: tzinfo) -> Names:
    """What names in a search stand for, as it is known now."""

    def people(name: str) -> tuple[str, ...]:
        wanted = name.casefold()
        return tuple(one.id for one in known.people.values() if wanted in {one.email.casefold(), one.name.casefold()})

    def named_devices(name: str) -> tuple[str, ...]:
        wanted, every = name.casefold(), devices.all() if devices is not None else {}
        return tuple(one for one, its in every.items() if wanted in {each.casefold() for each in its})

    return Names(people=people, devices=named_devices, instant=lambda text: instant_in(text, zone))


def instant_in(text: str, zone: tzinfo) -> Instant | None:
    """A date, or a date and time, in ISO 8601; in the company's zone where it names none. None where it is neither."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp() * 1_000)
