"""What is asked of the SAML identity provider that no honest app would ask: refused, and found in the journal."""

from __future__ import annotations

import gzip
import zlib
from base64 import b64encode
from dataclasses import replace
from urllib.parse import quote, urlencode

import httpx2
import pytest
from lxml import etree
from tests.sso.saml import conftest
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.client import LEDGER_KEYS, RSA_SHA256, A, P, Wiki, answered, decrypted
from tests.web.conftest import Browser, House

from limen.errors import LimenError
from limen.sso.saml import names
from limen.sso.saml.sp_metadata import provider_in

house, mia, wiki, ledger = conftest.house, conftest.mia, conftest.wiki, conftest.ledger

EVIL = key_pair("evil")
ACS = "https://wiki.harbor.example/saml/acs"


def is_refused(response: httpx2.Response) -> bool:
    """A page of ours, and nothing for any app."""
    return response.status_code == 400 and "SAMLResponse" not in response.text and "location" not in response.headers


def told(house: House) -> list[str]:
    """What the journal says of refused requests, the newest first."""
    return [str(event.details.get("detail", "")) for event in house.events("sso.client_refused")]


# Where assertions go


LOOK_ALIKES = (
    "https://evil.example\\@wiki.harbor.example/saml/acs",
    "https://wiki.harbor.example\\@evil.example/saml/acs",
    "https://wiki.harbor.example@evil.example/saml/acs",
    "https://user@wiki.harbor.example/saml/acs",
    "https://wiki.harbor.example:443/saml/acs",
    "https://wiki.harbor.example./saml/acs",
    "https://wiki.harbor.example/saml/../saml/acs",
    "https://wiki.harbor.example/saml%2facs",
    "https://wiki.harbor.example/saml/acs%00",
    "https://wiki.harbor.example/saml/acs?",
    "https://wiki.harbor.example/saml/acs#x",
    "https://wiki.harbor.example/saml/acs/",
    " https://wiki.harbor.example/saml/acs",
    "https://wiki.harbor.example/saml/ACS",
    "https://[::ffff:203.0.113.7]/saml/acs",
    "https://wiki.h\u0430rbor.example/saml/acs",
    "",
)
INDEXES = ("-1", "0", "00", "+7", " 7", "7 ", "0x7", "7.0", "\uff17", "99999999999999999999", "7 OR 1=1")


async def test_no_address_that_only_looks_like_a_registered_one(house: House, mia: Browser, wiki: Wiki) -> None:
    asked = [{"AssertionConsumerServiceURL": uri or " "} for uri in LOOK_ALIKES]
    asked += [{"AssertionConsumerServiceIndex": index} for index in INDEXES]
    asked += [{"AssertionConsumerServiceURL": ACS, "AssertionConsumerServiceIndex": "7"}]
    asked += [
        {"ProtocolBinding": f"urn:oasis:names:tc:SAML:2.0:bindings:{one}"} for one in ("PAOS", "SOAP", "HTTP-Redirect")
    ]
    for one in asked:
        assert is_refused(await wiki.asks(mia, **one)), one
    assert told(house)
    assert not any("evil.example" in one for one in told(house))
    assert (
        answered(await wiki.asks(mia, AssertionConsumerServiceIndex="7")).url
        == "https://wiki.harbor.example/saml/other"
    )


async def test_an_app_that_nobody_registered_gets_nothing(house: House, mia: Browser) -> None:
    for entity in ("https://evil.example/saml", "Ledger", "wiki", "https://limen.harbor.localhost/saml/metadata"):
        assert is_refused(await Wiki(house, entity).asks(mia))
        assert is_refused(await Wiki(house, entity).posts(mia, Wiki(house, entity).request()))
    assert len(told(house)) == 8


async def test_an_artifact_is_not_resolved(house: House, mia: Browser) -> None:
    """There is no back channel by which an artifact becomes an assertion, or by which Limen would call anybody."""
    for name in ("SAMLart", "SAMLArt"):
        assert is_refused(await mia.get(f"/saml/sign-in?{urlencode({name: 'AAQAAMh48/1oXIM', 'RelayState': 'x'})}"))
        assert is_refused(await mia.client.post("/saml/sign-in", data={name: "AAQAAMh48/1oXIM"}))
    assert (await mia.client.post("/saml/artifact", content=b"<x/>")).status_code in {403, 404, 405}
    assert len(told(house)) == 4


# What comes packed


async def test_what_is_huge_deep_or_packed_otherwise_is_refused(house: House, mia: Browser, wiki: Wiki) -> None:
    deep = wiki.request("<x>" * 40 + "</x>" * 40)
    wide = wiki.request("<x/>" * 600)
    long = wiki.request(f"<x>{'a' * 70_000}</x>")
    many = wiki.request("".join(f'<x xmlns:n{n}="urn:{n}"/>' for n in range(600)))
    attributes = wiki.request(f"<x {' '.join(f'a{n}={chr(34)}{chr(34)}' for n in range(9_000))}/>")
    for document in (deep, wide, many, attributes, long):
        assert is_refused(await mia.get(wiki.way(document))) or len(wiki.way(document)) > 8_000
        answer = await wiki.posts(mia, document)
        assert is_refused(answer) or answer.status_code == 413, document[-60:]
    good = wiki.request()
    for packed in (gzip.compress(good), zlib.compress(good), b64encode(good), zlib.compress(zlib.compress(good)), good):
        assert is_refused(await mia.get(f"/saml/sign-in?{urlencode({'SAMLRequest': b64encode(packed).decode()})}"))
    raw = zlib.compressobj(wbits=-15)
    once = raw.compress(good) + raw.flush()
    for more in (once + b"x", once[:-2], once + once):
        assert is_refused(await mia.get(f"/saml/sign-in?SAMLRequest={quote(b64encode(more).decode())}"))
    assert is_refused(await mia.get(f"{wiki.way(good)}&SAMLEncoding=urn:other"))
    assert is_refused(await wiki.posts(mia, gzip.compress(good)))
    assert len(told(house)) > 10


async def test_a_bomb_of_many_layers_is_not_unpacked(mia: Browser) -> None:
    """Ten megabytes in ten kilobytes, and that packed again: neither is unpacked beyond what a message may be."""
    packer = zlib.compressobj(9, wbits=-15)
    once = packer.compress(b"\x00" * 10_000_000) + packer.flush()
    packer = zlib.compressobj(9, wbits=-15)
    twice = packer.compress(once) + packer.flush()
    for packed in (once[:5_000], twice):
        assert is_refused(await mia.get(f"/saml/sign-in?{urlencode({'SAMLRequest': b64encode(packed).decode()})}"))


# Keys and algorithms


async def test_a_key_of_the_wrong_use_signs_nothing(house: House, mia: Browser, ledger: Wiki) -> None:
    """What an app has things encrypted for is no key that it signs with."""
    app = house.limen.known.apps["ledger"]
    assert app.saml is not None
    house.limen.known.apps["ledger"] = replace(app, saml=replace(app.saml, encryption_certificate=EVIL.bare))
    assert is_refused(await ledger.posts(mia, ledger.signed(ledger.request(), EVIL)))
    assert is_refused(await mia.get(ledger.way(ledger.request(), keys=EVIL)))
    assert len(told(house)) == 2


WEAK = (
    "http://www.w3.org/2001/04/xmlenc#tripledes-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    "http://www.w3.org/2001/04/xmlenc#rsa-1_5",
)


async def test_nobody_weakens_what_an_assertion_is_encrypted_with(mia: Browser, ledger: Wiki) -> None:
    """Neither the request nor anything in it chooses: AES-256-GCM, its key by RSA-OAEP, whatever is asked for."""
    methods = "".join(f'<md:EncryptionMethod xmlns:md="{names.METADATA}" Algorithm="{one}"/>' for one in WEAK)
    found = answered(await ledger.asks(mia, f"<samlp:Extensions>{methods}</samlp:Extensions>"))
    used = {str(one.get("Algorithm")) for one in found.root.iter("{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod")}
    assert used == {"http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"}
    assert found.root.find(f"{A}Assertion") is None, "nothing stands beside it in the clear"
    assert decrypted(found, LEDGER_KEYS).statuses == ["Success"]


def described(*entities: str) -> bytes:
    acs = f'<md:AssertionConsumerService Binding="{names.POST}" Location="{ACS}" index="1"/>'
    sp = f'<md:SPSSODescriptor protocolSupportEnumeration="{names.PROTOCOL}">{acs}</md:SPSSODescriptor>'
    every = "".join(f'<md:EntityDescriptor entityID="{one}">{sp}</md:EntityDescriptor>' for one in entities)
    return f'<md:EntitiesDescriptor xmlns:md="{names.METADATA}">{every}</md:EntitiesDescriptor>'.encode()


@pytest.mark.parametrize(
    "document",
    [
        described(),
        described("https://wiki.harbor.example/saml", "https://evil.example/saml"),
        described("a", "a"),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + described("&x;"),
        described("a").replace(b'Location="', b'Location="javascript:').replace(names.POST.encode(), b"urn:other"),
        b"<a>" * 300 + b"</a>" * 300,
        gzip.compress(described("a")),
    ],
    ids=["none", "two", "the same twice", "entity", "other binding", "deep", "packed"],
)
def test_metadata_that_say_two_things_register_nothing(document: bytes) -> None:
    with pytest.raises(LimenError):
        provider_in(document)


async def test_each_sort_of_forgery_is_in_the_journal_by_itself(house: House, mia: Browser, ledger: Wiki) -> None:
    """So that somebody who looks there tells a clock that is wrong from a thief."""
    good = etree.fromstring(ledger.signed(ledger.request()))
    outer = etree.fromstring(ledger.request(IsPassive="true"))
    etree.SubElement(outer, f"{P}Extensions").append(good)
    weak = ledger.signed(ledger.request()).replace(RSA_SHA256.encode(), b"http://www.w3.org/2000/09/xmldsig#rsa-sha1")
    posted = (
        etree.tostring(outer),
        weak,
        ledger.request(),
        ledger.signed(ledger.request(IssueInstant="2020-01-01T00:00:00Z")),
        ledger.signed(ledger.request(Destination="https://evil.example/")),
        ledger.signed(ledger.request(AssertionConsumerServiceURL="https://evil.example/")),
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ledger.request(),
        ledger.request("<!-- -->"),
        ledger.signed(ledger.request(), EVIL),
        b"<a>" * 300,
    )
    for document in posted:
        assert is_refused(await ledger.posts(mia, document)), document[:80]
    assert len(told(house)) == len(posted)
    assert len(set(told(house))) >= 7


# What is asked for of whom


async def test_nobody_asks_for_more_than_is_registered(mia: Browser, wiki: Wiki) -> None:
    """Attributes, proxies and the name of the app: what stands in a request of that is not followed, nor shown."""
    more = (
        '<samlp:Scoping ProxyCount="9"><samlp:IDPList><samlp:IDPEntry ProviderID="https://evil.example"/>'
        "</samlp:IDPList></samlp:Scoping>"
    )
    response = await wiki.asks(
        mia, more, ProviderName="&lt;script&gt;alert(1)&lt;/script&gt;", AttributeConsumingServiceIndex="1"
    )
    found = answered(response)
    named = {str(one.get("Name")) for one in found.assertion.iter(f"{A}Attribute")}
    assert named == {"mail", "urn:oid:2.16.840.1.113730.3.1.241", "roles"}
    assert "alert(1)" not in response.text
    assert b"evil.example" not in found.document


async def test_a_request_about_somebody_else_signs_in_nobody(house: House, mia: Browser, ledger: Wiki) -> None:
    """An app that names its person gets an assertion about that one, or none."""
    ned = house.browser()
    await house.member(ned, "Ned", "staff")
    for name in ("ned@harbor.example", "MIA@harbor.example", "mia@harbor.example.evil.example"):
        found = answered(await ledger.asks(mia, f"<saml:Subject><saml:NameID>{name}</saml:NameID></saml:Subject>"))
        assert found.statuses == ["Responder", "UnknownPrincipal"], name
        assert found.root.find(f"{A}Assertion") is None
    two = "<saml:Subject><saml:NameID>mia@harbor.example</saml:NameID></saml:Subject>" * 2
    assert is_refused(await ledger.asks(mia, two))
    assert len(told(house)) == 1


# Again, and from elsewhere


async def test_replays_and_sign_ins_begun_elsewhere_are_in_the_journal(house: House, mia: Browser, wiki: Wiki) -> None:
    way = wiki.way(wiki.request())
    answered(await mia.get(way))
    assert is_refused(await mia.get(way))
    assert [event.reason for event in house.events("sso.client_refused")] == ["answered-before"]
    led = await mia.get("/saml/start?app=board", **{"sec-fetch-site": "cross-site"})
    assert led.headers["location"] == "/"
    event, *_ = house.events("sso.client_refused")
    assert (event.reason, event.details["app"]) == ("begun-elsewhere", "board")


async def test_a_response_is_no_request(house: House, mia: Browser, wiki: Wiki) -> None:
    """An answer that is taken to the provider, as if it signed somebody in here."""
    found = answered(await wiki.asks(mia))
    sent = {"SAMLResponse": b64encode(found.document).decode(), "RelayState": "/console"}
    for path in ("/saml/sign-in", "/saml/sign-out"):
        stranger = house.browser()
        assert is_refused(await stranger.client.post(path, data=sent))
        renamed = {"SAMLRequest": sent["SAMLResponse"]}
        assert is_refused(await stranger.client.post(path, data=renamed))
        assert (await stranger.get("/")).headers["location"].startswith("/sign-in")
    assert len(told(house)) == 4
