"""From an app's request to its response: each assertion is a decision."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.sso.saml.client import ENTITY, LEDGER_KEYS, A, Answered, Wiki, answered, decrypted, query_of
from tests.web.conftest import Browser, House

from limen.clock import DAY, HOUR, MINUTE
from limen.sso import sign_ins, signing_keys
from limen.sso.saml import names
from limen.sso.saml.contexts import MFA, PASSWORD
from limen.sso.saml.identity_provider import IdentityProvider


def wants(*classes: str, comparison: str = "exact") -> str:
    told = "".join(f"<saml:AuthnContextClassRef>{one}</saml:AuthnContextClassRef>" for one in classes)
    return f'<samlp:RequestedAuthnContext Comparison="{comparison}">{told}</samlp:RequestedAuthnContext>'


def named(word: str) -> str:
    return f'<samlp:NameIDPolicy Format="{names.FORMATS.get(word, word)}"/>'


async def test_who_is_signed_in_is_told_to_the_app(house: House, mia: Browser, wiki: Wiki) -> None:
    found = answered(await wiki.asks(mia, relay_state="/page?a=1&b=2"))
    assert (found.url, found.relay_state) == ("https://wiki.harbor.example/saml/acs", "/page?a=1&b=2")
    assert (found.statuses, found.root.get("InResponseTo")) == (["Success"], wiki.ids[-1])
    assert found.assertion.findtext(f"{A}Issuer") == ENTITY
    assert found.attribute("mail") == ["mia@harbor.example"]
    assert found.attribute("urn:oid:2.16.840.1.113730.3.1.241") == ["Mia"]
    assert found.attribute("roles") == ["Reader"]
    assert len(found.text("saml:Subject/saml:NameID")) == 32


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(house: House, wiki: Wiki) -> None:
    browser = house.browser()
    await house.member(browser, "Ned", "staff")
    browser.client.cookies.clear()
    led = await wiki.asks(browser, relay_state="r")
    assert led.headers["location"].startswith("/sign-in?to=%2Fsaml%2Fcontinue")
    done = await browser.sign_in("/x")
    assert done.status_code == 200
    waits = query_of(led.headers["location"])["to"]
    found = answered(await browser.get(waits))
    assert (found.statuses, found.relay_state) == (["Success"], "r")
    assert (await browser.get(waits)).status_code == 400


async def test_by_post_it_is_the_same(mia: Browser, wiki: Wiki) -> None:
    found = answered(await wiki.posts(mia, wiki.request(), relay_state="r"))
    assert (found.statuses, found.relay_state, found.root.get("InResponseTo")) == (["Success"], "r", wiki.ids[-1])


async def test_a_strict_app_signs_its_request_and_gets_an_encrypted_answer(mia: Browser, ledger: Wiki) -> None:
    for response in (await ledger.asks(mia), await ledger.posts(mia, ledger.signed(ledger.request()))):
        found = answered(response)
        assert b"mia@harbor.example" not in found.document
        clear = decrypted(found, LEDGER_KEYS)
        assert clear.text("saml:Subject/saml:NameID") == "mia@harbor.example"
        assert clear.text("saml:Conditions/saml:AudienceRestriction/saml:Audience") == "ledger"


async def test_whom_no_policy_lets_in_sees_why_and_the_app_learns_nothing(house: House, ledger: Wiki) -> None:
    guest = house.browser()
    await house.member(guest, "Gus", "contractors")
    assert (await ledger.asks(guest)).headers["location"].startswith("/not-yet?decision=")
    found = await ledger.signs_in(guest, IsPassive="true")
    assert (found.statuses, found.root.find(f"{A}Assertion")) == (["Responder", "RequestDenied"], None)


async def test_while_limen_can_not_decide_people_try_again_and_the_app_learns_that(
    mia: Browser, wiki: Wiki, lost_lease: Callable[[], None]
) -> None:
    lost_lease()
    page = await wiki.asks(mia)
    assert (page.status_code, page.headers["retry-after"]) == (503, "10")
    found = await wiki.signs_in(mia, IsPassive="true")
    assert (found.statuses, found.root.find(f"{A}Assertion")) == (["Responder"], None)


async def test_each_assertion_is_decided_by_the_facts_of_that_moment(house: House, mia: Browser, ledger: Wiki) -> None:
    assert answered(await ledger.asks(mia)).statuses == ["Success"]
    for _ in range(3):
        house.clock.forward(HOUR // 2)
        await mia.get("/")
    led = await ledger.asks(mia)
    assert led.headers["location"].startswith("/step-up?app=limen&to=%2Fsaml%2Fcontinue")
    assert answered(await ledger.asks(mia, IsPassive="true")).statuses == ["Responder", "NoPassive"]
    await mia.step_up("limen")
    assert answered(await ledger.asks(mia)).statuses == ["Success"]
    await house.limen.identity.people.deactivate(house.id_of("mia@harbor.example"), by="")
    assert (await ledger.asks(mia)).headers["location"].startswith("/sign-in")


async def test_an_app_can_ask_for_a_newer_proof(house: House, mia: Browser, wiki: Wiki) -> None:
    assert (await wiki.signs_in(mia, ForceAuthn="true")).statuses == ["Success"]
    house.clock.forward(5 * MINUTE)
    assert (await wiki.signs_in(mia)).statuses == ["Success"]
    assert (await wiki.asks(mia, ForceAuthn="true")).headers["location"].startswith("/step-up")
    await mia.step_up("limen")
    assert (await wiki.signs_in(mia, ForceAuthn="1")).statuses == ["Success"]


@pytest.mark.parametrize(
    ("inner", "said"),
    [("", MFA), (wants(PASSWORD), PASSWORD), (wants("phr"), "phr"), (wants(PASSWORD, comparison="better"), MFA)],
)
async def test_what_was_proved_is_stated_in_the_words_of_the_app(
    mia: Browser, wiki: Wiki, inner: str, said: str
) -> None:
    found = await wiki.signs_in(mia, inner)
    assert found.text("saml:AuthnStatement/saml:AuthnContext/saml:AuthnContextClassRef") == said


@pytest.mark.parametrize(
    ("inner", "statuses"),
    [
        (wants("urn:unknown"), ["Requester", "NoAuthnContext"]),
        (wants("phr", comparison="better"), ["Requester", "NoAuthnContext"]),
        (named("urn:kerberos"), ["Requester", "InvalidNameIDPolicy"]),
        (named("email"), ["Requester", "InvalidNameIDPolicy"]),
        ("<saml:Subject><saml:NameID>somebody</saml:NameID></saml:Subject>", ["Responder", "UnknownPrincipal"]),
    ],
)
async def test_what_can_not_be_is_refused_to_the_app(mia: Browser, wiki: Wiki, inner: str, statuses: list[str]) -> None:
    found = await wiki.signs_in(mia, inner)
    assert (found.statuses, found.root.find(f"{A}Assertion")) == (statuses, None)


async def test_names_are_of_one_app_or_of_one_sign_in(mia: Browser, wiki: Wiki) -> None:
    def name(found: Answered) -> str:
        return found.text("saml:Subject/saml:NameID")

    first = await wiki.signs_in(mia)
    subject = f"<saml:Subject><saml:NameID>{name(first)}</saml:NameID></saml:Subject>"
    assert name(await wiki.signs_in(mia, subject)) == name(first)
    transient = {name(await wiki.signs_in(mia, named("transient"))) for _ in range(2)}
    assert len(transient | {name(first)}) == 3
    board = answered(await mia.get("/saml/start?app=board"))
    assert name(board) not in transient | {name(first)}


async def test_a_sign_in_begins_here_only_where_that_is_registered(house: House, mia: Browser) -> None:
    found = answered(await mia.get("/saml/start?app=board"))
    assert (found.url, found.relay_state) == ("https://board.harbor.example/acs", "/today")
    assert (found.statuses, found.root.get("InResponseTo")) == (["Success"], None)
    for app in ("manual", "wiki", "nothing", "limen", ""):
        assert (await mia.get(f"/saml/start?app={app}")).status_code == 400
    assert 'href="/saml/start?app=board"' in (await mia.get("/")).text
    stranger = house.browser()
    assert (await stranger.get("/saml/start?app=board")).headers["location"].startswith("/sign-in?to=%2Fsaml")


async def test_nobody_is_asked_anything_where_the_app_says_so(house: House, wiki: Wiki) -> None:
    found = await wiki.signs_in(house.browser(), IsPassive="true")
    assert found.statuses == ["Responder", "NoPassive"]


async def test_a_page_may_post_to_its_app_alone(mia: Browser, wiki: Wiki) -> None:
    found = await wiki.signs_in(mia)
    (allowed,) = (part for part in found.policy.split("; ") if part.startswith("form-action"))
    assert allowed == "form-action 'self' https://wiki.harbor.example/saml/acs https://wiki.harbor.example"
    assert "wiki.harbor.example" not in (await mia.get("/")).headers["content-security-policy"]


async def test_a_sign_in_is_kept_with_its_session(house: House, mia: Browser, wiki: Wiki) -> None:
    found = await wiki.signs_in(mia)
    (kept,) = await house.limen.database.reading(lambda s: sign_ins.open_sign_ins(s.connection))
    statement = found.assertion.find(f"{A}AuthnStatement")
    assert statement is not None
    assert (kept.app, kept.id, kept.scope) == ("manual", statement.get("SessionIndex"), "persistent")


async def test_a_key_is_published_before_it_signs(house: House, mia: Browser) -> None:
    provider = house.limen.core.offers.take(IdentityProvider)
    before = (await mia.get("/saml/metadata")).content.count(b"<ds:X509Certificate>")
    (old,) = provider.keys.every
    core = house.limen.core
    await core.write(lambda t: signing_keys.renew(t, core.keyring, "saml", core.clock.now(), 30, "Harbor", ""))
    published = (await mia.get("/saml/metadata")).content.count(b"<ds:X509Certificate>")
    assert (before, published) == (1, 2)
    assert provider.keys.signing(house.clock.now()) == old
    house.clock.forward(31 * DAY)
    assert provider.keys.signing(house.clock.now()) != old
    await house.limen.core.settled(0)
    assert [event.details["days"] for event in house.events("sso.key_made")] == [30]
