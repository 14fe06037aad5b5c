"""Flows that somebody asks for: what may be named, whose it is where they lead, and what they would open. Pure.

Whoever may not read the network learns nothing of it here: what is hidden from them, and what was never there, are
answered alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from typing import Final
from zoneinfo import ZoneInfo

from limen.clock import SECOND, Clock
from limen.errors import LimenError
from limen.facts import Label
from limen.facts.requested_flow import RequestedFlow
from limen.network.compiling import compiled
from limen.network.model import INTERNET, Flow, Network, Ports, Service, Way
from limen.network.packets.regions import Regions
from limen.network.proof.changes_said import changes_said
from limen.network.proof.matrix import Matrix
from limen.network.services import built_in_services, is_unnamed, part_of
from limen.network.whole import whole_complaints
from limen.pillar import FlowRequests, JudgedFlow
from limen.printable import plain_word

OF_PEOPLE: Final = frozenset({"workstation", "guest", "vpn"})
"""Kinds of zones in which devices are somebody's: nobody is told what is there, and nobody asks for a way into it who
may not read the network."""
REVIEW_DAYS: Final = 180
"""After so many days somebody looks at a flow again, where nobody says when."""
MOST_DAYS: Final = 731
"""A flow that is asked for ends, or is looked at again, within two years."""
MOST_LINES: Final = 20
BY_PART: Final[Mapping[Ports, str]] = {one.parts[0]: one.name for one in built_in_services() if len(one.parts) == 1}
"""Built-in services of one protocol and port."""
LONGEST_PURPOSE: Final = 200
"""As `purpose` in network.yaml."""


def judged(
    network: Network,
    today: str,
    source: str,
    destination: str,
    service: str,
    review: str,
    expires: str,
    mark: str,
    *,
    knows_all: bool,
) -> JudgedFlow:
    """What a flow would be that is asked for today (ISO 8601). Raises LimenError where it can't be asked for."""
    destination = _by_address(network, destination)
    if not _may_be_source(network, source, knows_all=knows_all):
        raise _unknown()
    if not _may_be_destination(network, destination, knows_all=knows_all):
        raise _unknown()
    service = _service(network, service)
    review = _day(review or _after(today, REVIEW_DAYS), today)
    flow = RequestedFlow(
        id=_id(network, source, destination, mark),
        source=source,
        destination=destination,
        service=service,
        review=review,
        expires=_day(expires, today) if expires else "",
        owner=next(iter(owners_of(network, destination)), ""),
        meaning="",
    )
    return again(network, today, flow, knows_all=knows_all)


def flow_requests(in_force: Callable[[], Network | None], clock: Clock, zone: ZoneInfo) -> FlowRequests:
    """What is offered: judged by the network in force, and on the day that it is where the company is."""

    def network() -> Network:
        return in_force() or Network(())

    def today() -> str:
        return datetime.fromtimestamp(clock.now() / SECOND, zone).date().isoformat()

    def judge(
        source: str, destination: str, service: str, review: str, expires: str, mark: str, *, knows_all: bool
    ) -> JudgedFlow:
        words = source, destination, service, review, expires, mark
        return judged(network(), today(), *words, knows_all=knows_all)

    return FlowRequests(judge, lambda flow: again(network(), today(), flow))


def again(network: Network, today: str, flow: RequestedFlow, *, knows_all: bool = False) -> JudgedFlow:
    """What a flow that was asked for would be by this network, its meaning as well. Raises LimenError; by which detour
    something would be possible that must never be is said to whoever may read the network.
    """
    if flow.expires and flow.expires <= today:
        raise LimenError("The day on which it would end has passed", "have it requested again")
    names = {*network.zone_names, *network.host_of}
    if not {flow.source, flow.destination} <= names or _service(network, flow.service) != flow.service:
        raise LimenError("The network has no such place or service any more", "have it requested again")
    after = with_requested(network, flow, "")
    for _, what, fix in whole_complaints(after):
        if knows_all:
            raise LimenError("This can't be let through: {found}", fix, found=what)
        raise LimenError("Your company has stated that this must never be possible", "ask an administrator")
    said = changes_said(network.without_trials, after.without_trials, today, MOST_LINES)
    if not said.new:
        raise LimenError("This is let through already", "ask whoever runs the service why it does not answer")
    lines = [f"{one.source} → {one.destination}: {', '.join(one.services)}" for one in said.new]
    return JudgedFlow(
        replace(flow, meaning=meaning(network, flow, today)),
        owners_of(network, flow.destination),
        _sensitivity(network, flow.destination),
        (*lines, *([] if said.is_whole and not said.more else ["…"])),
    )


def with_requested(network: Network, flow: RequestedFlow, purpose: str) -> Network:
    """The network with this flow, as network.yaml will state it."""
    services = network.services
    if flow.service not in network.service_of:
        services = (*services, Service(flow.service, (part_of(flow.service),)))
    flows = sorted((*network.flows, stated(flow, purpose)), key=lambda one: one.id)
    return replace(network, flows=tuple(flows), services=services)


def stated(flow: RequestedFlow, purpose: str) -> Flow:
    """As a flow of network.yaml."""
    way = Way((flow.source,), (flow.destination,), (flow.service,))
    return Flow(flow.id, way, purpose, flow.owner, flow.review, flow.expires)


def meaning(network: Network, flow: RequestedFlow, today: str) -> str:
    """A digest of the packets that the flow by itself would let through, less those that are denied in any case."""
    alone = with_requested(replace(network, flows=(), trials=()), replace(flow, expires=""), "")
    cells = list(Matrix(Regions(compiled(alone, today))).open_cells())
    if any(one.unlisted for one in cells):
        raise LimenError("Too many rules overlap to say what this would open", "ask an administrator")
    boxes = sorted((one.from_zone, one.to_zone, tuple(region.box)) for one in cells for region in one.regions)
    return sha256(repr(boxes).encode()).hexdigest()


def owners_of(network: Network, destination: str) -> tuple[str, ...]:
    """Who owns a zone or host: whoever is stated for it, or for a host's zone; else whoever owns flows to it, or to its
    zone where no flow names the host.
    """
    host, zone = network.host_of.get(destination), network.zone_of.get(_zone(network, destination))
    stated_ones = [one.owner for one in (host, zone) if one is not None and one.owner]
    if stated_ones:
        return (stated_ones[0],)
    for name in (destination, zone.name if zone is not None else destination):
        if owners := tuple(dict.fromkeys(one.owner for one in network.flows if name in one.way.destinations)):
            return owners
    return ()


# Inside


def _unknown() -> LimenError:
    """The one answer to what is not there and to what is nobody else's business."""
    return LimenError(
        "There is no such place in the network that you can ask for", "check it, or ask an administrator for its name"
    )


def _may_be_source(network: Network, name: str, *, knows_all: bool) -> bool:
    if knows_all:
        return name in {*network.zone_names, *network.host_of}
    return name in network.zone_of


def _may_be_destination(network: Network, name: str, *, knows_all: bool) -> bool:
    if name not in {*network.zone_names, *network.host_of}:
        return False
    zone = network.zone_of.get(_zone(network, name))
    return knows_all or name == INTERNET or (zone is not None and zone.kind not in OF_PEOPLE)


def _by_address(network: Network, written: str) -> str:
    """The host that has this address, where it is one; else as it was written."""
    try:
        address = ip_address(written)
    except ValueError:
        return written
    return next((one.name for one in network.hosts for each in one.addresses if address in each), written)


def _zone(network: Network, name: str) -> str:
    return network.host_of[name].zone if name in network.host_of else name


def _service(network: Network, written: str) -> str:
    """The service by its name, or by protocol and port: one that is built in by its name, and none of the company's,
    which could become another one day. Raises LimenError.
    """
    if written in network.service_of:
        return written
    if not is_unnamed(written):
        raise LimenError("There is no such service", "write its name, as https, or its protocol and port, as tcp/8443")
    return BY_PART.get(part_of(written), written)


def _day(written: str, today: str) -> str:
    """Raises LimenError for what is no day between tomorrow and two years from now."""
    try:
        day = date.fromisoformat(written).isoformat()
    except ValueError:
        day = ""
    if not today < day <= _after(today, MOST_DAYS) or day != written:
        raise LimenError("This isn't a day within the next two years", "write it as 2027-12-31")
    return day


def _after(today: str, days: int) -> str:
    return (date.fromisoformat(today) + timedelta(days=days)).isoformat()


def _id(network: Network, source: str, destination: str, mark: str) -> str:
    """A name of its own, for `mark` is a few random letters: `office-to-erp-3f9c2a`."""
    taken = set(_ids(network))
    called = f"{plain_word(source, 14)}-to-{plain_word(destination, 14)}-{plain_word(mark, 6)}"
    if called in taken:
        raise LimenError("Something of this name is there already", "try again")
    return called


def _ids(network: Network) -> Iterator[str]:
    for some in (network.flows, network.blocks, network.nevers, network.trials):
        yield from (one.id for one in some)


def _sensitivity(network: Network, destination: str) -> int:
    zone = network.zone_of.get(_zone(network, destination))
    return zone.sensitivity if zone is not None else int(Label.PUBLIC)
