"""What SAML issuers need of the sign-in host: how its answers look on the wire."""

from __future__ import annotations

from base64 import b64encode

from tests.sso import saml_issuer
from tests.sso.issuer import leaves
from tests.sso.saml_issuer import HERE, FakeSaml, signs_in_by_saml
from tests.web.conftest import Browser, House

there, house, mia = saml_issuer.there, saml_issuer.house, saml_issuer.mia


async def test_what_is_posted_goes_on_by_an_address_of_ours_and_sets_nothing(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    browser = house.browser()
    document, state = there.answer(there.asked(await leaves(browser)))
    sent = {"SAMLResponse": b64encode(document).decode(), "RelayState": state}
    led = await house.browser().client.post("/sign-in/with/there/back", data=sent)
    assert (led.status_code, led.headers["cache-control"]) == (303, "no-store")
    assert led.headers["location"].startswith(f"/sign-in/with/there/back?state={state}&response=")
    assert "set-cookie" not in led.headers
    assert (await browser.get(led.headers["location"])).status_code == 303


async def test_a_refused_one_is_a_page_with_the_other_ways_in(house: House, mia: Browser, there: FakeSaml) -> None:
    page = await signs_in_by_saml(house, house.browser(), there, Issuer="https://evil.example")
    assert (page.status_code, 'href="/sign-in"' in page.text) == (400, True)
    assert 'href="/sign-in/with/there"' in page.text


async def test_metadata_are_of_their_media_type(house: House) -> None:
    answered = await house.browser().get("/sign-in/with/there/metadata")
    assert answered.headers["content-type"] == "application/samlmetadata+xml"
    assert answered.content.startswith(b"<?xml")


async def test_a_sign_out_by_soap_is_answered_as_xml(house: House, mia: Browser, there: FakeSaml) -> None:
    message = there.sign_out(f"{HERE}/signed-out")
    answered = await house.browser().client.post("/sign-in/with/there/signed-out", content=message)
    assert (answered.status_code, answered.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    again = await house.browser().client.post("/sign-in/with/there/signed-out", content=message)
    assert (again.status_code, again.content) == (400, b"")
