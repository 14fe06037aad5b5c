"""What a client signs with its own key, and which keys it signs with."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, RSAKey
from tests.emulators.keys import claims_of, private_key

from limen.connectors.key_assertions import GOOD_SECONDS, signed
from limen.connectors.vendor_client import VendorError

NOW = 1_795_770_000_000


def as_jwk(**more: str) -> str:
    return json.dumps({**RSAKey.import_key(private_key()).as_dict(private=True), **more})


@pytest.mark.parametrize("key", [private_key(), as_jwk(), as_jwk(kid="harbor")])
def test_the_claims_are_good_for_minutes_and_never_twice_the_same(key: str) -> None:
    first, second = (claims_of(signed({"iss": "limen"}, key, NOW)) for _ in range(2))
    assert (first["iss"], first["iat"], first["exp"]) == ("limen", NOW // 1_000, NOW // 1_000 + GOOD_SECONDS)
    assert first["jti"] != second["jti"]
    assert claims_of(signed({}, private_key(2), NOW)) == {}


def short_key() -> str:
    own = rsa.generate_private_key(65_537, 1_024)
    return own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.filterwarnings("ignore:Key size")
@pytest.mark.parametrize(
    "key",
    [
        "",
        "s3cret",
        "{",
        "{}",
        '{"kty": "oct", "k": "AAAA"}',
        short_key(),
        RSAKey.import_key(private_key()).as_pem(private=False).decode(),
        ECKey.generate_key("P-256").as_pem(private=True).decode(),
    ],
    ids=["nothing", "a word", "no JSON", "an empty key", "a shared key", "a short key", "a public key", "another kind"],
)
def test_what_is_no_key_of_its_own_signs_nothing_and_is_in_no_error(key: str) -> None:
    with pytest.raises(VendorError) as error:
        signed({"iss": "limen"}, key, NOW)
    assert error.value.word == "wrong-secret"
    assert not key or key not in str(error.value)
