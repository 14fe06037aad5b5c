"""Entra ID asks for the second factor: what it is answered, to whom. Against an emulator, not against the vendor."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from joserfc import jws
from pyotp import TOTP
from tests.sso.entra.tenant import MAREN, Tenant, answered, proves_anew
from tests.web.conftest import PASSWORD, Browser, House
from tests.web.portal.test_sign_in import _with_password as enrols_with_password

from limen.clock import DAY, MINUTE
from limen.sso.entra.external_method import AHEAD
from limen.sso.oidc import keys as oidc_keys


async def test_who_just_proved_it_is_a_decision_and_an_answer(house: House, mia: Browser, tenant: Tenant) -> None:
    page = await tenant.asks_through(mia)
    claims = await tenant.takes(mia, page)
    assert (claims["acr"], claims["amr"]) == ("possessionorinherence", ["fido"])
    assert answered(page).outcome == "stated"
    (told,) = house.events("sso.second_factor_stated")
    assert (told.actor, told.details["amr"], told.details["app"]) == (
        house.id_of("mia@harbor.example"),
        "fido",
        "microsoft-365",
    )
    assert told.details["decision"]
    assert told.details["request"] == "5b0ecb60-57ab-4a6c-b0a4-3b0d5e9ce2f5"


async def test_a_proof_of_this_morning_is_asked_for_again(house: House, mia: Browser, tenant: Tenant) -> None:
    house.clock.forward(5 * MINUTE)
    page = await proves_anew(mia, await tenant.asks_through(mia))
    assert (await tenant.takes(mia, page))["amr"] == ["fido"]


async def test_a_password_and_a_code_are_one_time_password(house: House, tenant: Tenant) -> None:
    cleo = house.browser()
    seed = await enrols_with_password(house, cleo, await house.invite("Cleo", "staff"))
    hint = tenant.hint(MAREN, "cleo@harbor.example")
    assert (await tenant.takes(cleo, await tenant.asks_through(cleo, hint)))["amr"] == ["otp"]
    house.clock.forward(5 * MINUTE)
    led = await tenant.asks_through(cleo, hint)
    way = parse_qs(urlsplit(led.headers["location"]).query)["to"][0]
    await cleo.get(led.headers["location"])
    code = TOTP(seed).at(house.clock.now() // 1_000)
    await cleo.post("/step-up", app="limen", to=way, decision="", password=PASSWORD, code=code)
    assert (await tenant.takes(cleo, await cleo.get(way)))["amr"] == ["otp"]


async def test_a_stranger_signs_in_first_and_comes_back(house: House, mia: Browser, tenant: Tenant) -> None:
    other = house.browser()
    other.passkey = mia.passkey
    led = await tenant.asks(other)
    way = led.headers["location"]
    assert (await other.get(way)).headers["location"].startswith("/sign-in?")
    await other.sign_in()
    assert (await tenant.takes(other, await other.get(way)))["sub"].startswith("pairwise-")


async def test_a_user_name_of_a_domain_of_ours_finds_its_person(house: House, tenant: Tenant) -> None:
    maren = house.browser()
    await house.member(maren, "Maren", "staff")
    page = await tenant.asks_through(maren, tenant.hint(MAREN, "Maren@Harbor.example"))
    assert (await tenant.takes(maren, page))["amr"] == ["fido"]


async def test_a_no_is_told_to_both(house: House, tenant: Tenant) -> None:
    """The person has the reasons, Entra ID the contract's error."""
    guest = house.browser()
    await house.member(guest, "Maren", "engineering")
    page = await tenant.asks_through(guest, tenant.hint(MAREN, "maren@harbor.example"))
    told = answered(page)
    assert (told.outcome, told.fields["error"], "id_token" in told.fields) == ("refused", "access_denied", False)
    assert told.fields["state"] in tenant.waiting
    assert "/not-yet?decision=" in page.text


async def test_no_state_is_given_back_where_none_came(mia: Browser, tenant: Tenant) -> None:
    page = await tenant.asks_through(mia, state=None)
    assert set(answered(page).fields) == {"id_token"}


async def test_keys_are_published_for_two_days_before_they_sign(house: House, mia: Browser, tenant: Tenant) -> None:
    """Entra ID reads them once a day."""
    before = {one["kid"] for one in (await mia.client.get("/entra/keys")).json()["keys"]}
    house.clock.forward(oidc_keys.LIVES)
    await house.limen.database.writing(lambda t: oidc_keys.kept_keys(t, house.limen.core.keyring, house.clock.now()))
    kept = await house.limen.database.writing(
        lambda t: oidc_keys.kept_keys(t, house.limen.core.keyring, house.clock.now())
    )
    new = next(one for one in kept.ids if one.startswith("rs256") and one not in before)
    now = house.clock.now()
    assert kid_of(kept.sign({}, "RS256", now + DAY, ahead=AHEAD)) in before
    assert kid_of(kept.sign({}, "RS256", now + AHEAD, ahead=AHEAD)) == new
    assert before < {one["kid"] for one in kept.certified("RS256")["keys"]}
    assert oidc_keys.AHEAD + oidc_keys.KEPT > AHEAD


def kid_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])
