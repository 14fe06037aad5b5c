"""Signing in at a SAML issuer, through the pages: there, back, confirmed, created, and out again."""

from __future__ import annotations

from contextlib import AsyncExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from lxml import etree
from tests.sso import saml_issuer
from tests.sso.issuer import issuer_at_work, leaves, way_on
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.client import DS
from tests.sso.saml_issuer import (
    ENTITY,
    HERE,
    MFA,
    PASSWORD,
    FakeSaml,
    Signs,
    harbor_by_saml,
    posts,
    saml_entry,
    signs_in_by_saml,
)
from tests.web.conftest import ORIGIN, Browser, House

from limen.clock import HOUR, MINUTE
from limen.sso.saml import bindings, sp_metadata
from limen.sso.saml.identity_provider import IdentityProvider
from limen.sso.saml.keys import SamlKey
from limen.sso.saml.signatures import bare, check_query

there, house, mia = saml_issuer.there, saml_issuer.house, saml_issuer.mia


async def test_who_is_linked_signs_in_whatever_of_it_is_signed(house: House, mia: Browser, there: FakeSaml) -> None:
    ways: list[Signs] = ["assertion", "response", "both"]
    for signs in ways:
        there.signs = signs
        browser = house.browser()
        done = await signs_in_by_saml(house, browser, there, to="/sessions")
        assert (done.status_code, done.headers["location"]) == (303, "/onward?to=%2Fsessions"), (signs, done.text)
        event = house.events("sign_in.succeeded")[0]
        assert (event.details["strength"], event.details["issuer"]) == (1, "there")
        assert event.actor == house.id_of("mia@harbor.example")
        assert (await browser.get("/sessions")).status_code == 200


async def test_what_is_asked_there_is_signed_and_says_where_to_answer(house: House, there: FakeSaml) -> None:
    url = await leaves(house.browser())
    assert url.startswith("https://idp.works.example/sso?SAMLRequest=")
    asked = there.asked(url)
    assert (asked.back, asked.root.get("Destination")) == (f"{HERE}/back", "https://idp.works.example/sso")
    assert asked.root.findtext("{*}Issuer") == f"{HERE}/metadata"
    assert asked.root.get("ForceAuthn") is None
    keys = house.limen.core.offers.take(IdentityProvider).keys
    arrived = bindings.from_query(url.partition("?")[2])
    check_query(arrived.signed, arrived.algorithm, arrived.signature, [bare(keys.every[0].certificate)])


async def test_the_metadata_are_those_of_a_service_provider(house: House) -> None:
    answered = await house.browser().get("/sign-in/with/there/metadata")
    assert (answered.status_code, answered.headers["content-type"]) == (200, "application/samlmetadata+xml")
    read = sp_metadata.provider_in(answered.content)
    assert (read.entity_id, read.consumers[0].url) == (f"{HERE}/metadata", f"{HERE}/back")
    assert (read.signs_requests, len(read.certificates), read.name_id) == (True, 1, "persistent")
    assert read.logout_service == f"{HERE}/signed-out"


async def test_a_context_counts_for_what_it_proves(house: House, mia: Browser, there: FakeSaml) -> None:
    worth = {PASSWORD: 1, "urn:example:gold": 1, "": 1, MFA: 2, "urn:limen:strength:2": 2, "phr": 3}
    for context, strength in worth.items():
        there.context = context
        assert (await signs_in_by_saml(house, house.browser(), there)).status_code == 303
        assert house.events("sign_in.succeeded")[0].details["strength"] == strength, context


async def test_rules_of_the_company_say_what_a_context_is_worth(tmp_path: Path, there: FakeSaml) -> None:
    async with AsyncExitStack() as closing:
        entry = saml_entry(there, more="    strength:\n      - {acr: ['urn:example:gold'], is: 3}\n")
        house = await harbor_by_saml(closing, tmp_path / "harbor", [there], entry)
        await house.member(browser := house.browser(), "Mia", "staff")
        await saml_issuer.links_by_saml(house, browser, there)
        there.context = "urn:example:gold"
        await signs_in_by_saml(house, house.browser(), there)
        assert house.events("sign_in.succeeded")[0].details["strength"] == 3


async def test_a_step_up_asks_there_again_and_wants_a_proof_of_now(house: House, mia: Browser, there: FakeSaml) -> None:
    there.context = "phr"
    await signs_in_by_saml(house, browser := house.browser(), there)
    house.clock.forward(HOUR)

    async def confirms(**said: str) -> int:
        await browser.get("/step-up?app=limen&to=/passkeys")
        page = await browser.post("/step-up/with/there", app="limen", to="/passkeys")
        asked = there.asked(way_on(page))
        assert asked.root.get("ForceAuthn") == "true"
        return (await posts(house, browser, there.answer(asked, **said))).status_code

    assert await confirms(Proved=there.at(-HOUR)) == 400
    assert await confirms(Name="tom-there") == 403
    assert await confirms() == 303
    assert len(house.events("step_up.succeeded")) == 1


async def test_an_address_leads_to_the_issuer_of_its_domain(house: House, mia: Browser, there: FakeSaml) -> None:
    browser = house.browser()
    await browser.get("/sign-in")
    page = await browser.post("/sign-in/address", email="mia@harbor.example", to="/sessions")
    done = await posts(house, browser, there.answer(there.asked(way_on(page))))
    assert (done.status_code, done.headers["location"]) == (303, "/onward?to=%2Fsessions")


async def test_who_was_invited_comes_in_with_their_account(house: House, there: FakeSaml) -> None:
    issued = await house.invite("Nia", "staff")
    browser, there.name = house.browser(), "nia-there"
    await browser.get("/sign-in")
    page = await browser.post("/enrol/with/there", token=issued.token.reveal())
    asked = there.asked(way_on(page))
    assert asked.root.get("ForceAuthn") == "true"
    assert (await posts(house, browser, there.answer(asked))).status_code == 303
    assert (await signs_in_by_saml(house, house.browser(), there)).status_code == 303
    assert house.events("sign_in.succeeded")[0].actor == house.id_of("nia@harbor.example")


async def test_a_first_sign_in_makes_an_account_where_it_may(tmp_path: Path, there: FakeSaml) -> None:
    async with AsyncExitStack() as closing:
        more = "    accounts: created\n    groups: [staff]\n    require: {site: port}\n"
        house = await harbor_by_saml(closing, tmp_path / "harbor", [there], saml_entry(there, more=more))
        there.name, there.attributes = "new-there", {"mail": ["nia@harbor.example"], "displayName": ["Nia Berg"]}
        assert (await signs_in_by_saml(house, house.browser(), there)).status_code == 400  # without what is required
        there.attributes["site"] = ["quay", "port"]
        assert (await signs_in_by_saml(house, house.browser(), there)).status_code == 303
        person = house.limen.known.people[house.id_of("nia@harbor.example")]
        assert (person.name, person.groups) == ("Nia Berg", frozenset({"staff"}))
        for number, mail in enumerate([["x@other.example"], ["a@harbor.example", "b@harbor.example"], []]):
            there.name, there.attributes["mail"] = f"other-{number}", mail
            assert (await signs_in_by_saml(house, house.browser(), there)).status_code == 403, mail


async def test_keys_and_addresses_follow_the_metadata(tmp_path: Path, there: FakeSaml) -> None:
    with issuer_at_work() as server:
        async with AsyncExitStack() as closing:

            def metadata(handler: BaseHTTPRequestHandler) -> None:
                handler.reply(200, there.metadata())  # type: ignore[attr-defined]

            server.answers["/metadata"] = metadata
            entry = saml_entry(there, saml=f"      metadata: {server.url}/metadata\n")
            house = await harbor_by_saml(closing, tmp_path / "harbor", [there], entry)
            await house.member(browser := house.browser(), "Mia", "staff")
            assert (await saml_issuer.links_by_saml(house, browser, there)).status_code == 303
            there.keys = key_pair("works, later")
            assert (await signs_in_by_saml(house, house.browser(), there)).status_code == 400  # asked a moment ago
            house.clock.forward(2 * MINUTE)
            assert (await signs_in_by_saml(house, house.browser(), there)).status_code == 303
            asked = [path for path, _, _ in server.asked].count("/metadata")
            assert asked == 2


async def test_an_issuer_that_is_down_is_a_page(tmp_path: Path, there: FakeSaml) -> None:
    async with AsyncExitStack() as closing:
        entry = saml_entry(there, saml="      metadata: http://127.0.0.1:9/metadata\n")
        house = await harbor_by_saml(closing, tmp_path / "harbor", [there], entry)
        page = await house.browser().get("/sign-in/with/there")
        assert (page.status_code, "location" in page.headers) == (502, False)
        assert [event.reason for event in house.events("sso.upstream_failed")] == ["unreachable"]


async def test_a_sign_out_there_ends_the_session_here(house: House, mia: Browser, there: FakeSaml) -> None:
    browser, other = house.browser(), house.browser()
    await signs_in_by_saml(house, browser, there)
    await signs_in_by_saml(house, other, there, Session="another")
    said = await house.browser().client.post(
        "/sign-in/with/there/signed-out", content=there.sign_out(f"{HERE}/signed-out", Session="session-there")
    )
    assert (said.status_code, b"status:Success" in said.content) == (200, True)
    assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")
    assert (await other.get("/sessions")).status_code == 200
    assert (await mia.get("/sessions")).status_code == 200  # what her own passkey opened goes on


async def test_a_sign_out_there_may_come_by_the_browser_and_goes_back_there(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    """Signed in its address (Bindings section 3.4.4.1), and so is the answer."""
    await signs_in_by_saml(house, browser := house.browser(), there)
    now = house.clock.now()
    theirs = SamlKey("works", now, now, there.keys.pem, there.keys.key_pem)
    said = etree.fromstring(there.sign_out(f"{HERE}/signed-out"))[0][0]
    said.remove(next(said.iter(f"{DS}Signature")))
    url = bindings.to_query(f"{HERE}/signed-out", "SAMLRequest", etree.tostring(said), "state of theirs", theirs)
    answered = await browser.get(url.removeprefix(ORIGIN))
    assert answered.headers["location"].startswith("https://idp.works.example/slo?SAMLResponse=")
    arrived = bindings.from_query(answered.headers["location"].partition("?")[2])
    keys = house.limen.core.offers.take(IdentityProvider).keys
    check_query(arrived.signed, arrived.algorithm, arrived.signature, [bare(keys.every[0].certificate)])
    assert (arrived.relay_state, b"status:Success" in arrived.document) == ("state of theirs", True)
    assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")


async def test_who_signs_out_here_may_sign_out_there(house: House, mia: Browser, there: FakeSaml) -> None:
    await signs_in_by_saml(house, browser := house.browser(), there)
    await browser.get("/sessions")
    out = await browser.post("/sign-out")
    assert out.headers["location"].startswith("/signed-out?issuer=there&left=")
    page = await browser.get(out.headers["location"])
    way = page.text.partition('href="/signed-out/at/there')[2].partition('"')[0]
    url = way_on(await browser.get(f"/signed-out/at/there{way}"))
    assert url.startswith("https://idp.works.example/slo?SAMLRequest=")
    arrived = bindings.from_query(url.partition("?")[2])
    assert b">mia-there<" in arrived.document
    assert f' NameQualifier="{ENTITY}" SPNameQualifier="{HERE}/metadata">'.encode() in arrived.document
    assert b">session-there<" in arrived.document
    again = await browser.get(f"/signed-out/at/there{way}")
    assert again.headers["location"] == "/signed-out"  # once, and nobody can be named without it
    answered = await browser.get("/sign-in/with/there/signed-out?SAMLResponse=x")
    assert answered.headers["location"] == "/signed-out"


async def test_an_openid_issuer_has_no_pages_of_saml(house: House, mia: Browser) -> None:
    for path in ("/sign-in/with/nobody/metadata", "/sign-in/with/nobody/signed-out"):
        assert (await house.browser().get(path)).status_code == 404


async def test_administrators_see_what_to_register(house: House, mia: Browser, there: FakeSaml) -> None:
    await house.administrator(ada := house.browser())
    page = (await ada.get("/console/issuers")).text
    for said in (ENTITY, f"{HERE}/metadata", f"{HERE}/back", f"{HERE}/signed-out"):
        assert said in page
