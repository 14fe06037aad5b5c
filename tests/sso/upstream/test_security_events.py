"""Security event tokens, verified by published keys. What they say is tried in tests/devices/signals/test_caep.py."""

from __future__ import annotations

import time

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from limen.sso.upstream.tokens import TokenRefusedError, UnknownKeyError, security_event

KEY = ECKey.generate_key("P-256", {"kid": "one"})
KEYS = [KEY.as_dict(private=False)]


def signed(**header: object) -> str:
    head = {"alg": "ES256", "typ": "secevent+jwt", "kid": "one", **header}
    return jwt.encode(head, {"iss": "https://o.example", "iat": int(time.time())}, KEY)


def test_its_claims_come_back_whatever_they_say() -> None:
    assert security_event(signed(), KEYS)["iss"] == "https://o.example"
    assert security_event(signed(typ="application/secevent+jwt"), KEYS)


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": ""}, {"kid": "two"}])
def test_what_is_none_or_of_another_key_proves_nothing(header: dict[str, object]) -> None:
    with pytest.raises((TokenRefusedError, UnknownKeyError)):
        security_event(signed(**header), KEYS)
