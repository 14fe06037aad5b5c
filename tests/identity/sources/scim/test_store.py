from __future__ import annotations

from dataclasses import replace

from tests.identity.conftest import House

from limen.identity.sources.scim import store
from limen.identity.sources.scim.store import GROUP, USER, Kept

EVE = Kept("s_eve", USER, "eve", "x1", '{"userName":"Eve"}', 1, 5, 5)
NOA = replace(EVE, id="s_noa", name_key="noa", external_id="x2")
CREW = Kept("s_crew", GROUP, "crew", "", '{"displayName":"Crew"}', 1, 5, 5)


def test_names_of_users_are_there_once_in_each_source(house: House) -> None:
    write, read = house.database.write, house.database.read
    assert write(lambda t: store.add(t.connection, "a", EVE))
    assert not write(lambda t: store.add(t.connection, "a", replace(NOA, name_key="eve")))
    assert write(lambda t: store.add(t.connection, "b", EVE))
    assert write(lambda t: store.add(t.connection, "a", NOA))
    assert not write(lambda t: store.save(t.connection, "a", replace(NOA, name_key="eve")))
    assert write(lambda t: store.add(t.connection, "a", replace(CREW, name_key="eve")))
    assert read(lambda s: store.called(s.connection, "a", USER, "EVE")) == [EVE]
    assert read(lambda s: store.external(s.connection, "a", USER, "x2")) == [NOA]
    assert read(lambda s: store.page(s.connection, "a", USER, 1, 1)) == [NOA]
    assert read(lambda s: store.number_of(s.connection, "a", USER)) == 2


def test_members_are_changed_by_who_differs_and_go_with_either_side(house: House) -> None:
    write, read = house.database.write, house.database.read
    for one in (EVE, NOA, CREW):
        write(lambda t, one=one: store.add(t.connection, "a", one))  # type: ignore[misc]
    assert write(lambda t: store.set_members(t.connection, "a", "s_crew", ["s_eve", "s_noa"])) == {"s_eve", "s_noa"}
    assert write(lambda t: store.set_members(t.connection, "a", "s_crew", ["s_eve"])) == {"s_noa"}
    assert read(lambda s: store.groups_of(s.connection, "a", ["s_eve", "s_noa"])) == {"s_eve": [CREW]}
    assert read(lambda s: store.groups_of(s.connection, "b", ["s_eve"])) == {}
    assert read(lambda s: store.users_there(s.connection, "a", ["s_eve", "s_crew", "?"])) == {"s_eve"}
    assert read(lambda s: store.users_of(s.connection, "a", ["s_eve", "s_crew"])) == [EVE]
    write(lambda t: store.remove(t.connection, "a", "s_eve"))
    assert read(lambda s: store.number_of_members(s.connection, "a", "s_crew")) == 0
