"""What is noted for the streams, in the very transaction that changes something: of which events, and what of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal

import msgspec
from sqlalchemy import Connection

from limen.clock import SECOND
from limen.events import Event
from limen.facts import Factor
from limen.pillar import ErasedPerson
from limen.sso.shared_signals import assurance, event_types, outbox_store, store
from limen.sso.shared_signals.assurance import LEVELS, NAMESPACE
from limen.sso.shared_signals.event_types import (
    AccountDisabled,
    AccountEnabled,
    AccountPurged,
    AssuranceLevelChange,
    CredentialChange,
    CredentialCompromise,
    DeviceComplianceChange,
    RecoveryActivated,
    SecurityEvent,
    SessionRevoked,
    TokenClaimsChange,
)
from limen.sso.shared_signals.outbox_store import Noted
from limen.storage import Transaction
from limen.storage.written_with import NOTHING_BESIDE, Beside, WrittenWith
from limen.synthetic import is_synthetic

CREDENTIAL_TYPES: Final[Mapping[str, str]] = {
    Factor.PASSKEY: "fido2-roaming",
    Factor.PASSWORD: "password",
    Factor.CODE: "app",
    Factor.ISSUER: "verifiable-credential",
}
"""What CAEP 1.0 section 3.3.1 calls a factor. What is left of a passkey does not say where it was."""
RECOVERY_CODES: Final = "recovery-codes"
"""CAEP has no word for them, and lets two agree on one."""
_ENABLES: Final = frozenset({"resumed", "taken-back"})
_DISABLES: Final = frozenset({"let-go", "suspended"})
_STATUS: Final[Mapping[str, Literal["compliant", "not-compliant"]]] = {
    "compliant": "compliant",
    "non_compliant": "not-compliant",
}


def _revoked(_event: Event) -> Iterator[SecurityEvent]:
    yield SessionRevoked()


def _person_changed(event: Event) -> Iterator[SecurityEvent]:
    change = event.details.get("change")
    if change in _DISABLES:
        yield AccountDisabled()
    elif change in _ENABLES:
        yield AccountEnabled()
    elif change in {"groups", "email"}:
        yield TokenClaimsChange(claims={str(change): None})  # filled in for each receiver


def _factor_added(event: Event) -> Iterator[SecurityEvent]:
    yield CredentialChange(credential_type=_credential(event), change_type="create")


def _factor_removed(event: Event) -> Iterator[SecurityEvent]:
    """Whoever removes their own deletes it; anybody else revokes it."""
    is_own = event.actor == event.subject and not event.reason
    yield CredentialChange(credential_type=_credential(event), change_type="delete" if is_own else "revoke")


def _breached(event: Event) -> Iterator[SecurityEvent]:
    yield CredentialCompromise(credential_type=_credential(event))


def _codes_made(_event: Event) -> Iterator[SecurityEvent]:
    yield CredentialChange(credential_type=RECOVERY_CODES, change_type="update")


def _code_used(_event: Event) -> Iterator[SecurityEvent]:
    yield RecoveryActivated()


def _stepped_up(event: Event) -> Iterator[SecurityEvent]:
    level = LEVELS.get(int(event.details.get("strength", 0)))
    if level:
        yield AssuranceLevelChange(namespace=NAMESPACE, current_level=level, change_direction="increase")


def _compliance(event: Event) -> Iterator[SecurityEvent]:
    current = _STATUS.get(str(event.details.get("compliance")))
    was = _STATUS.get(str(event.details.get("was")))
    if current and current != was:
        yield DeviceComplianceChange(current_status=current, previous_status=was or "")


def _device_cut_off(event: Event) -> Iterator[SecurityEvent]:
    """Quarantined, lost or retired: what was signed in on it has ended."""
    if event.kind != "device.retired":
        yield DeviceComplianceChange(current_status="not-compliant")
    yield SessionRevoked()


_OF: Final[Mapping[str, Callable[[Event], Iterator[SecurityEvent]]]] = {
    "session.revoked": _revoked,
    "sessions.revoked": _revoked,
    "person.changed": _person_changed,
    "factor.added": _factor_added,
    "factor.removed": _factor_removed,
    "factor.breached": _breached,
    "recovery.codes_made": _codes_made,
    "recovery.code_used": _code_used,
    "step_up.succeeded": _stepped_up,
    "device.compliance_changed": _compliance,
    "device.quarantined": _device_cut_off,
    "device.lost": _device_cut_off,
    "device.retired": _device_cut_off,
    "device.sessions_ended": _revoked,
}


def events_for(event: Event) -> tuple[SecurityEvent, ...]:
    """What others are told of an event in the journal."""
    return tuple(_said(one, event) for one in _OF[event.kind](event)) if event.kind in _OF else ()


def note(transaction: Transaction, event: Event, beside: Beside = NOTHING_BESIDE) -> None:
    """Note what is to be told of it, where there is anybody to tell. `left` beside it are the groups that somebody
    left, all of them: the event itself names only the first.
    """
    told = events_for(event)
    connection = transaction.connection
    if not told or not store.is_anybody_told(connection):
        return
    whose = event.subject or event.actor
    is_everybodys = event.kind == "sessions.revoked" and event.details.get("scope") == "company"
    person = "" if is_everybodys else whose
    if (not person and not is_everybodys) or is_synthetic(person):
        return
    if event.kind == "factor.removed" and (
        less := assurance.lost(connection, person, str(event.details.get("factor")))
    ):
        told = (*told, _said(less, event))
    email, groups = outbox_store.person_as_told(connection, person) if person else ("", ())
    if person and not email:
        return  # a workload, or somebody whom no other service knows
    apps = outbox_store.apps_of(connection, person) if person else ()
    left = tuple(sorted(beside.get("left", ())))
    outbox_store.note(
        connection,
        [
            Noted(
                at=event.at,
                change=event.id,
                uri=one.uri,
                event=event_types.written(one),
                person=person,
                email=email,
                groups=groups,
                left=left,
                apps=apps,
                session=event.session if event.kind == "session.revoked" else "",
                device=event.device if event.kind.startswith("device.") else "",
            )
            for one in told
        ],
    )


def note_erased(connection: Connection, person: ErasedPerson) -> None:
    """Note that somebody is erased, as long as it is known what others call them. Where nobody is told of anything,
    all that is noted of them goes.
    """
    if not store.is_anybody_told(connection):
        outbox_store.drop_about(connection, person.id)
        return
    if person.email:
        _, groups = outbox_store.person_as_told(connection, person.id)
        apps = outbox_store.apps_of(connection, person.id)
        purged = Noted(
            at=person.at,
            change="",
            uri=AccountPurged.uri,
            event=event_types.written(AccountPurged(event_timestamp=person.at // SECOND)),
            person=person.id,
            email=person.email,
            groups=groups,
            apps=apps,
        )
        outbox_store.note(connection, [purged])
    outbox_store.erase(connection, person.id)


WRITTEN: Final = WrittenWith(frozenset(_OF), note)


def _credential(event: Event) -> str:
    factor = str(event.details.get("factor", ""))
    return CREDENTIAL_TYPES.get(factor, factor)


def _said(told: SecurityEvent, event: Event) -> SecurityEvent:
    """With when, by whom, and why: a word of ours, never what somebody wrote."""
    is_own = event.actor == event.subject or not event.subject
    by = "system" if not event.actor else "user" if is_own else "admin"
    reason = {"en": event.reason} if event.reason else ""
    at = event.at // SECOND
    return msgspec.structs.replace(told, event_timestamp=at, initiating_entity=by, reason_admin=reason)
