"""What a SAML response proves."""

from __future__ import annotations

import pytest
from lxml import etree
from tests.sso.saml.certificates import key_pair
from tests.sso.saml_issuer import ENTITY, KEYS, MFA, Asked, FakeSaml, StoppedClock, sign
from tests.web.conftest import TUESDAY_MORNING as NOW

from limen.clock import HOUR, MINUTE
from limen.sso.saml import names
from limen.sso.saml.arrived import Arrived
from limen.sso.upstream.journey import ReturnRefusedError
from limen.sso.upstream.saml_response import Expected, SignedResponse, UnknownKeyError, read_response

BACK = "https://limen.example/back"
REQUEST = f'<r xmlns:saml="{names.ASSERTION}" ID="_asked"><saml:Issuer>me</saml:Issuer></r>'
ASKED = Asked(etree.fromstring(REQUEST), "state", BACK)
EXPECTED = Expected(ENTITY, (KEYS.bare,), "me", BACK)


@pytest.fixture
def fake() -> FakeSaml:
    return FakeSaml(StoppedClock(NOW), context=MFA)


def read(fake: FakeSaml, expected: Expected = EXPECTED, **said: str) -> SignedResponse:
    document, relay_state = fake.answer(ASKED, **said)
    return read_response(Arrived("SAMLResponse", document, names.POST, relay_state), expected, NOW)


def test_what_stands_in_it(fake: FakeSaml) -> None:
    fake.attributes = {"mail": ["mia@harbor.example"], "groups": ["a", "b"], "none": []}
    found = read(fake, AssertionID="_a")
    assert (found.in_response_to, found.id, found.name, found.name_format) == (
        "_asked",
        "_a",
        "mia-there",
        "persistent",
    )
    assert found.qualifiers == "issuer here"
    assert read(fake, Qualifier="").qualifiers == "here"
    assert (found.session_index, found.context) == ("session-there", MFA)
    assert found.attributes == {"mail": ("mia@harbor.example",), "groups": ("a", "b"), "none": ()}
    assert (found.at // 1_000, found.until // 1_000) == (NOW // 1_000, (NOW + 6 * MINUTE) // 1_000)


def test_what_need_not_be_there(fake: FakeSaml) -> None:
    fake.signs = "assertion"
    found = read(fake, Destination="", InResponseTo="", ResponseIssuer="", Session="", SessionEnds="", NotBefore="")
    assert (found.session_index, found.in_response_to) == ("", "_asked")


def test_one_of_several_keys_may_have_signed_it(fake: FakeSaml) -> None:
    expected = Expected(ENTITY, (key_pair("another").bare, KEYS.bare), "me", BACK)
    assert read(fake, expected).name == "mia-there"
    with pytest.raises(UnknownKeyError):
        read(fake, Expected(ENTITY, (key_pair("another").bare,), "me", BACK))
    with pytest.raises(UnknownKeyError):
        read(fake, Expected(ENTITY, (), "me", BACK))


def test_an_elliptic_key_signs_as_well(fake: FakeSaml) -> None:
    fake.signs = "nothing"
    pair = key_pair("works", "ec")

    def by_ec(document: bytes) -> bytes:
        root = etree.fromstring(document)
        sign(root, pair, method="TransformEcdsaSha256")
        return etree.tostring(root)

    fake.twist = by_ec
    assert read(fake, Expected(ENTITY, (pair.bare,), "me", BACK)).name == "mia-there"


def test_a_no_of_the_issuer_is_told_from_a_refusal(fake: FakeSaml) -> None:
    with pytest.raises(ReturnRefusedError) as refused:
        read(fake, Status="Responder")
    assert (refused.value.was_declined, refused.value.word) == (True, "failed-there")


def test_clocks_may_be_a_minute_apart(fake: FakeSaml) -> None:
    assert read(fake, NotOnOrAfter=fake.at(-MINUTE + 2_000)).name
    assert read(fake, Issued=fake.at(MINUTE)).name
    for said in ({"NotOnOrAfter": fake.at(-2 * MINUTE)}, {"Issued": fake.at(2 * MINUTE)}, {"Issued": fake.at(-HOUR)}):
        with pytest.raises(ReturnRefusedError):
            read(fake, **said)


def test_prefixes_that_only_values_use_are_kept(fake: FakeSaml) -> None:
    """As OpenSAML signs: `xs` is declared outside of the assertion, and its signature names it as a prefix to keep."""
    fake.signs = "nothing"
    fake.attributes = {"mail": ["mia@harbor.example"]}

    def as_opensaml(document: bytes) -> bytes:
        spaces = (
            b' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID='
        )
        typed = document.replace(b" ID=", spaces, 1).replace(
            b"AttributeValue>mia", b'AttributeValue xsi:type="xs:string">mia'
        )
        root = etree.fromstring(typed)
        assertion = root.find(f"{{{names.ASSERTION}}}Assertion")
        assert assertion is not None
        sign(assertion, KEYS, prefixes="xs")
        return etree.tostring(root)

    fake.twist = as_opensaml
    document, _ = fake.answer(ASKED)
    assert b'PrefixList="xs"' in document
    assert read(fake).attributes == {"mail": ("mia@harbor.example",)}
