"""Groups that would be empty go to somebody else; tokens end."""

from __future__ import annotations

from tests.identity.conftest import House

from limen.identity.holdings import HOLDINGS
from limen.identity.model import Visitor, Workload
from limen.identity.store import people, workloads


async def test_a_group_that_would_be_empty_is_joined_by_whoever_takes_it_over(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = (await house.enrol(await house.invited(groups=["finance", "staff"]), house.passkey(), visitor)).person.id
    mia = (await house.invited("Mia", "mia@harbor.example", groups=["staff"])).link.person_id
    kind, now = HOLDINGS[1], house.clock.now()
    who = house.known.people

    def held(person: str) -> list[str]:
        return [one.id for one in house.database.read(lambda s: kind.list(s.connection, who[person], now))]

    assert (held(ben), held(mia)) == (["finance"], [])
    assert kind.hand_over is not None
    move = kind.hand_over
    assert await house.ports.write(lambda tx: move(tx, ["finance"], who[ben], who[mia], now, "p_ada")) == 1
    assert house.database.read(lambda s: people.groups_of(s.connection, mia)) == {"staff", "finance"}
    assert held(ben) == []


async def test_a_workload_goes_to_whoever_answers_for_it_next(house: House, visitor: Visitor) -> None:
    ada = (await house.administrator(house.passkey(), visitor)).person
    ben = (await house.enrol(await house.invited(), house.passkey(), visitor)).person
    kind, now = HOLDINGS[0], house.clock.now()
    backup = Workload("w_1", "backup", frozenset(), frozenset(), active=True, owner=ben.id, purpose="copies")
    await house.ports.write(lambda tx: workloads.add(tx.connection, backup, now))
    assert [one.id for one in house.database.read(lambda s: kind.list(s.connection, ben, now))] == ["w_1"]
    move = kind.hand_over
    assert move is not None
    assert await house.ports.write(lambda tx: move(tx, ["w_1", "w_2"], ben, ada, now, "p_ada")) == 1
    kept = house.database.read(lambda s: workloads.by_id(s.connection, "w_1"))
    assert kept is not None
    assert (kept.owner, kept.purpose) == (ada.id, "copies")
