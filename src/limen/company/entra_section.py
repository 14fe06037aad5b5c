"""`entra:` of an app in apps.yaml: the tenant of Microsoft Entra ID whose second factor Limen is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.company.oidc_section import Wrong
from limen.configuration.problem import shown
from limen.facts import App
from limen.facts.entra_tenant import CLOUDS, EntraTenant
from limen.messages import lists

_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN: Final = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_PERSON: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_NOTHING: Final = EntraTenant(tenant="", client_id="")


class EntraSection(BaseModel):
    """How a tenant asks Limen for the second factor (external authentication method)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    tenant: str
    """Its directory (tenant) ID."""
    client_id: str
    """The application (client) ID of the app registration that stands for Limen there; also its Client ID in Entra."""
    cloud: Literal["global", "us-government", "china"] = "global"
    """Which of Microsoft's clouds the tenant is in."""
    people: Annotated[dict[str, str], Field(max_length=2_000)] = {}
    """Whose account there is whose here: the ID of somebody in Limen, to their object ID in Entra."""
    domains: Annotated[list[str], Field(max_length=100)] = []
    """Domains that are yours in the tenant, and whose user names are addresses in Limen. Nobody is found by others."""


def tenant_of(section: EntraSection) -> EntraTenant:
    """The registration that the section describes."""
    return EntraTenant(
        tenant=section.tenant,
        client_id=section.client_id,
        domains=tuple(section.domains),
        people=tuple(sorted((oid, person) for person, oid in section.people.items())),
        authority=CLOUDS[section.cloud],
    )


def complaints(section: EntraSection) -> Iterator[Wrong]:
    """Everything about the section that its shape does not tell."""
    for name in ("tenant", "client_id"):
        if not _GUID.fullmatch(getattr(section, name)):
            what = f"{shown(getattr(section, name))} is not an ID of Entra"
            yield (name,), what, "copy it from the app registration's overview, in lowercase"
    for place, domain in enumerate(section.domains):
        if not _DOMAIN.fullmatch(domain) or domain.endswith(".onmicrosoft.com"):
            what = f"{shown(domain)} is not a domain of your own"
            yield ("domains", place), what, "write it in lowercase, as harbor.example"
    yield from _about_people(section)


def _about_people(section: EntraSection) -> Iterator[Wrong]:
    """Addresses are nobody's id: they change hands, and a revision would keep them when their person is erased."""
    linked: set[str] = set()
    for person, oid in section.people.items():
        if not _PERSON.fullmatch(person):
            what = f"{shown(person)} is not a person's ID"
            yield ("people", person), what, "copy `ID in the journal` from their page in the console"
        if not _GUID.fullmatch(oid):
            what = f"{shown(oid)} is not an object ID"
            yield ("people", person), what, "copy it from the user's overview in Entra, in lowercase"
        if oid in linked:
            yield ("people", person), f"{shown(oid)} stands here twice", "leave it with one person"
        linked.add(oid)


def tenant_openings(app: App, old: EntraTenant | None, new: EntraTenant) -> Iterator[str]:
    """One sentence for each thing that the registration `new` of `app` opens beside `old`."""
    was = old or _NOTHING
    if new.issuer != was.issuer or new.client_id != was.client_id:
        yield f"{app.name} is told of second factors as {new.client_id} by {new.issuer} now: whose, is not looked at"
    if domains := [one for one in new.domains if one not in was.domains]:
        said = lists.joined(domains)
        yield f"Whoever has a user name in {said} there is the person with this address here now, for {app.name}"
    if linked := len(set(new.people) - set(was.people)):
        accounts = "1 account" if linked == 1 else f"{linked} accounts"
        yield f"{accounts} there are linked to people here now, for {app.name}: whose, is not looked at"
