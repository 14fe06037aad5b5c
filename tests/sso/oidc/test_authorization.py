"""An app's authorization request: what it may ask, and what stands between it and its code."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import escape
from tests.sso.client import LEDGER_KEY, Grafana, told_in
from tests.sso.program import app
from tests.web.conftest import Browser, House

from limen.clock import MINUTE
from limen.messages import Language, catalogue
from limen.sso.oidc.provider import Provider


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(house: House, grafana: Grafana) -> None:
    stranger = house.browser()
    answered = await stranger.get(grafana.way())
    assert answered.headers["location"].startswith("/sign-in?to=%2Foidc%2Fauthorize")
    silent = await stranger.get(grafana.way(prompt="none"))
    assert told_in(silent)["error"] == "login_required"


async def test_whom_no_policy_lets_in_sees_why_and_the_app_learns_nothing(house: House) -> None:
    guest, desk = house.browser(), Grafana(house, id="desk", back="example.harbor.desk:/back")
    await house.member(guest, "Gus", "contractors")
    answered = await guest.get(desk.way())
    assert answered.headers["location"].startswith("/not-yet?decision=")
    assert told_in(await guest.get(desk.way(prompt="none")))["error"] == "access_denied"


async def test_while_limen_can_not_decide_people_try_again_and_the_app_learns_that(
    house: House, mia: Browser, grafana: Grafana, lost_lease: Callable[[], None]
) -> None:
    lost_lease()
    page = await mia.get(grafana.way(), **{"accept-language": "de"})
    assert (page.status_code, page.headers["retry-after"]) == (503, "10")
    assert escape(catalogue(Language.GERMAN).say("fails.lease-expired")) in page.text
    assert told_in(await mia.get(grafana.way(prompt="none")))["error"] == "temporarily_unavailable"
    assert house.events("decision")[0].decision is not None


async def test_an_app_can_ask_for_a_newer_or_stronger_proof_and_never_for_less(
    house: House, mia: Browser, grafana: Grafana
) -> None:
    assert await grafana.code(mia, acr_values="phr", max_age="300")
    house.clock.forward(10 * MINUTE)
    for asked in ({"max_age": "300"}, {"prompt": "login"}):
        again = await mia.get(grafana.way(**asked))
        assert again.headers["location"].startswith("/step-up?app=limen&to=%2Foidc%2Fauthorize"), asked
        assert told_in(await mia.get(grafana.way(prompt="none", max_age="300")))["error"] == "interaction_required"
    await mia.step_up("limen")
    assert await grafana.code(mia, max_age="300")
    assert await grafana.code(mia, prompt="login")


async def test_an_app_of_another_company_learns_only_what_was_agreed_to(house: House, mia: Browser) -> None:
    survey = await Grafana.registered(house, id="survey", back="https://survey.example/back")
    assert told_in(await mia.get(survey.way(prompt="none")))["error"] == "consent_required"
    page = await mia.get(survey.way())
    assert page.status_code == 200
    way = survey.way()
    declined = await mia.post("/oidc/consent", way=way, answer="decline")
    assert "error=access_denied" in declined.text
    onward = await mia.post("/oidc/consent", way=way, answer="agree")
    assert onward.headers["location"].startswith("/onward?to=%2Foidc%2Fauthorize")
    tokens = await survey.tokens(mia)
    told = await survey.claims(tokens["id_token"])
    assert told["sub"] != house.id_of("mia@harbor.example")
    assert (set(told) & {"name", "groups"}, told["email"]) == (set(), "mia@harbor.example")


async def test_an_app_with_keys_pushes_a_request_that_keeps_none_of_its_proof(house: House, mia: Browser) -> None:
    ledger = Grafana(house, id="ledger", back="https://ledger.harbor.example/back")
    asked = {name: value for name, value in ledger.asks().items() if name != "client_id"}
    pushed = await app(house, LEDGER_KEY).post("/oidc/par", **asked)
    assert pushed.status_code == 201, pushed.text
    way = f"/oidc/authorize?client_id=ledger&request_uri={pushed.json()['request_uri']}"
    requests = house.limen.core.offers.take(Provider).authorization.pushed
    kept = await requests.look(pushed.json()["request_uri"], "ledger")
    assert kept is not None
    assert not {"client_assertion", "client_assertion_type"} & set(kept.query)
    assert "code" in told_in(await mia.get(way))


async def test_a_request_can_be_pushed_before_and_is_good_once(house: House, mia: Browser, grafana: Grafana) -> None:
    pushed = await grafana.post("/oidc/par", **grafana.asks())
    assert (pushed.status_code, pushed.json()["expires_in"]) == (201, 90)
    way = f"/oidc/authorize?client_id=grafana&request_uri={pushed.json()['request_uri']}"
    code = told_in(await mia.get(way))["code"]
    assert (await grafana.redeem(code)).status_code == 200
    assert (await mia.get(way)).status_code == 400
    wrong = await grafana.post("/oidc/par", **grafana.asks(redirect_uri="https://evil.example/"))
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_request")


async def test_a_long_request_survives_the_sign_in(house: House, grafana: Grafana) -> None:
    stranger = house.browser()
    answered = await stranger.get(grafana.way(state="s" * 1_900))
    assert "request_uri" in answered.headers["location"]


async def test_a_program_on_a_laptop_listens_on_any_port(house: House, mia: Browser) -> None:
    desk = Grafana(house, id="desk", back="http://127.0.0.1:49152/back")
    assert "id_token" in await desk.tokens(mia)
    for other in ("http://127.0.0.1:49152/other", "http://localhost:1/back", "https://127.0.0.1/back"):
        assert (await mia.get(desk.way(redirect_uri=other))).status_code == 400


async def test_what_apps_add_and_limen_has_no_use_for_stands_in_nobodys_way(mia: Browser, grafana: Grafana) -> None:
    """As Nextcloud (`claims`), Grafana (`access_type`) and GitLab (`scope` with a code) send them."""
    wanted = '{"id_token":{"groups":null,"email":{"essential":true}},"userinfo":{"quota":null}}'
    added = {"claims": wanted, "access_type": "online", "ui_locales": "de", "display": "page", "login_hint": "mia"}
    redeemed = await grafana.redeem(await grafana.code(mia, **added), scope="openid profile email groups")
    told = await grafana.claims(redeemed.json()["id_token"])
    assert (told["groups"], "quota" in told) == (["Viewer"], False)
