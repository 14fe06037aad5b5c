"""A code and a refresh token count once, for whoever began with them."""

from __future__ import annotations

import pytest
from tests.sso.client import Grafana
from tests.web.conftest import Browser, House

from limen.clock import SECOND
from limen.sso.oidc.person_grants import CODE_LIVES, LEEWAY


async def test_a_code_counts_once_and_ends_what_came_of_it(house: House, mia: Browser, grafana: Grafana) -> None:
    code = await grafana.code(mia)
    tokens = (await grafana.redeem(code)).json()
    assert (await grafana.redeem(code)).json()["error"] == "invalid_grant"
    assert (await grafana.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert len(house.events("sso.token_reused")) == 1


@pytest.mark.parametrize("verifier", ["", "x" * 43])
async def test_whoever_does_not_know_the_verifier_gets_nothing(mia: Browser, grafana: Grafana, verifier: str) -> None:
    assert (await grafana.redeem(await grafana.code(mia), code_verifier=verifier)).status_code == 400


async def test_a_code_is_over_in_a_minute(house: House, mia: Browser, grafana: Grafana) -> None:
    code = await grafana.code(mia)
    house.clock.forward(CODE_LIVES + SECOND)
    assert (await grafana.redeem(code)).json()["error"] == "invalid_grant"


async def test_a_nonce_is_told_once(mia: Browser, grafana: Grafana) -> None:
    """A refreshed ID token is of no authorization request (OpenID Connect Core section 12.2)."""
    tokens = await grafana.tokens(mia)
    assert (await grafana.claims(tokens["id_token"]))["nonce"] == grafana.nonce
    again = (await grafana.refresh(tokens["refresh_token"])).json()
    assert "nonce" not in await grafana.claims(again["id_token"])


async def test_a_refresh_token_is_spent_by_the_next_one(house: House, mia: Browser, grafana: Grafana) -> None:
    first = (await grafana.tokens(mia))["refresh_token"]
    second = (await grafana.refresh(first)).json()["refresh_token"]
    house.clock.forward(LEEWAY + SECOND)
    assert (await grafana.refresh(first)).json()["error"] == "invalid_grant"
    assert (await grafana.refresh(second)).json()["error"] == "invalid_grant"  # its line has ended
