"""What strangers, thieves and hostile issuers try with encrypted assertions of accounts elsewhere.

Who may encrypt for Limen is everybody: the key is public. So nothing that could be decrypted is believed for that.
"""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from lxml import etree
from tests.attacks.test_upstream_saml import refused
from tests.sso import saml_issuer
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.client import A
from tests.sso.saml.encrypting import CBC, RSA_1_5, encrypted_by_hand
from tests.sso.saml_issuer import FakeSaml, harbor_by_saml, links_by_saml, saml_entry, signs_in_by_saml
from tests.web.conftest import Browser, House

from limen.clock import SECOND
from limen.sso.saml import signatures
from limen.sso.saml.sp_metadata import provider_in

there = saml_issuer.there
EVIL, KNOB = key_pair("evil"), "      encrypted: true\n"


@pytest.fixture
async def house(tmp_path: Path, there: FakeSaml) -> AsyncIterator[House]:
    """Harbor with two issuers of which both may encrypt, each for a key of its own."""
    other = FakeSaml(entity_id="https://other.example/saml", keys=key_pair("other"))
    entries = [saml_entry(there) + KNOB, saml_entry(other, "other") + KNOB]
    async with AsyncExitStack() as closing:
        yield await harbor_by_saml(closing, tmp_path / "harbor", [there, other], *entries)


@pytest.fixture
async def mia(house: House, there: FakeSaml) -> Browser:
    """Somebody who has linked an account there."""
    browser = house.browser()
    await house.member(browser, "Mia", "staff")
    await links_by_saml(house, browser, there)
    return browser


async def certificate(house: House, issuer_id: str = "there") -> str:
    """What Limen's metadata for this issuer say is to be encrypted for; what else they name, only signs."""
    response = await house.browser().get(f"/sign-in/with/{issuer_id}/metadata")
    read = provider_in(response.content)
    assert read.is_encrypted
    assert read.encryption_certificate not in read.certificates
    return read.encryption_certificate


def sealed(certificate: str, **how: object) -> Callable[[bytes], bytes]:
    return lambda inner: encrypted_by_hand(inner, certificate, **how)  # type: ignore[arg-type]


async def tries(house: House, there: FakeSaml, word: str, what: str) -> None:
    house.clock.forward(20 * SECOND)
    browser = house.browser()
    answered = await signs_in_by_saml(house, browser, there)
    assert answered.status_code == 400, what
    await refused(house, browser, answered, f"response-{word}")
    assert house.events("sso.upstream_refused")[0].reason == f"response-{word}", what


async def signs_in(house: House, there: FakeSaml) -> bool:
    house.clock.forward(20 * SECOND)
    browser = house.browser()
    await signs_in_by_saml(house, browser, there)
    return (await browser.get("/sessions")).status_code == 200


@pytest.mark.parametrize("signs", ["assertion", "response", "both"])
async def test_what_xmlsec_encrypts_signs_in(
    house: House, mia: Browser, there: FakeSaml, signs: saml_issuer.Signs
) -> None:
    """First that it works, or nothing below says anything."""
    there.signs, own = signs, await certificate(house)

    def encrypts(inner: bytes) -> bytes:
        return etree.tostring(signatures.encrypted(etree.fromstring(inner), own))

    there.encrypts = encrypts
    assert await signs_in(house, there)
    there.encrypts = None
    assert await signs_in(house, there)  # and what is not encrypted counts as before


async def test_what_is_not_signed_proves_nothing_for_being_encrypted(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    there.signs, there.encrypts = "nothing", sealed(await certificate(house))
    await tries(house, there, "unsigned", "by nobody")
    there.signs, there.keys = "both", EVIL
    await tries(house, there, "signature-wrong", "both by another")
    there.signs = "assertion"
    await tries(house, there, "signature-wrong", "the assertion by another")


async def test_no_algorithm_is_downgraded_to(house: House, mia: Browser, there: FakeSaml) -> None:
    """Signed well each time: what can be attacked by asking is not even begun."""
    own = await certificate(house)
    there.signs = "assertion"
    for what, how in (("CBC", {"cipher": CBC}), ("PKCS #1 v1.5", {"wrapping": RSA_1_5})):
        there.encrypts = sealed(own, **how)
        await tries(house, there, "undecipherable", what)
    there.encrypts = sealed(own, twist=lambda octets: octets[:-1] + bytes([octets[-1] ^ 1]))
    await tries(house, there, "undecipherable", "changed")


async def test_what_is_encrypted_for_another_issuer_or_for_a_key_that_signs_is_not_read(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    signing = provider_in((await house.browser().get("/sign-in/with/there/metadata")).content).certificates[0]
    for other in (await certificate(house, "other"), signing):
        there.encrypts = sealed(other)
        await tries(house, there, "undecipherable", "a key that is not for this")


async def test_without_being_allowed_nothing_is_decrypted(tmp_path: Path, there: FakeSaml) -> None:
    async with AsyncExitStack() as closing:
        house = await harbor_by_saml(closing, tmp_path / "harbor", [there])
        read = provider_in((await house.browser().get("/sign-in/with/there/metadata")).content)
        assert (read.is_encrypted, read.encryption_certificate) == (False, "")
        there.encrypts = sealed(read.certificates[0])
        await tries(house, there, "encrypted", "for a key that signs")


async def test_what_comes_out_is_read_as_strictly_as_what_came_in(house: House, mia: Browser, there: FakeSaml) -> None:
    own = await certificate(house)
    there.signs = "response"  # it is signed that exactly this was sent

    def changed(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
        def encrypts(inner: bytes) -> bytes:
            assert old in inner
            return encrypted_by_hand(inner.replace(old, new, 1), own)

        return encrypts

    bomb = b'<!DOCTYPE a [<!ENTITY x "mia-there">]><saml:Assertion'
    for what, word, encrypts in (
        ("a document type", "unreadable", changed(b"<saml:Assertion", bomb)),
        ("a comment", "unreadable", changed(b"mia-there", b"mia-there<!---->")),
        ("another element", "not-one-assertion", lambda _: encrypted_by_hand(b"<a/>", own)),
        ("nothing", "undecipherable", lambda _: encrypted_by_hand(b"", own)),
        ("encrypted twice", "not-one-assertion", lambda inner: encrypted_by_hand(encrypted_by_hand(inner, own), own)),
        ("two assertions", "not-one-assertion", lambda inner: encrypted_by_hand(_within_itself(inner), own)),
    ):
        there.encrypts = encrypts
        await tries(house, there, word, what)


async def test_no_second_assertion_hides_beside_the_encrypted_one(house: House, mia: Browser, there: FakeSaml) -> None:
    """Signed by the issuer and encrypted, with another one around it that nobody signed."""
    own = await certificate(house)
    there.signs, there.encrypts = "assertion", sealed(own)
    evil = b'<saml:Assertion xmlns:saml="%s" ID="_evil" Version="2.0"/>' % A[1:-1].encode()
    more = encrypted_by_hand(evil, own)
    for what, place, other in (
        ("one before", b"<saml:EncryptedAssertion", evil),
        ("an encrypted one before", b"<saml:EncryptedAssertion", more),
        ("one in the status", b"</samlp:Status>", evil),
        ("one in extensions", b"<samlp:Status>", b"<samlp:Extensions>" + more + b"</samlp:Extensions>"),
    ):

        def twist(document: bytes, place: bytes = place, other: bytes = other) -> bytes:
            assert place in document
            return document.replace(place, other + place, 1)

        there.twist = twist
        await tries(house, there, "not-one-assertion", what)
    begins, ends = b"<saml:EncryptedAssertion", b"</saml:EncryptedAssertion>"
    there.twist = lambda document: document.replace(begins, b"<a>" + begins, 1).replace(ends, ends + b"</a>", 1)
    await tries(house, there, "not-one-assertion", "deeper")


async def test_a_signed_response_is_not_opened_for_another_assertion(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    """Whoever sees a signed response can encrypt as well as the issuer: what is signed is what was encrypted."""
    own = await certificate(house)
    there.signs, there.encrypts = "response", sealed(own)

    def swapped(document: bytes) -> bytes:
        root = etree.fromstring(document)
        held = root.find(f"{A}EncryptedAssertion")
        assert held is not None
        evil = b'<saml:Assertion xmlns:saml="%s" ID="_evil" Version="2.0"/>' % A[1:-1].encode()
        root.replace(held, etree.fromstring(encrypted_by_hand(evil, own)))
        return etree.tostring(root)

    there.twist = swapped
    await tries(house, there, "signature-wrong", "swapped")


async def test_an_assertion_that_was_signed_for_somebody_else_is_not_encrypted_into_another_response(
    house: House, mia: Browser, there: FakeSaml
) -> None:
    """It is held to the request of this browser, encrypted or not."""
    own = await certificate(house)
    there.signs = "assertion"
    taken: list[bytes] = []

    def keeps(inner: bytes) -> bytes:
        taken.append(inner)
        return encrypted_by_hand(inner, own)

    there.encrypts = keeps
    assert await signs_in(house, there)
    there.encrypts = lambda _: encrypted_by_hand(taken[0], own)
    browser = house.browser()
    answered = await signs_in_by_saml(house, browser, there)
    assert answered.status_code == 400
    assert (await browser.get("/sessions")).headers["location"].startswith("/sign-in")


def _within_itself(inner: bytes) -> bytes:
    root = etree.fromstring(inner)
    advice = etree.SubElement(root, f"{A}Advice")
    second = copy.deepcopy(root)
    for one in second.iter():
        one.attrib.pop("ID", None)
    advice.append(second)
    return etree.tostring(root)
