"""The shape of what apps are answered. Clients that we did not write judge it in `tests/interop`."""

from __future__ import annotations

import pytest
from lxml import etree
from tests.sso.saml.certificates import key_pair

from limen.clock import MINUTE
from limen.facts.service_provider import AssertionConsumer, ServiceProvider
from limen.sso.saml import names, responses
from limen.sso.saml.keys import SamlKey
from limen.sso.saml.responses import Envelope, Told
from limen.sso.saml.signatures import check_signed

PAIR = key_pair("limen")
ENVELOPE = Envelope(
    "limen", "https://wiki.example/acs", "_asked", 1_700_000_000_123, SamlKey("k", 0, 0, PAIR.pem, PAIR.key_pem)
)
WIKI = ServiceProvider("wiki", (AssertionConsumer("https://wiki.example/acs"),), minutes=3)
TOLD = Told("mia", "persistent", [("roles", ["a", "b"])], "urn:x", ENVELOPE.now - MINUTE, "g_1", ENVELOPE.now + MINUTE)
A, P = f"{{{names.ASSERTION}}}", f"{{{names.PROTOCOL}}}"


def test_an_assertion_is_for_one_app_one_address_one_request_and_a_few_minutes() -> None:
    root = etree.fromstring(responses.signed_in(ENVELOPE, WIKI, TOLD))
    assert (root.get("InResponseTo"), root.get("Destination")) == ("_asked", "https://wiki.example/acs")
    data = root.find(f".//{A}SubjectConfirmationData")
    assert data is not None
    assert dict(data.attrib) == {
        "NotOnOrAfter": "2023-11-14T22:16:20Z",
        "Recipient": "https://wiki.example/acs",
        "InResponseTo": "_asked",
    }
    conditions = root.find(f".//{A}Conditions")
    assert conditions is not None
    assert dict(conditions.attrib) == {"NotBefore": "2023-11-14T22:12:20Z", "NotOnOrAfter": "2023-11-14T22:16:20Z"}
    assert root.findtext(f".//{A}Audience") == "wiki"
    statement = root.find(f".//{A}AuthnStatement")
    assert statement is not None
    assert (statement.get("SessionIndex"), statement.get("SessionNotOnOrAfter")) == ("g_1", "2023-11-14T22:14:20Z")


def test_response_and_assertion_are_each_signed() -> None:
    root = etree.fromstring(responses.signed_in(ENVELOPE, WIKI, TOLD))
    assertion = root.find(f"{A}Assertion")
    assert assertion is not None
    check_signed(etree.fromstring(etree.tostring(assertion)), [PAIR.bare])
    with pytest.raises(ValueError, match="where it belongs"):
        check_signed(root, [PAIR.bare])  # of two signatures nobody who asks *us* could mean both


def test_who_did_not_ask_is_told_of_no_request() -> None:
    told = Envelope("limen", "https://wiki.example/acs", "", ENVELOPE.now, ENVELOPE.key)
    assert b"InResponseTo" not in responses.signed_in(told, WIKI, TOLD)


def test_a_refusal_says_whose_fault_and_why_and_nothing_of_anybody() -> None:
    root = etree.fromstring(responses.refused(ENVELOPE, names.RESPONDER, names.DENIED, "decision d_1"))
    check_signed(root, [PAIR.bare])
    assert [one.get("Value") for one in root.iter(f"{P}StatusCode")] == [names.RESPONDER, names.DENIED]
    assert (root.findtext(f".//{P}StatusMessage"), root.find(f"{A}Assertion")) == ("decision d_1", None)


def test_sign_outs_name_person_and_session() -> None:
    request = responses.sign_out(ENVELOPE, WIKI, "mia", "transient", "g_1")
    check_signed(request, [PAIR.bare])
    name = request.find(f"{A}NameID")
    assert name is not None
    assert (name.text, name.get("SPNameQualifier")) == ("mia", "wiki")
    assert request.findtext(f"{P}SessionIndex") == "g_1"
    answer = etree.fromstring(responses.signed_out(ENVELOPE))
    assert [one.get("Value") for one in answer.iter(f"{P}StatusCode")] == [names.SUCCESS]
