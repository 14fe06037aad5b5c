from __future__ import annotations

from typing import Any

import pytest

from limen.clock import DAY, HOUR, SECOND
from limen.sso.shared_signals import sets
from limen.sso.shared_signals.event_types import AccountDisabled, SessionRevoked
from limen.sso.shared_signals.sets import SecurityEventToken, SetRefusedError
from limen.sso.shared_signals.subjects import Email, Opaque

NOW = 1_764_000_000_000
ISSUER, AUDIENCE = "https://id.harbor.example", "https://wiki.harbor.example/signals"
TOKEN = SecurityEventToken(
    id="j_1",
    issuer=ISSUER,
    audience=AUDIENCE,
    issued_at=NOW,
    subject=Email("anna@harbor.example"),
    events=(SessionRevoked(initiating_entity="admin"),),
    transaction="e_1",
    happened_at=NOW - SECOND,
)
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "jti": "j_1",
    "iat": 1_764_000_000,
    "events": {SessionRevoked.uri: {"initiating_entity": "admin"}},
    "sub_id": {"format": "email", "email": "anna@harbor.example"},
    "toe": 1_763_999_999,
    "txn": "e_1",
}


def read(claims: dict[str, Any]) -> SecurityEventToken:
    return sets.read(claims, issuer=ISSUER, audience=AUDIENCE, now=NOW)


def test_it_says_what_it_is_to_say_and_no_more() -> None:
    assert sets.claims_of(TOKEN) == CLAIMS
    assert read(CLAIMS) == TOKEN


def test_one_of_several_audiences_and_several_events_are_taken() -> None:
    events = {**CLAIMS["events"], AccountDisabled.uri: {}, "https://vendor.example/odd": {}}
    token = read({**CLAIMS, "aud": ["somebody", AUDIENCE], "events": events})
    assert [one.uri for one in token.events] == [SessionRevoked.uri, AccountDisabled.uri]
    assert token.unknown == ("https://vendor.example/odd",)


def test_the_subject_may_stand_in_the_event_as_in_drafts() -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "sub_id"}
    subject = {"format": "opaque", "id": "d_1"}
    assert read({**claims, "events": {SessionRevoked.uri: {"subject": subject}}}).subject == Opaque("d_1")
    assert read(claims).subject is None


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"iss": "https://other.example"}, sets.INVALID_ISSUER),
        ({"iss": None}, sets.INVALID_ISSUER),
        ({"aud": "somebody"}, sets.INVALID_AUDIENCE),
        ({"aud": {}}, sets.INVALID_AUDIENCE),
        ({"aud": ["x"] * 100 + [AUDIENCE]}, sets.INVALID_AUDIENCE),
        ({"exp": 1_764_000_100}, sets.INVALID_REQUEST),
        ({"sub": "anna"}, sets.INVALID_REQUEST),
        ({"jti": ""}, sets.INVALID_REQUEST),
        ({"jti": "j" * 201}, sets.INVALID_REQUEST),
        ({"jti": 4}, sets.INVALID_REQUEST),
        ({"iat": None}, sets.INVALID_REQUEST),
        ({"iat": True}, sets.INVALID_REQUEST),
        ({"iat": float("nan")}, sets.INVALID_REQUEST),
        ({"iat": (NOW + HOUR) // SECOND}, sets.INVALID_REQUEST),
        ({"iat": (NOW - 8 * DAY) // SECOND}, sets.INVALID_REQUEST),
        ({"events": {}}, sets.INVALID_REQUEST),
        ({"events": []}, sets.INVALID_REQUEST),
        ({"events": {str(at): {} for at in range(11)}}, sets.INVALID_REQUEST),
        ({"events": {SessionRevoked.uri: 1}}, sets.INVALID_REQUEST),
        ({"events": {SessionRevoked.uri: {"event_timestamp": "x"}}}, sets.INVALID_REQUEST),
        ({"sub_id": {"format": "email"}}, sets.INVALID_REQUEST),
    ],
)
def test_what_is_not_for_us_of_now_and_whole_is_refused(changed: dict[str, Any], error: str) -> None:
    with pytest.raises(SetRefusedError) as refused:
        read({**CLAIMS, **changed})
    assert refused.value.error == error
    assert error in sets.ERRORS
