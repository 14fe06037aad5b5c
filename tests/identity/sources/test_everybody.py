"""Everybody at once gives what one look at each gives."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from tests.identity.sources.conftest import AtWork, said

from limen.identity.model import PersonStatus
from limen.identity.sources import store
from limen.identity.sources.applying import step_of
from limen.identity.sources.everybody import Everybody
from limen.identity.store import people as people_store
from limen.storage.database import Snapshot, Transaction


async def test_what_has_to_change_is_the_same_as_by_looking_at_each(at_work: AtWork) -> None:
    people = [said("Eve", groups=frozenset({"Sales Team"})), said("Noa", department="Finance"), said("Ida")]
    await at_work.run(*people)
    rules = at_work.sources.rules
    new = [
        msgspec.structs.replace(people[0], name="Eva", email="eva@harbor.example", groups=frozenset()),
        msgspec.structs.replace(people[1], is_active=False),
        msgspec.structs.replace(people[2], email="no address"),
    ]

    def compare(snapshot: Snapshot) -> int:
        everybody = Everybody(snapshot, rules)
        kept = {one.external_id: one for one in store.of_source(snapshot.connection, "hr")}
        records = [replace(kept[one.external_id], said=one) for one in new]
        assert [everybody.step_of(one) for one in records] == [step_of(snapshot, one, rules) for one in records]
        return sum(everybody.step_of(one)[0].is_any or bool(everybody.step_of(one)[0].waits) for one in records)

    assert at_work.house.database.read(compare) == 3


async def test_administrators_are_those_who_are_active(at_work: AtWork) -> None:
    await at_work.run(said("Eve"), said("Noa"))
    members = await at_work.members()
    eve, noa = (members[one].person.id for one in ("Eve", "Noa"))

    def work(transaction: Transaction) -> frozenset[str]:
        for one in (eve, noa):
            people_store.set_groups(transaction.connection, one, frozenset({"administrators"}))
        people_store.set_status(transaction.connection, eve, PersonStatus.ACTIVE)
        return Everybody(transaction, at_work.sources.rules).administrators

    assert at_work.house.database.write(work) == {eve}


def test_nobody_is_called_so(at_work: AtWork) -> None:
    def look(snapshot: Snapshot) -> None:
        everybody = Everybody(snapshot, at_work.sources.rules)
        assert everybody.with_address("eve@harbor.example") is None
        assert everybody.administrators == frozenset()
        assert everybody.step_of(store.Record("hr", "x", said("Eve"), person_id="p_gone"))[1] is None

    at_work.house.database.read(look)
