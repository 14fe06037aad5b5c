"""Asking sources when it is their turn, with emulators of vendors' published contracts on loopback."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web
from tests.devices.laptops import Ida, agent, harbor, ida, laptop
from tests.devices.software_agent import SoftwareAgent
from tests.devices.sources.test_intake import enrolled
from tests.devices.sources.told import fact, happened, put_rules, sources_of
from tests.emulators.fleet import fleet, host
from tests.emulators.intune import CLIENT, TENANT, intune, managed_device
from tests.emulators.vendor import Vendor
from tests.web.conftest import House

from limen.clock import MINUTE
from limen.devices.sources import store
from limen.devices.sources.pulls import Pulls
from limen.devices.sources.service import keep_secret
from limen.facts.device_rules import DeviceSource, SourceKind

__all__ = ["agent", "harbor", "ida", "laptop"]


def pulls_of(house: House) -> Pulls:
    return house.limen.core.offers.take(Pulls)


def with_secret(house: House, name: str, source: DeviceSource, secret: str = "s3cret") -> None:
    keyring, now = house.limen.core.keyring, house.clock.now()
    house.limen.database.write(lambda t: keep_secret(t, keyring, name, source, secret, now, by="server"))


def of(vendor: Vendor) -> DeviceSource:
    return DeviceSource(SourceKind.FLEET, url=vendor.origin)


async def turn(house: House, minutes: int = 15) -> store.SourceState:
    """The next turn; how it goes with the source then."""
    house.clock.forward(minutes * MINUTE)
    await pulls_of(house).ask_due()
    (listed,) = await sources_of(house).list()
    return listed.state


def ids(house: House) -> set[str]:
    return {kept.record.id for kept in house.limen.database.read(lambda s: store.all_records(s.connection))}


async def test_a_source_is_asked_when_it_is_its_turn(harbor: House) -> None:
    async with fleet(host(1), host(2)) as vendor:
        put_rules(harbor, fleet=of(vendor))
        with_secret(harbor, "fleet", of(vendor))
        state = await turn(harbor)
        assert (state.error, state.progress, state.done_at > 0, state.busy_until) == ("", 2, True, 0)
        assert (ids(harbor), len(vendor.asked)) == ({"1", "2"}, 1)
        await turn(harbor, 5)
        assert len(vendor.asked) == 1
        await sources_of(harbor).ask_soon("fleet")
        await turn(harbor, 0)
        assert len(vendor.asked) == 2


async def test_what_goes_wrong_is_kept_told_once_and_over_when_it_is(harbor: House) -> None:
    async with fleet(host(1)) as vendor:
        put_rules(harbor, fleet=of(vendor))
        assert "no secret" in (await turn(harbor)).error
        assert vendor.asked == []
        with_secret(harbor, "fleet", of(vendor), "wrong")
        assert "let Limen in" in (await turn(harbor)).error
        assert len(await happened(harbor, "device.source_failed")) == 2  # a new secret is a new beginning
        await turn(harbor)
        with_secret(harbor, "fleet", of(vendor))
        assert (await turn(harbor)).error == ""
        vendor.refusals = [web.Response(status=500), web.Response(status=500)]
        await turn(harbor)
        await turn(harbor)
        assert (await turn(harbor)).error == ""
        assert len(await happened(harbor, "device.source_back")) == 1


async def test_a_secret_goes_to_the_address_it_was_meant_for_and_nowhere_else(harbor: House) -> None:
    async with fleet(host(1)) as real, fleet(host(2)) as evil:
        with_secret_of = of(real)
        put_rules(harbor, fleet=with_secret_of)
        with_secret(harbor, "fleet", with_secret_of)
        put_rules(harbor, fleet=of(evil))
        assert "no secret" in (await turn(harbor)).error
        assert evil.asked == []


async def test_a_device_is_forgotten_when_two_whole_lists_are_without_it(harbor: House) -> None:
    async with fleet(host(1), host(2)) as vendor:
        put_rules(harbor, fleet=of(vendor))
        with_secret(harbor, "fleet", of(vendor))
        await turn(harbor)
        gone = vendor.devices.pop()
        await turn(harbor)
        assert ids(harbor) == {"1", "2"}
        vendor.devices.append(gone)
        await turn(harbor)
        vendor.devices.pop()
        await turn(harbor)
        vendor.refusals = [web.Response(status=404)]
        await turn(harbor)
        assert ids(harbor) == {"1", "2"}
        await turn(harbor)
        assert ids(harbor) == {"1"}


async def test_what_intune_says_reaches_the_decision(harbor: House, ida: Ida, agent: SoftwareAgent) -> None:
    one = await enrolled(harbor, ida, agent, "PF-2ABCD1")
    source = DeviceSource(SourceKind.INTUNE, tenant=TENANT, client=CLIENT)
    put_rules(harbor, intune=source)
    with_secret(harbor, "intune", source)
    pulls = pulls_of(harbor)
    async with intune(*(managed_device(n) for n in range(5))) as vendor:
        pulls.vendors = replace(pulls.vendors, sign_in=vendor.origin, graph=vendor.origin)
        state = await turn(harbor)
        assert (state.error, state.progress) == ("", 5)
        await one.report()
        assert fact(harbor, one.device).compliance == "compliant"
        now = "2999-01-01T00:00:00Z"
        vendor.devices[1] = managed_device(1, complianceState="noncompliant", lastSyncDateTime=now)
        await turn(harbor)
        await one.report()
        assert fact(harbor, one.device).compliance == "non_compliant"


async def test_one_alone_asks(harbor: House) -> None:
    async with fleet(host(1)) as vendor:
        put_rules(harbor, fleet=of(vendor))
        with_secret(harbor, "fleet", of(vendor))
        database, now = harbor.limen.database, harbor.clock.now()
        assert database.write(lambda t: store.ASKED.begin(t.connection, "fleet", now, 5 * MINUTE))
        await pulls_of(harbor).ask("fleet", of(vendor))
        assert vendor.asked == []
