"""What exports tell together."""

from __future__ import annotations

from tests.assessing.made import nothing

from limen.assessing.kinds import Kind, Provider
from limen.assessing.told import Domain, Taken


def test_providers_are_those_of_files_and_of_the_dns() -> None:
    told = nothing()
    assert not told.providers
    told.taken.append(Taken("intune.json", Kind.INTUNE, 1))
    told.domains["harbor.example"] = Domain("harbor.example", providers=frozenset({Provider.GOOGLE}))
    assert told.providers == set(Provider)


def test_somebody_is_known_by_id_and_by_each_address() -> None:
    told = nothing()
    told.by_id |= {"u1": "ada@harbor.example", "ada@old.example": "ada@harbor.example"}
    assert told.address_of("U1", "") == told.address_of("", "Ada@old.example") == "ada@harbor.example"
    assert told.address_of("", "Mia@harbor.example") == "mia@harbor.example"


def test_entries_of_several_files_of_a_kind_are_added_up() -> None:
    told = nothing()
    told.taken += [Taken("a", Kind.DEVICES, 2), Taken("b", Kind.DEVICES, 3)]
    assert told.counts == {Kind.DEVICES: 5}
