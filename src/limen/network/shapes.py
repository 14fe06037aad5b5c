"""How network.yaml is written: the shape of each of its parts, and the bounds of them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MOST_ZONES: Final = 500
MOST_HOSTS: Final = 5_000
MOST_SERVICES: Final = 500
MOST_FLOWS: Final = 5_000
"""A file of the company folder holds 100,000 values, and a flow with all of its keys is seventeen."""
MOST_BLOCKS: Final = 1_000
MOST_NEVERS: Final = 500
MOST_TRIALS: Final = 100
MOST_FIREWALLS: Final = 50

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""What a zone, host, service, flow, block or statement may be called; comments of firewalls carry it."""
INTERFACE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,14}")
"""A Linux interface's name: 15 letters at most, and none that a ruleset would read as something else."""
ADDRESS: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")

ZoneKind = Literal[
    "workstation", "server", "domain", "finance", "backup", "management", "iot", "guest", "dmz", "vpn", "cloud"
]
FirewallKind = Literal[
    "nftables", "aws", "azure", "gcp", "opnsense", "unifi", "fortigate", "paloalto", "cisco", "windows"
]
TagKind = Literal["aws", "azure", "gcp", "opnsense", "unifi", "fortigate", "paloalto", "cisco"]
PLACE_OF: Final = {
    "nftables": "device",
    "aws": "vpc",
    "azure": "network",
    "gcp": "network",
    "opnsense": "url",
    "unifi": "url",
    "fortigate": "url",
    "paloalto": "url",
    "cisco": "url",
    "windows": "host",
}
"""Which key says where a firewall of this kind is."""
ASKED_NOTHING: Final = ("fortigate", "paloalto", "cisco")
"""Kinds that Limen writes a text for and asks nothing of, so that they need not say where they are. They have one
uplink: what they call the side of the internet.
"""
MAKERS: Final = (*ASKED_NOTHING, "windows")
"""Kinds that load a text which Limen writes."""
WITH_UPLINKS: Final = ("nftables", "opnsense", *ASKED_NOTHING)
"""Kinds whose interfaces to the internet are stated."""
LEG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:-]{0,30}")
"""What such a firewall may call its leg to a zone: letters that none of them reads as something else."""


def _in_a_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1, max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Names = Annotated[list[Name], Field(min_length=1, max_length=50), BeforeValidator(_in_a_list)]
"""One name, or a list of them."""
Day = Annotated[str, Field(pattern=r"^2\d{3}-\d{2}-\d{2}$")]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class ZoneShape(Shape):
    """A zone. `zones:` in `network.yaml` has one of these for each."""

    kind: ZoneKind
    """What it is there for; what must never be goes by it."""
    prefixes: Annotated[list[Name], Field(min_length=1, max_length=100)]
    """Its addresses: `10.10.0.0/24`, `"fd00:10::/64"`. Without them no rule could tell what is in it."""
    interface: str = ""
    """Its leg at the firewall: `vlan10`, `eth0.10`."""
    vlan: Annotated[int, Field(ge=1, le=4094)] | None = None
    """Its number there (802.1Q)."""
    tags: Annotated[dict[TagKind, Name], Field(max_length=8)] = {}
    """What it is called elsewhere: a security group, a network tag, an interface of OPNsense, a FortiGate or an ASA, a
    zone of UniFi or of a Palo Alto."""
    isolated: bool = False
    """Its hosts don't reach each other either."""
    label: Literal["public", "internal", "confidential", "restricted"] | None = None
    """How much harm is done where it is lost; without it as usual for its kind."""
    owner: Name | None = None
    """A group of `limen.toml`, or an email address: who approves flows into it that somebody asks for."""


class HostShape(Shape):
    """Something with addresses of its own. `hosts:` has one of these for each."""

    zone: Name
    """The zone that it is in."""
    addresses: Annotated[list[Name], Field(min_length=1, max_length=20), BeforeValidator(_in_a_list)]
    """Each in its zone."""
    owner: Name | None = None
    """As a zone's, which it has without one of its own."""
    names: Annotated[list[Name], Field(max_length=20), BeforeValidator(_in_a_list)] = []
    """DNS names beside its own, by which devices find it through a tunnel while it is open to them."""


class WayShape(Shape):
    """From where to where, and by what."""

    id: Name
    """What firewalls, events and pages call it."""
    source: Names = Field(alias="from")
    """Zones, hosts, `internet`, `inside` (every zone but the internet) or `everything`."""
    to: Names
    """As `from`."""


class FlowShape(WayShape):
    """What is let through. `flows:` is a list of these."""

    service: Names
    """Services by name, protocols with their ports (`tcp/8443`), or `any`."""
    owner: Name
    """A group of `limen.toml`, or an email address: who is asked whether it is still needed."""
    purpose: Text
    """What it is for."""
    review: Day
    """On this day somebody looks at it again."""
    expires: Day | None = None
    """From this day on it is not let through any more by the rules that firewalls are sent."""


class BlockShape(WayShape):
    """What is denied though a flow would let it through. `blocks:` is a list of these."""

    service: Names
    why: Text


class TrialShape(WayShape):
    """Between which zones nothing is cut yet. `trial:` is a list of these; `from` and `to` are zones."""

    until: Day
    """From this day on it is cut."""
    why: Text

    @property
    def service(self) -> list[str]:
        """All of them: a pair of zones is on trial, or it is not."""
        return ["any"]


class NeverShape(WayShape):
    """What must not be possible, whatever the flows. `never:` is a list of these."""

    service: Names = ["any"]
    why: Text
    hops: bool = False
    """By way of others as well, and not only directly."""


class WireGuardShape(Shape):
    """Tunnels for devices that are elsewhere. A firewall of kind `nftables` may have one of these."""

    interface: Annotated[str, Field(pattern=INTERFACE.pattern)]
    """The interface that the firewall makes for them, which is also that of a zone of kind `vpn`: `wg0`."""
    endpoint: Name
    """Where devices find it: a name or an address."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 51_820
    """The UDP port there."""
    domain: Name | None = None
    """Below this name devices find by DNS what is open to them, and nothing else: `harbor.internal`."""


class FirewallShape(Shape):
    """Where borders are enforced. `firewalls:` has one of these for each."""

    kind: FirewallKind
    device: Name | None = None
    """`nftables`: the managed device whose agent enforces it."""
    host: Name | None = None
    """`windows`, and `nftables` in place of `device`: the host whose own firewall it is. What comes to it and what goes
    from it is held to the flows, from the host beside it as well."""
    vpc: Name | None = None
    """`aws`: the VPC."""
    network: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    """`azure` and `gcp`: the virtual network. For Limen to tell it directly, its full name: the resource ID of Azure,
    `projects/…/global/networks/…` of Google Cloud."""
    url: Name | None = None
    """`opnsense` and `unifi`: where its interface is. `fortigate`, `paloalto` and `cisco` may say where it is
    administered, so that no change cuts that off."""
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]{1,12}){1,3}-[0-9]{1,2}$")] | None = None
    """`aws`: the region of the VPC: `eu-central-1`."""
    uplink: Annotated[list[Name], Field(min_length=1, max_length=20), BeforeValidator(_in_a_list)] | None = None
    """`nftables` and `opnsense`: the interfaces to the internet. `fortigate`, `paloalto` and `cisco`: the one interface
    or zone to it."""
    zones: Annotated[list[Name], Field(min_length=1, max_length=MOST_ZONES)] | None = None
    """Between which zones; without it all of them."""
    wireguard: WireGuardShape | None = None
    """`nftables`: tunnels that end here."""
    probes: bool = False
    """`nftables` with `host`: this server tries, as a canary of its zone, whether others are reached as stated."""


class FileShape(Shape):
    zones: Annotated[dict[str, Any], Field(max_length=MOST_ZONES)] = {}
    hosts: Annotated[dict[str, Any], Field(max_length=MOST_HOSTS)] = {}
    services: Annotated[dict[str, Any], Field(max_length=MOST_SERVICES)] = {}
    """Beside the built-in ones: `erp: [tcp/8443, tcp/9000-9010]`."""
    flows: Annotated[list[Any], Field(max_length=MOST_FLOWS)] = []
    blocks: Annotated[list[Any], Field(max_length=MOST_BLOCKS)] = []
    never: Annotated[list[Any], Field(max_length=MOST_NEVERS)] = []
    trial: Annotated[list[Any], Field(max_length=MOST_TRIALS)] = []
    without: dict[str, Text] = {}
    """Which of the built-in statements does not hold here, and why."""
    firewalls: Annotated[dict[str, Any], Field(max_length=MOST_FIREWALLS)] = {}


class ServiceShape(Shape):
    parts: Annotated[list[Name], Field(min_length=1, max_length=50)]
