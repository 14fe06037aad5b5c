"""An app's own metadata become its registration."""

from __future__ import annotations

import pytest
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from tests.sso.saml.certificates import key_pair

from limen.company.saml_section import SamlSection, complaints, provider_of, section_text
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.errors import LimenError
from limen.facts.service_provider import AssertionConsumer
from limen.sso.saml import names
from limen.sso.saml.sp_metadata import provider_in

PAIR = key_pair("wiki")
MD = f'xmlns:md="{names.METADATA}"'


def of_python3_saml(**security: bool) -> bytes:
    """What a client that we did not write says of itself."""
    url = "https://wiki.harbor.example"
    sp = {
        "entityId": f"{url}/metadata",
        "assertionConsumerService": {"url": f"{url}/acs", "binding": names.POST},
        "singleLogoutService": {"url": f"{url}/bye", "binding": names.REDIRECT},
        "NameIDFormat": names.FORMATS["email"],
        "x509cert": PAIR.bare,
        "privateKey": PAIR.key_pem,
    }
    settings = OneLogin_Saml2_Settings({"strict": True, "sp": sp, "security": security}, sp_validation_only=True)
    return bytes(settings.get_sp_metadata())


def described(inner: str, entities: int = 1, more: str = "") -> bytes:
    sp = f'<md:SPSSODescriptor protocolSupportEnumeration="{names.PROTOCOL}" {more}>{inner}</md:SPSSODescriptor>'
    every = "".join(f'<md:EntityDescriptor entityID="e{n}">{sp}</md:EntityDescriptor>' for n in range(entities))
    return f"<md:EntitiesDescriptor {MD}>{every}</md:EntitiesDescriptor>".encode()


def acs(index: int, more: str = "", binding: str = names.POST) -> str:
    told = f'Binding="{binding}" Location="https://a.example/{index}" index="{index}"'
    return f"<md:AssertionConsumerService {told} {more}/>"


def test_what_python3_saml_says_of_itself_is_a_registration_without_complaints() -> None:
    provider = provider_in(of_python3_saml(authnRequestsSigned=True, wantAssertionsEncrypted=True))
    assert provider.entity_id == "https://wiki.harbor.example/metadata"
    assert provider.consumers == (AssertionConsumer("https://wiki.harbor.example/acs", 1),)
    assert (provider.certificates, provider.encryption_certificate) == ((PAIR.bare,), PAIR.bare)
    assert (provider.signs_requests, provider.is_encrypted, provider.name_id) == (True, True, "email")
    assert provider.logout_url == "https://wiki.harbor.example/bye"
    (entry,) = Tree(read_yaml("- id: a\n" + section_text(provider))).plain()
    section = SamlSection.model_validate(entry["saml"])
    assert (list(complaints(section)), provider_of(section)) == ([], provider)


def test_the_default_comes_first_and_other_bindings_are_left_out() -> None:
    provider = provider_in(described(acs(1) + acs(2, binding=names.REDIRECT) + acs(3, 'isDefault="true"')))
    assert [one.index for one in provider.consumers] == [3, 1]
    assert (provider.name_id, provider.signs_requests, provider.is_encrypted) == ("persistent", False, False)


def test_what_can_not_be_signed_is_not_demanded() -> None:
    assert not provider_in(described(acs(1), more='AuthnRequestsSigned="true"')).signs_requests


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        described(acs(1), entities=2),
        described(acs(1, binding=names.REDIRECT)),
        described(acs(1)).replace(names.PROTOCOL.encode(), b"urn:oasis:names:tc:SAML:1.1:protocol"),
    ],
)
def test_what_is_no_app_is_said(document: bytes) -> None:
    with pytest.raises(LimenError):
        provider_in(document)
