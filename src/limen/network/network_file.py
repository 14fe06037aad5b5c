"""`network.yaml`: zones, hosts, services, flows, blocks, and what must never be. Read with its lines, and all that is
wrong with it at once; then what it means is looked at as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from limen.configuration.named_sources import address_complaint
from limen.configuration.problem import Complaint, Problem, shown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.facts import FactStore
from limen.network.addresses import address_complaints, address_of, prefix_of
from limen.network.dns_names import dns_complaints
from limen.network.file_changes import changes, touches
from limen.network.initial import INITIAL
from limen.network.model import FILE, Network
from limen.network.names import (
    ONE_ZONE,
    Named,
    OneWay,
    firewall_complaints,
    id_complaints,
    key_complaints,
    leg_complaints,
    owner_complaint,
    probe_complaints,
    tag_complaints,
    trial_complaints,
    unprintable,
    uplink_complaints,
    way_complaints,
    wireguard_complaints,
)
from limen.network.notes import notes
from limen.network.removals import without
from limen.network.services import part_of
from limen.network.shapes import (
    INTERFACE,
    PLACE_OF,
    BlockShape,
    FileShape,
    FirewallShape,
    FlowShape,
    HostShape,
    NeverShape,
    ServiceShape,
    Shape,
    TrialShape,
    ZoneShape,
)
from limen.network.stated import NetworkFile
from limen.network.whole import whole_complaints
from limen.pillar import Around, FolderFile

S = TypeVar("S", bound=Shape)
Key = TypeVar("Key", str, int)

_STAND_INS: Final[Mapping[str, Any]] = {
    "id": "x",
    "from": ["everything"],
    "to": ["everything"],
    "service": ["any"],
    "owner": "x@x.example",
    "purpose": "x",
    "why": "x",
    "review": "2999-01-01",
    "until": "2999-01-01",
}
"""What is taken for something that is missing or can't be read, so that the rest is looked at all the same."""


@dataclass(frozen=True, slots=True)
class _Shapes:
    """What could be read of each section, by its name or its place in the list."""

    zones: dict[str, ZoneShape]
    hosts: dict[str, HostShape]
    services: dict[str, ServiceShape]
    flows: dict[int, FlowShape]
    blocks: dict[int, BlockShape]
    never: dict[int, NeverShape]
    trial: dict[int, TrialShape]
    firewalls: dict[str, FirewallShape]

    @property
    def ways(self) -> dict[str, dict[int, OneWay]]:
        ways: dict[str, dict[int, OneWay]] = {"flows": {**self.flows}, "blocks": {**self.blocks}}
        return {**ways, "never": {**self.never}, "trial": {**self.trial}}


def read(tree: Tree, around: Around) -> tuple[NetworkFile | None, list[Problem]]:
    """What the file states, and all that is wrong with it, each with its line."""
    body = tree.plain() or {}
    if not isinstance(body, dict):
        return None, [Problem(FILE, *tree.at(), "this must be a mapping of sections", "begin it with `zones:`")]
    file, problems = shaped_in_part(FileShape, body, tree, FILE, (), {})
    if file is None:
        return None, problems
    shapes, wrong = _shapes(file, tree)
    problems += wrong
    named = Named.in_file(file)
    problems += [Problem(FILE, *tree.key_at(*at), what, fix) for at, what, fix in key_complaints(file)]
    found = (
        *id_complaints(shapes.ways),
        *(one for at, shape in _each_way(shapes) for one in way_complaints(at, shape, named)),
        *_owner_complaints(shapes, around),
        *trial_complaints(shapes.trial, named),
        *_day_complaints(shapes),
        *address_complaints(shapes.zones, shapes.hosts, named.zones),
        *_other_complaints(shapes, file),
    )
    problems += [Problem(FILE, *tree.at(*at), what, fix) for at, what, fix in found]
    if problems:
        return None, problems
    stated = NetworkFile(_written(file, shapes))
    places = {shape.id: at for at, shape in _each_way(shapes)}
    as_a_whole = [
        Problem(FILE, *tree.at(*places.get(id_, ("zones",))), what, fix)  # a built-in statement has no place
        for id_, what, fix in whole_complaints(stated.network)
    ]
    return (None if as_a_whole else stated), as_a_whole


def _shapes(file: FileShape, tree: Tree) -> tuple[_Shapes, list[Problem]]:
    problems: list[Problem] = []

    def each(model: type[S], section: str, bodies: Iterable[tuple[Key, Any]], kind: str = "") -> dict[Key, S]:
        found: dict[Key, S] = {}
        for key, body in bodies:
            above = (section, key)
            if not isinstance(body, dict):
                what = f"this must be a mapping, not {shown(body)}"
                problems.append(
                    Problem(FILE, *tree.at(*above), what, f"see {FILE} of a new folder for how it is written")
                )
                continue
            shape, wrong = shaped_in_part(model, body, tree, FILE, above, {**_STAND_INS, "kind": kind})
            problems.extend(wrong)
            if shape is not None:
                found[key] = shape
        return found

    services: dict[str, ServiceShape] = {}
    for name, body in file.services.items():
        parts = [body] if isinstance(body, str) else body
        shape, wrong = shaped_in_part(ServiceShape, {"parts": parts}, tree, FILE, ("services", name), {})
        problems += [Problem(FILE, *tree.at("services", name), _SERVICE, _SERVICE_FIX)] if wrong else []
        if shape is not None:
            services[name] = shape
    shapes = _Shapes(
        zones=each(ZoneShape, "zones", file.zones.items(), "server"),
        hosts=each(HostShape, "hosts", file.hosts.items()),
        services=services,
        flows=each(FlowShape, "flows", enumerate(file.flows)),
        blocks=each(BlockShape, "blocks", enumerate(file.blocks)),
        never=each(NeverShape, "never", enumerate(file.never)),
        trial=each(TrialShape, "trial", enumerate(file.trial)),
        firewalls=each(FirewallShape, "firewalls", file.firewalls.items(), "nftables"),
    )
    return shapes, problems


_SERVICE: Final = "a service is one or more protocols with their ports"
_SERVICE_FIX: Final = "write it like [tcp/8443, udp/9000-9010]"


def _each_way(shapes: _Shapes) -> Iterator[tuple[tuple[str | int, ...], OneWay]]:
    for section, some in shapes.ways.items():
        yield from (((section, number), shape) for number, shape in some.items())


def _owner_complaints(shapes: _Shapes, around: Around) -> Iterator[Complaint]:
    sections: dict[str, Mapping[Any, FlowShape | ZoneShape | HostShape]] = {
        "flows": {**shapes.flows},
        "zones": {**shapes.zones},
        "hosts": {**shapes.hosts},
    }
    for section, some in sections.items():
        for key, shape in some.items():
            complaint = owner_complaint(shape.owner, around.groups) if shape.owner is not None else None
            if complaint is not None:
                yield (section, key, "owner"), *complaint


def _day_complaints(shapes: _Shapes) -> Iterator[Complaint]:
    days = [(("flows", number, "review"), one.review) for number, one in shapes.flows.items()]
    days += [(("flows", number, "expires"), one.expires) for number, one in shapes.flows.items() if one.expires]
    days += [(("trial", number, "until"), one.until) for number, one in shapes.trial.items()]
    for at, day in days:
        if not _is_a_day(day):
            yield at, f"{shown(day)} is not a valid date", "write it as 2027-12-31"


def _is_a_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _other_complaints(shapes: _Shapes, file: FileShape) -> Iterator[Complaint]:
    interfaces: dict[str, str] = {}
    vlans: dict[int, str] = {}
    for name, zone in shapes.zones.items():
        if zone.interface and not INTERFACE.fullmatch(zone.interface):
            what = f"{shown(zone.interface)} can't be an interface's name"
            yield ("zones", name, "interface"), what, "write it as `ip link` shows it, such as vlan10 or eth0.10"
        if zone.interface and (other := interfaces.setdefault(zone.interface, name)) != name:
            yield ("zones", name, "interface"), f"{zone.interface} is the interface of {other} already", ONE_ZONE
        yield from leg_complaints(("zones", name, "tags"), zone)
        if zone.vlan and (other := vlans.setdefault(zone.vlan, name)) != name:
            yield ("zones", name, "vlan"), f"VLAN {zone.vlan} is {other} already", ONE_ZONE
    yield from tag_complaints(shapes.zones)
    for name, service in shapes.services.items():
        for number, written in enumerate(service.parts):
            try:
                part_of(written)
            except ValueError:
                yield ("services", name, number), f"{shown(written)} is not a protocol with its ports", _SERVICE_FIX
    for name, firewall in shapes.firewalls.items():
        above = ("firewalls", name)
        yield from firewall_complaints(above, firewall, PLACE_OF[firewall.kind], shapes.zones, file.hosts)
        yield from probe_complaints(above, firewall)
        if firewall.url is not None and (complaint := address_complaint(firewall.url)):
            yield (*above, "url"), *complaint
        yield from uplink_complaints(above, firewall, interfaces)
    yield from wireguard_complaints(shapes.firewalls, shapes.zones)
    yield from dns_complaints(shapes.hosts, shapes.firewalls)
    yield from unprintable(_texts(shapes, file))


def _texts(shapes: _Shapes, file: FileShape) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield from ((("without", name), why) for name, why in file.without.items())
    sections: dict[str, Mapping[Any, Shape]] = {"zones": shapes.zones, "firewalls": shapes.firewalls, **shapes.ways}
    for section, some in sections.items():
        for key, shape in some.items():
            for field, value in shape.model_dump(by_alias=True).items():
                if isinstance(value, dict):
                    yield from (((section, key, field, inner), text) for inner, text in value.items())
                else:
                    yield (section, key, field), value


def _written(file: FileShape, shapes: _Shapes) -> dict[str, Any]:
    """The file by its sections, every address as it is usually written."""

    def plain(shape: Shape) -> dict[str, Any]:
        return shape.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    sections: dict[str, Any] = {
        "zones": {
            name: {**plain(one), "prefixes": [str(prefix_of(each)) for each in one.prefixes]}
            for name, one in shapes.zones.items()
        },
        "hosts": {
            name: {**plain(one), "addresses": [str(address_of(each)) for each in one.addresses]}
            for name, one in shapes.hosts.items()
        },
        "services": {name: list(one.parts) for name, one in shapes.services.items()},
        **{
            name: [plain(one) for one in sorted(some.values(), key=lambda it: it.id)]
            for name, some in shapes.ways.items()
        },
        "without": dict(file.without),
        "firewalls": {name: plain(one) for name, one in shapes.firewalls.items()},
    }
    return {name: body for name, body in sections.items() if body}


def in_force(known: FactStore, file: NetworkFile | None) -> None:
    known.set_rules(Network, file.network if file is not None else Network(()))


NETWORK_FILE: Final = FolderFile(
    name=FILE,
    kind=NetworkFile,
    read=read,
    changes=changes,
    in_force=in_force,
    initial=INITIAL,
    touches=touches,
    without=without,
    notes=notes,
)
"""`limen init` writes one that states nothing, or what the machine sees. Without the file there is no network."""
