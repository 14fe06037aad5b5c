from __future__ import annotations

import pytest

from limen.sso.shared_signals import event_types
from limen.sso.shared_signals.event_types import (
    EVERY,
    AccountDisabled,
    AccountEnabled,
    CredentialChange,
    DeviceComplianceChange,
    EventError,
    IdentifierChanged,
    SessionRevoked,
    TokenClaimsChange,
)


def test_each_has_one_uri_of_its_own() -> None:
    assert len(EVERY) == 20
    assert all(
        uri == kind.uri and uri.startswith("https://schemas.openid.net/secevent/") for uri, kind in EVERY.items()
    )


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        (SessionRevoked(), {}),
        (
            CredentialChange(credential_type="fido2-roaming", change_type="create", friendly_name="Key"),
            {"credential_type": "fido2-roaming", "change_type": "create", "friendly_name": "Key"},
        ),
        (AccountDisabled(cause="hijacking"), {"reason": "hijacking"}),
        (IdentifierChanged(new_value="b@harbor.example"), {"new-value": "b@harbor.example"}),
        (TokenClaimsChange(claims={"groups": ["sales"]}), {"claims": {"groups": ["sales"]}}),
    ],
)
def test_each_stands_as_its_specification_has_it(event: event_types.SecurityEvent, payload: dict[str, object]) -> None:
    assert event_types.written(event) == payload
    assert event_types.read(event.uri, payload) == event


def test_what_is_not_known_is_passed_over() -> None:
    assert event_types.read("https://vendor.example/event", {"a": 1}) is None
    assert event_types.read(SessionRevoked.uri, {"surprise": [1]}) == SessionRevoked()


@pytest.mark.parametrize(
    ("uri", "payload"),
    [
        (SessionRevoked.uri, []),
        (SessionRevoked.uri, {"event_timestamp": "yesterday"}),
        (CredentialChange.uri, {"credential_type": "pin"}),
        (CredentialChange.uri, {"credential_type": "pin", "change_type": "lost"}),
        (DeviceComplianceChange.uri, {"current_status": "maybe"}),
        (SessionRevoked.uri, {"reason_admin": {"en": "a" * 2000}}),
        (SessionRevoked.uri, {"reason_admin": {str(at): "a" for at in range(100)}}),
    ],
)
def test_what_can_not_be_is_an_error(uri: str, payload: object) -> None:
    with pytest.raises(EventError):
        event_types.read(uri, payload)


def test_times_are_taken_in_seconds_and_in_milliseconds() -> None:
    assert AccountEnabled(event_timestamp=1_760_000_000).happened_at == 1_760_000_000_000
    assert AccountEnabled(event_timestamp=1_760_000_000_500).happened_at == 1_760_000_000_500
    assert AccountEnabled(event_timestamp=-1).happened_at == AccountEnabled().happened_at == 0


def test_the_reason_is_in_english_where_it_can_be() -> None:
    assert SessionRevoked(reason_admin={"de": "Nein", "en": "No"}).reason == "No"
    assert SessionRevoked(reason_admin={"de": "Nein"}).reason == "Nein"
    assert SessionRevoked(reason_admin="No").reason == "No"
    assert SessionRevoked().reason == ""


def test_a_type_has_a_short_name() -> None:
    assert event_types.short_name(SessionRevoked.uri) == "session-revoked"
