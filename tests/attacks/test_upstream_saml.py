"""What thieves, strangers and hostile or broken issuers try at signing in with an account elsewhere by SAML."""

from __future__ import annotations

import copy
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Final

import httpx2
import pytest
from lxml import etree
from tests.sso import saml_issuer
from tests.sso.issuer import FakeIssuer, issuer_at_work, leaves
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.client import DS, RSA_SHA256, A, P
from tests.sso.saml_issuer import (
    HERE,
    KEYS,
    MFA,
    NAME_FORMAT,
    FakeSaml,
    Signs,
    enveloped,
    harbor_by_saml,
    links_by_saml,
    posts,
    saml_entry,
    sign,
    signs_in_by_saml,
)
from tests.web.conftest import Browser, House

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.sso import kept_requests
from limen.sso.upstream import fetching
from limen.sso.upstream.flow import Upstreams

there, house, mia = saml_issuer.there, saml_issuer.house, saml_issuer.mia
EVIL = key_pair("evil")


async def refused(house: House, browser: Browser, answered: httpx2.Response, word: str) -> None:
    """Nobody is signed in, a page says what to do, nobody is sent anywhere, and the journal has the word."""
    assert answered.status_code in {400, 403, 413, 502}, answered.text
    assert "location" not in answered.headers
    assert "__Host-limen=" not in answered.headers.get("set-cookie", "")
    assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")
    kinds = ("sso.upstream_refused", "sso.upstream_failed", "sign_in.failed")
    assert word in [event.reason for kind in kinds for event in house.events(kind)]


async def tries(house: House, there: FakeSaml, word: str, **said: str) -> None:
    house.clock.forward(20 * SECOND)
    browser, before = house.browser(), len(house.events("sso.upstream_refused"))
    await refused(house, browser, await signs_in_by_saml(house, browser, there, **said), word)
    assert len(house.events("sso.upstream_refused")) == before + 1


# Responses that say something else


NOT_FOR_US: Final[list[tuple[dict[str, str], str]]] = [
    ({"Issuer": "https://evil.example"}, "response-issuer-wrong"),
    ({"ResponseIssuer": "https://evil.example"}, "response-issuer-wrong"),
    ({"Issuer": " https://idp.works.example/saml"}, "response-issuer-wrong"),
    ({"Issuer": "https://IDP.works.example/saml"}, "response-issuer-wrong"),
    ({"Issuer": ""}, "response-issuer-wrong"),
    ({"Audience": "https://evil.example"}, "response-audience-wrong"),
    ({"Audience": f"{HERE}/metadata/"}, "response-audience-wrong"),
    ({"Audience": f"{HERE}elsewhere/metadata"}, "response-audience-wrong"),
    ({"Audience": ""}, "response-audience-wrong"),
    (
        {"InConditions": "<saml:AudienceRestriction><saml:Audience>b</saml:Audience></saml:AudienceRestriction>"},
        "response-audience-wrong",
    ),
    ({"InConditions": '<saml:Condition x="1"/>'}, "response-condition-unknown"),
    ({"Recipient": "https://evil.example/acs"}, "response-recipient-wrong"),
    ({"Recipient": f"{HERE}/back?x"}, "response-recipient-wrong"),
    ({"Recipient": ""}, "response-recipient-wrong"),
    ({"Destination": "https://evil.example/acs"}, "response-destination-wrong"),
    ({"Destination": f"{HERE}/back/"}, "response-destination-wrong"),
    ({"Destination": ""}, "response-destination-wrong"),  # what is signed has to say it
    ({"Method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"}, "response-confirmation-wrong"),
    ({"Method": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"}, "response-confirmation-wrong"),
    ({"Confirmed": ""}, "response-confirmation-wrong"),
    ({"ConfirmedFrom": "2020-01-01T00:00:00Z"}, "response-confirmation-wrong"),
    ({"InSubject": f'<saml:SubjectConfirmation Method="{saml_issuer.BEARER}"/>'}, "response-confirmation-wrong"),
    ({"Answers": "_another"}, "response-in-response-to-wrong"),
    ({"Answers": "_another", "InResponseTo": "_another"}, "response-of-another-request"),
    ({"InResponseTo": "_another"}, "response-in-response-to-wrong"),
    ({"Answers": "", "InResponseTo": ""}, "response-unsolicited"),
    ({"Answers": ""}, "response-unsolicited"),
    ({"Name": ""}, "response-name-wrong"),
    ({"Name": " mia-there"}, "response-name-wrong"),
    ({"Name": "mia-there&#10;"}, "response-name-wrong"),
    ({"Name": "mia-<b>there</b>"}, "response-name-wrong"),
    ({"Name": "mia-there&#8203;"}, "response-name-wrong"),
    ({"Name": "m" * 241}, "response-name-wrong"),
    ({"InSubject": "<saml:NameID>tom</saml:NameID>"}, "response-garbage"),
    ({"InSubject": "<saml:EncryptedID/>"}, "response-name-wrong"),
    ({"Qualifier": "https://evil.example"}, "response-name-wrong"),
    ({"SPQualifier": "https://evil.example"}, "response-name-wrong"),
    ({"NameFormat": f"{NAME_FORMAT}transient"}, "response-name-format-wrong"),
    ({"NameFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"}, "response-name-format-wrong"),
    ({"NameFormat": "urn:x"}, "response-name-format-wrong"),
    ({"AssertionID": "a" * 201}, "response-garbage"),
    ({"Proved": ""}, "response-garbage"),
    ({"Issued": "yesterday"}, "response-garbage"),
    ({"NotOnOrAfter": "9999-99-99T00:00:00Z"}, "response-garbage"),
    ({"Before": "<saml:EncryptedAssertion/>"}, "response-encrypted"),
]


async def test_a_response_that_is_not_for_this_sign_in(house: House, mia: Browser, there: FakeSaml) -> None:
    for said, word in NOT_FOR_US:
        await tries(house, there, word, **said)


async def test_a_response_that_is_not_of_now(house: House, mia: Browser, there: FakeSaml) -> None:
    there.clock = house.clock
    for name, ahead, word in (
        ("NotOnOrAfter", -2 * MINUTE, "response-expired"),
        ("Confirmed", -2 * MINUTE, "response-expired"),
        ("SessionEnds", -2 * MINUTE, "response-expired"),
        ("NotBefore", 3 * MINUTE, "response-not-yet"),
        ("Issued", 3 * MINUTE, "response-not-yet"),
        ("Proved", 3 * MINUTE, "response-not-yet"),
        ("Issued", -HOUR, "response-too-old"),
        ("Issued", -DAY, "response-too-old"),
    ):
        await tries(house, there, word, **{name: there.at(ahead + 20 * SECOND)})
    assert (await signs_in_by_saml(house, house.browser(), there, NotBefore=there.at(30 * SECOND))).status_code == 303


async def test_a_no_of_the_issuer_is_a_page_and_no_refusal_of_ours(house: House, mia: Browser, there: FakeSaml) -> None:
    detail = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:RequestDenied"/>'
    for said in ({"Status": "Responder", "Detail": detail}, {"Status": "Requester"}, {"Status": "success"}):
        browser = house.browser()
        answered = await signs_in_by_saml(house, browser, there, **said)
        assert (answered.status_code, "location" in answered.headers) == (400, False)
        assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")
    assert house.events("sso.upstream_refused") == []


# Signatures: eight ways to wrap, and others


def wrapped(shape: str, signed: etree._Element, forged: etree._Element) -> bytes:
    """A response that says something else than what is signed in it. `forged` names somebody else, and is unsigned."""
    assertion, evil = signed.find(f"{A}Assertion"), forged.find(f"{A}Assertion")
    assert assertion is not None
    assert evil is not None
    signature = assertion.find(f"{DS}Signature")
    assert signature is not None
    signed_one = copy.deepcopy(assertion)
    if shape == "the forged one before the signed one":
        assertion.addprevious(evil)
        return etree.tostring(signed)
    if shape == "the forged one after the signed one":
        assertion.addnext(evil)
        return etree.tostring(signed)
    if shape == "the signed one inside of the forged one":
        evil.append(signed_one)
    elif shape == "the signed one inside of the forged one's signature":
        moved = copy.deepcopy(signature)
        etree.SubElement(moved, f"{DS}Object").append(signed_one)
        evil.insert(1, moved)
    elif shape == "the forged one has the signature, and the signed one is elsewhere":
        signed_one.remove(signed_one.find(f"{DS}Signature"))
        evil.insert(1, copy.deepcopy(signature))
        etree.SubElement(forged, f"{P}Extensions").append(signed_one)
    elif shape == "both have one ID":
        evil.set("ID", str(assertion.get("ID")))
        evil.insert(1, copy.deepcopy(signature))
        etree.SubElement(forged, f"{P}Extensions").append(signed_one)
    elif shape == "the signed one inside of the response's extensions":
        etree.SubElement(forged, f"{P}Extensions").append(signed_one)
    elif shape == "the forged one around, with the ID in another attribute":
        evil.set("Id", str(assertion.get("ID")))
        evil.insert(1, copy.deepcopy(signature))
    else:
        raise AssertionError(shape)
    return etree.tostring(forged)


SHAPES: Final = (
    "the forged one before the signed one",
    "the forged one after the signed one",
    "the signed one inside of the forged one",
    "the signed one inside of the forged one's signature",
    "the forged one has the signature, and the signed one is elsewhere",
    "both have one ID",
    "the signed one inside of the response's extensions",
    "the forged one around, with the ID in another attribute",
)


@pytest.mark.parametrize("signs", ["assertion", "both"])
async def test_no_wrapped_assertion_is_taken(house: House, mia: Browser, there: FakeSaml, signs: Signs) -> None:
    """The thief has an account there, and a response of their own; Mia is whom they want to be."""
    for shape in SHAPES:
        house.clock.forward(20 * SECOND)
        browser = house.browser()
        asked = there.asked(await leaves(browser))
        there.signs = signs
        good, state = there.answer(asked, Name="thief-there")
        there.signs = "nothing"
        forged, _ = there.answer(asked)
        answered = await posts(
            house, browser, (wrapped(shape, etree.fromstring(good), etree.fromstring(forged)), state)
        )
        assert answered.status_code == 400, shape
        assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in"), shape
    assert len(house.events("sso.upstream_refused")) == len(SHAPES)
    there.signs = signs
    assert (await signs_in_by_saml(house, house.browser(), there)).status_code == 303


async def test_no_wrapped_response_is_taken(house: House, mia: Browser, there: FakeSaml) -> None:
    """The same one floor up: the whole response is signed, and moved into another."""
    there.signs = "response"

    def inside(into: str) -> Callable[[etree._Element, etree._Element], etree._Element]:
        def moved(good: etree._Element, evil: etree._Element) -> etree._Element:
            signature = copy.deepcopy(good.find(f"{DS}Signature"))
            assert signature is not None
            if into == "object":
                etree.SubElement(signature, f"{DS}Object").append(good)
                evil.insert(1, signature)
            elif into == "extensions":
                evil.insert(1, signature)
                etree.SubElement(evil, f"{P}Extensions").append(good)
            elif into == "same-id":
                evil.set("ID", str(good.get("ID")))
                evil.insert(1, signature)
            elif into == "last":
                evil.set("ID", str(good.get("ID")))
                evil.append(signature)
            return evil

        return moved

    for into in ("object", "extensions", "same-id", "last"):
        house.clock.forward(20 * SECOND)
        browser = house.browser()
        asked = there.asked(await leaves(browser))
        good, state = there.answer(asked, Name="thief-there")
        there.signs = "nothing"
        forged, _ = there.answer(asked)
        there.signs = "response"
        document = etree.tostring(inside(into)(etree.fromstring(good), etree.fromstring(forged)))
        answered = await posts(house, browser, (document, state))
        assert answered.status_code == 400, into
        assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in"), into
    assert len(house.events("sso.upstream_refused")) == 4


async def test_what_is_not_signed_proves_nothing(house: House, mia: Browser, there: FakeSaml) -> None:
    there.signs = "nothing"
    await tries(house, there, "response-unsigned")


async def test_nobody_else_signs_for_the_issuer(house: House, mia: Browser, there: FakeSaml) -> None:
    there.keys = EVIL
    for signs in ("assertion", "response", "both"):
        there.signs = signs  # type: ignore[assignment]
        await tries(house, there, "response-signature-wrong")
    there.signs = "response"  # by the issuer, around an assertion that somebody else signed
    there.twist = _resigned(EVIL, KEYS)
    await tries(house, there, "response-signature-wrong")
    there.twist = _resigned(KEYS, EVIL)
    await tries(house, there, "response-signature-wrong")


def _resigned(inner: saml_issuer.KeyPair, outer: saml_issuer.KeyPair) -> Callable[[bytes], bytes]:
    def twist(document: bytes) -> bytes:
        root = etree.fromstring(document)
        root.remove(root.find(f"{DS}Signature"))
        assertion = root.find(f"{A}Assertion")
        assert assertion is not None
        sign(assertion, inner)
        sign(root, outer)
        return etree.tostring(root)

    return twist


async def test_a_key_in_the_message_counts_for_nothing(house: House, mia: Browser, there: FakeSaml) -> None:
    there.keys, there.signs = EVIL, "assertion"

    def brought(document: bytes) -> bytes:
        root = etree.fromstring(document)
        signature = next(root.iter(f"{DS}Signature"))
        data = etree.SubElement(etree.SubElement(signature, f"{DS}KeyInfo"), f"{DS}X509Data")
        etree.SubElement(data, f"{DS}X509Certificate").text = EVIL.bare
        return etree.tostring(root)

    there.twist = brought
    await tries(house, there, "response-signature-wrong")


def _changed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def twist(document: bytes) -> bytes:
        assert re.search(old, document, flags=re.DOTALL), old
        return re.sub(old, new, document, flags=re.DOTALL)

    return twist


SHA1: Final = b"http://www.w3.org/2000/09/xmldsig#rsa-sha1"
TAMPERING: Final[list[Callable[[bytes], bytes]]] = [
    _changed(rb">mia-there<", rb">tom-there<"),
    _changed(rb"PasswordProtectedTransport", rb"Smartcard"),
    _changed(re.escape(RSA_SHA256.encode()), SHA1),
    _changed(re.escape(RSA_SHA256.encode()), b"http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
    _changed(re.escape(RSA_SHA256.encode()), b"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    _changed(re.escape(RSA_SHA256.encode()), b""),
    _changed(rb"http://www.w3.org/2001/04/xmlenc#sha256", b"http://www.w3.org/2000/09/xmldsig#sha1"),
    _changed(rb"http://www.w3.org/2000/09/xmldsig#enveloped-signature", b"http://www.w3.org/TR/1999/REC-xslt-19991116"),
    _changed(rb"http://www.w3.org/2001/10/xml-exc-c14n#", b"http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
    _changed(rb'URI="#[^"]*"', b'URI=""'),
    _changed(rb'URI="#[^"]*"', b'URI="file:///etc/passwd"'),
    _changed(rb"<ds:SignatureValue>[^<]*", b"<ds:SignatureValue>AAAA"),
    _changed(rb"<ds:DigestValue>[^<]*", b"<ds:DigestValue>"),
    _changed(rb"<ds:SignatureValue>.*?</ds:SignatureValue>", b""),
    _changed(rb"<ds:Reference .*?</ds:Reference>", b""),
]


async def test_no_tampered_response_is_taken(house: House, mia: Browser, there: FakeSaml) -> None:
    for signs in ("assertion", "response"):
        there.signs = signs  # type: ignore[assignment]
        for there.twist in TAMPERING:
            await tries(house, there, "response-signature-wrong")


async def test_sha_1_is_refused_by_the_issuers_own_key_too(house: House, mia: Browser, there: FakeSaml) -> None:
    there.signs = "nothing"
    for method, digest in (("TransformRsaSha1", ""), ("", "TransformSha1")):

        def weakly(document: bytes, method: str = method, digest: str = digest) -> bytes:
            root = etree.fromstring(document)
            assertion = root.find(f"{A}Assertion")
            assert assertion is not None
            sign(assertion, KEYS, method=method, digest=digest)
            return etree.tostring(root)

        there.twist = weakly
        await tries(house, there, "response-signature-wrong")


async def test_a_comment_in_a_name_cuts_nothing_off(house: House, mia: Browser, there: FakeSaml) -> None:
    """The issuer signs `mia-there.evil`; canonicalization leaves comments out, so one may be put in afterwards."""
    there.name = "mia-there.evil"
    there.twist = _changed(rb">mia-there\.evil<", rb">mia-there<!-- -->.evil<")
    await tries(house, there, "response-unreadable")
    there.twist = _changed(rb">mia-there\.evil<", rb">mia-there<?x ?>.evil<")
    await tries(house, there, "response-unreadable")


# Times one: replay, browsers, issuers


async def test_a_response_counts_once(house: House, mia: Browser, there: FakeSaml) -> None:
    browser = house.browser()
    answer = there.answer(there.asked(await leaves(browser)))
    assert (await posts(house, browser, answer)).status_code == 303
    again = await posts(house, browser, answer)
    assert again.status_code == 400
    assert "state-unknown" in [event.reason for event in house.events("sso.upstream_refused")]
    thief = house.browser()
    await refused(house, thief, await posts(house, thief, answer), "state-unknown")
    own = there.asked(await leaves(thief))  # with a state of their own
    await refused(house, thief, await posts(house, thief, (answer[0], own.relay_state)), "response-of-another-request")


async def test_an_assertion_of_one_id_counts_once(house: House, mia: Browser, there: FakeSaml) -> None:
    """Whatever it answers: an issuer that gives two of them one ID can't be told from one that is replayed."""
    said = {"AssertionID": "_the-same"}
    assert (await signs_in_by_saml(house, house.browser(), there, **said)).status_code == 303
    await tries(house, there, "response-replayed", **said)
    house.clock.forward(HOUR)
    house.clock.forward(10 * MINUTE)
    assert (await signs_in_by_saml(house, house.browser(), there, **said)).status_code == 303


async def test_a_response_is_of_its_own_browser(house: House, mia: Browser, there: FakeSaml) -> None:
    """Login CSRF: the thief signs in there, and has somebody else's browser post the answer."""
    thief, victim = house.browser(), house.browser()
    await victim.get("/sign-in")
    answer = there.answer(there.asked(await leaves(thief)))
    await refused(house, victim, await posts(house, victim, answer), "state-of-another-browser")
    own = there.asked(await leaves(victim))
    answer = there.answer(there.asked(await leaves(thief)))
    forged = (answer[0], own.relay_state)
    await refused(house, victim, await posts(house, victim, forged), "response-of-another-request")


async def test_what_nobody_asked_for_is_refused(house: House, mia: Browser, there: FakeSaml) -> None:
    """IdP-initiated: nothing tells it from one that was stolen, or put into this browser by another site."""
    browser = house.browser()
    asked = there.asked(await leaves(browser))
    for state in (asked.relay_state, "", "https://limen.harbor.localhost/console", "x" * 43):
        document, _ = there.answer(asked, Answers="", InResponseTo="")
        await refused(house, browser, await posts(house, browser, (document, state)), "response-unsolicited")


async def test_a_name_that_was_kept_is_of_one_response_and_of_its_issuer(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    browser = house.browser()
    asked = there.asked(await leaves(browser))
    for name in ("", "x" * 43, "x" * 2_000):
        answered = await browser.get(f"/sign-in/with/there/back?state={asked.relay_state}&response={name}")
        await refused(house, browser, answered, "response-missing")
        asked = there.asked(await leaves(browser))
    twice = f"/sign-in/with/there/back?state={asked.relay_state}&response=a&response=b"
    await refused(house, browser, await browser.get(twice), "response-missing")


async def test_a_response_that_waited_too_long_is_over(house: House, mia: Browser, there: FakeSaml) -> None:
    browser, stranger = house.browser(), house.browser()
    document, state = there.answer(there.asked(await leaves(browser)))
    sent = {"SAMLResponse": b64encode(document).decode(), "RelayState": state}
    led = await stranger.client.post("/sign-in/with/there/back", data=sent)
    house.clock.forward(6 * MINUTE)
    await refused(house, browser, await browser.get(led.headers["location"]), "response-missing")


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[House, FakeSaml, FakeSaml]]:
    first, second = FakeSaml(), FakeSaml(entity_id="https://idp.other.example", keys=key_pair("other"))
    async with AsyncExitStack() as closing:
        entries = [saml_entry(first, "first"), saml_entry(second, "second")]
        yield await harbor_by_saml(closing, tmp_path / "harbor", [first, second], *entries), first, second


async def test_an_answer_of_one_issuer_is_none_of_another(two: tuple[House, FakeSaml, FakeSaml]) -> None:
    """Mix-up: the second issuer is hostile, and wants to be taken for the first."""
    house, first, second = two
    await house.member(mia := house.browser(), "Mia", "staff")
    assert (await links_by_saml(house, mia, first, "first")).status_code == 303
    browser = house.browser()
    asked = first.asked(await leaves(browser, "first"))
    await refused(house, browser, await posts(house, browser, second.answer(asked), "first"), "response-issuer-wrong")
    as_first = FakeSaml(house.clock, keys=second.keys)
    answer = as_first.answer(asked)
    await refused(house, browser, await posts(house, browser, answer, "first"), "response-signature-wrong")
    answer = first.answer(asked)  # the good one, at the other's address
    await refused(house, browser, await posts(house, browser, answer, "second"), "response-destination-wrong")
    first.signs = "assertion"
    there = first.answer(asked, Destination="", ResponseIssuer="")
    await refused(house, browser, await posts(house, browser, there, "second"), "response-signature-wrong")
    state = second.asked(await leaves(browser, "second")).relay_state
    led = await posts(house, browser, (first.answer(asked)[0], state), "first")
    await refused(house, browser, led, "of-another-issuer")


async def test_the_same_name_at_another_issuer_is_somebody_else(two: tuple[House, FakeSaml, FakeSaml]) -> None:
    house, first, second = two
    await house.member(mia := house.browser(), "Mia", "staff")
    await links_by_saml(house, mia, first, "first")
    browser = house.browser()
    answered = await signs_in_by_saml(house, browser, second, "second")
    await refused(house, browser, answered, "issuer-account-unknown")


async def test_an_openid_issuers_address_takes_no_response(tmp_path: Path, there: FakeSaml) -> None:
    from tests.sso.issuer import entry

    with issuer_at_work() as oidc:
        async with AsyncExitStack() as closing:
            both = (entry(oidc, "oidc"), saml_entry(there))
            house = await harbor_by_saml(closing, tmp_path / "harbor", [there], *both)
            browser = house.browser()
            answer = there.answer(there.asked(await leaves(browser)))
            assert (await posts(house, browser, answer, "oidc")).status_code == 404
            state = there.asked(await leaves(browser)).relay_state
            crossed = await browser.get(f"/sign-in/with/oidc/back?state={state}&code=x&iss={oidc.url}")
            await refused(house, browser, crossed, "of-another-issuer")
            crossed = await browser.get(
                f"/sign-in/with/there/back?state={_state(await leaves(browser, 'oidc'))}&response=x"
            )
            await refused(house, browser, crossed, "of-another-issuer")


def _state(url: str) -> str:
    return url.partition("state=")[2].partition("&")[0]


# Whose account it is


async def test_a_matching_address_links_nothing(tmp_path: Path, there: FakeSaml) -> None:
    async with AsyncExitStack() as closing:
        more = "    accounts: created\n    groups: [staff]\n"
        house = await harbor_by_saml(closing, tmp_path / "harbor", [there], saml_entry(there, more=more))
        await house.administrator(house.browser())
        await house.member(house.browser(), "Mia", "staff")
        for mail in (
            "mia@harbor.example",
            "MIA@harbor.example",
            "ada@harbor.example",
            "mia@evil.example@harbor.example",
        ):
            there.attributes = {"mail": [mail], "displayName": ["Mia"]}
            browser = house.browser()
            answered = await signs_in_by_saml(house, browser, there)
            assert answered.status_code == 403, mail
            assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")
        assert len(house.events("sign_in.failed")) == 4
        assert house.events("factor.added") == [] or all(
            "issuer" not in str(one.details) for one in house.events("factor.added")
        )


async def test_a_name_in_another_format_is_somebody_else(tmp_path: Path, there: FakeSaml) -> None:
    """The company changes the format: whoever has the address `mia-there` is not who had that persistent name."""
    async with AsyncExitStack() as closing:
        house = await harbor_by_saml(closing, tmp_path / "harbor", [there])
        await house.member(mia := house.browser(), "Mia", "staff")
        await links_by_saml(house, mia, there)
        from dataclasses import replace

        issuer = house.limen.known.issuers["there"]
        assert issuer.saml is not None
        other = replace(issuer, saml=replace(issuer.saml, name_format="email"))
        house.limen.known.issuers = {"there": other}
        browser = house.browser()
        email = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
        answered = await signs_in_by_saml(house, browser, there, NameFormat=email)
        await refused(house, browser, answered, "issuer-account-unknown")


async def test_a_strong_word_of_an_issuer_is_worth_no_more_than_it_means(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    for context in ("urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract", f"{MFA} ", f"x {MFA}", "PHR"):
        there.context = context
        await signs_in_by_saml(house, house.browser(), there)
        strength = house.events("sign_in.succeeded")[0].details["strength"]
        assert strength == (2 if context.strip() == MFA else 1), context


async def test_a_response_that_comes_back_into_another_session_links_nothing(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    from tests.sso.issuer import way_on

    ned = house.browser()
    await house.member(ned, "Ned", "staff")
    await ned.get("/passkeys")
    asked = there.asked(way_on(await ned.post("/passkeys/issuers/there/link")))
    answer = there.answer(asked, Name="ned-there")
    await refused(house, other := house.browser(), await posts(house, other, answer), "state-of-another-browser")


# XML


BOMB: Final = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
HOSTILE: Final[dict[str, tuple[Callable[[bytes], bytes], str]]] = {
    "external entity": (lambda d: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + d, "unreadable"),
    "network entity": (lambda d: b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>' + d, "unreadable"),
    "parameter entity": (lambda d: b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///x"> %x;]>' + d, "unreadable"),
    "bomb": (lambda d: f"<!DOCTYPE a [{BOMB}]>".encode() + d.replace(b"mia-there", b"&l9;"), "unreadable"),
    "deep": (lambda d: b"<a>" * 5_000 + b"</a>" * 5_000, "unreadable"),
    "wide": (lambda d: b"<a>" + b"<b/>" * 600 + b"</a>", "unreadable"),
    "utf-16": (lambda d: d.decode().encode("utf-16"), "unreadable"),
    "latin-1": (lambda d: b'<?xml version="1.0" encoding="iso-8859-1"?>' + d, "unreadable"),
    "not well-formed": (lambda d: d[:-5], "unreadable"),
    "nothing": (lambda d: b"", "garbage"),
    "another root": (lambda d: b"<a/>", "garbage"),
    "a request": (lambda d: d.replace(b"samlp:Response", b"samlp:AuthnRequest"), "garbage"),
    "no status": (lambda d: re.sub(rb"<samlp:Status>.*</samlp:Status>", b"", d, flags=re.DOTALL), "garbage"),
    "version": (lambda d: d.replace(b'Version="2.0"', b'Version="1.1"'), "garbage"),
}


async def test_hostile_xml_is_not_read(house: House, mia: Browser, there: FakeSaml) -> None:
    for how, (there.twist, word) in HOSTILE.items():
        house.clock.forward(20 * SECOND)
        browser = house.browser()
        answered = await signs_in_by_saml(house, browser, there)
        assert answered.status_code == 400, how
        await refused(house, browser, answered, f"response-{word}")


async def test_what_is_too_long_is_not_read(house: House, mia: Browser, there: FakeSaml) -> None:
    there.twist = lambda document: document + b" " * 60_000
    assert (await signs_in_by_saml(house, house.browser(), there)).status_code in {400, 413}


async def test_a_form_that_is_none(house: House) -> None:
    browser = house.browser()
    for sent in ({}, {"SAMLResponse": "%%%"}, {"SAMLRequest": "PGEvPg=="}, {"SAMLResponse": "a", "SAMLRequest": "a"}):
        answered = await browser.client.post("/sign-in/with/there/back", data=sent)
        assert answered.status_code == 400, sent
    twice = await browser.client.post(
        "/sign-in/with/there/back",
        content="SAMLResponse=PGEvPg&SAMLResponse=PGEvPg",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert twice.status_code == 400
    json = await browser.client.post("/sign-in/with/there/back", json={})
    assert json.status_code in {400, 415}


async def test_strangers_who_post_keep_nobody_from_signing_in(
    house: House, mia: Browser, there: FakeSaml, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody with an account there floods with good responses of their own."""
    monkeypatch.setattr(kept_requests, "MOST", 10)
    monkeypatch.setattr(kept_requests, "MOST_OF_A_SOURCE", 5)
    stranger, browser = house.browser(address="198.51.100.1"), house.browser()
    asked = there.asked(await leaves(browser))
    sent = {"SAMLResponse": b64encode(there.answer(asked)[0]).decode(), "RelayState": asked.relay_state}
    led = await browser.client.post("/sign-in/with/there/back", data=sent)
    evil = {**sent, "SAMLResponse": b64encode(there.answer(asked, Name="thief-there")[0]).decode()}
    answers = [(await stranger.client.post("/sign-in/with/there/back", data=evil)).status_code for _ in range(40)]
    assert answers.count(303) == 20, "and beyond a pace nothing is looked at"
    assert (await browser.get(led.headers["location"])).status_code == 303


# Hostile and broken metadata


def _says(status: int, value: object, **fields: str) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda handler: handler.reply(status, value, **fields)  # type: ignore[attr-defined]


@pytest.fixture
async def by_metadata(tmp_path: Path, there: FakeSaml) -> AsyncIterator[tuple[House, FakeIssuer]]:
    with issuer_at_work() as server:
        server.answers["/metadata"] = _says(200, there.metadata())
        async with AsyncExitStack() as closing:
            entry = saml_entry(there, saml=f"      metadata: {server.url}/metadata\n")
            yield await harbor_by_saml(closing, tmp_path / "harbor", [there], entry), server


SSO: Final = b"https://idp.works.example/sso"
LEADS_ASTRAY: Final[list[tuple[Callable[[bytes], bytes], str]]] = [
    (lambda d: d.replace(b"https://idp.works.example/saml", b"https://evil.example"), "another-issuer"),
    (lambda d: d.replace(SSO, b"javascript:alert(1)"), "off-limits"),
    (lambda d: d.replace(SSO, b"http://idp.works.example/sso"), "off-limits"),
    (lambda d: d.replace(SSO, b"https://169.254.169.254/sso"), "off-limits"),
    (lambda d: d.replace(SSO, b"https://user:secret@idp.works.example/"), "off-limits"),
    (lambda d: d.replace(b"bindings:HTTP-Redirect", b"bindings:HTTP-POST"), "no-sign-in"),
    (lambda d: d.replace(KEYS.bare.encode(), b"AAAA"), "no-sign-in"),
    (lambda d: d.replace(KEYS.bare.encode(), key_pair("weak", bits=1_024).bare.encode()), "no-sign-in"),
    (lambda d: d.replace(b'use="signing"', b'use="encryption"'), "no-sign-in"),
    (lambda d: d.replace(b"entityID", b'validUntil="2020-01-01T00:00:00Z" entityID'), "out-of-date"),
    (lambda d: d.replace(b"entityID", b'validUntil="soon" entityID'), "garbage"),
    (lambda d: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + d.partition(b"?>")[2], "garbage"),
    (lambda d: d[:-9], "garbage"),
    (lambda d: b"<html/>", "garbage"),
    (lambda d: d + b" " * fetching.MOST_BYTES, "too-much"),
]


async def test_metadata_that_lead_astray(by_metadata: tuple[House, FakeIssuer], there: FakeSaml) -> None:
    house, server = by_metadata
    upstreams = house.limen.core.offers.take(Upstreams)
    for change, word in LEADS_ASTRAY:
        changed = change(there.metadata())
        assert changed != there.metadata()
        server.answers["/metadata"] = _says(200, changed)
        upstreams._clients.clear()
        browser = house.browser()
        answered = await browser.get("/sign-in/with/there")
        assert answered.status_code == 502, word
        await refused(house, browser, answered, word)
    assert {path for path, _, _ in server.asked} == {"/metadata"}


async def test_a_redirect_is_not_followed_and_a_private_place_is_not_called(
    by_metadata: tuple[House, FakeIssuer], there: FakeSaml
) -> None:
    house, server = by_metadata
    server.answers["/metadata"] = _says(302, {}, location="http://127.0.0.1:1/")
    browser = house.browser()
    await refused(house, browser, await browser.get("/sign-in/with/there"), "redirects")
    asked = len(server.asked)
    for _ in range(5):
        assert (await house.browser().get("/sign-in/with/there")).status_code == 502
    assert len(server.asked) == asked, "one that is down is not asked all the time"


async def test_strangers_do_not_make_limen_read_metadata_all_day(
    by_metadata: tuple[House, FakeIssuer], there: FakeSaml
) -> None:
    house, server = by_metadata
    there.keys = EVIL
    for _ in range(8):
        browser = house.browser()
        await refused(house, browser, await signs_in_by_saml(house, browser, there), "response-signature-wrong")
    assert len(server.asked) == 1


async def test_metadata_that_are_away_keep_nobody_out_for_a_day(
    by_metadata: tuple[House, FakeIssuer], there: FakeSaml
) -> None:
    house, server = by_metadata
    await house.member(mia := house.browser(), "Mia", "staff")
    await links_by_saml(house, mia, there)
    server.answers["/metadata"] = _says(500, b"")
    house.clock.forward(12 * HOUR)
    assert (await signs_in_by_saml(house, house.browser(), there)).status_code == 303
    house.clock.forward(13 * HOUR)
    assert (await house.browser().get("/sign-in/with/there")).status_code == 502


# Sign-outs that an issuer says


async def says_over(house: House, message: bytes) -> int:
    answered = await house.browser().client.post("/sign-in/with/there/signed-out", content=message)
    return answered.status_code


async def test_a_sign_out_that_does_not_hold_ends_nothing(house: House, mia: Browser, there: FakeSaml) -> None:
    await signs_in_by_saml(house, browser := house.browser(), there)
    here = f"{HERE}/signed-out"
    lies: list[tuple[dict[str, str], str]] = [
        ({"Issuer": "https://evil.example"}, "logout-issuer-wrong"),
        ({"Destination": "https://evil.example"}, "logout-destination-wrong"),
        ({"Issued": there.at(-HOUR)}, "logout-too-old"),
        ({"Issued": there.at(HOUR)}, "logout-too-old"),
        ({"Name": ""}, "logout-garbage"),
        ({"ID": "a" * 201}, "logout-garbage"),
    ]
    for said, word in lies:
        assert await says_over(house, there.sign_out(here, **said)) == 400, said
        assert house.events("sso.upstream_refused")[0].reason == word
    there.keys = EVIL
    assert await says_over(house, there.sign_out(here)) == 400
    there.signs = "nothing"
    assert await says_over(house, there.sign_out(here)) == 400
    for nothing in (b"", b"<a/>", enveloped(b""), enveloped(b"<a/><b/>"), b"<!DOCTYPE a>" + enveloped(b"<a/>")):
        assert await says_over(house, nothing) == 400
    assert (await browser.get("/sessions")).status_code == 200
    reasons = {event.reason for event in house.events("sso.upstream_refused")}
    assert {"logout-signature-wrong", "logout-unsigned", "logout-garbage"} <= reasons


async def test_a_sign_out_counts_once_and_ends_nothing_that_began_later(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    message = there.sign_out(f"{HERE}/signed-out")
    house.clock.forward(90 * SECOND)
    await signs_in_by_saml(house, browser := house.browser(), there)
    assert await says_over(house, message) == 200
    assert (await browser.get("/sessions")).status_code == 200
    assert await says_over(house, message) == 400
    assert house.events("sso.upstream_refused")[0].reason == "logout-replayed"


async def test_a_sign_out_by_the_browser_is_signed_in_its_address(house: House, mia: Browser, there: FakeSaml) -> None:
    await signs_in_by_saml(house, browser := house.browser(), there)
    inner = there.sign_out(f"{HERE}/signed-out").partition(b"<S:Body>")[2].partition(b"</S:Body>")[0]
    import zlib
    from urllib.parse import urlencode

    packer = zlib.compressobj(wbits=-15)
    packed = b64encode(packer.compress(inner) + packer.flush()).decode()
    answered = await browser.get(f"/sign-in/with/there/signed-out?{urlencode({'SAMLRequest': packed})}")
    assert answered.status_code == 400
    assert (await browser.get("/sessions")).status_code == 200


async def test_who_leaves_is_named_to_their_own_browser_alone(house: House, mia: Browser, there: FakeSaml) -> None:
    await signs_in_by_saml(house, browser := house.browser(), there)
    await browser.get("/sessions")
    left = (await browser.post("/sign-out")).headers["location"].partition("left=")[2]
    thief = house.browser()
    await thief.get("/sign-in")
    assert (await thief.get(f"/signed-out/at/there?left={left}")).headers["location"] == "/signed-out"


# What is not told


async def test_nothing_that_an_issuer_writes_is_shown_or_journaled(house: House, mia: Browser, there: FakeSaml) -> None:
    detail = "<samlp:StatusMessage>call 0900 evil</samlp:StatusMessage>"
    page = await signs_in_by_saml(house, house.browser(), there, Status="Responder", Detail=detail)
    assert "evil" not in page.text
    await tries(house, there, "response-issuer-wrong", Issuer="https://evil.example")
    house.limen.journal.flush()
    segments = list((house.limen.core.root / "data" / "journal").rglob("*.segment"))
    assert segments
    for path in segments:
        text = path.read_bytes()
        assert b"mia-there" not in text
        assert b"evil.example" not in text
