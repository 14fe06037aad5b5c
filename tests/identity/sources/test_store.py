from __future__ import annotations

from dataclasses import replace

from tests.identity.conftest import House
from tests.identity.sources.conftest import said

from limen.identity.sources import store
from limen.identity.sources.model import Waits
from limen.identity.sources.store import Record, Run


def test_a_record_is_kept_as_it_is_and_forgotten_by_name(house: House) -> None:
    eve = Record("hr", "x-eve", said("Eve", groups=frozenset({"A"})), waits="unfit", changed_at=7)
    house.database.write(lambda t: store.save(t.connection, eve))
    house.database.write(lambda t: store.save(t.connection, eve))
    read = house.database.read
    assert read(lambda s: store.record_of(s.connection, "hr", "x-eve")) == eve
    assert read(lambda s: store.waiting(s.connection, "hr")) == [eve]
    assert read(lambda s: store.spared(s.connection, "hr")) == {}
    assert read(lambda s: store.counts_of(s.connection)) == {"hr": {"all": 1, "linked": 0, "waits": 1, "held": 0}}
    house.database.write(lambda t: store.forget_unlinked_of(t.connection, "EVE@harbor.example", "Somebody"))
    assert read(lambda s: store.of_source(s.connection, "hr")) == []


def test_only_the_last_runs_are_kept(house: House) -> None:
    for number in range(store.KEPT_RUNS + 3):
        run = Run(f"run_{number}", "hr", number, number, {"added": number, "unchanged": 3})
        house.database.write(lambda t, run=run: store.save_run(t.connection, run))
    kept = house.database.read(lambda s: store.runs_of(s.connection, "hr"))
    assert (len(kept), kept[0].id, kept[-1].id) == (store.KEPT_RUNS, "run_52", "run_3")
    assert kept[0].changes == {"added": 52}


def test_who_is_gone_and_spared_as_the_last_administrator_is_found_and_counted(house: House) -> None:
    ada = Record("hr", "x-ada", said("Ada"), person_id="p_ada", is_there=False, waits=Waits.LAST_ADMINISTRATOR)
    house.database.write(lambda t: store.save(t.connection, ada))
    read = house.database.read
    assert (ada.is_open_when_gone, replace(ada, waits="").is_open_when_gone) == (True, False)
    assert read(lambda s: store.spared(s.connection, "hr")) == {"x-ada": "p_ada"}
    assert read(lambda s: store.spared(s.connection, "scim")) == {}
    assert read(lambda s: store.counts_of(s.connection)) == {"hr": {"all": 1, "linked": 1, "waits": 1, "held": 0}}
