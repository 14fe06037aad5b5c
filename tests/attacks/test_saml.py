"""What thieves, strangers and hostile apps try at the SAML identity provider."""

from __future__ import annotations

import copy
import re
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, urlencode

import httpx2
import pytest
from lxml import etree
from tests.sso.saml import conftest
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.client import (
    DS,
    LEDGER_KEYS,
    ORIGIN,
    RSA_SHA256,
    SIGN_IN,
    SIGN_OUT,
    A,
    P,
    Wiki,
    answered,
    decrypted,
    query_of,
)
from tests.web.conftest import OUR_PAGE, Browser, House

from limen.clock import HOUR, MINUTE
from limen.sso import kept_requests, seen_once, sign_ins
from limen.sso.saml import single_logout
from limen.sso.saml.identity_provider import IdentityProvider

EVIL = key_pair("evil")


house, mia, wiki, ledger = conftest.house, conftest.mia, conftest.wiki, conftest.ledger


def is_refused(response: httpx2.Response) -> bool:
    """A page of ours, and nothing for any app."""
    return response.status_code == 400 and "SAMLResponse" not in response.text and "location" not in response.headers


async def open_at(house: House, app: str) -> int:
    return len(await house.limen.database.reading(lambda s: sign_ins.open_sign_ins(s.connection, app=app)))


# Where assertions go


NOT_REGISTERED: tuple[dict[str, str], ...] = (
    {"AssertionConsumerServiceURL": "https://evil.example/acs"},
    {"AssertionConsumerServiceURL": "https://wiki.harbor.example/saml/acs/"},
    {"AssertionConsumerServiceURL": "https://wiki.harbor.example/saml/acs?x=1"},
    {"AssertionConsumerServiceURL": "https://WIKI.harbor.example/saml/acs"},
    {"AssertionConsumerServiceURL": "http://wiki.harbor.example/saml/acs"},
    {"AssertionConsumerServiceURL": "https://wiki.harbor.example/saml/acs&#10;"},
    {"AssertionConsumerServiceURL": "https://ledger.harbor.example/acs"},
    {"AssertionConsumerServiceURL": "javascript:alert(1)"},
    {"AssertionConsumerServiceIndex": "1"},
    {"AssertionConsumerServiceIndex": "07"},
    {"ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"},
)


async def test_no_assertion_goes_to_an_address_that_is_not_registered(mia: Browser, wiki: Wiki) -> None:
    for asked in NOT_REGISTERED:
        assert is_refused(await wiki.asks(mia, **asked)), asked
        assert is_refused(await wiki.asks(mia, IsPassive="true", **asked)), asked  # nor a refusal


async def test_what_waits_while_its_app_is_registered_anew_is_over(house: House, mia: Browser, wiki: Wiki) -> None:
    """An address that was taken out of the registration must not get what was asked for before."""
    stranger = house.browser()
    led = await wiki.asks(stranger)
    way = query_of(led.headers["location"])["to"]
    app = house.limen.known.apps["manual"]
    assert app.saml is not None
    house.limen.known.apps["manual"] = replace(app, saml=replace(app.saml, consumers=app.saml.consumers[1:]))
    assert is_refused(await mia.get(way))


async def test_a_relay_state_leads_nowhere_here(mia: Browser, wiki: Wiki) -> None:
    """It goes back to the app as it came, in a field, and Limen follows it never."""
    for state in ["https://evil.example/", "javascript:alert(1)", '"><script>alert(1)</script>', "ü"]:
        response = await wiki.asks(mia, relay_state=state)
        found = answered(response)
        assert (found.relay_state, found.url) == (state, "https://wiki.harbor.example/saml/acs")
        assert "<script>alert" not in response.text
        assert "evil" not in found.policy


async def test_a_relay_state_is_bounded(mia: Browser, wiki: Wiki) -> None:
    for state in ["x" * 1_025, "ü" * 600, "a\r\nb", "a\x00b"]:
        assert is_refused(await wiki.asks(mia, relay_state=state))


async def test_no_other_site_begins_a_sign_in_that_its_app_did_not_ask_for(mia: Browser) -> None:
    for site in ("cross-site", "same-site", "nonsense"):
        led = await mia.get("/saml/start?app=board", **{"sec-fetch-site": site})
        assert (led.status_code, led.headers["location"]) == (303, "/"), site
    for site in ("same-origin", "none"):
        assert answered(await mia.get("/saml/start?app=board", **{"sec-fetch-site": site})).statuses == ["Success"]


# Signatures: eight ways to wrap, and others


def wrapped(shape: str, signed: etree._Element, evil: bytes) -> bytes:
    """A message that says something else than what is signed in it: the known shapes of signature wrapping."""
    forged = etree.fromstring(evil)
    signature = signed.find(f"{DS}Signature")
    assert signature is not None
    original = copy.deepcopy(signed)
    if shape == "the signed one inside of an extension":
        etree.SubElement(forged, f"{P}Extensions").append(original)
    elif shape == "the signed one inside of the signature":
        moved = copy.deepcopy(signature)
        etree.SubElement(moved, f"{DS}Object").append(original)
        forged.insert(1, moved)
    elif shape == "the signature of the inner one on the outer one":
        forged.insert(1, copy.deepcopy(signature))
        inner = copy.deepcopy(signed)
        inner.remove(inner.find(f"{DS}Signature"))
        etree.SubElement(forged, f"{P}Extensions").append(inner)
    elif shape == "the forged one inside of the signed one":
        original.append(forged)
        return etree.tostring(original)
    elif shape == "both have one ID":
        forged.set("ID", str(signed.get("ID")))
        forged.insert(1, copy.deepcopy(signature))
        etree.SubElement(forged, f"{P}Extensions").append(original)
    elif shape == "the ID is said in another attribute":
        forged.set("ID", "_evil")
        forged.set("Id", str(signed.get("ID")))
        forged.insert(1, copy.deepcopy(signature))
    elif shape == "two signatures":
        original.insert(1, copy.deepcopy(signature))
        original.set("ForceAuthn", "true")
        return etree.tostring(original)
    elif shape == "the signature comes last":
        forged.append(copy.deepcopy(signature))
    else:
        raise AssertionError(shape)
    return etree.tostring(forged)


SHAPES = (
    "the signed one inside of an extension",
    "the signed one inside of the signature",
    "the signature of the inner one on the outer one",
    "the forged one inside of the signed one",
    "both have one ID",
    "the ID is said in another attribute",
    "two signatures",
    "the signature comes last",
)


async def test_no_wrapped_request_is_taken(mia: Browser, ledger: Wiki) -> None:
    for shape in SHAPES:
        signed = etree.fromstring(ledger.signed(ledger.request()))
        forged = wrapped(shape, signed, ledger.request(IsPassive="true"))
        assert is_refused(await ledger.posts(mia, forged)), shape
        assert answered(await ledger.posts(mia, etree.tostring(signed))).statuses == ["Success"], shape


async def test_no_wrapped_sign_out_is_taken(house: House, mia: Browser, ledger: Wiki) -> None:
    answered(await ledger.asks(mia))
    for shape in SHAPES:
        signed = etree.fromstring(ledger.signed(ledger.logout("somebody@harbor.example")))
        forged = wrapped(shape, signed, ledger.logout("mia@harbor.example"))
        assert is_refused(await ledger.posts(mia, forged, "/saml/sign-out")), shape
    assert (await open_at(house, "ledger"), (await mia.get("/")).status_code) == (1, 200)


def changed(document: bytes, old: str, new: str) -> bytes:
    assert old.encode() in document, old
    return document.replace(old.encode(), new.encode())


TAMPERING: tuple[Callable[[bytes], bytes], ...] = (
    lambda d: changed(d, "<saml:Issuer>ledger", "<saml:Issuer> ledger"),
    lambda d: changed(d, 'Version="2.0"', 'Version="2.0" ForceAuthn="true"'),
    lambda d: changed(d, f"{RSA_SHA256}", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    lambda d: changed(d, f"{RSA_SHA256}", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
    lambda d: changed(d, f"{RSA_SHA256}", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
    lambda d: changed(d, f"{RSA_SHA256}", ""),
    lambda d: changed(d, "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
    lambda d: changed(
        d, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"
    ),
    lambda d: changed(
        d, "http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116"
    ),
    lambda d: re.sub(rb'URI="#[^"]*"', b'URI=""', d),
    lambda d: re.sub(rb'URI="#[^"]*"', b'URI="https://evil.example/x"', d),
    lambda d: re.sub(rb'URI="#[^"]*"', b'URI="file:///etc/passwd"', d),
    lambda d: re.sub(rb"<ds:SignatureValue>[^<]*", b"<ds:SignatureValue>AAAA", d),
    lambda d: re.sub(rb"<ds:SignatureValue>[^<]*", b"<ds:SignatureValue>", d),
    lambda d: re.sub(rb"<ds:DigestValue>[^<]*", b"<ds:DigestValue>", d),
    lambda d: re.sub(rb"<ds:SignatureValue>.*</ds:SignatureValue>", b"", d, flags=re.DOTALL),
    lambda d: re.sub(rb"<ds:Signature .*</ds:Signature>", b"", d, flags=re.DOTALL),
    lambda d: re.sub(rb"<ds:Reference .*</ds:Reference>", b"", d, flags=re.DOTALL),
)


async def test_no_tampered_request_is_taken(mia: Browser, ledger: Wiki) -> None:
    for number, tampered in enumerate(TAMPERING):
        assert is_refused(await ledger.posts(mia, tampered(ledger.signed(ledger.request())))), number


async def test_nobody_else_signs_for_an_app(mia: Browser, ledger: Wiki) -> None:
    assert is_refused(await ledger.posts(mia, ledger.signed(ledger.request(), EVIL)))
    assert is_refused(await mia.get(ledger.way(ledger.request(), keys=EVIL)))


async def test_a_key_in_the_message_counts_for_nothing(mia: Browser, ledger: Wiki) -> None:
    """`KeyInfo` with the attacker's own certificate, beside a signature by it."""
    root = etree.fromstring(ledger.signed(ledger.request(), EVIL))
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    data = etree.SubElement(etree.SubElement(signature, f"{DS}KeyInfo"), f"{DS}X509Data")
    etree.SubElement(data, f"{DS}X509Certificate").text = EVIL.bare
    assert is_refused(await ledger.posts(mia, etree.tostring(root)))


async def test_what_must_be_signed_is_refused_without(mia: Browser, ledger: Wiki) -> None:
    bare = Wiki(ledger.house, "ledger")
    assert is_refused(await bare.asks(mia))
    assert is_refused(await bare.posts(mia, bare.request()))


async def test_a_signature_that_is_not_whole_or_of_another_query_is_none(mia: Browser, ledger: Wiki) -> None:
    good = ledger.way(ledger.request(), "state")
    other = ledger.way(ledger.request())
    signature = re.search(r"Signature=[^&]*", other)
    assert signature is not None
    for bad in (
        good.replace("RelayState=state", "RelayState=evil"),
        good.replace("&RelayState=state", ""),
        re.sub(r"Signature=[^&]*", signature[0], good),
        re.sub(r"&Signature=[^&]*", "", good),
        re.sub(r"&SigAlg=[^&]*", "", good),
        re.sub(r"SigAlg=[^&]*", "SigAlg=http%3A%2F%2Fwww.w3.org%2F2000%2F09%2Fxmldsig%23rsa-sha1", good),
        re.sub(r"SigAlg=[^&]*", "SigAlg=none", good),
        good + "&SAMLRequest=" + quote(re.search(r"SAMLRequest=([^&]*)", other)[1]),  # type: ignore[index]
        good + "&RelayState=evil",
        good.replace("Signature=", "Signature=AA"),
    ):
        assert is_refused(await mia.get(bad)), bad[-80:]
    assert answered(await mia.get(good)).relay_state == "state"


async def test_a_signature_inside_does_not_stand_for_that_of_the_address(mia: Browser, ledger: Wiki) -> None:
    unsigned = Wiki(ledger.house, "ledger")
    assert is_refused(await mia.get(unsigned.way(ledger.signed(ledger.request()))))


# Times, addresses, replay


NOT_NOW: tuple[dict[str, str], ...] = (
    {"Destination": "https://evil.example/saml/sign-in"},
    {"Destination": SIGN_IN + "/"},
    {"Destination": SIGN_OUT},
    {"Version": "1.1"},
    {"ID": ""},
    {"ID": "1 2"},
    {"IssueInstant": ""},
    {"IssueInstant": "2020-01-01T00:00:00Z"},
    {"IssueInstant": "2030-01-01T00:00:00Z"},
    {"IssueInstant": "9999-99-99T00:00:00Z"},
)


async def test_a_request_is_for_here_and_of_now(mia: Browser, wiki: Wiki) -> None:
    for asked in NOT_NOW:
        assert is_refused(await wiki.asks(mia, **asked)), asked


async def test_what_is_signed_says_for_which_address(mia: Browser, ledger: Wiki) -> None:
    """Or it could be taken to another provider, and from there (Bindings 3.4.5.2 and 3.5.5.2)."""
    assert is_refused(await ledger.asks(mia, Destination=""))
    assert is_refused(await ledger.posts(mia, ledger.signed(ledger.request(Destination=""))))


async def test_a_request_is_answered_once(house: House, mia: Browser, ledger: Wiki) -> None:
    way = ledger.way(ledger.request())
    assert answered(await mia.get(way)).statuses == ["Success"]
    assert is_refused(await mia.get(way))
    ned = house.browser()
    await house.member(ned, "Ned", "staff")
    assert is_refused(await ned.get(way))
    house.clock.forward(6 * MINUTE)
    assert is_refused(await mia.get(way))


async def test_what_is_kept_while_somebody_signs_in_ends(house: House, mia: Browser, wiki: Wiki) -> None:
    led = await wiki.asks(house.browser())
    way = query_of(led.headers["location"])["to"]
    house.clock.forward(11 * MINUTE)
    assert is_refused(await mia.get(way))


async def test_strangers_push_out_no_request_of_others(
    house: House, mia: Browser, wiki: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_requests, "MOST", 20)
    monkeypatch.setattr(kept_requests, "MOST_OF_A_SOURCE", 10)
    led = await wiki.asks(house.browser(address="192.0.2.1"))
    way = query_of(led.headers["location"])["to"]
    for number in range(60):
        await wiki.asks(house.browser(address=f"198.51.100.{number % 3}"))
    assert answered(await mia.get(way)).statuses == ["Success"]


async def test_strangers_and_a_flood_of_one_person_keep_nobody_from_signing_in(
    house: House, mia: Browser, wiki: Wiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was answered is remembered in a bounded room: filling it must shut no door."""
    monkeypatch.setattr(seen_once, "MOST", 10)
    monkeypatch.setattr(seen_once, "MOST_OF_A_SOURCE", 5)
    ned, stranger = house.browser(), house.browser()
    await house.member(ned, "Ned", "staff")
    way = wiki.way(wiki.request())
    assert answered(await mia.get(way)).statuses == ["Success"]
    for _ in range(15):
        await wiki.signs_in(stranger, IsPassive="true")
        await wiki.signs_in(ned)
    assert (await wiki.signs_in(mia)).statuses == ["Success"]
    assert is_refused(await mia.get(way)), "hers is remembered"


# XML


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
HOSTILE = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "external entity over the network": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>',
    "external document type": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
    "billion laughs": f"<!DOCTYPE a [{BOMB}]>",
    "default attribute": '<!DOCTYPE a [<!ATTLIST b ID CDATA "_evil">]>',
    "stylesheet": '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>',
}


async def test_no_document_type_is_read(mia: Browser, wiki: Wiki) -> None:
    for kind, begins in HOSTILE.items():
        for used in (b"", b"&x;", b"&l9;"):
            document = begins.encode() + wiki.request().replace(b"</saml:Issuer>", used + b"</saml:Issuer>")
            assert is_refused(await wiki.posts(mia, document)), kind
            assert is_refused(await mia.get(wiki.way(document))), kind
            assert is_refused(await wiki.posts(mia, document.decode().encode("utf-16"))), kind


async def test_a_bomb_is_not_unpacked(mia: Browser) -> None:
    packer = zlib.compressobj(9, wbits=-15)
    packed = b64encode(packer.compress(b"<a>" + b" " * 5_000_000) + packer.flush()).decode()
    assert len(packed) < 8_000
    assert is_refused(await mia.get(f"/saml/sign-in?{urlencode({'SAMLRequest': packed})}"))


NOT_ITS_NAME = (
    "https://wiki.harbor.example/saml<!-- -->.evil.example",
    "<!-- -->https://wiki.harbor.example/saml",
    "https://wiki.harbor.example/<![CDATA[saml]]><b/>",
    "https://wiki.harbor.example/saml<saml:Issuer>board</saml:Issuer>",
    "HTTPS://wiki.harbor.example/saml",
    "https://wiki.harbor.example/saml/",
    "",
    "nobody",
)


async def test_an_app_is_known_by_its_whole_name(house: House, mia: Browser) -> None:
    for issuer in NOT_ITS_NAME:
        assert is_refused(await Wiki(house, issuer).asks(mia)), issuer


async def test_a_comment_in_a_name_makes_nobody_else_of_it(house: House, mia: Browser, ledger: Wiki) -> None:
    """`mia@harbor.example<!-- -->.evil` is Mia to whoever reads only the first text of it."""
    answered(await ledger.asks(mia))
    for name in ("mia@harbor.example<!-- -->.evil.example", "<!-- -->mia@harbor.example", "mia@harbor.example<b/>"):
        document = ledger.logout(name)
        assert is_refused(await mia.get(ledger.way(document, path="/saml/sign-out")))
        assert is_refused(await ledger.posts(mia, ledger.signed(document), "/saml/sign-out"))
    assert (await open_at(house, "ledger"), (await mia.get("/")).status_code) == (1, 200)


WEIRD = (b"", b"<", b"\x00", b"<a/><a/>", b"\xff\xfe", b"<a" + b" b='1'" * 300 + b"/>", b"%", b"<a xmlns:b=''/>")


async def test_nothing_that_strangers_send_is_an_error_of_ours(mia: Browser, wiki: Wiki) -> None:
    for path in ("/saml/sign-in", "/saml/sign-out"):
        for weird in WEIRD:
            assert is_refused(await wiki.posts(mia, weird, path)), weird
            assert is_refused(await mia.get(wiki.way(weird, path=path))), weird
            assert is_refused(await mia.get(f"{path}?SAMLRequest={quote(weird)}")), weird
            assert is_refused(await mia.get(f"{path}?SAMLResponse={quote(weird)}")), weird


# Signing out


async def test_a_sign_out_is_not_forged(house: House, mia: Browser, wiki: Wiki, ledger: Wiki) -> None:
    answered(await ledger.asks(mia))
    name = (await wiki.signs_in(mia)).text("saml:Subject/saml:NameID")
    bare = Wiki(house, "ledger")
    for document in (
        bare.logout("mia@harbor.example"),
        bare.logout("mia@harbor.example", NotOnOrAfter="2030-01-01T00:00:00Z"),
    ):
        assert is_refused(await mia.get(bare.way(document, path="/saml/sign-out")))
        assert is_refused(await bare.posts(mia, document, "/saml/sign-out"))
        assert is_refused(await mia.get(ledger.way(document, path="/saml/sign-out", keys=EVIL)))
    asked = await mia.get(wiki.way(wiki.logout(name), path="/saml/sign-out"))  # it has no key: a person is asked
    request = asked.text.partition('name="request" value="')[2].partition('"')[0]
    for headers in ({"sec-fetch-site": "cross-site"}, OUR_PAGE):
        sent = {"request": request, "csrf": "guessed"}
        assert (await mia.client.post("/saml/leave", data=sent, headers=headers)).status_code == 403
    assert (await open_at(house, "ledger"), await open_at(house, "manual"), (await mia.get("/")).status_code) == (
        1,
        1,
        200,
    )


async def test_a_sign_out_of_somebody_else_ends_nothing_in_this_browser(
    house: House, mia: Browser, ledger: Wiki
) -> None:
    """Ned's own request, taken into Mia's browser by a page elsewhere."""
    answered(await ledger.asks(mia))
    ned = house.browser()
    await house.member(ned, "Ned", "staff")
    answered(await ledger.asks(ned))
    way = ledger.way(ledger.logout("ned@harbor.example"), path="/saml/sign-out")
    await mia.get(way)
    assert (await mia.get("/")).status_code == 200
    assert await open_at(house, "ledger") == 1
    assert is_refused(await ned.get(way)), "and a second time it is none"


async def test_an_app_ends_no_sign_in_at_another(house: House, mia: Browser, ledger: Wiki) -> None:
    wiki = Wiki(house)
    found = await wiki.signs_in(mia)
    statement = found.assertion.find(f"{A}AuthnStatement")
    assert statement is not None
    index = str(statement.get("SessionIndex"))
    for name in ("mia@harbor.example", found.text("saml:Subject/saml:NameID")):
        await mia.get(ledger.way(ledger.logout(name, index), path="/saml/sign-out"))
    assert (await open_at(house, "manual"), (await mia.get("/")).status_code) == (1, 200)


async def test_no_new_address_hides_a_sign_in_from_its_sign_out(house: House, mia: Browser, ledger: Wiki) -> None:
    """Mia gets another address, and Ned gets hers: the app knows her sign-in by the name that it was told then."""
    answered(await ledger.asks(mia))
    (held,) = await house.limen.database.reading(lambda s: sign_ins.open_sign_ins(s.connection, app="ledger"))
    people = house.limen.identity.people
    await people.correct(held.person_id, "Mia", "mia.berg@harbor.example", by="")
    ned = house.browser()
    await house.member(ned, "Ned", "staff")
    await people.correct(house.id_of("ned@harbor.example"), "Ned", "mia@harbor.example", by="")
    answered(await ledger.asks(ned))

    app = house.limen.known.apps["ledger"]
    assert app.saml is not None
    told = replace(app, saml=replace(app.saml, logout_service="https://ledger.harbor.example/soap"))
    notice = single_logout.notices(house.limen.core.offers.take(IdentityProvider))(held, told)
    assert notice is not None
    request = etree.fromstring(notice.body)
    assert [one.text for one in request.iter(f"{A}NameID", f"{P}SessionIndex")] == ["mia@harbor.example", held.id]

    for name, still in (("mia.berg@harbor.example", 2), ("mia@harbor.example", 1)):
        way = ledger.way(ledger.logout(name, held.id), path="/saml/sign-out")
        assert (await mia.get(way)).status_code == 303, name
        assert await open_at(house, "ledger") == still, name
    assert (await mia.get("/")).headers["location"].startswith("/sign-in")
    assert (await ned.get("/")).status_code == 200


async def test_old_sign_outs_are_worth_nothing(house: House, mia: Browser, ledger: Wiki) -> None:
    answered(await ledger.asks(mia))
    over = ledger.way(ledger.logout("mia@harbor.example", NotOnOrAfter=ledger.now(-2 * MINUTE)), path="/saml/sign-out")
    late = ledger.way(ledger.logout("mia@harbor.example", IssueInstant=ledger.now(-HOUR)), path="/saml/sign-out")
    for way in (over, late):
        assert is_refused(await mia.get(way))
    assert await open_at(house, "ledger") == 1


# What is not there


async def test_break_glass_and_strangers_sign_in_nowhere(house: House, wiki: Wiki) -> None:
    assert (await wiki.asks(house.browser())).headers["location"].startswith("/sign-in")


async def test_an_encrypted_answer_is_read_by_its_app_alone(mia: Browser, ledger: Wiki) -> None:
    found = answered(await ledger.asks(mia))
    assert b"harbor.example</" not in found.document.replace(f"{ORIGIN}".encode(), b"")
    with pytest.raises(Exception, match=r"(?i)decrypt|failed|key"):
        decrypted(found, EVIL)
    assert decrypted(found, LEDGER_KEYS).text("saml:Subject/saml:NameID") == "mia@harbor.example"


async def test_what_is_refused_is_journaled_and_names_nobody(house: House, mia: Browser, wiki: Wiki) -> None:
    await wiki.asks(mia, AssertionConsumerServiceURL="https://evil.example/acs")
    (event, *_) = house.events("sso.client_refused")
    assert (event.outcome, "evil.example" in repr(event)) == ("failure", False)
