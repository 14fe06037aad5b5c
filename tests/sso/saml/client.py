"""Apps that sign people in by SAML, as far as tests need them: entries in apps.yaml, and what they send and read."""

from __future__ import annotations

import re
import secrets
import zlib
from base64 import b64decode, b64encode
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx2
import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from tests.sso.saml.certificates import KeyPair, key_pair
from tests.web.conftest import ORIGIN, Browser, House, move_in

from limen.clock import Instant, to_iso

P = "{urn:oasis:names:tc:SAML:2.0:protocol}"
A = "{urn:oasis:names:tc:SAML:2.0:assertion}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SIGN_IN, SIGN_OUT, ENTITY = f"{ORIGIN}/saml/sign-in", f"{ORIGIN}/saml/sign-out", f"{ORIGIN}/saml/metadata"
LEDGER_KEYS = key_pair("ledger")
APPS = f"""
- id: manual
  protocol: saml
  name: Wiki
  label: internal
  url: https://wiki.harbor.example/
  saml:
    entity_id: https://wiki.harbor.example/saml
    acs:
      - https://wiki.harbor.example/saml/acs
      - {{url: https://wiki.harbor.example/saml/other, index: 7}}
    attributes: {{mail: email, "urn:oid:2.16.840.1.113730.3.1.241": name, roles: groups}}
    groups: {{staff: Reader, engineering: Writer}}
    logout_url: https://wiki.harbor.example/saml/bye

- id: ledger
  protocol: saml
  name: Ledger
  label: confidential
  url: https://ledger.harbor.example/
  saml:
    entity_id: ledger
    acs: [https://ledger.harbor.example/acs]
    certificates: ["{LEDGER_KEYS.bare}"]
    signed_requests: true
    encrypt: true
    encryption_certificate: "{LEDGER_KEYS.bare}"
    name_id: email
    logout_url: https://ledger.harbor.example/bye

- id: board
  protocol: saml
  name: Board
  label: internal
  url: https://board.harbor.example/
  saml:
    entity_id: board
    acs: [https://board.harbor.example/acs]
    name_id: transient
    begin_here: true
    start: /today
"""
POLICIES = """
@id("staff-use-the-manual")
@title("Staff read the wiki")
@reason("They need it for their work.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"manual")
when { context.auth.strength >= 2 };

@id("staff-use-the-board")
@title("Staff read the board")
@reason("They need it for their work.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"board")
when { context.auth.strength >= 2 };

@id("staff-use-the-ledger")
@title("Staff use the ledger with a passkey that was used this hour")
@reason("It holds accounts.")
@phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"ledger")
when { context.auth.strength >= 3 && context.now < context.auth.at.offset(duration("1h")) };
"""


def written(folder: Path) -> None:
    """Harbor with three apps that sign people in by SAML."""
    apps = folder / "apps.yaml"
    apps.write_text(apps.read_text().rstrip() + "\n" + APPS)
    (folder / "policies" / "66-saml.cedar").write_text(POLICIES)


async def harbor_with_saml(closing: AsyncExitStack, folder: Path) -> House:
    return await move_in(closing, folder, written)


@dataclass
class Answered:
    """What the browser posts to an app."""

    url: str
    document: bytes
    relay_state: str
    policy: str

    @property
    def root(self) -> etree._Element:
        return etree.fromstring(self.document)

    @property
    def assertion(self) -> etree._Element:
        found = self.root.find(f"{A}Assertion")
        assert found is not None, self.document
        return found

    @property
    def statuses(self) -> list[str]:
        return [str(one.get("Value")).rpartition(":")[2] for one in self.root.iter(f"{P}StatusCode")]

    def text(self, path: str) -> str:
        return self.assertion.findtext(path.replace("saml:", A)) or ""

    def attribute(self, name: str) -> list[str]:
        found = self.assertion.findall(f"{A}AttributeStatement/{A}Attribute[@Name='{name}']/{A}AttributeValue")
        return [one.text or "" for one in found]


def answered(response: httpx2.Response) -> Answered:
    """The form of the page that posts."""
    assert response.status_code == 200, response.headers.get("location", response.text)
    form = re.search(r'<form method="post" action="([^"]+)" data-post>(.*?)</form>', response.text, re.DOTALL)
    assert form, response.text
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[2]))
    sent = {name: unescape(value) for name, value in fields.items()}
    policy = response.headers["content-security-policy"]
    return Answered(unescape(form[1]), b64decode(sent["SAMLResponse"]), sent.get("RelayState", ""), policy)


@dataclass
class Wiki:
    """An app that knows the protocol and nothing of Limen."""

    house: House
    entity_id: str = "https://wiki.harbor.example/saml"
    keys: KeyPair | None = None
    ids: list[str] = field(default_factory=list)

    @classmethod
    def ledger(cls, house: House) -> Wiki:
        return cls(house, "ledger", LEDGER_KEYS)

    def now(self, ahead: int = 0) -> str:
        instant: Instant = self.house.clock.now() + ahead
        return f"{to_iso(instant)[:19]}Z"

    def request(self, inner: str = "", *, kind: str = "AuthnRequest", **attributes: str) -> bytes:
        """A message as this app writes it. What is set to "" is left out."""
        self.ids.append(f"_{secrets.token_hex(16)}")
        destination = SIGN_IN if kind == "AuthnRequest" else SIGN_OUT
        said = {"ID": self.ids[-1], "Version": "2.0", "IssueInstant": self.now(), "Destination": destination}
        told = " ".join(f'{name}="{value}"' for name, value in (said | attributes).items() if value)
        spaces = f'xmlns:samlp="{P[1:-1]}" xmlns:saml="{A[1:-1]}"'
        issuer = f"<saml:Issuer>{self.entity_id}</saml:Issuer>"
        return f"<samlp:{kind} {spaces} {told}>{issuer}{inner}</samlp:{kind}>".encode()

    def logout(self, name: str, *sessions: str, **attributes: str) -> bytes:
        indexes = "".join(f"<samlp:SessionIndex>{one}</samlp:SessionIndex>" for one in sessions)
        return self.request(f"<saml:NameID>{name}</saml:NameID>{indexes}", kind="LogoutRequest", **attributes)

    def signed(self, document: bytes, keys: KeyPair | None = None) -> bytes:
        """The message with its signature in it, as HTTP-POST has it."""
        root = etree.fromstring(document)
        constants = xmlsec.constants
        signature = xmlsec.template.create(root, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds")
        root.insert(1, signature)
        reference = xmlsec.template.add_reference(signature, constants.TransformSha256, uri=f"#{root.get('ID')}")
        xmlsec.template.add_transform(reference, constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, constants.TransformExclC14N)
        xmlsec.tree.add_ids(root, ["ID"])
        context = xmlsec.SignatureContext()
        pair = keys or self.keys or LEDGER_KEYS
        context.key = xmlsec.Key.from_memory(pair.key_pem.encode(), constants.KeyDataFormatPem)
        context.sign(signature)
        return etree.tostring(root)

    def way(
        self, document: bytes, relay_state: str = "", *, path: str = "/saml/sign-in", keys: KeyPair | None = None
    ) -> str:
        """The address of HTTP-Redirect, signed where the app has keys."""
        packer = zlib.compressobj(wbits=-15)
        packed = b64encode(packer.compress(document) + packer.flush()).decode()
        told = {"SAMLRequest": packed, **({"RelayState": relay_state} if relay_state else {})}
        pair = keys or self.keys
        if pair is None:
            return f"{path}?{urlencode(told)}"
        query = urlencode({**told, "SigAlg": RSA_SHA256})
        assert isinstance(pair.key, rsa.RSAPrivateKey)
        signature = pair.key.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{path}?{query}&Signature={quote(b64encode(signature).decode(), safe='')}"

    async def asks(
        self, browser: Browser, inner: str = "", relay_state: str = "", **attributes: str
    ) -> httpx2.Response:
        return await browser.get(self.way(self.request(inner, **attributes), relay_state))

    async def posts(
        self, browser: Browser, document: bytes, path: str = "/saml/sign-in", relay_state: str = ""
    ) -> httpx2.Response:
        """As its own page would: from another site, and so without our cookies."""
        stranger = self.house.browser()
        sent = {"SAMLRequest": b64encode(document).decode(), **({"RelayState": relay_state} if relay_state else {})}
        headers = {"sec-fetch-site": "cross-site", "origin": "https://wiki.harbor.example"}
        led = await stranger.client.post(path, data=sent, headers=headers)
        if led.status_code != 303:
            return led
        return await browser.get(led.headers["location"])

    async def signs_in(self, browser: Browser, inner: str = "", **attributes: str) -> Answered:
        return answered(await self.asks(browser, inner, **attributes))


def decrypted(found: Answered, keys: KeyPair) -> Answered:
    """The same with its assertion in the clear."""
    root = found.root
    data = next(root.iter("{http://www.w3.org/2001/04/xmlenc#}EncryptedData"))
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(keys.key_pem.encode(), xmlsec.constants.KeyDataFormatPem))
    clear = xmlsec.EncryptionContext(manager).decrypt(data)
    holder = clear.getparent()
    holder.getparent().replace(holder, clear)
    return Answered(found.url, etree.tostring(root), found.relay_state, found.policy)


def query_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
