"""One way to write down, in the transaction that does it, who did what to whom."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from limen.clock import Instant
from limen.events import Event
from limen.storage.database import Transaction
from limen.storage.written_with import NOTHING_BESIDE, Beside

Details: TypeAlias = Mapping[str, str | int | bool]
_NONE: Final[Details] = MappingProxyType({})


def record(
    transaction: Transaction,
    now: Instant,
    kind: str,
    details: Details = _NONE,
    beside: Beside = NOTHING_BESIDE,
    /,
    *,
    by: str = "",
    subject: str = "",
    session: str = "",
    address: str = "",
    reason: str = "",
    why: str = "",
) -> None:
    """Have an event of this kind journaled once the transaction commits.

    `reason` is a word of ours; `why` is what whoever did it wrote of it, and is left out where they wrote nothing.
    `beside` is for what is written with the event (`Transaction.say`).
    """
    transaction.say(
        Event(
            at=now,
            kind=kind,
            actor=by,
            subject=subject,
            session=session,
            address=address[:64],
            reason=reason,
            details={**details, **({"why": why} if why else {})},
        ),
        beside,
    )
