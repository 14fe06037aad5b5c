"""Limen at work on Harbor's rules, whose router has enrolled and has the rules of network.yaml in force."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.network.firewalls.test_service import enrolled, of as firewalls_of
from tests.web.conftest import House, move_in

from limen.network.firewalls import changes
from limen.network.firewalls.planned import planned
from limen.network.firewalls.service import Asks, Went
from limen.network.firewalls.store import CONFIRMED
from limen.network.model import FILE, Network
from limen.roadmap.sources import Sources

ROUTER = "router"
HERE = "203.0.113.50"
TODAY = "2026-11-24"
Follow = Callable[[], Awaitable[str]]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


@pytest.fixture
def sources(house: House) -> Sources:
    """As they are a moment from now: what was just written counts."""
    limen = house.limen
    limen.journal.flush()
    return Sources(
        limen.core.root,
        limen.settings,
        limen.in_force.company,
        limen.database,
        limen.core.keyring,
        limen.journal.reader,
        house.clock.now(),
    )


@pytest.fixture
def network(house: House) -> Network:
    company = house.limen.in_force.company
    assert company is not None
    network: Network = company.parts[FILE].network
    return network


@pytest.fixture
def follow(house: House, network: Network) -> Follow:
    """The router enrols, is sent what network.yaml means, and says that it has it in force; the digest of that."""

    async def followed() -> str:
        now, firewalls = house.clock.now(), firewalls_of(house)
        secret, _ = await enrolled(house, ROUTER)
        ruleset = planned(network, ROUTER, "", TODAY, now).wanted.ruleset
        write = house.limen.core.write
        change = await write(lambda to: changes.make_change(to, ROUTER, ruleset, "reach", now, ""))
        await firewalls.read_anew()
        await firewalls.ask(secret, Asks(0, change.digest, Went(change.id, CONFIRMED)), HERE)
        return change.digest

    return followed
