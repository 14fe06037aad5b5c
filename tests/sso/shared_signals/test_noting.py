"""What others are told of an event in the journal."""

from __future__ import annotations

from typing import Any

import pytest

from limen.events import Event
from limen.sso.shared_signals import event_types
from limen.sso.shared_signals.event_types import SecurityEvent, short_name
from limen.sso.shared_signals.noting import WRITTEN, events_for
from limen.sso.shared_signals.receivers import SENT

AT = 1_764_000_000_000


def event(kind: str, details: dict[str, Any] | None = None, **more: Any) -> Event:
    return Event(at=AT, kind=kind, subject="pe_1", details=details or {}, **more)


def names(told: tuple[SecurityEvent, ...]) -> list[str]:
    return [short_name(one.uri) for one in told]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (event("session.revoked", session="se_1"), ["session-revoked"]),
        (event("sessions.revoked", {"scope": "person"}), ["session-revoked"]),
        (event("person.changed", {"change": "let-go"}), ["account-disabled"]),
        (event("person.changed", {"change": "suspended"}), ["account-disabled"]),
        (event("person.changed", {"change": "resumed"}), ["account-enabled"]),
        (event("person.changed", {"change": "taken-back"}), ["account-enabled"]),
        (event("person.changed", {"change": "groups"}), ["token-claims-change"]),
        (event("person.changed", {"change": "email"}), ["token-claims-change"]),
        (event("person.changed", {"change": "name"}), []),
        (event("factor.added", {"factor": "passkey"}), ["credential-change"]),
        (event("factor.breached", {"factor": "password"}), ["credential-compromise"]),
        (event("recovery.codes_made"), ["credential-change"]),
        (event("recovery.code_used"), ["recovery-activated"]),
        (event("step_up.succeeded", {"strength": 3}), ["assurance-level-change"]),
        (event("device.compliance_changed", {"compliance": "compliant", "was": ""}), ["device-compliance-change"]),
        (event("device.compliance_changed", {"compliance": "compliant", "was": "compliant"}), []),
        (event("device.lost", device="de_1"), ["device-compliance-change", "session-revoked"]),
        (event("device.retired", device="de_1"), ["session-revoked"]),
        (event("sign_in.succeeded"), []),
    ],
)
def test_what_others_are_told(said: Event, told: list[str]) -> None:
    assert names(events_for(said)) == told
    assert set(told) <= SENT.keys()
    assert (said.kind in WRITTEN.kinds) or not told


@pytest.mark.parametrize(
    ("kind", "factor", "more", "credential", "change"),
    [
        ("factor.added", "passkey", {"actor": "pe_1"}, "fido2-roaming", "create"),
        ("factor.removed", "code", {"actor": "pe_1"}, "app", "delete"),
        ("factor.removed", "password", {"actor": "pe_ada"}, "password", "revoke"),
        ("factor.removed", "passkey", {"actor": "pe_1", "reason": "device-lost"}, "fido2-roaming", "revoke"),
    ],
)
def test_of_a_credential(kind: str, factor: str, more: dict[str, str], credential: str, change: str) -> None:
    (told,) = events_for(event(kind, {"factor": factor}, **more))
    written = event_types.written(told)
    assert (written["credential_type"], written["change_type"]) == (credential, change)


@pytest.mark.parametrize(("actor", "by"), [("", "system"), ("pe_1", "user"), ("pe_ada", "admin")])
def test_by_whom_and_why_is_a_word_of_ours(actor: str, by: str) -> None:
    said = event("session.revoked", {"why": "He took the laptop"}, actor=actor, reason="ended-by-administrator")
    (told,) = events_for(said)
    assert event_types.written(told) == {
        "event_timestamp": AT // 1000,
        "initiating_entity": by,
        "reason_admin": {"en": "ended-by-administrator"},
    }


def test_a_synced_passkey_is_no_higher_level_than_it_proves() -> None:
    levels = [
        event_types.written(one)
        for strength in (1, 2, 3)
        for one in events_for(event("step_up.succeeded", {"strength": strength}))
    ]
    assert [one["current_level"] for one in levels] == ["nist-aal1", "nist-aal2", "nist-aal2"]
