"""What apps are told of Limen: the metadata of an identity provider (SAML Metadata, section 2.4.3)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from limen.sso.saml import names
from limen.sso.saml.keys import SamlKeys
from limen.sso.saml.signatures import bare

_MD: Final = f"{{{names.METADATA}}}"
_DS: Final = f"{{{names.SIGNATURE}}}"


def metadata(entity_id: str, sign_in_url: str, sign_out_url: str, keys: SamlKeys) -> bytes:
    """The document. Every key is in it that signs, has signed, or will."""
    root = entity(entity_id)
    provider = etree.SubElement(
        root, f"{_MD}IDPSSODescriptor", WantAuthnRequestsSigned="false", protocolSupportEnumeration=names.PROTOCOL
    )
    add_keys(provider, keys)
    for binding in (names.REDIRECT, names.POST):
        etree.SubElement(provider, f"{_MD}SingleLogoutService", Binding=binding, Location=sign_out_url)
    for uri in names.FORMATS.values():
        etree.SubElement(provider, f"{_MD}NameIDFormat").text = uri
    for binding in (names.REDIRECT, names.POST):
        etree.SubElement(provider, f"{_MD}SingleSignOnService", Binding=binding, Location=sign_in_url)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def entity(entity_id: str) -> etree._Element:
    """The document's root: what is described is called this."""
    return etree.Element(
        f"{_MD}EntityDescriptor", entityID=entity_id, nsmap={"md": names.METADATA, "ds": names.SIGNATURE}
    )


def add_keys(provider: etree._Element, keys: SamlKeys) -> None:
    """Every key that signs, has signed, or will."""
    for key in keys.every:
        add_key(provider, "signing", key.certificate)


def add_key(provider: etree._Element, use: str, certificate: str) -> etree._Element:
    """One key of this use, with its certificate (PEM)."""
    descriptor = etree.SubElement(provider, f"{_MD}KeyDescriptor", use=use)
    data = etree.SubElement(etree.SubElement(descriptor, f"{_DS}KeyInfo"), f"{_DS}X509Data")
    etree.SubElement(data, f"{_DS}X509Certificate").text = bare(certificate)
    return descriptor
