"""What somebody can still prove once a factor is gone, in words that other services know (NIST SP 800-63B)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, column, exists, select, table

from limen.facts import Factor
from limen.sso.shared_signals.event_types import AssuranceLevelChange

NAMESPACE: Final = "NIST-AAL"
LEVELS: Final = {1: "nist-aal1", 2: "nist-aal2", 3: "nist-aal2"}
"""What NIST SP 800-63B calls a strength. A passkey that is synced is no AAL3, and Limen does not tell which is."""
_TABLES: Final = {
    Factor.PASSKEY: table("passkeys", column("person_id")),
    Factor.PASSWORD: table("passwords", column("person_id")),
    Factor.CODE: table("codes", column("person_id")),
    Factor.ISSUER: table("issuer_accounts", column("person_id")),
}
"""Identity's, as far as they are needed."""


def strength_of(held: frozenset[Factor]) -> int:
    """The most that somebody proves who has these; 0: nothing."""
    return 2 if Factor.PASSKEY in held else min(2, len(held & {Factor.PASSWORD, Factor.CODE}))


def lost(connection: Connection, person_id: str, removed: str) -> AssuranceLevelChange | None:
    """What the loss of a factor, which is gone already, changes of what they can prove; None where it changes nothing.

    Nothing is said of who has nothing left, which no level tells and `credential-change` does; nor of who has an
    account elsewhere, which counts for what its issuer proves each time.
    """
    held = frozenset(one for one in _TABLES if _has(connection, person_id, one))
    if removed not in _TABLES or Factor.ISSUER in {*held, removed}:
        return None
    before, after = strength_of(held | {Factor(removed)}), strength_of(held)
    if not after or after >= before:
        return None
    return AssuranceLevelChange(
        namespace=NAMESPACE, current_level=LEVELS[after], previous_level=LEVELS[before], change_direction="decrease"
    )


def _has(connection: Connection, person_id: str, factor: Factor) -> bool:
    where = _TABLES[factor].c.person_id == person_id
    return bool(connection.scalar(select(exists().where(where))))
