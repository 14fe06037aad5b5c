"""`saml:` of an app in apps.yaml: how it is registered as a service provider (SAML 2.0 Metadata, section 2.4.4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from limen.company.app_addresses import called_complaint, sent_to_complaint
from limen.company.oidc_section import Wrong
from limen.configuration.certificates import bare, certificate_complaint
from limen.configuration.problem import shown
from limen.facts.service_provider import USUAL_ATTRIBUTES, AssertionConsumer, ServiceProvider
from limen.printable import is_printable

MOST_CONSUMERS: Final = 20
MOST_CERTIFICATES: Final = 8
_EXAMPLE: Final = "https://app.your.domain/saml/acs"
_STRICT: Final = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class ConsumerSection(BaseModel):
    """An assertion consumer service that the app names by a number."""

    model_config = _STRICT

    url: str
    """Its address."""
    index: Annotated[int, Field(ge=0, le=65_535)]
    """The number that requests name it by."""


class SamlSection(BaseModel):
    """How an app signs people in with SAML 2.0. `limen add app --metadata` writes it from the app's metadata."""

    model_config = _STRICT

    entity_id: Annotated[str, Field(min_length=1, max_length=1_024)]
    """What the app calls itself in its requests."""
    acs: Annotated[list[str | ConsumerSection], Field(min_length=1, max_length=MOST_CONSUMERS)]
    """Its assertion consumer services, to which assertions are posted. Where the app names none, the first is used."""
    certificates: Annotated[list[str], Field(max_length=MOST_CERTIFICATES)] = []
    """The certificates that it signs with: PEM, or its base64 alone. Two while it changes from one to the other."""
    signed_requests: bool = False
    """Whether a request for a sign-in must be signed. What is signed is always verified; a sign-out must always be."""
    encrypt: bool = False
    """Whether assertions are encrypted, so that browsers can't read them."""
    encryption_certificate: str = ""
    """The certificate that they are encrypted for."""
    name_id: Literal["persistent", "email", "transient", "unspecified"] = "persistent"
    """What people are called: `persistent`, by a name that only this app knows; `email`; `transient`, by another name
    each time; `unspecified`, by their ID in Limen."""
    attributes: dict[Annotated[str, Field(min_length=1, max_length=200)], Literal["id", "name", "email", "groups"]] = {
        "email": "email",
        "name": "name",
        "groups": "groups",
    }
    """What else the app is told: its own name for it, to `id`, `name`, `email` or `groups`."""
    groups: dict[str, Annotated[str, Field(min_length=1, max_length=200)]] = {}
    """A group's ID to the app's word for it. If any are listed, the app learns only these."""
    begin_here: bool = False
    """Whether a sign-in may begin in Limen's portal (IdP-initiated). Prefer apps that ask by themselves."""
    start: Annotated[str, Field(max_length=80)] = ""
    """The relay state of a sign-in that begins here: where in the app people arrive."""
    minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """How long an assertion is valid."""
    logout_url: str = ""
    """Where people return after a sign-out that the app began (single logout service, HTTP-Redirect)."""
    logout_service: str = ""
    """Where Limen tells the app of sign-outs by itself (single logout service, SOAP)."""


def provider_of(section: SamlSection) -> ServiceProvider:
    """The registration that the section describes."""
    consumers = tuple(
        AssertionConsumer(one) if isinstance(one, str) else AssertionConsumer(one.url, one.index) for one in section.acs
    )
    return ServiceProvider(
        entity_id=section.entity_id,
        consumers=consumers,
        certificates=tuple(map(bare, section.certificates)),
        encryption_certificate=bare(section.encryption_certificate),
        signs_requests=section.signed_requests,
        is_encrypted=section.encrypt,
        name_id=section.name_id,
        attributes=tuple(section.attributes.items()),
        groups=tuple(sorted(section.groups.items())),
        may_begin_here=section.begin_here,
        start=section.start,
        minutes=section.minutes,
        logout_url=section.logout_url,
        logout_service=section.logout_service,
    )


def section_text(provider: ServiceProvider) -> str:
    """The section, as it is written for an app whose registration this is; what is usual is left out."""
    said = ((name, json.dumps(value, ensure_ascii=False)) for name, value in provider_values(provider).items())
    return "  saml:\n" + "".join(f"    {name}: {value}\n" for name, value in said)


def provider_complaints(provider: ServiceProvider) -> Iterator[Wrong]:
    """What is wrong with a registration that nobody has written yet, by what would be its section."""
    try:
        section = SamlSection.model_validate(provider_values(provider))
    except ValidationError as wrong:
        for one in wrong.errors():
            yield (
                one["loc"],
                f"`{'.'.join(map(str, one['loc']))}` can't be taken: {one['msg']}",
                "correct it in the app",
            )
        return
    yield from complaints(section)


def provider_values(provider: ServiceProvider) -> dict[str, object]:
    """What the section says of this registration, key by key; what is usual is left out."""
    written: dict[str, object] = {
        "entity_id": provider.entity_id,
        "acs": [one.url if one.index < 0 else {"url": one.url, "index": one.index} for one in provider.consumers],
        "certificates": list(provider.certificates),
        "signed_requests": provider.signs_requests,
        "encrypt": provider.is_encrypted,
        "encryption_certificate": provider.encryption_certificate,
        "name_id": provider.name_id,
        "logout_url": provider.logout_url,
        "groups": dict(provider.groups),
        "begin_here": provider.may_begin_here,
        "start": provider.start,
        "logout_service": provider.logout_service,
    }
    said = {name: value for name, value in written.items() if value}
    if provider.attributes != USUAL_ATTRIBUTES:
        said["attributes"] = dict(provider.attributes)  # also where it is told nothing
    if provider.minutes != SamlSection.model_fields["minutes"].default:
        said["minutes"] = provider.minutes
    return said


def complaints(section: SamlSection) -> Iterator[Wrong]:
    """Everything about the section that its shape does not tell."""
    if not is_printable(section.entity_id) or section.entity_id != section.entity_id.strip():
        yield ("entity_id",), f"{shown(section.entity_id)} is not an entity ID", "copy it from the app's metadata"
    for name in section.attributes:
        if not is_printable(name):
            yield ("attributes", name), f"{shown(name)} contains characters that can't be displayed", "remove them"
    if not is_printable(section.start):
        yield ("start",), f"{shown(section.start)} contains characters that can't be displayed", "remove them"
    yield from _about_addresses(section)
    yield from _about_certificates(section)


def _about_addresses(section: SamlSection) -> Iterator[Wrong]:
    for place, one in enumerate(section.acs):
        if wrong := sent_to_complaint(one if isinstance(one, str) else one.url, _EXAMPLE):
            yield ("acs", place), *wrong
    numbers = [one.index for one in section.acs if not isinstance(one, str)]
    if len(numbers) > len(set(numbers)):
        yield ("acs",), "two addresses have the same index", "give each its own"
    if section.logout_url and (wrong := sent_to_complaint(section.logout_url, "https://app.your.domain/saml/logout")):
        yield ("logout_url",), *wrong
    if section.logout_service and (wrong := called_complaint(section.logout_service)):
        yield ("logout_service",), *wrong


def _about_certificates(section: SamlSection) -> Iterator[Wrong]:
    for place, certificate in enumerate(section.certificates):
        if wrong := certificate_complaint(certificate):
            yield ("certificates", place), *wrong
    if section.signed_requests and not section.certificates:
        yield ("signed_requests",), "no certificate says what the app signs with", "add `certificates`"
    if section.encryption_certificate:
        if wrong := certificate_complaint(section.encryption_certificate, is_to_encrypt=True):
            yield ("encryption_certificate",), *wrong
    elif section.encrypt:
        yield ("encrypt",), "there is no certificate to encrypt for", "add `encryption_certificate`"
