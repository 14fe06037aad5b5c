"""What Limen asks of a SAML issuer."""

from __future__ import annotations

from lxml import etree
from tests.sso.saml.client import A, P
from tests.web.conftest import TUESDAY_MORNING

from limen.facts import SamlIssuer
from limen.sso.saml import names
from limen.sso.upstream import saml_requests

OWN, SSO, SLO = "https://limen.example/m", "https://idp.example/sso", "https://idp.example/slo"


def test_a_request_for_a_sign_in() -> None:
    saml = SamlIssuer(name_format="email")
    for is_anew in (False, True):
        document = saml_requests.sign_in_request("_1", OWN, saml, SSO, "b", TUESDAY_MORNING, is_anew=is_anew)
        root = etree.fromstring(document)
        assert (root.tag, root.get("ID"), root.get("Destination")) == (f"{P}AuthnRequest", "_1", SSO)
        assert (root.get("AssertionConsumerServiceURL"), root.get("ProtocolBinding")) == ("b", names.POST)
        assert root.get("ForceAuthn") == ("true" if is_anew else None)
        assert root.findtext(f"{A}Issuer") == OWN
        policy = root.find(f"{P}NameIDPolicy")
        assert policy is not None
        assert policy.get("Format") == names.FORMATS["email"]


def test_a_request_for_a_sign_out_names_the_person_and_the_session() -> None:
    mia = saml_requests.Named("mia", "persistent", {"issuer": "idp", "here": OWN})
    root = etree.fromstring(saml_requests.sign_out_request(OWN, SLO, mia, "s1", TUESDAY_MORNING))
    assert (root.findtext(f"{A}NameID"), root.findtext(f"{P}SessionIndex")) == ("mia", "s1")
    named = root.find(f"{A}NameID")
    assert named is not None
    assert (named.get("NameQualifier"), named.get("SPNameQualifier")) == ("idp", OWN)
    tom = saml_requests.Named("tom", "email", {})
    root = etree.fromstring(saml_requests.sign_out_request(OWN, SLO, tom, "", TUESDAY_MORNING))
    assert root.find(f"{P}SessionIndex") is None
    named = root.find(f"{A}NameID")
    assert named is not None
    assert (named.get("NameQualifier"), named.get("SPNameQualifier")) == (None, None)


def test_an_answer_to_a_sign_out() -> None:
    root = saml_requests.signed_out(OWN, "", "_7", TUESDAY_MORNING)
    assert (root.get("InResponseTo"), root.get("Destination")) == ("_7", None)
    code = root.find(f"{P}Status/{P}StatusCode")
    assert code is not None
    assert code.get("Value") == names.SUCCESS
