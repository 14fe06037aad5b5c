"""What blast radii begin from: everybody with what they hold, every device and service, and where each was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network

from limen.access import store as access
from limen.clock import Instant
from limen.company.gate import FIRST_ADMINISTRATOR, Member, people_of
from limen.facts import Factor, Person
from limen.identity.store import app_tokens, sessions
from limen.network.model import INTERNET, Network
from limen.network.zones_by_address import ZonesByAddress
from limen.storage import Snapshot


@dataclass(frozen=True, slots=True)
class Seen:
    """Where something is in the network, or was seen last: by names of hosts, and of zones without them."""

    hosts: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()

    def __or__(self, other: Seen) -> Seen:
        return Seen(self.hosts | other.hosts, self.zones | other.zones)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """`people`: the ids of its owner and of those who are signed in on it."""

    id: str
    name: str
    people: frozenset[str]
    is_managed: bool
    platform: str
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A grant that is active. `device`: the one it counts on alone ("": on any)."""

    person: str
    app: str
    actions: frozenset[str]
    device: str = ""


@dataclass(frozen=True, slots=True)
class HeldToken:
    """A token for an app that is good. `network`: from where it was used last, "" where it was not."""

    owner: str
    app: str
    actions: frozenset[str]
    network: str = ""


@dataclass(frozen=True)
class Today:
    """`people`: also services. `addresses`: by the person those of their sessions that are on no known device."""

    people: Mapping[str, Person]
    factors: Mapping[str, frozenset[Factor]] = field(default_factory=dict)
    devices: Mapping[str, KnownDevice] = field(default_factory=dict)
    grants: tuple[HeldGrant, ...] = ()
    tokens: tuple[HeldToken, ...] = ()
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def devices_of(self, person_id: str) -> tuple[KnownDevice, ...]:
        return tuple(one for one in self.devices.values() if person_id in one.people)

    def mark(self, id_: str) -> int:
        """The same as long as nothing changes of this person, device or service, and of those who share a device."""
        devices = frozenset(one for one in self.devices.values() if one.id == id_ or id_ in one.people)
        ids = {id_}.union(*(one.people for one in devices if one.id == id_))
        return hash(
            (
                devices,
                frozenset(self.people[one] for one in ids if one in self.people),
                frozenset((one, self.factors.get(one), self.addresses.get(one)) for one in ids),
                frozenset(one for one in self.grants if one.person in ids),
                frozenset(one for one in self.tokens if one.owner in ids),
            )
        )


def today(snapshot: Snapshot, now: Instant) -> Today:
    """As it is kept. Of devices only those that are in use: neither lost nor in quarantine."""
    connection = snapshot.connection
    everybody = [one for one in people_of(snapshot) if one is not FIRST_ADMINISTRATOR]
    on_device, elsewhere = defaultdict[str, set[tuple[str, str]]](set), defaultdict[str, set[str]](set)
    for _, session, _ in sessions.all_good(connection, now):
        if session.device_id:
            on_device[session.device_id].add((session.person_id, session.address))
        elif session.address:
            elsewhere[session.person_id].add(session.address)
    held = [one for who in everybody if isinstance(who, Member) for one in who.held]
    devices = {
        one.device.id: KnownDevice(
            one.device.id,
            one.device.name,
            frozenset({one.device.owner_id, *(person for person, _ in on_device[one.device.id])}),
            one.device.is_managed,
            str(one.device.platform),
            frozenset({one.posture.address, *(address for _, address in on_device[one.device.id])}) - {""},
        )
        for one in held
    }
    grants = (one for one in access.live_grants(connection, now) if one.is_active(now))
    good = (one for _, one in app_tokens.all_kept(connection) if not one.revoked_at and now < one.expires_at)
    return Today(
        {one.person.id: one.person for one in everybody},
        {one.person.id: one.factors for one in everybody},
        devices,
        tuple(HeldGrant(one.person_id, one.app, frozenset(one.actions), one.device_id) for one in grants),
        tuple(HeldToken(one.owner_id, one.app, one.actions, one.used_from) for one in good),
        {person: frozenset(some) for person, some in elsewhere.items()},
    )


class Placing:
    """Where in a network addresses are. What is in none of its zones is nowhere: it is the internet."""

    def __init__(self, network: Network) -> None:
        self._zones = ZonesByAddress(network)

    def seen(self, addresses: Iterable[str]) -> Seen:
        """Each an address, or the network that one was in. What is neither is left out."""
        found = Seen()
        for one in addresses:
            try:
                known = ip_network(one, strict=False)
            except ValueError:
                continue
            number = int(known.network_address)
            is_one = known.num_addresses == 1
            host = self._zones.host_at(known.version, number) if is_one else ""
            zone = self._zones.zone_at(known.version, number)
            if host:
                found |= Seen(hosts=frozenset({host}))
            elif zone != INTERNET:
                found |= Seen(zones=frozenset({zone}))
        return found
