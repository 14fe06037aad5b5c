"""What whoever takes somebody's password, cookie, laptop or token has to show, and from where they come (pure).

A stolen *password* is one factor, in a browser on a device that nobody knows. A stolen *cookie* is a session with all
that was proved in it, used elsewhere: what ties it to its device is not there. A stolen *laptop* is both with the
device: its sessions, its health, its tunnel, and its place in the network. None of them can touch a passkey, type a
code or approve a request: each of these is a human step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from limen.access.openings import Means
from limen.clock import Instant
from limen.company.blast.today import KnownDevice, Placing, Seen, Today
from limen.facts import Factor, Person
from limen.policy.attribute import Kind as FactKind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.examples import unknown
from limen.policy.scenarios.situations import Alternative

_PASSWORD: Alternative = frozenset(
    {("auth.strength", 1), ("auth.factors", frozenset({Factor.PASSWORD.value})), ("auth.interactive", True)}
)


class Taken(StrEnum):
    PASSWORD = "password"  # noqa: S105 -- the name of a thing
    COOKIE = "cookie"
    LAPTOP = "laptop"
    TOKEN = "token"  # noqa: S105 -- the name of a thing
    PLACE = "place"
    """A host or a zone: nobody's access goes with it."""


class Kind(StrEnum):
    """What is taken over."""

    PERSON = "person"
    DEVICE = "device"
    WORKLOAD = "workload"
    HOST = "host"
    ZONE = "zone"


TAKEN_OF: dict[Kind, tuple[Taken, ...]] = {
    Kind.PERSON: (Taken.LAPTOP, Taken.COOKIE, Taken.PASSWORD),
    Kind.DEVICE: (Taken.LAPTOP,),
    Kind.WORKLOAD: (Taken.TOKEN,),
    Kind.HOST: (Taken.PLACE,),
    Kind.ZONE: (Taken.PLACE,),
}
"""What can be taken of each, what reaches furthest first."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody or something with an id, and a name that people know it by."""

    kind: Kind
    id: str
    name: str


def people_behind(holder: Holder, today: Today) -> tuple[Person, ...]:
    """Whose access goes with it: of a device that of everybody on it."""
    match holder.kind:
        case Kind.DEVICE:
            found = sorted(today.devices[holder.id].people) if holder.id in today.devices else []
        case Kind.PERSON | Kind.WORKLOAD:
            found = [holder.id]
        case _:
            found = []
    return tuple(today.people[one] for one in found if one in today.people and today.people[one].active)


def devices_taken(holder: Holder, taken: Taken, today: Today) -> tuple[KnownDevice, ...]:
    if taken is not Taken.LAPTOP:
        return ()
    if holder.kind is Kind.DEVICE:
        return (today.devices[holder.id],) if holder.id in today.devices else ()
    return today.devices_of(holder.id)


def is_there(holder: Holder, taken: Taken, today: Today) -> bool:
    """Whether there is such a thing to take: who has no password loses none."""
    return taken is not Taken.PASSWORD or Factor.PASSWORD in today.factors.get(holder.id, frozenset())


def means(holder: Holder, person: Person, taken: Taken, today: Today, now: Instant) -> Means:
    """What whoever took it has to show as this person. Grants that are active now are there, too."""
    devices = devices_taken(holder, taken, today)
    here = {"", *(one.id for one in devices)}
    grants = frozenset(
        (one.app, action)
        for one in today.grants
        if one.person == person.id and one.device in here
        for action in one.actions
    )
    match taken:
        case Taken.PASSWORD:
            return Means(frozenset({"device"}), frozenset({_PASSWORD}), grants)
        case Taken.COOKIE:
            return Means(frozenset({"device"}), grants=grants)
        case Taken.LAPTOP:
            return Means(one_of=frozenset({_strange_device(now), *map(_as_facts, devices)}), grants=grants)
    return Means(grants=grants)


def seen_at(holder: Holder, taken: Taken, today: Today, placing: Placing) -> Seen:
    """From where in the network they go on. Whoever has a password or a cookie is somewhere on the internet."""
    if holder.kind is Kind.HOST:
        return Seen(hosts=frozenset({holder.id}))
    addresses: Iterable[str] = ()
    if holder.kind is Kind.WORKLOAD:
        addresses = [one.network for one in today.tokens if one.owner == holder.id and one.network]
    elif taken is Taken.LAPTOP:
        own = today.addresses.get(holder.id, frozenset()) if holder.kind is Kind.PERSON else frozenset()
        addresses = own.union(*(one.addresses for one in devices_taken(holder, taken, today)))
    return placing.seen(addresses)


def _strange_device(now: Instant) -> Alternative:
    """A device that nobody knows: the worst of each fact, so that it is one whichever of them policies read."""
    instants = (row for row in ATTRIBUTES.table.of_noun("device") if row.kind is FactKind.INSTANT)
    return frozenset({*unknown("device").items(), *((row.age_called, now) for row in instants)})


def _as_facts(device: KnownDevice) -> Alternative:
    """What no thief changes of a device; its health they can keep, or lose."""
    return frozenset(
        {
            ("device.known", True),
            ("device.id", device.id),
            ("device.managed", device.is_managed),
            ("device.platform", device.platform),
        }
    )
