"""What memory would still take of somebody."""

from __future__ import annotations

from tests.identity.conftest import House

from limen.clock import HOUR
from limen.facts import Grant
from limen.identity.departures.in_memory import facts_in_memory
from limen.identity.model import Visitor


async def test_sessions_and_grants_count_until_they_end(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    ask, now = facts_in_memory(house.ports).ask, house.clock.now()
    assert (await ask(ben.person.id, now)).open == 1
    grant = Grant("gr_1", "payroll", frozenset({"view"}), now + HOUR)
    house.known.grants.put(ben.person.id, (grant,))
    assert (await ask(ben.person.id, now)).open == 2
    house.clock.forward(HOUR)
    assert (await ask(ben.person.id, now)).open == 1
    await house.parts.people.deactivate(ben.person.id, by="p_ada")
    assert (await ask(ben.person.id, now)).open == 0
