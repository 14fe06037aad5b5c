"""Whether anybody gets to an app without the gateway: each upstream is tried directly, from every zone and from here.

From a zone it is a canary that tries (`network/probes`, every ten minutes); here only what came of it in the last 24
hours is put together. Limen's own machine is where the gateway is, so being let in from here is right; it shows that
the app is there at all, for what is switched off refuses everybody. An upstream on this machine's loopback address is
tried by the machine's other addresses, by which others would get there.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

import psutil

from limen.clock import DAY
from limen.network.model import Network
from limen.network.probes.model import Result
from limen.network.probes.records import KIND, results_of
from limen.network.probes.upstreams import Upstream, upstreams
from limen.network.zones_by_address import ZonesByAddress
from limen.pillar import Core
from limen.probes.model import CouldNotRunError, Try
from limen.ssrf_guard import is_forbidden

HERE: Final = "this machine"
"""What its other addresses are called, beside the names of zones."""
NOWHERE: Final = "any zone"
SECONDS: Final = 2.0
AT_ONCE: Final = 16
MOST_ADDRESSES: Final = 20


async def run(core: Core) -> list[Try]:
    """One for each upstream and zone. Raises CouldNotRunError where no app is behind the gateway."""
    apps = upstreams(core.known.apps.values())
    if not apps:
        raise CouldNotRunError("no app is behind the gateway")
    network, own = core.known.rules_of(Network) or Network(()), own_addresses()
    results = await asyncio.to_thread(_results, core)
    one_of, there = asyncio.Semaphore(AT_ONCE), own[:MOST_ADDRESSES]

    async def tried(app: Upstream) -> list[Try]:
        async with one_of:
            if app.is_loopback:
                return [await _from_here(app, there)]
            is_there = await _answers(app.host, app.port)
        return list(_from_zones(app, network, own, results, is_there=is_there))

    return [one for each in await asyncio.gather(*map(tried, apps)) for one in each]


def name_of(app: str, zone: str) -> str:
    """What a try of this app's upstream from this zone is called."""
    return f"{app} from {zone}"


def zones_for(app: Upstream, network: Network, own: Iterable[str]) -> tuple[str, ...]:
    """From where it is to refuse: every zone but the gateway's and its own, within which nothing stands between. Pure.

    `NOWHERE` alone where network.yaml states no host that it is, or no other zone: nothing can try it then.
    """
    if app.is_loopback:
        return (HERE,)
    places, host = ZonesByAddress(network), app.host_in(network)
    if host is None:
        return (NOWHERE,)
    spared = {host.zone, *(places.zone_at(one.version, int(one)) for one in map(ip_address, own))}
    return tuple(one.name for one in network.zones if one.name not in spared) or (NOWHERE,)


def own_addresses() -> tuple[str, ...]:
    """Those of this machine by which others reach it."""
    found = {
        one.address.partition("%")[0]
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family in {socket.AF_INET, socket.AF_INET6}
    }
    return tuple(sorted(one for one in found if not ip_address(one).is_loopback and not ip_address(one).is_link_local))


async def _from_here(app: Upstream, own: Sequence[str]) -> Try:
    """It is on this machine, and must be at no address of it that others can ask."""
    name = name_of(app.app, HERE)
    if not await _answers(app.host, app.port):
        return Try(name, held=None, why="the app does not answer the gateway either, so nothing is shown")
    if not own:
        return Try(name, held=None, why="this machine has no other address to try it by")
    if any(await asyncio.gather(*(_answers(one, app.port) for one in own))):
        return Try(name, held=False, why="it answers at an address that others reach")
    return Try(name, held=True)


def _from_zones(
    app: Upstream, network: Network, own: Iterable[str], results: Iterable[Result], *, is_there: bool
) -> Iterable[Try]:
    host, zones = app.host_in(network), zones_for(app, network, own)
    if host is None or zones == (NOWHERE,):
        missing = "its host" if host is None else "another zone"
        yield Try(name_of(app.app, NOWHERE), held=None, why=f"{missing} is not in network.yaml, so nothing tries it")
        return
    addresses = {str(one.network_address) for one in host.addresses}
    about = [one for one in results if one.probe.port == app.port and one.probe.destination in addresses]
    for zone in zones:
        outcomes = {one.outcome for one in about if one.probe.from_zone == zone} - {"untried"}
        name = name_of(app.app, zone)
        if "through" in outcomes:
            yield Try(name, held=False, why="it answers without the gateway")
        elif not outcomes:
            yield Try(name, held=None, why="no server of this zone tried it within a day")
        elif not is_there:
            yield Try(name, held=None, why="the app does not answer the gateway either, so nothing is shown")
        else:
            yield Try(name, held=True)


def _results(core: Core) -> tuple[Result, ...]:
    """What canaries tried in the last 24 hours, of each two places the newest."""
    found: dict[tuple[str, str, int], Result] = {}
    events = core.journal.reader.of_kind(KIND, core.clock.now() - DAY)
    for one in (result for event in sorted(events, key=lambda each: each.at) for result in results_of(event)):
        found[one.probe.source, one.probe.destination, one.probe.port] = one
    return tuple(found.values())


async def _answers(host: str, port: int) -> bool:
    """Whether something takes a connection there. Nothing is sent, and nowhere that an app may not be."""
    with suppress(OSError, TimeoutError, ValueError):
        async with asyncio.timeout(SECONDS):
            if is_forbidden(host):
                return False
            loop = asyncio.get_running_loop()
            for *_, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                if is_forbidden(str(address[0])):
                    return False
                with suppress(OSError):
                    _, writer = await asyncio.open_connection(str(address[0]), port)
                    writer.close()
                    return True
    return False
