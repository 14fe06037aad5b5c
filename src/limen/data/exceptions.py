"""Everything that may pass although rules say otherwise, in one list: documents that somebody said are not sensitive,
values that are allowed, and files that were put back to a share. Each ends by itself, or when somebody ends it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from limen.clock import Instant
from limen.data.allowed import allowing, store as values
from limen.data.doors.quarantine import Quarantine
from limen.data.findings import store as documents
from limen.data.findings.held import EXCEPTIONS as DOCUMENTS_CHANGED
from limen.events import Event
from limen.pillar import Core
from limen.storage import Transaction


class ExceptionKind(StrEnum):
    """What may pass."""

    DOCUMENT = "document"
    """Exactly this content, to and from one app behind the gateway."""
    VALUE = "value"
    """Exactly this value, wherever this detector finds it."""
    FILE = "file"
    """Exactly this content, on one share."""


@dataclass(frozen=True, slots=True)
class DataException:
    """One of them. `where`: the app, the detector, or the share; `person_id`: for whom, "" for everybody. `why` is ""
    where that stands in the finding (`event`).
    """

    id: str
    what: ExceptionKind
    where: str
    person_id: str
    until: Instant
    why: str = ""
    event: str = ""


def every(connection: Connection, quarantine: Quarantine, now: Instant) -> list[DataException]:
    """Those that count now, the one that ends first before the others."""
    found = [
        DataException(one.id, ExceptionKind.DOCUMENT, one.app, one.person_id, one.until, event=one.event)
        for one in documents.exceptions(connection, now)
    ]
    found += [
        DataException(one.id, ExceptionKind.VALUE, one.detector, one.person_id, one.until, one.why)
        for one in values.every(connection, now)
    ]
    found += [
        DataException(one.id, ExceptionKind.FILE, one.share, "", one.until, event=one.event)
        for one in quarantine.released(now)
    ]
    return sorted(found, key=lambda one: (one.until, one.id))


def end(transaction: Transaction, quarantine: Quarantine, ids: Collection[str], now: Instant, *, by: str) -> int:
    """They count no more; how many there were. Raises OSError where what was put back can't be written down."""
    there = [one for one in every(transaction.connection, quarantine, now) if one.id in ids]
    of = {what: [one for one in there if one.what is what] for what in ExceptionKind}
    if of[ExceptionKind.DOCUMENT]:
        documents.end_exceptions(transaction.connection, [one.id for one in of[ExceptionKind.DOCUMENT]], now)
        for person in {one.person_id for one in of[ExceptionKind.DOCUMENT]}:
            transaction.changed(DOCUMENTS_CHANGED, person)
    if of[ExceptionKind.VALUE]:
        allowing.end(transaction, [one.id for one in of[ExceptionKind.VALUE]], now, by=by)
    if number := len(of[ExceptionKind.DOCUMENT]) + len(of[ExceptionKind.FILE]):
        transaction.say(Event(at=now, kind="data.exception_ended", actor=by, details={"documents": number}))
    if of[ExceptionKind.FILE]:  # the last: what fails before it is as if nothing had been said
        quarantine.end_released([one.id for one in of[ExceptionKind.FILE]])
    return len(there)


class Exceptions:
    """All of them, as the server has them. Used on the event loop."""

    def __init__(self, core: Core, quarantine: Quarantine) -> None:
        self._core, self._quarantine = core, quarantine

    async def every(self) -> list[DataException]:
        now = self._core.clock.now()
        return await self._core.database.reading(lambda s: every(s.connection, self._quarantine, now))

    async def end(self, ids: Collection[str], *, by: str) -> int:
        """How many there were. Raises OSError where what was put back can't be written down: nothing has ended then."""
        now = self._core.clock.now()
        return await self._core.write(lambda t: end(t, self._quarantine, ids, now, by=by))
