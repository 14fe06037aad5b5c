"""What an app says of itself: the metadata of a service provider (SAML Metadata, section 2.4.4), as its registration.

It is read once, when somebody adds the app. What it says then stands in apps.yaml, where people see it: the metadata
are no authority over where assertions go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from limen.errors import LimenError
from limen.facts.service_provider import PERSISTENT, AssertionConsumer, ServiceProvider
from limen.sso.saml import names
from limen.sso.saml.arrived import WrongMessageError
from limen.sso.saml.xml_reader import read_metadata, text_of

_MD: Final = f"{{{names.METADATA}}}"
_DS: Final = f"{{{names.SIGNATURE}}}"
_AES_256_GCM: Final = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
_DEFAULT_ATTRIBUTES: Final = (("email", "email"), ("name", "name"), ("groups", "groups"))
MOST_CONSUMERS: Final = 20


def provider_in(document: bytes) -> ServiceProvider:
    """The one service provider in it. Raises LimenError."""
    try:
        root = read_metadata(document)
    except WrongMessageError as wrong:
        raise LimenError(f"the metadata can't be read: {wrong}", "save them anew from the app") from None
    entities = [one for one in root.iter(f"{_MD}EntityDescriptor") if _described(one) is not None]
    if len(entities) != 1:
        what = f"{len(entities)} service providers of SAML 2.0 are in the metadata, and not one"
        raise LimenError(what, "use the metadata of the one app")
    entity = entities[0]
    described = _described(entity)
    assert described is not None  # noqa: S101 -- it was chosen by that
    consumers = tuple(_consumers(described))
    if not consumers:
        raise LimenError("the app takes no assertion by HTTP-POST", "set up an assertion consumer service for it there")
    signing, to_encrypt = _certificates(described, "signing"), _certificates(described, "encryption")
    able = [one.get("Algorithm") for one in described.iter(f"{_MD}EncryptionMethod")]
    return ServiceProvider(
        entity_id=str(entity.get("entityID") or ""),
        consumers=consumers[:MOST_CONSUMERS],
        certificates=signing,
        encryption_certificate=to_encrypt[0] if to_encrypt else "",
        signs_requests=bool(signing) and described.get("AuthnRequestsSigned") in {"true", "1"},
        is_encrypted=bool(to_encrypt) and (not able or _AES_256_GCM in able),
        name_id=_name_id(described),
        attributes=_DEFAULT_ATTRIBUTES,
        logout_url=_logout(described, names.REDIRECT),
        logout_service=_logout(described, names.SOAP_BINDING),
    )


def _described(entity: etree._Element) -> etree._Element | None:
    """What it says of itself as a service provider of SAML 2.0."""
    every = entity.findall(f"{_MD}SPSSODescriptor")
    return next((one for one in every if names.PROTOCOL in str(one.get("protocolSupportEnumeration")).split()), None)


def _consumers(described: etree._Element) -> Iterable[AssertionConsumer]:
    """Where assertions go, the default first."""
    every = [one for one in described.findall(f"{_MD}AssertionConsumerService") if one.get("Binding") == names.POST]
    for one in sorted(every, key=lambda one: one.get("isDefault") not in {"true", "1"}):
        index = str(one.get("index") or "")
        yield AssertionConsumer(
            str(one.get("Location") or ""), int(index) if index.isascii() and index.isdigit() and len(index) < 6 else -1
        )


def _certificates(described: etree._Element, use: str) -> tuple[str, ...]:
    """The certificates of this use, and of any, as base64."""
    found = []
    for one in described.findall(f"{_MD}KeyDescriptor"):
        if one.get("use") in {use, None}:
            found += ["".join(text_of(each).split()) for each in one.iter(f"{_DS}X509Certificate")]
    return tuple(dict.fromkeys(filter(None, found)))


def _name_id(described: etree._Element) -> str:
    """The first that Limen has; the most discreet of all where the app does not mind."""
    said = [names.FORMAT_WORDS.get(text_of(one)) for one in described.findall(f"{_MD}NameIDFormat")]
    return next((word for word in said if word not in {None, "unspecified"}), None) or PERSISTENT


def _logout(described: etree._Element, binding: str) -> str:
    for one in described.findall(f"{_MD}SingleLogoutService"):
        if one.get("Binding") == binding:
            return str(one.get("ResponseLocation") or one.get("Location") or "")
    return ""
