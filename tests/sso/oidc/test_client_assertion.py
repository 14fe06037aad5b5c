"""What an assertion proves. What it does not, attackers try in `tests/attacks/test_oidc_programs.py`."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from limen.clock import HOUR, MINUTE, SECOND
from limen.sso.oidc.client_assertion import FARTHEST, Proved, judge, read
from limen.sso.oidc.public_keys import PublicKey, read_jwk

NOW = 1_800_000_000_000
HERE = "https://limen.example"
EC, ED = ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")
KEYS = [read_jwk({**EC.as_dict(private=False), "kid": "one"}), read_jwk(ED.as_dict(private=False))]


def told(key: Any = EC, header: dict[str, Any] | None = None, **more: Any) -> str:
    seconds = NOW // SECOND
    claims = {"iss": "ledger", "sub": "ledger", "aud": HERE, "jti": "j", "exp": seconds + 60, **more}
    named = {"alg": "ES256" if key is EC else "EdDSA", **(header or {})}
    return jwt.encode(named, claims, key, algorithms=["ES256", "EdDSA"])


def judged(text: str, keys: list[PublicKey] = KEYS) -> Proved | None:
    found = read(text)
    return None if found is None else judge(found, keys, [HERE, f"{HERE}/oidc/token"], NOW)


def test_it_proves_its_client_by_the_key_that_signed_it() -> None:
    by_one, by_other = judged(told()), judged(told(ED))
    assert by_one is not None
    assert by_other is not None
    assert (by_one.client_id, by_one.key, by_one.until) == ("ledger", EC.thumbprint(), NOW + MINUTE)
    assert (by_other.key, by_other.id) == (ED.thumbprint(), by_one.id)
    assert judged(told(ED), KEYS[:1]) is None


def test_a_key_is_named_by_its_id_or_thumbprint_or_not_at_all() -> None:
    for header in ({}, {"kid": "one"}, {"kid": EC.thumbprint()}, {"typ": "client-authentication+jwt"}):
        assert judged(told(header=header)) is not None, header
    assert judged(told(header={"kid": "two"})) is None
    assert judged(told(header={"kid": ED.thumbprint()})) is None


def test_it_is_for_the_issuer_or_the_token_endpoint() -> None:
    for audience in (HERE, f"{HERE}/oidc/token", [HERE]):
        assert judged(told(aud=audience)) is not None, audience
    for audience in ([], [HERE, HERE], f"{HERE}/oidc/par", None):
        assert judged(told(aud=audience)) is None, audience


def test_it_ends_within_the_hour_that_is_remembered() -> None:
    seconds = NOW // SECOND
    assert FARTHEST == HOUR
    assert judged(told(exp=seconds + 3_600, iat=seconds + 30)) is not None
    assert judged(told(exp=seconds + 3_661)) is None
    assert judged(told(exp=seconds)) is None
    assert judged(told(iat=seconds + 61)) is None


@given(strategies.text(max_size=200) | strategies.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))
def test_nothing_that_somebody_sends_raises(text: str) -> None:
    assert judged(text) is None
    assert judged(f"{told().rpartition('.')[0]}.{text}") is None
