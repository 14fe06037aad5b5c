"""Harbor, and services that it asks for their logs: emulators on loopback, at the addresses of the vendors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.monitor.houses import sources_of
from tests.waiting import until
from tests.web.conftest import House

from limen.clock import MINUTE, to_iso
from limen.connectors.asked_store import AskedState
from limen.connectors.vendor_client import VendorClient
from limen.enforcement.resolving import Resolver
from limen.monitor.monitor_rules import LogSource, MonitorRules, Service, Way
from limen.monitor.sources.clouds import Clouds
from limen.monitor.sources.pulls import LogPulls, keep_secret


def asked_source(kind: str, service: Service) -> LogSource:
    return LogSource(kind, Way.ASKED, service=service)


def pulls_of(house: House) -> LogPulls:
    return house.limen.core.offers.take(LogPulls)


async def put_rules(house: House, **sources: LogSource) -> None:
    """From now on these are the sources, and the process that watches knows them."""
    core = house.limen.core
    rules = core.known.rules_of(MonitorRules) or MonitorRules()
    core.known.set_rules(MonitorRules, replace(rules, watch=True, sources=sources))
    await until(lambda: sources_of(house).is_taking)


def answered_by(house: House, origins: Mapping[str, str]) -> None:
    """Who is asked at each vendor's address."""

    async def no_sleep(_seconds: float) -> None: ...

    pulls_of(house).clouds = Clouds(lambda origin: VendorClient(origins.get(origin, origin), Resolver, no_sleep))


def with_secret(house: House, name: str, source: LogSource, secret: str = "s3cret") -> None:
    keyring, now = house.limen.core.keyring, house.clock.now()
    house.limen.database.write(lambda t: keep_secret(t, keyring, name, source, secret, now, by="server"))


async def turn(house: House, name: str, minutes: int = 5) -> AskedState:
    """The next turn; how it goes with the source then."""
    house.clock.forward(minutes * MINUTE)
    await pulls_of(house).ask_due()
    (found,) = [one for one in await sources_of(house).all() if one.name == name]
    assert found.asked is not None
    return found.asked


def ago(house: House, minutes: float) -> str:
    return to_iso(house.clock.now() - int(minutes * MINUTE))
