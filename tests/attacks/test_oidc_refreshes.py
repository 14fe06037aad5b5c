"""Refresh tokens that come twice: an app that asks several times at once stays signed in; a thief gains nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.sso import harbor
from tests.sso.client import Grafana
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import HOUR, MINUTE, SECOND
from limen.opaque import hash_of, new_token
from limen.sso import sign_ins
from limen.sso.oidc import store
from limen.sso.oidc.calls import Calls
from limen.sso.oidc.person_grants import LEEWAY, MOST_REPEATS
from limen.sso.oidc.store import REFRESH, IssuedFor

house, mia, grafana = harbor.house, harbor.mia, harbor.grafana
LATER = LEEWAY + SECOND


async def refreshed(app: Grafana, token: str, **how: Any) -> dict[str, Any]:
    asked = {"grant_type": "refresh_token", "refresh_token": token}
    return dict((await app.post("/oidc/token", **asked, **how)).json())


def kinds(house: House) -> tuple[int, int]:
    """How often a token was used again within its leeway, and how often that ended a sign-in."""
    return len(house.events("sso.token_repeated")), len(house.events("sso.token_reused"))


async def test_six_refreshes_at_once_all_get_tokens_and_whichever_is_kept_goes_on(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    first = (await grafana.tokens(mia))["refresh_token"]
    answers = await asyncio.gather(*(refreshed(grafana, first) for _ in range(6)))
    tokens = [one["refresh_token"] for one in answers]
    assert len(set(tokens)) == 6
    for one in answers:
        assert (await grafana.userinfo(one["access_token"])).status_code == 200
    assert kinds(house) == (5, 0)
    house.clock.forward(5 * MINUTE)
    last = await refreshed(grafana, tokens[3])
    assert (await grafana.userinfo(last["access_token"])).status_code == 200


async def test_after_the_leeway_a_second_use_ends_everything(house: House, mia: Browser, grafana: Grafana) -> None:
    first = (await grafana.tokens(mia))["refresh_token"]
    second = await refreshed(grafana, first)
    house.clock.forward(LATER)
    assert (await refreshed(grafana, first))["error"] == "invalid_grant"
    assert (await refreshed(grafana, second["refresh_token"]))["error"] == "invalid_grant"
    assert (await grafana.userinfo(second["access_token"])).status_code == 401
    assert kinds(house) == (0, 1)


async def test_a_thief_within_the_leeway_is_found_with_the_next_refresh_of_either(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    """Who has the app's secret and its newest token gets no line of tokens of their own beside the app's."""
    first = (await grafana.tokens(mia))["refresh_token"]
    own = await refreshed(grafana, first)
    stolen = await refreshed(grafana, first)
    assert "access_token" in stolen
    assert kinds(house) == (1, 0)  # it is written down, with its app and its person
    house.clock.forward(4 * MINUTE)
    assert "access_token" in await refreshed(grafana, own["refresh_token"])
    house.clock.forward(LATER)
    assert (await refreshed(grafana, stolen["refresh_token"]))["error"] == "invalid_grant"
    assert (await grafana.userinfo(stolen["access_token"])).status_code == 401
    assert (await grafana.userinfo(own["access_token"])).status_code == 401
    assert kinds(house) == (1, 1)


async def test_the_token_before_the_previous_one_never_counts(house: House, mia: Browser, grafana: Grafana) -> None:
    first = (await grafana.tokens(mia))["refresh_token"]
    second = (await refreshed(grafana, first))["refresh_token"]
    await refreshed(grafana, second)
    assert (await refreshed(grafana, first))["error"] == "invalid_grant"  # within seconds, and yet
    assert kinds(house) == (0, 1)


async def test_a_leeway_is_no_mint(house: House, mia: Browser, grafana: Grafana) -> None:
    first = (await grafana.tokens(mia))["refresh_token"]
    for _ in range(MOST_REPEATS + 1):
        assert "access_token" in await refreshed(grafana, first)
    assert (await refreshed(grafana, first))["error"] == "invalid_grant"
    assert kinds(house) == (MOST_REPEATS, 1)


async def test_repeating_moves_no_leeway(house: House, mia: Browser, grafana: Grafana) -> None:
    first = (await grafana.tokens(mia))["refresh_token"]
    await refreshed(grafana, first)
    for _ in range(2):
        house.clock.forward(LEEWAY // 2 - SECOND)
        assert "access_token" in await refreshed(grafana, first)
    house.clock.forward(3 * SECOND)
    assert (await refreshed(grafana, first))["error"] == "invalid_grant"


async def test_another_app_or_one_without_the_secret_has_no_leeway(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    first = (await grafana.tokens(mia))["refresh_token"]
    await refreshed(grafana, first)
    survey = await Grafana.registered(house, id="survey", back="https://survey.example/back")
    assert (await refreshed(survey, first))["error"] == "invalid_grant"
    assert (await refreshed(Grafana(house, secret="guessed"), first))["error"] == "invalid_client"
    assert kinds(house) == (0, 0)  # strangers end nobody's sign-in either
    assert "access_token" in await refreshed(grafana, first)


async def test_a_public_client_has_none(house: House, mia: Browser) -> None:
    """Nothing but the token says who it is."""
    desk = Grafana(house, id="desk", back="example.harbor.desk:/back")
    first = (await desk.tokens(mia))["refresh_token"]
    second = await refreshed(desk, first)
    assert (await refreshed(desk, first))["error"] == "invalid_grant"
    assert (await refreshed(desk, second["refresh_token"]))["error"] == "invalid_grant"
    assert kinds(house) == (0, 1)


async def test_a_public_client_that_proves_its_key_has_one_and_a_thief_without_the_key_has_none(
    house: House, mia: Browser
) -> None:
    desk, key, other = Grafana(house, id="desk", back="example.harbor.desk:/back"), *map(made, "12")

    def proof(held: ECKey, jti: str) -> dict[str, dict[str, str]]:
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": held.as_dict(private=False)}
        claims = {"jti": jti, "htm": "POST", "htu": f"{ORIGIN}/oidc/token", "iat": house.clock.now() // SECOND}
        return {"fields": {"dpop": jwt.encode(header, claims, held, algorithms=["ES256"])}}

    redeemed = {
        "grant_type": "authorization_code",
        "code": await desk.code(mia),
        "redirect_uri": desk.back,
        "code_verifier": desk.verifier,
    }
    first = (await desk.post("/oidc/token", **redeemed, **proof(key, "a"))).json()["refresh_token"]
    assert "access_token" in await refreshed(desk, first, **proof(key, "b"))
    assert "access_token" in await refreshed(desk, first, **proof(key, "c"))
    assert (await refreshed(desk, first, **proof(other, "d")))["error"] == "invalid_grant"
    assert kinds(house) == (1, 1)


def made(_name: str) -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.mark.parametrize("ends", ["session", "revoke"])
async def test_what_has_ended_has_no_leeway(house: House, mia: Browser, grafana: Grafana, ends: str) -> None:
    tokens = await grafana.tokens(mia)
    second = await refreshed(grafana, tokens["refresh_token"])
    if ends == "session":
        await house.limen.identity.sessions.revoke_person(house.id_of("mia@harbor.example"), by="")
    else:
        await grafana.post("/oidc/revoke", token=second["refresh_token"])
    assert (await refreshed(grafana, tokens["refresh_token"]))["error"] == "invalid_grant"
    assert (await refreshed(grafana, second["refresh_token"]))["error"] == "invalid_grant"
    assert kinds(house)[0] == 0


async def test_what_was_decided_before_a_revocation_and_waits_behind_it_is_no_answer_of_before(
    house: House, mia: Browser, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing is one after the other: on a busy machine a revocation may be through first."""
    tokens = await grafana.tokens(mia)
    again = await refreshed(grafana, tokens["refresh_token"])
    served = Calls.served

    async def behind_a_revocation(self: Calls, *asked: Any, **known: Any) -> Any:
        await house.limen.identity.sessions.revoke_person(house.id_of("mia@harbor.example"), by="")
        return await served(self, *asked, **known)

    with monkeypatch.context() as busy:
        busy.setattr(Calls, "served", behind_a_revocation)
        assert await grafana.introspect(again["access_token"]) == {"active": False}
    await mia.sign_in()
    once_more = await grafana.tokens(mia)
    with monkeypatch.context() as busy:
        busy.setattr(Calls, "served", behind_a_revocation)
        assert (await refreshed(grafana, once_more["refresh_token"]))["error"] == "invalid_grant"


async def test_a_spent_token_is_not_active_in_its_leeway(mia: Browser, grafana: Grafana) -> None:
    first = (await grafana.tokens(mia))["refresh_token"]
    assert (await grafana.introspect(first))["active"] is True
    second = (await refreshed(grafana, first))["refresh_token"]
    assert await grafana.introspect(first) == {"active": False}
    assert (await grafana.introspect(second))["active"] is True


async def test_a_token_from_before_there_were_turns_goes_on_and_counts_once(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    await grafana.tokens(mia)
    core, old = house.limen.core, new_token()
    (sign_in,) = await core.database.reading(lambda s: sign_ins.open_sign_ins(s.connection))
    until = house.clock.now() + HOUR
    await core.database.writing(
        lambda t: store.add_token(t.connection, hash_of(old), REFRESH, sign_in.id, until, IssuedFor())
    )
    second = await refreshed(grafana, old)
    third = await refreshed(grafana, second["refresh_token"])
    assert (await grafana.userinfo(third["access_token"])).status_code == 200
    assert (await refreshed(grafana, old))["error"] == "invalid_grant"
    assert (await grafana.userinfo(third["access_token"])).status_code == 401
    assert kinds(house) == (0, 1)


async def test_a_token_that_another_tab_has_spent_ends_the_sign_in_when_it_is_given_back(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    first = await grafana.tokens(mia)
    second = (await grafana.refresh(first["refresh_token"])).json()
    assert (await grafana.post("/oidc/revoke", token=first["refresh_token"])).status_code == 200
    assert (await grafana.userinfo(second["access_token"])).status_code == 401
    assert (await grafana.refresh(second["refresh_token"])).status_code == 400
