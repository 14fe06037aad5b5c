"""Proofs of a key: for one request, once, now."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from limen.clock import SetClock
from limen.sso import seen_once
from limen.sso.oidc.dpop import DpopProofs
from limen.storage.kept_briefly import KeptBriefly

NOW = 1_700_000_000
KEY = ECKey.generate_key("P-256")


def proof(header: dict[str, Any] | None = None, **told: Any) -> str:
    claims = {"jti": "1", "htm": "POST", "htu": "https://limen.example/t", "iat": NOW, **told}
    headers = {"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.as_dict(private=False), **(header or {})}
    return jwt.encode(headers, claims, KEY, algorithms=["ES256"])


@pytest.fixture
def proofs() -> DpopProofs:
    return DpopProofs(KeptBriefly.in_memory(SetClock(NOW * 1000)), SetClock(NOW * 1000), "https://limen.example")


async def test_a_good_proof_names_its_key_once(proofs: DpopProofs) -> None:
    made = proof()
    assert await proofs.key_of(made, "POST", "/t", "g_1") == KEY.thumbprint()
    assert await proofs.key_of(made, "POST", "/t", "g_1") is None


async def test_a_proof_for_a_token_is_for_that_token(proofs: DpopProofs) -> None:
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"token").digest()).rstrip(b"=").decode()
    assert await proofs.key_of(proof(ath=digest), "POST", "/t", "g_1", "token") == KEY.thumbprint()
    assert await proofs.key_of(proof(ath=digest, jti="2"), "POST", "/t", "g_1", "other") is None


@pytest.mark.parametrize(
    "bad",
    [
        {"htm": "GET"},
        {"htu": "https://limen.example/other"},
        {"iat": NOW - 61},
        {"iat": NOW + 61},
        {"header": {"typ": "JWT"}},
        {"header": {"jwk": KEY.as_dict(private=True)}},
        {"header": {"jwk": ECKey.generate_key("P-256").as_dict(private=False)}},
    ],
)
async def test_anything_else_proves_nothing(proofs: DpopProofs, bad: dict[str, Any]) -> None:
    assert await proofs.key_of(proof(**bad), "POST", "/t", "g_1") is None


async def test_nonsense_proves_nothing(proofs: DpopProofs) -> None:
    for text in ("", "a.b.c", "x" * 9_000, "é"):
        assert await proofs.key_of(text, "POST", "/t", "g_1") is None


async def test_whoever_sends_more_proofs_than_anybody_pushes_out_their_own_alone(
    proofs: DpopProofs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_once, "MOST_OF_A_SOURCE", 3)
    first = proof(jti="of-another")
    assert await proofs.key_of(first, "POST", "/t", "g_2") == KEY.thumbprint()
    for number in range(9):
        assert await proofs.key_of(proof(jti=str(number)), "POST", "/t", "g_1") == KEY.thumbprint()
    assert await proofs.key_of(first, "POST", "/t", "g_2") is None
