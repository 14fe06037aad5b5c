"""Metadata of SAML both ways."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.sso.saml.certificates import key_pair
from tests.sso.saml_issuer import ENTITY, KEYS, FakeSaml
from tests.web.conftest import TUESDAY_MORNING as NOW

from limen.facts import SamlIssuer
from limen.sso.saml import keys, sp_metadata
from limen.sso.upstream.fetching import IssuerError
from limen.sso.upstream.saml_metadata import entity_in, own_metadata, provider_in

FAKE = FakeSaml()


def test_what_a_provider_says_of_itself() -> None:
    document = FAKE.metadata('validUntil="2099-01-01T00:00:00Z"')
    assert entity_in(document) == ENTITY
    assert provider_in(document, ENTITY, NOW) == SamlIssuer(
        sign_in_url="https://idp.works.example/sso",
        sign_out_url="https://idp.works.example/slo",
        certificates=(KEYS.bare,),
        name_format="persistent",
    )


def test_of_several_the_one_that_is_named() -> None:
    one, other = FAKE.metadata(), replace(FAKE, entity_id="https://other.example", keys=key_pair("other")).metadata()
    both = b'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">%s%s</md:EntitiesDescriptor>' % (
        one.partition(b"?>")[2],
        other.partition(b"?>")[2],
    )
    assert provider_in(both, "https://other.example", NOW).certificates == (key_pair("other").bare,)
    with pytest.raises(IssuerError):
        entity_in(both)
    with pytest.raises(IssuerError) as refused:
        provider_in(both, "https://third.example", NOW)
    assert refused.value.word == "another-issuer"


def test_a_provider_without_a_sign_out_and_with_two_keys() -> None:
    key = b"<md:KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data>\
</ds:KeyInfo></md:KeyDescriptor><md:SingleLogoutService"
    document = FAKE.metadata().replace(b"<md:SingleLogoutService", key % key_pair("next").bare.encode(), 1)
    document = document.replace(b"HTTP-Redirect", b"SOAP", 1)
    found = provider_in(document, ENTITY, NOW)
    assert (found.sign_out_url, found.certificates) == ("", (KEYS.bare, key_pair("next").bare))


def test_an_answer_may_go_elsewhere() -> None:
    where = b'ResponseLocation="https://idp.works.example/done" Location="https://idp.works.example/slo"'
    document = FAKE.metadata().replace(b'Location="https://idp.works.example/slo"', where)
    found = provider_in(document, ENTITY, NOW)
    assert (found.sign_out_url, found.answer_url) == ("https://idp.works.example/slo", "https://idp.works.example/done")


def test_what_limen_says_of_itself() -> None:
    pair = keys.made("Harbor", NOW, NOW)
    document = own_metadata(
        "me", "https://limen.example/b", "https://limen.example/o", SamlIssuer(), keys.SamlKeys([pair])
    )
    read = sp_metadata.provider_in(document)
    assert (read.entity_id, read.signs_requests, read.is_encrypted) == ("me", True, False)
    assert read.logout_service == read.logout_url == "https://limen.example/o"
