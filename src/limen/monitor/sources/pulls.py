"""Fetching the logs of services that are asked: when it is their turn, from where each log goes on.

What a page brings is kept before its place is written down. Between the two the page comes again, and is known again by
the uids of its events. A turn is bounded in pages, bytes and time; what is left comes with the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final

from limen.clock import MINUTE
from limen.connectors.asked_store import AskedState
from limen.connectors.log_pages import Had, LogPage
from limen.connectors.turns import BrokenOffError, Told, Turns, WentOn, is_due
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.events import Event
from limen.monitor.monitor_rules import LogSource, Service, Way
from limen.monitor.sources import pulls_store
from limen.monitor.sources.clouds import Clouds, Log
from limen.monitor.sources.service import LogSources
from limen.pillar import Core, NotTakenError
from limen.storage import Keyring, Transaction

TURN_SECONDS: Final = 120.0
HELD_FOR: Final = 3 * MINUTE
"""Longer than a turn, so that after a crash it is not long until the next."""
MOST_PAGES: Final = 500
"""Of one log in a turn."""
MOST_BYTES: Final = 128 << 20
MOST_AT_ONCE: Final = 4 << 20
RECORDS_AT_ONCE: Final = 1_000
"""So much is handed on at a time, in bytes and records; whoever signs in meanwhile does not wait for more."""
SERVICES_AT_ONCE: Final = 4
_LACKS: Final = "no secret is stored for it and its address: `limen source secret` stores one"


class LogPulls:
    """Used on the event loop."""

    def __init__(self, core: Core, sources: LogSources, clouds: Clouds) -> None:
        self._core = core
        self._sources = sources
        self._turns = Turns(
            core.database,
            core.keyring,
            sources.now,
            pulls_store.ASKED,
            lacks=_LACKS,
            told=Told(core.journal, "logs.service_failed", "logs.service_back"),
            held_ms=HELD_FOR,
        )
        self._had: dict[str, dict[str, Had]] = {}
        self.clouds = clouds

    async def ask_due(self) -> None:
        """Ask every service whose turn it is, some at once."""
        states, now, room = await self._turns.states(), self._sources.now(), asyncio.Semaphore(SERVICES_AT_ONCE)

        async def one(name: str, source: LogSource) -> None:
            async with room:
                await self.ask(name, source)

        due = [
            one(name, source)
            for name, source in asked(self._sources).items()
            if is_due(states.get(name, AskedState(name)), (source.service or Service()).every_ms, now)
        ]
        await asyncio.gather(*due)

    async def ask(self, name: str, source: LogSource) -> None:
        """Ask one, unless somebody else does at this moment, and write down what came of it."""
        await self._turns.take(name, place_of(source), partial(self._turn, name, source))

    async def ask_soon(self, name: str) -> None:
        """Have a service asked at the next turn. Raises LimenError where no service of this name is asked."""
        if name not in asked(self._sources):
            raise LimenError("there is no service of this name that is asked", "look at monitor.yaml")
        await self._core.database.writing(lambda t: pulls_store.ASKED.ask_soon(t.connection, name))

    async def forget(self) -> None:
        """Drop what is known of services that are asked no more."""
        known = asked(self._sources).keys()

        def work(transaction: Transaction) -> None:
            for name in pulls_store.sources(transaction.connection) - known:
                pulls_store.forget(transaction.connection, name)

        await self._core.database.writing(work)
        self._had = {name: one for name, one in self._had.items() if name in known}

    # Inside

    async def _turn(self, name: str, source: LogSource, secret: str, went_on: WentOn) -> None:
        """Read each log; one that can't be read keeps no other. Raises VendorError, BrokenOffError."""
        wrong: list[str] = []
        try:
            async with asyncio.timeout(TURN_SECONDS), self.clouds.logs(source, secret, self._sources.now()) as logs:
                brought = 0
                for log in logs:
                    try:
                        brought += await self._read(name, source, log)
                    except VendorError as error:
                        wrong.append(_told(log, error))
                    await went_on(brought)
        except TimeoutError:
            raise BrokenOffError("it took longer than a turn may; it goes on at the next") from None
        except NotTakenError as error:
            raise BrokenOffError(f"what it gave could not be kept: {error.what}") from None
        if wrong:
            raise BrokenOffError("; ".join(wrong))

    async def _read(self, name: str, source: LogSource, log: Log) -> int:
        """Read a log on; how many records that brought. Raises VendorError, NotTakenError."""
        place, now = place_of(source), self._sources.now()
        cursors = await self._core.database.reading(lambda s: pulls_store.cursors(s.connection, name, place))
        had = self._had.setdefault(name, {}).setdefault(f"{place} {log.name}", Had())
        pages = size = brought = 0
        async with aclosing(log.pages(cursors.get(log.name, ""), now, had)) as walking:
            async for page in walking:
                brought += await self._keep(name, place, log.name, page, had)
                pages, size = pages + 1, size + page.size
                if pages >= MOST_PAGES or size >= MOST_BYTES:
                    break
        return brought

    async def _keep(self, name: str, place: str, log: str, page: LogPage, had: Had) -> int:
        """Have a page kept, part by part, then its place; how many of its records are new."""
        cursor, now, brought = page.cursor, self._sources.now(), 0
        for some in _parts(page.records):
            if new := had.without(some):
                await self._sources.take_asked(name, new)
            had.add(some)
            brought += len(new)
            await asyncio.sleep(0)
        if cursor:
            await self._core.database.writing(
                lambda t: pulls_store.keep_cursor(t.connection, name, place, log, cursor, now)
            )
        return brought


def asked(sources: LogSources) -> dict[str, LogSource]:
    """The sources that Limen asks; none where it watches nothing."""
    rules = sources.rules
    return {name: one for name, one in rules.sources.items() if one.way is Way.ASKED} if rules.watch else {}


def place_of(source: LogSource) -> str:
    """Where a source's secret may be sent, in whose name, and nowhere else."""
    one = source.service or Service()
    named = (one.url, one.tenant, one.client, one.admin, one.organization, one.bucket, one.region, one.prefix)
    return " ".join((source.kind, *named))[:500]


def keep_secret(
    transaction: Transaction, keyring: Keyring, name: str, source: LogSource, secret: str, now: int, *, by: str
) -> None:
    """Keep the secret by which Limen gets in at a service. Raises LimenError where the source sends by itself."""
    if source.way is not Way.ASKED:
        raise LimenError("this source sends by itself: Limen does not ask it", "see `limen source list`")
    pulls_store.ASKED.keep_secret(transaction.connection, keyring, name, place_of(source), secret)
    transaction.say(Event(at=now, kind="logs.service_secret_kept", actor=by, details={"source": name}))


def _told(log: Log, error: VendorError) -> str:
    needs = f"; it needs {log.needs}" if error.word == "not-allowed" else ""
    return f"{log.name}: {error.what}{needs}"


def _parts(records: Sequence[bytes]) -> Iterator[list[bytes]]:
    some: list[bytes] = []
    size = 0
    for record in records:
        if some and (size + len(record) > MOST_AT_ONCE or len(some) >= RECORDS_AT_ONCE):
            yield some
            some, size = [], 0
        some.append(record)
        size += len(record)
    if some:
        yield some
