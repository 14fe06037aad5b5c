"""The cases that somebody looks at: somebody else has to, and nobody is called for them meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from limen.monitor.alerts import store
from limen.pillar.holdings import Holding, Holdings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from limen.clock import Instant
    from limen.facts import Person
    from limen.storage import Transaction

_NOTE: Final = (
    "Handed over, nobody looks at it, and people are called for it again: a case may be about its next owner."
)


def _cases(connection: Connection, person: Person, _now: Instant) -> list[Holding]:
    held = [one for one in store.open_cases(connection) if one.taken_by == person.id]
    return [Holding(one.id, one.title, f"/console/cases/{one.id}", _NOTE) for one in held]


def _free(transaction: Transaction, ids: Sequence[str], person: Person, _to: Person, _now: Instant, _by: str) -> int:
    held = [one for one in store.open_cases(transaction.connection) if one.taken_by == person.id and one.id in ids]
    for one in held:
        store.keep_case(transaction.connection, replace(one, taken_by="", taken_at=0))
    return len(held)


HOLDINGS: Final = (Holdings("cases", "Cases that they look at", _cases, _free),)
