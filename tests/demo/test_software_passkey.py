"""The software authenticator: judged by the library that judges real ones, against the options that Limen sends."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import cbor2
import pytest
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.exceptions import InvalidAuthenticationResponse, InvalidRegistrationResponse

from limen.demo.software_passkey import NoPasskeyError, SoftwarePasskey

ORIGIN = "https://limen.harbor.example"
CHALLENGE = b"c" * 56
CREATE: dict[str, Any] = {
    "rp": {"id": "limen.harbor.example", "name": "Harbor"},
    "user": {"id": "cF9hZGE", "name": "ada@harbor.example", "displayName": "Ada"},
    "challenge": "Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M",
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
}
GET = {"challenge": CREATE["challenge"], "rpId": "limen.harbor.example", "userVerification": "required"}


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def registered(passkey: SoftwarePasskey) -> Any:
    return verify_registration_response(
        credential=passkey.create(CREATE),
        expected_challenge=CHALLENGE,
        expected_rp_id="limen.harbor.example",
        expected_origin=ORIGIN,
        require_user_verification=True,
    )


def asserted(answer: dict[str, Any], public_key: bytes, count: int = 0) -> Any:
    return verify_authentication_response(
        credential=answer,
        expected_challenge=CHALLENGE,
        expected_rp_id="limen.harbor.example",
        expected_origin=ORIGIN,
        credential_public_key=public_key,
        credential_current_sign_count=count,
        require_user_verification=True,
    )


def test_what_it_creates_and_signs_is_accepted() -> None:
    passkey = SoftwarePasskey(ORIGIN)
    held = registered(passkey)
    assert held.user_verified
    assert held.fmt == "none"
    first = asserted(passkey.get(GET), held.credential_public_key)
    second = asserted(passkey.get(GET), held.credential_public_key, first.new_sign_count)
    assert (first.new_sign_count, second.new_sign_count) == (1, 2)


def test_its_json_has_the_members_that_browsers_give() -> None:
    passkey = SoftwarePasskey(ORIGIN)
    created, got = passkey.create(CREATE), passkey.get(GET)
    shape = {"id", "rawId", "type", "authenticatorAttachment", "clientExtensionResults", "response"}
    assert set(created) == set(got) == shape
    assert set(created["response"]) == {
        "clientDataJSON",
        "attestationObject",
        "authenticatorData",
        "transports",
        "publicKey",
        "publicKeyAlgorithm",
    }
    assert set(got["response"]) == {"clientDataJSON", "authenticatorData", "signature", "userHandle"}
    assert json.loads(json.dumps(got)) == got
    assert json.loads(decoded(got["response"]["clientDataJSON"])) == {
        "type": "webauthn.get",
        "challenge": CREATE["challenge"],
        "origin": ORIGIN,
        "crossOrigin": False,
    }
    attestation = cbor2.loads(decoded(created["response"]["attestationObject"]))
    assert attestation["authData"] == decoded(created["response"]["authenticatorData"])


@pytest.mark.parametrize(
    "knobs",
    [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"verifies_user": False}, {"user_present": False}],
)
def test_each_knob_makes_it_refused(knobs: dict[str, Any]) -> None:
    with pytest.raises(InvalidRegistrationResponse):
        registered(SoftwarePasskey(**{"origin": ORIGIN, **knobs}))
    honest = SoftwarePasskey(ORIGIN)
    key = registered(honest).credential_public_key
    wrong = SoftwarePasskey(**{"origin": ORIGIN, "credentials": honest.credentials, **knobs})
    with pytest.raises(InvalidAuthenticationResponse):
        asserted(wrong.get(GET), key)


def test_a_synced_key_says_so_and_one_without_a_counter_stays_at_nought() -> None:
    passkey = SoftwarePasskey(ORIGIN, is_synced=True, counts=0)
    held = registered(passkey)
    assert (held.credential_backed_up, held.credential_device_type.value) == (True, "multi_device")
    assert asserted(passkey.get(GET), held.credential_public_key).new_sign_count == 0


def test_it_keeps_to_what_is_excluded_allowed_and_asked_for() -> None:
    passkey = SoftwarePasskey(ORIGIN)
    created = passkey.create(CREATE)
    with pytest.raises(NoPasskeyError):
        passkey.create(CREATE | {"excludeCredentials": [{"type": "public-key", "id": created["id"]}]})
    with pytest.raises(NoPasskeyError):
        passkey.create(CREATE | {"pubKeyCredParams": [{"type": "public-key", "alg": -257}]})
    with pytest.raises(NoPasskeyError):
        passkey.get(GET | {"allowCredentials": [{"type": "public-key", "id": "AAAA"}]})
    with pytest.raises(NoPasskeyError):
        passkey.get(GET | {"rpId": "evil.example"})
    assert passkey.get(GET | {"allowCredentials": [{"type": "public-key", "id": created["id"]}]})["id"] == created["id"]


def test_it_shows_no_private_key() -> None:
    passkey = SoftwarePasskey(ORIGIN)
    passkey.create(CREATE)
    assert "key=" not in repr(passkey)
