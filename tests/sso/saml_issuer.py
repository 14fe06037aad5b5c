"""A SAML identity provider as far as tests need one: real keys, real signatures, and a knob for every lie."""

from __future__ import annotations

import secrets
import zlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import xmlsec
from lxml import etree
from tests.sso.issuer import leaves, way_on, written
from tests.sso.saml.certificates import KeyPair, key_pair
from tests.sso.saml.client import DS, A, P
from tests.web.conftest import ORIGIN, Browser, House, move_in

from limen.clock import MINUTE, Clock, Instant, Milliseconds, to_iso

ENTITY = "https://idp.works.example/saml"
KEYS = key_pair("works")
NAME_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
MFA = "https://refeds.org/profile/mfa"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
Signs = Literal["assertion", "response", "both", "nothing"]


@dataclass(frozen=True)
class StoppedClock:
    """For what is given the time: it stays the same, however long a test takes."""

    instant: Instant

    def now(self) -> Instant:
        return self.instant


@dataclass
class Asked:
    """A request of Limen's, as the provider reads it."""

    root: etree._Element
    relay_state: str
    back: str

    @property
    def id(self) -> str:
        return str(self.root.get("ID"))


@dataclass
class FakeSaml:
    """What it says of whoever signs in. `said` replaces what a response says ("" leaves it out), by these names:
    those of `_values`.
    """

    clock: Clock | StoppedClock | None = None
    entity_id: str = ENTITY
    keys: KeyPair = KEYS
    name: str = "mia-there"
    context: str = PASSWORD
    attributes: dict[str, list[str]] = field(default_factory=dict)
    signs: Signs = "both"
    said: dict[str, str] = field(default_factory=dict)
    twist: Callable[[bytes], bytes] = lambda document: document
    """What becomes of a document that was signed."""
    encrypts: Callable[[bytes], bytes] | None = None
    """What an assertion becomes after it was signed, before the response is: an EncryptedAssertion."""

    def at(self, ahead: Milliseconds = 0) -> str:
        assert self.clock is not None
        return f"{to_iso(self.clock.now() + ahead)[:19]}Z"

    def asked(self, url: str) -> Asked:
        """The request that this address brings."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        root = etree.fromstring(zlib.decompress(b64decode(query["SAMLRequest"]), wbits=-15))
        return Asked(root, query["RelayState"], str(root.get("AssertionConsumerServiceURL")))

    def answer(self, asked: Asked, **said: str) -> tuple[bytes, str]:
        """A response to it, and its relay state."""
        values = {**self._values(asked), **self.said, **said}
        response = etree.fromstring(self.written(values))
        assertion = response.find(f"{A}Assertion")
        if assertion is not None and self.signs in {"assertion", "both"}:
            sign(assertion, self.keys)
        if assertion is not None and self.encrypts is not None:
            response.replace(assertion, etree.fromstring(self.encrypts(etree.tostring(assertion))))
        if self.signs in {"response", "both"}:
            sign(response, self.keys)
        return self.twist(etree.tostring(response)), asked.relay_state

    def _values(self, asked: Asked) -> dict[str, str]:
        return {
            "ResponseID": f"_{secrets.token_hex(12)}",
            "AssertionID": f"_{secrets.token_hex(12)}",
            "Issued": self.at(),
            "Destination": asked.back,
            "InResponseTo": asked.id,
            "Answers": asked.id,
            "ResponseIssuer": self.entity_id,
            "Issuer": self.entity_id,
            "Status": "Success",
            "Name": self.name,
            "NameFormat": f"{NAME_FORMAT}persistent",
            "Qualifier": self.entity_id,
            "SPQualifier": asked.root.findtext(f"{A}Issuer") or "",
            "Method": BEARER,
            "Recipient": asked.back,
            "Confirmed": self.at(5 * MINUTE),
            "NotBefore": self.at(-MINUTE),
            "NotOnOrAfter": self.at(5 * MINUTE),
            "Audience": asked.root.findtext(f"{A}Issuer") or "",
            "Proved": self.at(),
            "Session": "session-there",
            "SessionEnds": self.at(60 * MINUTE),
            "Context": self.context,
        }

    def written(self, v: dict[str, str]) -> bytes:
        told = "".join(
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
            + "</saml:Attribute>"
            for name, values in self.attributes.items()
        )
        statement = f"<saml:AttributeStatement>{told}</saml:AttributeStatement>" if told else ""
        audience = f"<saml:Audience>{v['Audience']}</saml:Audience>" if v["Audience"] else ""
        restriction = f"<saml:AudienceRestriction>{audience}</saml:AudienceRestriction>" if audience else ""
        data = _written(
            NotOnOrAfter=v["Confirmed"],
            Recipient=v["Recipient"],
            InResponseTo=v["Answers"],
            NotBefore=v.get("ConfirmedFrom", ""),
        )
        bounds = _written(NotBefore=v["NotBefore"], NotOnOrAfter=v["NotOnOrAfter"])
        proof = _written(AuthnInstant=v["Proved"], SessionIndex=v["Session"], SessionNotOnOrAfter=v["SessionEnds"])
        head = _written(
            ID=v["ResponseID"],
            Version="2.0",
            IssueInstant=v["Issued"],
            Destination=v["Destination"],
            InResponseTo=v["InResponseTo"],
        )
        named = _written(Format=v["NameFormat"], NameQualifier=v["Qualifier"], SPNameQualifier=v["SPQualifier"])
        own = _written(ID=v["AssertionID"], Version="2.0", IssueInstant=v["Issued"])
        issuer = f"<saml:Issuer>{v['ResponseIssuer']}</saml:Issuer>" if v["ResponseIssuer"] else ""
        return f"""<samlp:Response xmlns:samlp="{P[1:-1]}" xmlns:saml="{A[1:-1]}" {head}>{issuer}<samlp:Status>
<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{v["Status"]}">{v.get("Detail", "")}</samlp:StatusCode>
</samlp:Status>{v.get("Before", "")}<saml:Assertion {own}>
<saml:Issuer>{v["Issuer"]}</saml:Issuer><saml:Subject><saml:NameID {named}>{v["Name"]}</saml:NameID>
<saml:SubjectConfirmation Method="{v["Method"]}"><saml:SubjectConfirmationData {data}/></saml:SubjectConfirmation>
{v.get("InSubject", "")}</saml:Subject>
<saml:Conditions {bounds}>{restriction}{v.get("InConditions", "")}</saml:Conditions>
<saml:AuthnStatement {proof}><saml:AuthnContext><saml:AuthnContextClassRef>{v["Context"]}</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement>{statement}</saml:Assertion></samlp:Response>""".encode()

    # What it publishes, and what it says of sign-outs

    def metadata(self, more: str = "") -> bytes:
        return f"""<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
 xmlns:ds="{DS[1:-1]}" entityID="{self.entity_id}" {more}><md:IDPSSODescriptor
 protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo>
<ds:X509Data><ds:X509Certificate>{self.keys.bare}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
 Location="https://idp.works.example/slo"/><md:NameIDFormat>{NAME_FORMAT}persistent</md:NameIDFormat>
<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
 Location="https://idp.works.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>""".encode()

    def sign_out(self, here: str, **said: str) -> bytes:
        """A LogoutRequest, signed, in its envelope."""
        v = {"ID": f"_{secrets.token_hex(12)}", "Issued": self.at(), "Issuer": self.entity_id, "Destination": here}
        v |= {"Name": self.name, "NameFormat": f"{NAME_FORMAT}persistent", "Session": "", **said}
        head = _written(ID=v["ID"], Version="2.0", IssueInstant=v["Issued"], Destination=v["Destination"])
        index = f"<samlp:SessionIndex>{v['Session']}</samlp:SessionIndex>" if v["Session"] else ""
        root = etree.fromstring(
            f'<samlp:LogoutRequest xmlns:samlp="{P[1:-1]}" xmlns:saml="{A[1:-1]}" {head}>'
            f"<saml:Issuer>{v['Issuer']}</saml:Issuer>"
            f'<saml:NameID Format="{v["NameFormat"]}">{v["Name"]}</saml:NameID>{index}</samlp:LogoutRequest>'
        )
        if self.signs != "nothing":
            sign(root, self.keys)
        return enveloped(etree.tostring(root))


def enveloped(message: bytes) -> bytes:
    space = "http://schemas.xmlsoap.org/soap/envelope/"
    return b'<S:Envelope xmlns:S="%s"><S:Body>%s</S:Body></S:Envelope>' % (space.encode(), message)


def sign(element: etree._Element, keys: KeyPair, *, method: str = "", digest: str = "", prefixes: str = "") -> None:
    """Enveloped, behind the issuer, exclusive C14N but for these prefixes; RSA-SHA256 where nothing else is said."""
    constants = xmlsec.constants
    chosen = getattr(constants, method or "TransformRsaSha256")
    signature = xmlsec.template.create(element, constants.TransformExclC14N, chosen, ns="ds")
    issuer = element.find(f"{A}Issuer")
    if issuer is None:
        element.insert(0, signature)
    else:
        issuer.addnext(signature)
    hashed = getattr(constants, digest or "TransformSha256")
    reference = xmlsec.template.add_reference(signature, hashed, uri=f"#{element.get('ID')}")
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    canonical = xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    if prefixes:
        kept = etree.SubElement(canonical, "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces")
        kept.set("PrefixList", prefixes)
    xmlsec.tree.add_ids(element, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(keys.key_pem.encode(), constants.KeyDataFormatPem)
    context.sign(signature)


def _written(**attributes: str) -> str:
    return " ".join(f'{name}="{value}"' for name, value in attributes.items() if value)


# Harbor, and the way there and back


def saml_entry(fake: FakeSaml, issuer_id: str = "there", more: str = "", saml: str = "") -> str:
    """Its entry in `sign-in.yaml`, with what its metadata say."""
    return f"""
  - id: {issuer_id}
    name: {issuer_id.capitalize()} Works
    protocol: saml
    issuer: {fake.entity_id}
    domains: [harbor.example]
{more}    saml:
{saml or _by_hand(fake)}"""


def _by_hand(fake: FakeSaml) -> str:
    return f"""      sign_in_url: https://idp.works.example/sso
      sign_out_url: https://idp.works.example/slo
      certificates: ["{fake.keys.bare}"]
      email: mail
      display_name: displayName
"""


async def harbor_by_saml(closing: AsyncExitStack, folder: Path, fakes: list[FakeSaml], *entries: str) -> House:
    """Harbor whose people may sign in at these."""
    house = await move_in(closing, folder, written(*(entries or [saml_entry(one) for one in fakes])))
    for one in fakes:
        one.clock = house.clock
    return house


async def posts(house: House, browser: Browser, answer: tuple[bytes, str], issuer_id: str = "there") -> httpx2.Response:
    """As the provider's own page makes the browser post it: from another site, and so without our cookies."""
    document, relay_state = answer
    stranger = house.browser()
    sent = {"SAMLResponse": b64encode(document).decode(), "RelayState": relay_state}
    headers = {"sec-fetch-site": "cross-site", "origin": "https://idp.works.example"}
    led = await stranger.client.post(f"/sign-in/with/{issuer_id}/back", data=sent, headers=headers)
    return await browser.get(led.headers["location"]) if led.status_code == 303 else led


async def signs_in_by_saml(
    house: House, browser: Browser, fake: FakeSaml, issuer_id: str = "there", to: str = "/", **said: str
) -> httpx2.Response:
    """All the way: there and back."""
    asked = fake.asked(await leaves(browser, issuer_id, to))
    return await posts(house, browser, fake.answer(asked, **said), issuer_id)


async def links_by_saml(house: House, browser: Browser, fake: FakeSaml, issuer_id: str = "there") -> httpx2.Response:
    """Somebody who is signed in links their account there."""
    await browser.get("/passkeys")
    page = await browser.post(f"/passkeys/issuers/{issuer_id}/link")
    assert page.status_code == 200, page.text
    return await posts(house, browser, fake.answer(fake.asked(way_on(page))), issuer_id)


# Fixtures, for whoever tests them


@pytest.fixture
def there() -> FakeSaml:
    return FakeSaml()


@pytest.fixture
async def house(tmp_path: Path, there: FakeSaml) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await harbor_by_saml(closing, tmp_path / "harbor", [there])


@pytest.fixture
async def mia(house: House, there: FakeSaml) -> Browser:
    """Somebody of the staff, signed in with a passkey, and linked."""
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    answered = await links_by_saml(house, browser, there)
    assert (answered.status_code, answered.headers["location"]) == (303, "/passkeys?done=linked"), answered.text
    return browser


HERE = f"{ORIGIN}/sign-in/with/there"
