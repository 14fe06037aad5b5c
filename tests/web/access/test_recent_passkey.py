"""A passkey used within five minutes: asked for again where it is older, and said where there is none."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from limen.access.services import FRESH
from limen.facts import Auth, Factor
from limen.web.access.recent_passkey import require_recent_passkey
from limen.web.site import ProofNeededError, TurnedAwayError

NOW = 1_000_000_000
PASSKEY = Auth(3, frozenset({Factor.PASSKEY}), NOW)


def site(*passkeys: str) -> Any:
    async def of_person(_person: str) -> Any:
        return SimpleNamespace(passkeys=passkeys)

    factors = SimpleNamespace(of_person=of_person)
    return SimpleNamespace(
        identity=SimpleNamespace(factors=factors),
        known=SimpleNamespace(issuers=()),
        wrong=lambda _visit, status, *_said: SimpleNamespace(status_code=status),
    )


def visit(auth: Auth) -> Any:
    return SimpleNamespace(session=SimpleNamespace(auth=auth), person=SimpleNamespace(id="p"), now=NOW)


@pytest.mark.parametrize("ago", [0, FRESH])
async def test_one_used_just_now_is_enough(ago: int) -> None:
    await require_recent_passkey(site(), visit(replace(PASSKEY, at=NOW - ago)), "/access/inbox")


@pytest.mark.parametrize(
    "auth",
    [
        replace(PASSKEY, at=NOW - FRESH - 1),
        replace(PASSKEY, at=NOW + 1),
        replace(PASSKEY, by_token=True),
        Auth(2, frozenset({Factor.PASSWORD, Factor.CODE}), NOW),
    ],
)
async def test_else_it_is_asked_for_and_who_has_none_is_told(auth: Auth) -> None:
    with pytest.raises(ProofNeededError) as asked:
        await require_recent_passkey(site("laptop"), visit(auth), "/access/inbox")
    assert asked.value.back == "/access/inbox"
    with pytest.raises(TurnedAwayError) as turned:
        await require_recent_passkey(site(), visit(auth), "/access/inbox")
    assert turned.value.response.status_code == 403
