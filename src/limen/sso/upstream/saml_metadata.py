"""Metadata of SAML both ways (SAML Metadata, sections 2.4.3 and 2.4.4): what an identity provider says of itself, read
as its registration, and what it reads of Limen as its service provider.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from limen.clock import Instant
from limen.configuration.certificates import certificate_complaint
from limen.facts import SamlIssuer
from limen.sso.saml import names
from limen.sso.saml.arrived import WrongMessageError
from limen.sso.saml.decryption import CIPHERS, OAEP_MGF1P
from limen.sso.saml.keys import SamlKeys
from limen.sso.saml.messages import instant
from limen.sso.saml.metadata import add_key, add_keys, entity
from limen.sso.saml.xml_reader import read_metadata, text_of
from limen.sso.upstream.addresses import address_complaint
from limen.sso.upstream.fetching import IssuerError

_MD: Final = f"{{{names.METADATA}}}"
_DS: Final = f"{{{names.SIGNATURE}}}"
_NAMES_TAKEN: Final = ("persistent", "email", "unspecified")
MOST_CERTIFICATES: Final = 8


def entity_in(document: bytes) -> str:
    """The name of the one identity provider in it. Raises IssuerError."""
    return str(_the_entity(document, "").get("entityID") or "")


def provider_in(document: bytes, entity_id: str, now: Instant) -> SamlIssuer:
    """What the identity provider of this name says there of itself.

    Raises IssuerError: `garbage`, `another-issuer`, `out-of-date`, or `no-sign-in` where it takes no request by
    HTTP-Redirect, or signs by no key that counts.
    """
    entity = _the_entity(document, entity_id)
    described = _described(entity)
    assert described is not None  # noqa: S101 -- it was chosen by that
    for one in (entity.getroottree().getroot(), entity, described):
        _check_date(one, now)
    certificates = _certificates(described)
    sign_in_url = _address(described, "SingleSignOnService")
    if not sign_in_url or not certificates:
        raise IssuerError("no-sign-in")
    return SamlIssuer(
        sign_in_url=sign_in_url,
        sign_out_url=_address(described, "SingleLogoutService"),
        answer_url=_address(described, "SingleLogoutService", "ResponseLocation"),
        certificates=certificates[:MOST_CERTIFICATES],
        name_format=_name_format(described),
    )


def own_metadata(
    entity_id: str, back: str, signed_out: str, saml: SamlIssuer, keys: SamlKeys, encrypts_for: str = ""
) -> bytes:
    """What one issuer reads of Limen. Every key is in it that signs, has signed, or will; and the certificate that the
    issuer may encrypt for (PEM).
    """
    root = entity(entity_id)
    said = {
        "AuthnRequestsSigned": "true",
        "WantAssertionsSigned": "true",
        "protocolSupportEnumeration": names.PROTOCOL,
    }
    provider = etree.SubElement(root, f"{_MD}SPSSODescriptor", said)
    add_keys(provider, keys)
    if encrypts_for:
        descriptor = add_key(provider, "encryption", encrypts_for)
        for algorithm in (*CIPHERS, OAEP_MGF1P):
            etree.SubElement(descriptor, f"{_MD}EncryptionMethod", Algorithm=algorithm)
    for binding in (names.SOAP_BINDING, names.REDIRECT):
        etree.SubElement(provider, f"{_MD}SingleLogoutService", Binding=binding, Location=signed_out)
    etree.SubElement(provider, f"{_MD}NameIDFormat").text = names.FORMATS[saml.name_format]
    consumer = {"Binding": names.POST, "Location": back, "index": "0", "isDefault": "true"}
    etree.SubElement(provider, f"{_MD}AssertionConsumerService", consumer)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _the_entity(document: bytes, entity_id: str) -> etree._Element:
    """The one identity provider in it; the one of this name, where one is said."""
    try:
        root = read_metadata(document)
    except WrongMessageError:
        raise IssuerError("garbage") from None
    every = [one for one in root.iter(f"{_MD}EntityDescriptor") if _described(one) is not None]
    named = [one for one in every if entity_id in {"", one.get("entityID")}]
    if len(named) != 1:
        raise IssuerError("another-issuer" if every and entity_id else "garbage")
    return named[0]


def _described(entity: etree._Element) -> etree._Element | None:
    """What it says of itself as an identity provider of SAML 2.0."""
    every = entity.findall(f"{_MD}IDPSSODescriptor")
    return next((one for one in every if names.PROTOCOL in str(one.get("protocolSupportEnumeration")).split()), None)


def _check_date(element: etree._Element, now: Instant) -> None:
    until = element.get("validUntil")
    try:
        if until is not None and instant(str(until)) <= now:
            raise IssuerError("out-of-date")
    except WrongMessageError:
        raise IssuerError("garbage") from None


def _certificates(described: etree._Element) -> tuple[str, ...]:
    """The certificates that it signs with, as far as their keys are of a kind that counts."""
    found: dict[str, None] = {}
    for one in described.findall(f"{_MD}KeyDescriptor"):
        if one.get("use") in {"signing", None}:
            said = ["".join(text_of(each).split()) for each in one.iter(f"{_DS}X509Certificate")]
            found |= dict.fromkeys(each for each in said if each and certificate_complaint(each) is None)
    return tuple(found)


def _address(described: etree._Element, service: str, attribute: str = "Location") -> str:
    """Where this service takes messages by HTTP-Redirect; "" where it does not."""
    for one in described.findall(f"{_MD}{service}"):
        location = str(one.get(attribute) or "")
        if one.get("Binding") == names.REDIRECT and location:
            if address_complaint(location):
                raise IssuerError("off-limits")
            return location
    return ""


def _name_format(described: etree._Element) -> str:
    """The first that Limen takes."""
    said = [names.FORMAT_WORDS.get(text_of(one)) for one in described.findall(f"{_MD}NameIDFormat")]
    return next((word for word in said if word in _NAMES_TAKEN), _NAMES_TAKEN[0])
