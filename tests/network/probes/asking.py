"""A house whose canary was asked to try, without a machine: for whoever tests what it may tell."""

from __future__ import annotations

from dataclasses import replace

from tests.network.firewalls.test_service import enrolled
from tests.network.probes.canaries import CANARY, network
from tests.web.conftest import House

from limen.network.firewalls.service import FirewallService
from limen.network.firewalls.store import EnrolledFirewall
from limen.network.firewalls.telling import Probed, Tells
from limen.network.model import Network
from limen.network.probes.model import Outcome, Round
from limen.network.probes.probing import Probing


def probing(house: House) -> Probing:
    return house.limen.core.offers.take(Probing)


def firewalls(house: House) -> FirewallService:
    return house.limen.core.offers.take(FirewallService)


async def canary(house: House) -> EnrolledFirewall:
    """It has enrolled, and has rules."""
    house.limen.known.set_rules(Network, network())
    await enrolled(house, CANARY.name)
    (one,) = firewalls(house).followers.firewalls.values()
    one = replace(one, digest="a" * 64)
    firewalls(house).followers.take_over([one], [])
    return one


async def asked(house: House, one: EnrolledFirewall) -> Round:
    found = await probing(house).begin(CANARY, one)
    assert found is not None
    return found


def number_of(one: Round, port: int) -> int:
    return next(number for number, probe in enumerate(one.probes) if probe.port == port)


async def tell(house: House, of: EnrolledFirewall, round_id: str, *outcomes: tuple[int, Outcome]) -> None:
    await firewalls(house).telling.take(of, Tells(probed=Probed(round_id, outcomes)), "")
