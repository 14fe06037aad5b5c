"""python3-saml, in its strict mode, signs people in by Limen, and refuses every answer that somebody changed."""

from __future__ import annotations

import copy
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.client import DS, LEDGER_KEYS, A, Answered, answered, harbor_with_saml
from tests.web.conftest import Browser, House

from limen.sso.saml import names

EVIL = key_pair("evil")


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        house = await harbor_with_saml(closing, tmp_path / "harbor")
        monkeypatch.setattr(OneLogin_Saml2_Utils, "now", staticmethod(lambda: house.clock.now() // 1_000))
        yield house


@pytest.fixture
async def mia(house: House) -> Browser:
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    return browser


class Client:
    """An app made of python3-saml: its settings come from Limen's metadata."""

    def __init__(self, metadata: bytes, entity_id: str, url: str, *, is_strict_app: bool) -> None:
        parsed = OneLogin_Saml2_IdPMetadataParser.parse(metadata, required_sso_binding=names.REDIRECT)
        own = {"x509cert": LEDGER_KEYS.bare, "privateKey": LEDGER_KEYS.key_pem} if is_strict_app else {}
        bye = "https://ledger.harbor.example/bye"
        self.settings: dict[str, Any] = {
            "strict": True,
            "sp": {
                "entityId": entity_id,
                "assertionConsumerService": {"url": url, "binding": names.POST},
                "singleLogoutService": {"url": bye, "binding": names.REDIRECT},
                "NameIDFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
                **own,
            },
            "idp": parsed["idp"],
            "security": {
                "authnRequestsSigned": is_strict_app,
                "logoutRequestSigned": is_strict_app,
                "logoutResponseSigned": is_strict_app,
                "wantMessagesSigned": True,
                "wantAssertionsSigned": True,
                "wantAssertionsEncrypted": is_strict_app,
                "wantNameId": True,
                "requestedAuthnContext": ["https://refeds.org/profile/mfa"],
                "failOnAuthnContextMismatch": True,
                "signatureAlgorithm": names.RSA_SHA256,
                "rejectUnsolicitedResponsesWithInResponseTo": True,
            },
        }
        self.url = url

    def auth(self, get: dict[str, str] | None = None, post: dict[str, str] | None = None, at: str = "") -> Any:
        parts = urlsplit(at or self.url)
        request = {
            "https": "on",
            "http_host": parts.netloc,
            "script_name": parts.path,
            "get_data": get or {},
            "post_data": post or {},
            "query_string": parts.query,
        }
        return OneLogin_Saml2_Auth(request, old_settings=self.settings)

    def takes(self, document: bytes, request_id: str | None) -> str:
        """ "" where it signs somebody in, or why it does not."""
        auth = self.auth(post={"SAMLResponse": b64encode(document).decode()})
        auth.process_response(request_id)
        if auth.is_authenticated() and not auth.get_errors():
            return ""
        return str(auth.get_last_error_reason() or auth.get_errors())

    async def signs_in(self, browser: Browser, **how: Any) -> tuple[Answered, str]:
        """An answer of Limen, and the ID of the request that it is to."""
        auth = self.auth()
        way = auth.login("/page", **how)
        parts = urlsplit(way)
        found = answered(await browser.get(f"{parts.path}?{parts.query}"))
        return found, auth.get_last_request_id()


async def manual(house: House) -> Client:
    metadata = (await house.browser().get("/saml/metadata")).content
    url = "https://wiki.harbor.example/saml/acs"
    return Client(metadata, "https://wiki.harbor.example/saml", url, is_strict_app=False)


async def ledger(house: House) -> Client:
    metadata = (await house.browser().get("/saml/metadata")).content
    return Client(metadata, "ledger", "https://ledger.harbor.example/acs", is_strict_app=True)


async def test_it_signs_somebody_in(house: House, mia: Browser) -> None:
    client = await manual(house)
    found, request_id = await client.signs_in(mia)
    auth = client.auth(post={"SAMLResponse": b64encode(found.document).decode()})
    auth.process_response(request_id)
    assert (auth.get_last_error_reason(), auth.get_errors(), auth.is_authenticated()) == (None, [], True)
    assert auth.get_attributes()["mail"] == ["mia@harbor.example"]
    assert (auth.get_attributes()["roles"], auth.get_nameid_spnq()) == (["Reader"], "https://wiki.harbor.example/saml")
    assert auth.get_session_index().startswith("g_")
    assert found.relay_state == "/page"


async def test_it_signs_its_requests_and_reads_what_is_encrypted(house: House, mia: Browser) -> None:
    client = await ledger(house)
    found, request_id = await client.signs_in(mia, force_authn=True)
    auth = client.auth(post={"SAMLResponse": b64encode(found.document).decode()})
    auth.process_response(request_id)
    assert (auth.get_last_error_reason(), auth.get_nameid()) == (None, "mia@harbor.example")


async def test_it_takes_a_sign_in_that_begins_here(house: House, mia: Browser) -> None:
    metadata = (await house.browser().get("/saml/metadata")).content
    client = Client(metadata, "board", "https://board.harbor.example/acs", is_strict_app=False)
    found = answered(await mia.get("/saml/start?app=board"))
    assert client.takes(found.document, None) == ""


async def test_it_signs_somebody_out(house: House, mia: Browser) -> None:
    client = await ledger(house)
    found, request_id = await client.signs_in(mia)
    auth = client.auth(post={"SAMLResponse": b64encode(found.document).decode()})
    auth.process_response(request_id)
    way = urlsplit(auth.logout("/gone", name_id=auth.get_nameid(), session_index=auth.get_session_index()))
    led = await mia.get(f"{way.path}?{way.query}")
    location = led.headers["location"]
    told = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    back = client.auth(get=told, at=location)
    back.process_slo(keep_local_session=True, request_id=auth.get_last_request_id())
    assert (back.get_errors(), back.get_last_error_reason(), told["RelayState"]) == ([], None, "/gone")
    assert (await mia.get("/")).headers["location"].startswith("/sign-in")


def resigned(document: bytes, keys: Any) -> bytes:
    """The answer, with every signature made anew by somebody else."""
    root = etree.fromstring(document)
    for signature in list(root.iter(f"{DS}Signature")):
        signature.getparent().remove(signature)
    return OneLogin_Saml2_Utils.add_sign(etree.tostring(root), keys.key_pem, keys.pem)


def wrapped(document: bytes) -> bytes:
    """A forged assertion before the signed one."""
    root = etree.fromstring(document)
    assertion = root.find(f"{A}Assertion")
    assert assertion is not None
    forged = copy.deepcopy(assertion)
    forged.set("ID", "_evil")
    signature = forged.find(f"{DS}Signature")
    assert signature is not None
    forged.remove(signature)
    name = forged.find(f".//{A}NameID")
    assert name is not None
    name.text = "admin"
    root.insert(list(root).index(assertion), forged)
    return etree.tostring(root)


def moved(document: bytes) -> bytes:
    """The signed assertion in an envelope of somebody else's."""
    root = etree.fromstring(document)
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    root.remove(signature)
    return etree.tostring(root)


async def test_it_refuses_whatever_somebody_changed(house: House, mia: Browser) -> None:
    client = await manual(house)
    found, request_id = await client.signs_in(mia)
    good = found.document
    name = found.text("saml:Subject/saml:NameID").encode()
    tampered = {
        "another name": good.replace(name, b"admin"),
        "another role": good.replace(b">Reader<", b">Writer<"),
        "another audience": re.sub(rb"<saml:Audience>[^<]*", b"<saml:Audience>other", good),
        "a longer life": re.sub(rb'NotOnOrAfter="2026', b'NotOnOrAfter="2036', good),
        "no signatures": re.sub(rb"<ds:Signature .*?</ds:Signature>", b"", good, flags=re.DOTALL),
        "somebody else's signature": resigned(good, EVIL),
        "a forged assertion before it": wrapped(good),
        "an envelope that is not signed": moved(good),
        "another document type": b'<!DOCTYPE a [<!ENTITY x "y">]>' + good,
    }
    for what, document in tampered.items():
        assert document != good, what
        try:
            said = client.takes(document, request_id)
        except Exception as error:  # noqa: BLE001 -- some it can't even read
            said = repr(error)
        assert said, what
    commented = good.replace(name, name[:5] + b"<!-- -->" + name[5:])  # what is signed is the same: so is who it is
    auth = client.auth(post={"SAMLResponse": b64encode(commented).decode()})
    auth.process_response(request_id)
    assert auth.get_nameid() in {name.decode(), None}
    assert client.takes(good, "_of_another_request") != ""
    assert client.takes(good, request_id) == ""


async def test_what_is_for_one_app_is_nothing_to_another_and_ends(house: House, mia: Browser) -> None:
    client = await manual(house)
    found, request_id = await client.signs_in(mia)
    metadata = (await mia.get("/saml/metadata")).content
    other = Client(metadata, "board", "https://board.harbor.example/acs", is_strict_app=False)
    assert other.takes(found.document, request_id)
    elsewhere = Client(metadata, "https://wiki.harbor.example/saml", "https://evil.example/acs", is_strict_app=False)
    assert elsewhere.takes(found.document, request_id)
    house.clock.forward(10 * 60_000)
    assert client.takes(found.document, request_id)


async def test_a_refusal_signs_nobody_in(house: House, mia: Browser) -> None:
    client = await ledger(house)
    gus = house.browser()
    await house.member(gus, "Gus", "contractors")
    found, request_id = await client.signs_in(gus, is_passive=True)
    assert client.takes(found.document, request_id)
    settings = OneLogin_Saml2_Settings(client.settings)
    response = OneLogin_Saml2_Response(settings, b64encode(found.document).decode())
    with pytest.raises(Exception, match=r"RequestDenied|Responder"):
        response.check_status()
