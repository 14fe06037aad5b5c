"""What is other in a new network.yaml, in one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from limen.configuration.differing import differing
from limen.facts import Factor, Label, Person
from limen.messages import lists
from limen.network.broken import BEFORE_ANY_DAY
from limen.network.model import (
    ANY_SERVICE,
    FILE,
    Block,
    Firewall,
    Flow,
    Host,
    Network,
    Never,
    Service,
    Trial,
    Way,
    Zone,
)
from limen.network.proof.changes_said import changes_said
from limen.network.services import is_unnamed, part_text
from limen.network.stated import NetworkFile
from limen.pillar import Touched

_MOST_NAMED: Final = 6
_NOTHING: Final = NetworkFile()

T = TypeVar("T")


def changes(before: NetworkFile | None, after: NetworkFile | None) -> Iterator[str]:
    """One line for each zone, host, service, flow, block, statement and firewall that is new, gone or other."""
    was, now = (before or _NOTHING).network, (after or _NOTHING).network
    yield from _each("zone", _by_name(was.zones), _by_name(now.zones), _zone)
    yield from _each("host", _by_name(was.hosts), _by_name(now.hosts), _host)
    yield from _each("service", _by_name(_named(was)), _by_name(_named(now)), _service)
    yield from _each("flow", _by_id(was.flows), _by_id(now.flows), _flow)
    yield from _each("block", _by_id(was.blocks), _by_id(now.blocks), _block)
    yield from _each("statement of what must never be", _by_id(_own(was)), _by_id(_own(now)), _never)
    yield from _each("trial", _by_id(was.trials), _by_id(now.trials), _trial)
    for name, old, new in differing((before or _NOTHING).without, (after or _NOTHING).without):
        holds = "holds again" if new is None else f"does not hold here: {new}" + (f" (was: {old})" if old else "")
        yield f"The built-in statement {name} {holds}"
    yield from _each("firewall", _by_name(was.firewalls), _by_name(now.firewalls), _firewall)


def touches(
    before: NetworkFile | None, after: NetworkFile | None, _people: Iterable[tuple[Person, frozenset[Factor]]]
) -> Iterator[Touched]:
    """What gets through that did not before, and what no longer does. Whom that concerns is not told: addresses are no
    people.
    """
    was, now = (before or _NOTHING).network, (after or _NOTHING).network
    if was == now:
        return
    found = changes_said(was, now, BEFORE_ANY_DAY)
    for zone in found.opened_zones:
        yield Touched(f"Newly reachable: the hosts of {zone} by each other, which nothing keeps apart now", "", ())
    yield from (Touched(f"Newly reachable: {line}", "", ()) for line in found.new)
    yield from (Touched(f"No longer reachable: {line}", "", ()) for line in found.gone)
    if found.more:
        yield Touched(f"Of what is newly reachable or no longer is, {found.more} more lines are not shown", "", ())
    if not found.is_whole:
        yield Touched(f"{FILE}: too many rules overlap to say all that is newly reachable", "", ())


def way_said(way: Way) -> str:
    """`office to erp by https`."""
    names = [lists.joined(one, most=_MOST_NAMED) for one in (way.sources, way.destinations, way.services)]
    by = "any service" if way.services == (ANY_SERVICE,) else names[2]
    return f"{names[0]} to {names[1]} by {by}"


def _named(network: Network) -> Sequence[Service]:
    """Without protocols with their ports, which flows say themselves."""
    return [one for one in network.services if not is_unnamed(one.name)]


def _own(network: Network) -> Sequence[Never]:
    return [one for one in network.nevers if not one.is_built_in]


def _by_name(some: Iterable[Any]) -> dict[str, Any]:
    return {one.name: one for one in some}


def _by_id(some: Iterable[Any]) -> dict[str, Any]:
    return {one.id: one for one in some}


def _each(noun: str, before: Mapping[str, T], after: Mapping[str, T], said: Callable[[T], str]) -> Iterator[str]:
    for name, old, new in differing(before, after):
        if new is None and old is not None:
            yield f"The {noun} {name} is gone: {said(old)}"
        elif old is None and new is not None:
            yield f"New {noun} {name}: {said(new)}"
        elif old is not None and new is not None:
            yield f"The {noun} {name} changes: {said(new)} (was: {said(old)})"


def _zone(one: Zone) -> str:
    parts = [one.kind, lists.joined(map(str, one.prefixes), most=_MOST_NAMED), Label(one.sensitivity).word]
    parts += [f"interface {one.interface}"] if one.interface else []
    parts += [f"VLAN {one.vlan}"] if one.vlan else []
    parts += [f"{cloud} {tag}" for cloud, tag in one.tags]
    parts += ["its hosts kept apart"] if one.is_isolated else []
    parts += [f"owned by {one.owner}"] if one.owner else []
    return ", ".join(parts)


def _host(one: Host) -> str:
    owner = f", owned by {one.owner}" if one.owner else ""
    named = f", named {lists.joined(one.names, most=_MOST_NAMED)}" if one.names else ""
    return f"{lists.joined(str(each.network_address) for each in one.addresses)} in {one.zone}{owner}{named}"


def _service(one: Service) -> str:
    return lists.joined(map(part_text, one.parts), most=_MOST_NAMED)


def _flow(one: Flow) -> str:
    until = f", until {one.expires}" if one.expires else ""
    return f"{way_said(one.way)}{until}, for “{one.purpose}” ({one.owner}, reviewed on {one.review})"


def _block(one: Block) -> str:
    return f"nothing from {way_said(one.way)}, because “{one.why}”"


def _trial(one: Trial) -> str:
    return f"nothing is cut from {way_said(one.way)} before {one.until}, because “{one.why}”"


def _never(one: Never) -> str:
    hops = ", nor by way of others" if one.hops else ""
    return f"never {way_said(one.way)}{hops}, because “{one.why}”"


def _firewall(one: Firewall) -> str:
    if one.host:
        return f"{one.kind} on the host {one.host} itself"
    its = one.wireguard
    tunnels = f", with tunnels by {its.interface} at {its.endpoint}, UDP port {its.port}" if its is not None else ""
    tunnels += f", names below {its.domain}" if its is not None and its.domain else ""
    place = f" at {one.device or one.reference}" if one.device or one.reference else ""
    return f"{one.kind}{place}, between {lists.joined(one.zones, most=_MOST_NAMED)}{tunnels}"
