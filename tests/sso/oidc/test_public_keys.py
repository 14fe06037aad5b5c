"""Which public keys are taken, and that each is used in one way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from limen.sso.oidc.public_keys import PublicKeyError, kept, read_jwk, read_text

EC, ED, RSA = ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2_048)


@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES256"), (ED, "EdDSA"), (RSA, "RS256")])
def test_a_key_has_one_algorithm_whether_it_comes_as_jwk_or_pem(key: Any, algorithm: str) -> None:
    public = key.as_dict(private=False)
    read = [read_jwk(public), read_text(json.dumps(public)), read_text(key.as_pem(private=False).decode())]
    assert [(one.algorithm, one.thumbprint) for one in read] == [(algorithm, key.thumbprint())] * 3
    assert kept(read[0].jwk, "mine").id == "mine"
    assert kept(read[0].jwk).id == key.thumbprint()


def test_only_what_a_key_is_made_of_is_kept() -> None:
    more = {"kid": "of-june", "alg": "ES256", "use": "sig", "x5u": "https://evil.example/", "note": "x" * 9}
    read = read_jwk({**EC.as_dict(private=False), **more})
    assert (read.id, set(json.loads(read.jwk))) == ("of-june", {"crv", "kty", "x", "y"})


def public(key: Any, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


@pytest.mark.parametrize(
    "told",
    [
        EC.as_dict(private=True),
        OctKey.generate_key(256).as_dict(private=True),
        {"kty": "oct"},
        {},
        {"kty": ["EC"]},
        {"kty": "EC", "crv": "P-256"},
        public(EC, x="AA"),
        public(EC, x=7),
        public(EC, x="x" * 9_000),
        public(ECKey.generate_key("P-384")),
        public(OKPKey.generate_key("X25519")),
        public(RSAKey.generate_key(1_024)),
        public(RSA, e="Aw"),
        public(EC, alg="HS256"),
        public(EC, use="enc"),
        public(EC, kid=""),
        public(EC, kid="k" * 101),
        public(EC, kid=7),
    ],
)
def test_what_is_secret_weak_or_of_another_sort_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(PublicKeyError):
        read_jwk(told)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 5_000,
        "x" * 10_000,
        EC.as_pem(private=True).decode(),
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        generate_private_key(65_537, 1_024)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    ],
)
def test_files_that_hold_none_are_refused(text: str) -> None:
    with pytest.raises(PublicKeyError):
        read_text(text)
