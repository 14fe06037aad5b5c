from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from tests.identity.sources.scim.conftest import Telling, patch, telling
from tests.identity.workload_terms import terms
from tests.web.conftest import House, ports_of

from limen.clock import DAY, SECOND
from limen.identity import workloads
from limen.sso.saml.identity_provider import IdentityProvider
from limen.web.build import declared
from limen.web.console.connections import AT, SOON, Connection, connections
from limen.web.site import Site

__all__ = ["telling"]
OFF = patch({"op": "replace", "path": "active", "value": False})


async def found(house: House, later: int = 0) -> dict[tuple[str, str], Connection]:
    site, now = Site(ports_of(house), declared()), house.clock.now() + later
    return {(one.part, one.name): one async for one in connections(site, now)}


async def test_what_is_well_is_told_as_well(house: House) -> None:
    ada = house.browser()
    await house.administrator(ada)
    text = (await ada.get(AT)).text
    assert 'id="well"' in text
    assert 'href="/console/people/sources#entra"' in text
    assert all(one.href.startswith("/console/") for one in (await found(house)).values())


async def test_a_source_that_stopped_is_grave(telling: Telling) -> None:
    house = telling.house
    await house.administrator(house.browser())
    assert not (await found(house))["Source of people", "Entra ID"].ill
    users = [await telling.add(f"P{number}") for number in range(8)]
    for one in users[:6]:
        await telling.ask("PATCH", f"Users/{one}", OFF)
    one = (await found(house))["Source of people", "Entra ID"]
    assert one.is_grave


async def test_a_certificate_and_a_workload_are_told_before_they_end_and_after(house: House) -> None:
    await house.administrator(house.browser())
    now, database = house.clock.now(), house.limen.database
    workloads.add(database, "batch", ["crm"], [], 300, now, terms=terms(now), by="server")
    key = house.limen.core.offers.take(IdentityProvider).keys.every[0]
    pem = key.certificate.encode() if isinstance(key.certificate, str) else key.certificate
    ends = x509.load_pem_x509_certificate(pem).not_valid_after_utc
    until = int((ends - timedelta(days=1)).timestamp()) * SECOND - now
    certificate = "SAML certificate", key.id[:12]
    assert not (await found(house))[certificate].ill
    soon, late = (await found(house, until))[certificate], (await found(house, until + 2 * DAY))[certificate]
    assert (bool(soon.ill), soon.is_grave, late.is_grave) == (True, False, True)
    states = {(bool(one.ill), one.is_grave) for one in [(await found(house, SOON * 400))["Workload", "batch"]]}
    assert states == {(True, True)}


async def test_it_is_no_page_for_helpers(house: House) -> None:
    hana = house.browser()
    await house.administrator(house.browser())
    await house.member(hana, "Hana", "staff", "helpdesk")
    assert (await hana.get(AT)).headers["location"].startswith("/not-yet")
