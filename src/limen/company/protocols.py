"""The protocols of apps whose requests Limen does not see, but lets people in to: each is one row of `PROTOCOLS`.

By some an app signs people in itself, by others hosts, networks and directories ask who may come in, and until when.

A protocol's name is what `protocol:` says in apps.yaml, the key of its section there, and the field of `App` that holds
what the section describes. What reads apps.yaml, names revisions, compares them and says what they open goes by these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.company import (
    entra_section,
    group_section,
    network_section,
    oidc_section,
    radius_section,
    saml_section,
    ssh_section,
)
from limen.company.entra_section import EntraSection, tenant_openings
from limen.company.group_section import GroupSection, group_openings
from limen.company.network_section import NetworkSection, network_openings
from limen.company.oidc_changes import client_openings
from limen.company.oidc_section import OidcSection, Wrong
from limen.company.provision_section import ProvisionSection
from limen.company.radius_section import RadiusSection, radius_openings
from limen.company.saml_changes import provider_openings
from limen.company.saml_section import SamlSection
from limen.company.ssh_section import SshSection, ssh_openings
from limen.facts import App
from limen.facts.directory_group import GROUP_ACTIONS
from limen.facts.network_service import NETWORK_ACTIONS
from limen.facts.radius_service import RADIUS_ACTIONS


class Shape(BaseModel):
    """A part of apps.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class NamedApp(Shape):
    """What every app has."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """Its short name, by which policies know it."""
    name: Annotated[str, Field(max_length=80)] = ""
    """What people call it; the id where nothing is said."""
    label: str = "restricted"
    """How sensitive it is: public, internal, confidential or restricted. Unsaid, it is restricted."""
    owner: str = ""
    """The id of the group that answers for it."""
    description: Annotated[str, Field(max_length=500)] = ""
    """One sentence for the people who look for it."""


class SigningInApp(NamedApp):
    """An app that signs people in itself. Limen decides each sign-in, the app each request."""

    url: str
    """Where the portal's link leads."""
    provision: ProvisionSection | None = None
    """The accounts that Limen keeps there (see `provision` below)."""


class OidcApp(SigningInApp):
    """An app that signs people in with OpenID Connect. Limen decides each sign-in and token, the app each request."""

    protocol: Literal["oidc"]
    """`oidc`"""
    oidc: OidcSection
    """Its registration as a client."""


class SamlApp(SigningInApp):
    """An app that signs people in with SAML 2.0. Limen decides each assertion, the app each request."""

    protocol: Literal["saml"]
    """`saml`"""
    saml: SamlSection
    """Its registration as a service provider."""


class EntraApp(SigningInApp):
    """Apps behind Microsoft Entra ID, which asks Limen for the second factor. Limen decides each time it is asked."""

    protocol: Literal["entra"]
    """`entra`"""
    entra: EntraSection
    """The tenant that asks."""


class SshApp(NamedApp):
    """Hosts that people reach by SSH. Limen decides each certificate, which is good for minutes."""

    protocol: Literal["ssh"]
    """`ssh`"""
    ssh: SshSection
    """The hosts."""


class RadiusApp(NamedApp):
    """A VPN, a Wi-Fi or network gear that asks by RADIUS. Limen decides each session, and ends it."""

    protocol: Literal["radius"]
    """`radius`"""
    radius: RadiusSection
    """What asks."""


class NetworkApp(NamedApp):
    """Hosts or zones that people reach through a door in the firewall. Limen decides each door, and closes it."""

    protocol: Literal["network"]
    """`network`"""
    network: NetworkSection
    """Where the door leads."""


class GroupApp(NamedApp):
    """A group of a directory or a cloud. Limen puts people into it for as long as a grant lasts."""

    protocol: Literal["group"]
    """`group`"""
    group: GroupSection
    """The group."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol. `registration` is the fact that its section describes, `complaints` what is wrong with the section
    beyond its shape, `openings` what a registration opens beside the one before (None: the app is new, or was another),
    `actions` what can be asked of an app that is so registered. Signing in to one is looking at it.
    """

    shape: type[NamedApp]
    registration: Callable[[Any], Any]
    complaints: Callable[[Any], Iterator[Wrong]]
    openings: Callable[[App, Any, Any], Iterator[str]]
    actions: Callable[[Any], tuple[str, ...]] = lambda _registration: ("view",)


PROTOCOLS: Final[Mapping[str, Protocol]] = {
    "oidc": Protocol(OidcApp, oidc_section.client_of, oidc_section.complaints, client_openings),
    "saml": Protocol(SamlApp, saml_section.provider_of, saml_section.complaints, provider_openings),
    "entra": Protocol(EntraApp, entra_section.tenant_of, entra_section.complaints, tenant_openings),
    "ssh": Protocol(SshApp, ssh_section.hosts_of, ssh_section.complaints, ssh_openings, lambda hosts: hosts.actions),
    "radius": Protocol(
        RadiusApp,
        radius_section.service_of,
        radius_section.complaints,
        radius_openings,
        lambda service: RADIUS_ACTIONS[service.kind],
    ),
    "group": Protocol(
        GroupApp, group_section.group_of, group_section.complaints, group_openings, lambda _: GROUP_ACTIONS
    ),
    "network": Protocol(
        NetworkApp,
        network_section.service_of,
        network_section.complaints,
        network_openings,
        lambda _: NETWORK_ACTIONS,
    ),
}


def registration_changes(before: Iterable[App], after: Iterable[App]) -> Iterator[tuple[str, str]]:
    """The id of each app whose registration opens something, and one sentence for each such thing."""
    was = {app.id: app for app in before}
    for app in after:
        for name, protocol in PROTOCOLS.items():
            old, new = getattr(was.get(app.id), name, None), getattr(app, name)
            if new is not None and new != old:
                yield from ((app.id, said) for said in protocol.openings(app, old, new))
