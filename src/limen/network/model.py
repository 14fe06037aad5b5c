"""The nouns of network.yaml: zones, hosts, services, flows, blocks, and what must never be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from itertools import product
from typing import Final, TypeAlias

from limen.network.packets.box import ANY_PORT, ANY_PROTOCOL, Interval

Prefix: TypeAlias = IPv4Network | IPv6Network

FILE: Final = "network.yaml"
INTERNET: Final = "internet"
"""The zone of every address that is in no other. It is there without being stated."""
INSIDE: Final = "inside"
"""In place of a name: every zone but the internet."""
EVERYTHING: Final = "everything"
"""In place of a name: every zone, and the internet."""
ANY_SERVICE: Final = "any"
NFTABLES: Final = "nftables"
"""The kind of firewall at which a program of Limen's runs, and follows."""

KINDS: Final = (
    "workstation",
    "server",
    "domain",
    "finance",
    "backup",
    "management",
    "iot",
    "guest",
    "dmz",
    "vpn",
    "cloud",
    "internet",
)
"""What a zone is there for. What must never be goes by these; `domain` is where domain controllers are."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the network whose borders are guarded.

    `interface` is its leg at the firewall, `vlan` its number there, `tags` what it is called in clouds. `is_isolated`:
    its hosts don't reach each other either. What is in it has `sensitivity` 0 to 3. `owner`: a group or an email
    address ("": nobody is stated), who approves flows into it.
    """

    name: str
    kind: str
    prefixes: tuple[Prefix, ...] = ()
    interface: str = ""
    vlan: int | None = None
    tags: tuple[tuple[str, str], ...] = ()
    is_isolated: bool = False
    sensitivity: int = 1
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """Something with addresses of its own in a zone. `owner`: as a zone's, and "" for that of its zone."""

    name: str
    zone: str
    addresses: tuple[Prefix, ...]
    """Each a network of one address."""
    owner: str = ""
    names: tuple[str, ...] = ()
    """DNS names that it has beside its own below the domain of the tunnels."""


@dataclass(frozen=True, slots=True)
class Ports:
    """One part of a service. `families`: which address families it is there for."""

    protocol: Interval = ANY_PROTOCOL
    ports: Interval = ANY_PORT
    families: tuple[int, ...] = (4, 6)


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    parts: tuple[Ports, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where, and by which services. Each name is a zone's, a host's, `internet`, `inside` or
    `everything`, or of a service, or `any`.
    """

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """What is let through, who wants it and why. Days are ISO 8601; on `expires` it is over, on `review` somebody
    looks at it again.
    """

    id: str
    way: Way
    purpose: str
    owner: str
    review: str
    expires: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """What is denied though a flow would let it through. Blocks win over flows, whatever their order."""

    id: str
    way: Way
    why: str


@dataclass(frozen=True, slots=True)
class Trial:
    """Pairs of zones between which nothing is cut before a day (ISO 8601): what would be is let through, and told."""

    id: str
    way: Way
    why: str
    until: str

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        return tuple(product(self.way.sources, self.way.destinations))


@dataclass(frozen=True, slots=True)
class Never:
    """What must not be possible, whatever the flows. `hops`: by way of others as well, and not only directly.

    `is_built_in`: Limen states it, since the zones' kinds ask for it.
    """

    id: str
    way: Way
    why: str
    hops: bool = False
    is_built_in: bool = False


@dataclass(frozen=True, slots=True)
class WireGuard:
    """Where devices that are elsewhere come in. `interface` is the firewall's, and by it that of a zone of kind `vpn`;
    `endpoint` is the name or address by which devices find it, `port` of UDP. Below `domain` they find by DNS what is
    open to them; "": by its addresses alone.
    """

    interface: str
    endpoint: str
    port: int = 51_820
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Firewall:
    """Where borders are enforced. `kind`: one of `FirewallKind`. `zones`: between which.

    `device` is the managed device on which the agent enforces it, for nftables; `host` the host of the network that
    guards itself alone, in place of a device or with Windows; it `probes` other zones
    where it is a canary for its own; `reference` what the vendor calls it (a VPC, a virtual
    network, an address), `region` where the vendor has it, for AWS. `uplinks`: its interfaces to the internet.
    """

    name: str
    kind: str
    zones: tuple[str, ...]
    device: str = ""
    reference: str = ""
    region: str = ""
    uplinks: tuple[str, ...] = ()
    host: str = ""
    wireguard: WireGuard | None = None
    probes: bool = False


@dataclass(frozen=True)
class Network:
    """All that network.yaml says, with what is there without being said."""

    zones: tuple[Zone, ...]
    hosts: tuple[Host, ...] = ()
    services: tuple[Service, ...] = ()
    flows: tuple[Flow, ...] = ()
    blocks: tuple[Block, ...] = ()
    nevers: tuple[Never, ...] = ()
    firewalls: tuple[Firewall, ...] = ()
    trials: tuple[Trial, ...] = ()

    @cached_property
    def without_trials(self) -> Network:
        """As it is to be once nothing is on trial any more."""
        return replace(self, trials=()) if self.trials else self

    @cached_property
    def zone_of(self) -> dict[str, Zone]:
        return {one.name: one for one in self.zones}

    @cached_property
    def host_of(self) -> dict[str, Host]:
        return {one.name: one for one in self.hosts}

    @cached_property
    def service_of(self) -> dict[str, Service]:
        return {one.name: one for one in self.services}

    @property
    def zone_names(self) -> tuple[str, ...]:
        """All of them, the internet last."""
        return (*(one.name for one in self.zones), INTERNET)
