"""`radius:` of an app in apps.yaml: a VPN, a Wi-Fi or network gear that asks Limen by RADIUS who may come in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.company.oidc_section import Wrong
from limen.configuration.problem import shown
from limen.facts import App
from limen.facts.addresses import read_network
from limen.facts.radius_service import DISCONNECT_PORT, RadiusService
from limen.messages import lists

_WORDS: Final = {"vpn": "the VPN", "wifi": "the Wi-Fi", "gear": "the settings of the gear"}


class RadiusSection(BaseModel):
    """A VPN, a Wi-Fi or network gear that asks by RADIUS."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    kind: Literal["vpn", "wifi", "gear"]
    """What it is: a VPN (people confirm in the portal), a Wi-Fi or wired 802.1X (devices' certificates), or gear."""
    clients: Annotated[list[str], Field(min_length=1, max_length=200)]
    """Addresses or networks from which it asks."""
    vlan: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,3})?$")] = ""
    """The VLAN that whoever comes in is put into."""
    privilege: Annotated[int, Field(ge=0, le=15)] = 0
    """The level that an administrator gets on gear; 0: what the gear gives by itself."""
    disconnect_port: Annotated[int, Field(ge=1, le=65_535)] = DISCONNECT_PORT
    """The port where it is told to end a session (RFC 5176)."""
    same_address: bool = True
    """Whether a VPN counts the device on which somebody confirms only where that is at the address that connects."""
    openvpn: bool = False
    """Whether it is an OpenVPN server, which asks over https by `limen-openvpn` instead of by RADIUS."""


def service_of(section: RadiusSection) -> RadiusService:
    """What the section describes."""
    return RadiusService(
        section.kind,
        tuple(section.clients),
        section.vlan,
        section.privilege,
        section.disconnect_port,
        section.same_address,
        section.openvpn,
    )


def complaints(section: RadiusSection) -> Iterator[Wrong]:
    """Everything about the section that its shape does not tell."""
    for place, one in enumerate(section.clients):
        try:
            read_network(one, is_strict=True)
        except ValueError:
            yield ("clients", place), f"{shown(one)} is no address or network", "write it as 10.0.0.1 or 10.0.0.0/24"
    if section.vlan and int(section.vlan) > 4094:
        yield ("vlan",), f"there is no VLAN {section.vlan}", "use 1 to 4094"
    if section.vlan and section.kind == "gear":
        yield ("vlan",), "administrators of gear are put into no VLAN", "remove it"
    if not section.same_address and section.kind != "vpn":
        yield ("same_address",), "only a VPN compares addresses", "remove it"
    if section.privilege and section.kind != "gear":
        yield ("privilege",), "only gear has levels", "remove it"
    if section.openvpn:
        yield from _of_openvpn(section)


def _of_openvpn(section: RadiusSection) -> Iterator[Wrong]:
    if section.kind == "gear":
        yield ("openvpn",), "OpenVPN is no gear", "use the kind wifi for devices, or vpn for people"
    if section.vlan:
        yield ("vlan",), "OpenVPN puts nobody into a VLAN", "remove it"


def radius_openings(app: App, old: RadiusService | None, new: RadiusService) -> Iterator[str]:
    """One sentence for each thing that `new` opens beside `old`."""
    clients = [one for one in new.clients if old is None or one not in old.clients or new.kind != old.kind]
    if clients:
        yield f"Whoever may use {app.name} is let into {_WORDS[new.kind]} at {lists.joined(clients)} now"
    if old is not None and new.vlan != old.vlan:
        network = f"VLAN {new.vlan}" if new.vlan else "no VLAN of its own"
        yield f"Whoever comes in by {app.name} is put into {network} now"
    if old is not None and old.same_address and not new.same_address:
        yield f"Whoever confirms for {app.name} on a healthy device lets in a device anywhere now"
    if new.privilege > (old.privilege if old is not None else 0):
        yield f"Administrators of {app.name} get the level {new.privilege} now"
