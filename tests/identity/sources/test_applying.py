from __future__ import annotations

import pytest
from tests.identity.conftest import House
from tests.identity.sources.conftest import HR, AtWork, said

from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.sources import store
from limen.identity.sources.applying import RoleTakenError, WithRoles
from limen.identity.sources.model import Did
from limen.identity.store import people
from limen.storage.database import Transaction


def in_one(at_work: AtWork, *told: object, with_roles: WithRoles = WithRoles.RAISE) -> list[Did]:
    def work(transaction: Transaction) -> list[Did]:
        applying = at_work.sources.applying(transaction, HR, with_roles=with_roles)
        return [applying.gone(one) if isinstance(one, str) else applying.say(one) for one in told]  # type: ignore[arg-type]

    return at_work.house.database.write(work)


async def test_single_words_are_applied_and_stop_after_the_share_of_a_day(at_work: AtWork) -> None:
    everybody = [said(f"P{number}") for number in range(8)]
    assert in_one(at_work, *everybody) == [Did.ADDED] * 8
    gone = [one.external_id for one in everybody]
    assert in_one(at_work, *gone) == [Did.ENDED] * 5 + [Did.HELD] * 3
    assert in_one(at_work, *gone[:1], "x-nobody") == [Did.UNCHANGED, Did.NOTHING]
    assert len(at_work.house.events("people_source.stopped")) == 1


async def test_who_has_a_role_loses_access_only_where_that_was_looked_at(at_work: AtWork, house: House) -> None:
    in_one(at_work, said("Eve"), said("Noa"))
    everybody = house.database.read(lambda snapshot: people.everybody(snapshot.connection))
    for one in everybody:
        house.database.write(
            lambda t, one=one: people.set_groups(t.connection, one.id, {"staff", "administrators"})  # type: ignore[misc]
        )
        house.database.write(lambda t, one=one: people.set_status(t.connection, one.id, PersonStatus.ACTIVE))  # type: ignore[misc]
    with pytest.raises(RoleTakenError):
        in_one(at_work, "x-eve")
    assert in_one(at_work, "x-eve", "x-noa", with_roles=WithRoles.SPARE) == [Did.ENDED, Did.WAITS]
    assert len(house.events("people_source.spared")) == 1


async def test_a_record_of_somebody_erased_is_of_somebody_new(at_work: AtWork, house: House) -> None:
    in_one(at_work, said("Eve"))
    record = at_work.records()["x-eve"]
    house.database.write(lambda t: people.set_email(t.connection, record.person_id, "other@harbor.example"))
    moved = store.Record("hr", "x-eve", record.said, "p_erased")
    house.database.write(lambda t: store.save(t.connection, moved))
    assert in_one(at_work, said("Eve")) == [Did.ADDED]
    person = house.database.read(lambda s: people.by_email(s.connection, "eve@harbor.example"))
    assert isinstance(person, Person)
