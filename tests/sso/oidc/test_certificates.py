"""A certificate carries its key, and is the same each time."""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from hashlib import sha1
from typing import Any

from cryptography.x509 import load_der_x509_certificate
from joserfc.jwk import RSAKey

from limen.clock import SECOND, from_iso
from limen.sso.oidc.certificates import LASTS, self_signed
from limen.sso.oidc.keys import LIVES

NOW = from_iso("2026-11-24T09:00:00Z")


def test_it_holds_the_key_and_proves_nothing_more() -> None:
    key = RSAKey.generate_key(2048)
    made = self_signed(key, "rs256-first", NOW)
    written = b64decode(made["x5c"][0])
    certificate: Any = load_der_x509_certificate(written)
    public: Any = key.get_op_key("verify")
    assert certificate.public_key().public_numbers() == public.public_numbers()
    certificate.verify_directly_issued_by(certificate)
    assert made["x5t"] == urlsafe_b64encode(sha1(written).digest()).rstrip(b"=").decode()
    assert certificate.not_valid_before_utc.timestamp() == NOW // SECOND
    assert self_signed(key, "rs256-first", NOW) == made


def test_it_lasts_longer_than_its_key_signs() -> None:
    assert LASTS > 2 * LIVES
