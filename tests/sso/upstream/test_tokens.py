"""Which tokens of an issuer hold. What hostile ones look like is tried in `attacks/test_upstream.py` as well."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from limen.clock import SECOND, from_iso
from limen.facts import Issuer
from limen.sso.upstream import tokens
from limen.sso.upstream.tokens import Expected, TokenRefusedError, UnknownKeyError

NOW = from_iso("2026-11-24T09:00:00Z")
SECONDS = NOW // SECOND
THERE = Issuer("there", "There", "https://idp.example", "limen")
KEY = RSAKey.generate_key(2048, {"kid": "one"})
CLAIMS = {
    "iss": THERE.url,
    "aud": "limen",
    "sub": "mia",
    "iat": SECONDS,
    "exp": SECONDS + 60,
    "nonce": "n",
}
EVENT = {tokens.LOGOUT_EVENT: {}}
LOGOUT = {**{name: CLAIMS[name] for name in ("iss", "aud", "sub", "iat", "exp")}, "jti": "j", "events": EVENT}


def signed(claims: dict[str, Any], key: Key = KEY, **header: Any) -> str:
    head = {"alg": "RS256", "kid": "one", **header}
    return jwt.encode({name: value for name, value in head.items() if value}, claims, key, algorithms=[head["alg"]])


def published(*keys: Key, **more: str) -> list[dict[str, Any]]:
    return [{**key.as_dict(private=False), **more} for key in keys or (KEY,)]


def word(token: str, keys: list[dict[str, Any]] | None = None, access: str = "", now: int = NOW) -> str:
    try:
        tokens.id_token(token, keys or published(), THERE, Expected("n", access), now)
    except TokenRefusedError as error:
        return error.word
    return ""


def logout_word(claims: dict[str, Any], **header: Any) -> str:
    try:
        tokens.logout_token(signed(claims, **header), published(), THERE, NOW)
    except TokenRefusedError as error:
        return error.word
    return ""


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"aud": ["limen"]},
        {"azp": "limen"},
        {"aud": ["limen", "other"], "azp": "limen"},
        {"exp": SECONDS - 30},
        {"iat": SECONDS + 30},
        {"iat": SECONDS - 500},
        {"exp": SECONDS + 0.5},
    ],
    ids=str,
)
def test_a_token_that_holds(more: dict[str, Any]) -> None:
    assert word(signed({**CLAIMS, **more})) == ""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"iss": "https://idp.example/"}, "issuer-wrong"),
        ({"aud": "Limen"}, "audience-wrong"),
        ({"aud": []}, "audience-wrong"),
        ({"aud": ["limen", "other"]}, "party-wrong"),
        ({"azp": "other"}, "party-wrong"),
        ({"exp": SECONDS - 61}, "expired"),
        ({"iat": SECONDS + 61}, "not-yet"),
        ({"nbf": SECONDS + 61}, "not-yet"),
        ({"iat": SECONDS - 700}, "too-old"),
        ({"iat": "1"}, "time-missing"),
        ({"exp": -1}, "time-missing"),
        ({"exp": 1 << 50}, "time-missing"),
        ({"nonce": "m"}, "nonce-wrong"),
        ({"nonce": ["n"]}, "nonce-wrong"),
        ({"sub": "mi\u00e4"}, "subject-wrong"),
        ({"sub": 7}, "subject-wrong"),
    ],
    ids=str,
)
def test_a_token_that_does_not(more: dict[str, Any], said: str) -> None:
    assert word(signed({**CLAIMS, **more})) == said


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "a.b.c.d.e", "\u00e4.b.c", "x" * 40_000])
def test_what_is_no_token(token: str) -> None:
    assert word(token) == "garbage"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSAKey.generate_key(2048, {"kid": "one"}), "PS256"),
        (RSAKey.generate_key(2048, {"kid": "one"}), "RS512"),
        (ECKey.generate_key("P-256", {"kid": "one"}), "ES256"),
        (ECKey.generate_key("P-384", {"kid": "one"}), "ES384"),
        (OKPKey.generate_key("Ed25519", {"kid": "one"}), "EdDSA"),
    ],
    ids=["PS256", "RS512", "ES256", "ES384", "EdDSA"],
)
def test_any_asymmetric_algorithm_by_a_key_of_its_type(key: Key, algorithm: str) -> None:
    token = signed(CLAIMS, key, alg=algorithm)
    assert word(token, published(key)) == ""
    assert word(token, published(key, alg=algorithm)) == ""
    assert word(token, published(key, alg="RS384")) == "key-unknown"
    assert word(token, published(key, use="enc")) == "key-unknown"
    assert word(token, published(RSAKey.generate_key(2048, {"kid": "two"}))) == "key-unknown"


def test_a_token_without_a_key_name_needs_one_key_alone() -> None:
    other = RSAKey.generate_key(2048, {"kid": "two"})
    token = signed(CLAIMS, kid="")
    assert word(token) == ""
    assert word(token, published(KEY, other)) == "key-unnamed"


def test_a_key_that_is_broken_verifies_nothing_and_stops_nothing() -> None:
    broken = {"kty": "RSA", "kid": "one", "n": "!", "e": []}
    assert word(signed(CLAIMS), [broken, *published()]) == ""
    assert word(signed(CLAIMS), [broken]) == "signature-wrong"


def test_a_private_key_that_is_published_by_mistake_is_used_as_a_public_one() -> None:
    assert word(signed(CLAIMS), [dict(KEY.as_dict(private=True))]) == ""


def test_the_access_token_is_held_against_its_hash() -> None:
    digest = hashlib.sha256(b"access").digest()[:16]
    token = signed({**CLAIMS, "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode()})
    assert word(token, access="access") == ""
    assert word(token, access="another") == "at-hash-wrong"
    assert word(token) == "at-hash-wrong"


def test_an_unknown_key_is_told_apart() -> None:
    with pytest.raises(UnknownKeyError):
        tokens.id_token(signed(CLAIMS, kid="new"), published(), THERE, Expected("n"), NOW)


@pytest.mark.parametrize("typ", ["", "JWT", "logout+jwt", "application/logout+jwt"])
def test_a_logout_token_that_holds(typ: str) -> None:
    assert logout_word(LOGOUT, typ=typ) == ""
    assert logout_word({**{name: value for name, value in LOGOUT.items() if name != "sub"}, "sid": "s"}, typ=typ) == ""
    without_end = {name: value for name, value in LOGOUT.items() if name != "exp"}
    assert logout_word(without_end, typ=typ) == ""
    assert logout_word({**without_end, "iat": SECONDS - 3_600}, typ=typ) == "too-old"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"events": {}}, "no-logout-token"),
        ({"events": {tokens.LOGOUT_EVENT: []}}, "no-logout-token"),
        ({"events": "x"}, "no-logout-token"),
        ({"nonce": ""}, "no-logout-token"),
        ({"jti": ""}, "jti-missing"),
        ({"sub": ""}, "subject-wrong"),
        ({"exp": SECONDS - 100}, "expired"),
        ({"aud": "x"}, "audience-wrong"),
    ],
    ids=str,
)
def test_a_logout_token_that_does_not(more: dict[str, Any], said: str) -> None:
    assert logout_word({**LOGOUT, **more}) == said


def test_an_access_token_is_neither() -> None:
    assert logout_word(LOGOUT, typ="at+jwt") == "header-refused"
    assert word(signed(CLAIMS, typ="at+jwt")) == "header-refused"


def test_who_a_token_says_it_is_from() -> None:
    assert tokens.issuer_in(signed(CLAIMS)) == THERE.url
    assert [tokens.issuer_in(one) for one in ("", "a.b.c", "x" * 50_000)] == ["", "", ""]


def hint_word(**other: Any) -> str:
    claims = {**CLAIMS, **other}
    try:
        tokens.hint(signed({name: value for name, value in claims.items() if value}), published(), THERE, NOW)
    except TokenRefusedError as error:
        return error.word
    return ""


def test_a_hint_may_have_expired_and_its_age_counts() -> None:
    assert hint_word(exp=SECONDS - 3_600, nonce=None) == ""
    assert hint_word(iat=SECONDS - 3_600, exp=SECONDS + 3_600) == "too-old"
    assert hint_word(iat=SECONDS + 3_600) == "not-yet"
    assert hint_word(exp=None) == "time-missing"
    assert hint_word(aud="another") == "audience-wrong"
    assert hint_word(sub=None) == "subject-wrong"
