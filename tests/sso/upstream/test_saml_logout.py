"""Sign-outs that a SAML issuer says."""

from __future__ import annotations

import pytest
from lxml import etree
from tests.sso.saml.certificates import key_pair
from tests.sso.saml.client import P
from tests.sso.saml_issuer import ENTITY, KEYS, FakeSaml, StoppedClock, enveloped
from tests.web.conftest import TUESDAY_MORNING as NOW

from limen.sso.saml import bindings, keys, signatures, soap
from limen.sso.saml.arrived import WrongMessageError
from limen.sso.upstream import saml_logout

HERE = "https://limen.example/out"
OURS = keys.made("Harbor", NOW, NOW)


@pytest.fixture
def fake() -> FakeSaml:
    return FakeSaml(StoppedClock(NOW))


def asked(body: bytes, *certificates: str) -> saml_logout.SignOut:
    return saml_logout.read_request(saml_logout.from_soap(body), ENTITY, certificates, HERE, NOW)


def test_who_is_meant(fake: FakeSaml) -> None:
    found = asked(fake.sign_out(HERE, Session="s1"), KEYS.bare)
    assert (found.name, found.name_format, found.sessions) == ("mia-there", "persistent", ("s1",))
    assert asked(fake.sign_out("", Session=""), KEYS.bare).sessions == ()  # by SOAP it comes straight here


def test_a_key_that_is_not_known_may_be_a_new_one(fake: FakeSaml) -> None:
    with pytest.raises(saml_logout.UnknownLogoutKeyError):
        asked(fake.sign_out(HERE), key_pair("another").bare)
    assert asked(fake.sign_out(HERE), key_pair("another").bare, KEYS.bare).name == "mia-there"


def test_by_redirect_it_is_signed_in_its_address(fake: FakeSaml) -> None:
    inner = etree.fromstring(fake.sign_out(HERE))[0][0]
    signature = next(inner.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    inner.remove(signature)
    query = bindings.to_query(HERE, "SAMLRequest", etree.tostring(inner), "state", OURS).partition("?")[2]
    arrived = bindings.from_query(query)
    found = saml_logout.read_request(arrived, ENTITY, [signatures.bare(OURS.certificate)], HERE, NOW)
    assert (found.name, found.relay_state) == ("mia-there", "state")
    answer = saml_logout.by_redirect("me", "https://idp.example/slo", found, OURS, NOW)
    said = bindings.from_query(answer.partition("?")[2])
    assert (said.name, said.relay_state) == ("SAMLResponse", "state")
    assert saml_logout.by_redirect("me", "", found, OURS, NOW) == ""


def test_the_answer_by_soap_says_success_and_is_signed(fake: FakeSaml) -> None:
    found = asked(fake.sign_out(HERE), KEYS.bare)
    body = saml_logout.by_soap("me", found, OURS, NOW)
    assert soap.is_done(200, body)
    answer = etree.fromstring(body).find(f".//{P}LogoutResponse")
    assert answer is not None
    assert answer.get("InResponseTo") == found.id
    signatures.check_signed(etree.fromstring(etree.tostring(answer)), [signatures.bare(OURS.certificate)])


@pytest.mark.parametrize("body", [b"", b"<a/>", enveloped(b""), enveloped(b"<a/><b/>")])
def test_what_is_no_envelope_of_one_message(body: bytes) -> None:
    with pytest.raises(WrongMessageError):
        saml_logout.from_soap(body)
