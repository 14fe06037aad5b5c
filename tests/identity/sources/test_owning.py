from __future__ import annotations

from datetime import date

import pytest

from limen.identity.sources.model import Owned, PeopleSources, Source, SourceKind, SourcePerson
from limen.identity.sources.owning import CALLED, OwnedElsewhereError, ownership
from limen.identity.sources.store import Record

GROUPS = {"Fin": frozenset({"finance"}), "Adm": frozenset({"administrators"})}
HR = Source("hr", SourceKind.SCIM, "HR", groups=GROUPS, everyone=frozenset({"staff"}))
ENTRA = Source("entra", SourceKind.SCIM, "Entra", owns=frozenset(Owned))
GUARDING = frozenset({"administrators"})
SAID = SourcePerson("x1", "ana@harbor.example", "Ana")


def record(source: str, **more: object) -> Record:
    return Record(source, "x1", SAID, "p_ana", **more)  # type: ignore[arg-type]


def test_of_two_that_own_the_same_the_first_decides() -> None:
    found = ownership([record("entra"), record("hr")], PeopleSources((HR, ENTRA)), GUARDING)
    assert (found.owners[Owned.NAME], found.owners[Owned.LANGUAGE]) == (HR, ENTRA)
    assert [one.source.id for one in found.linked] == ["hr", "entra"]


def test_it_decides_about_the_groups_that_it_gives_and_none_that_gives_a_role() -> None:
    found = ownership([record("hr")], PeopleSources((HR,)), GUARDING)
    assert set(found.groups) == {"finance", "staff"}
    found.refuse_groups({"wiki", "administrators"})
    with pytest.raises(OwnedElsewhereError):
        found.refuse_groups({"wiki", "finance"})


def test_a_day_that_it_does_not_say_is_not_owned() -> None:
    sources = PeopleSources((ENTRA,))
    assert Owned.FIRST_DAY not in ownership([record("entra")], sources, GUARDING).owners
    said = SourcePerson("x1", "ana@harbor.example", "Ana", first_day=date(2026, 12, 1))
    dated = Record("entra", "x1", said, "p_ana")
    with pytest.raises(OwnedElsewhereError):
        ownership([dated], sources, GUARDING).refuse(Owned.FIRST_DAY)


def test_whom_it_names_no_more_it_owns_nothing_of() -> None:
    gone = ownership([record("hr", is_there=False)], PeopleSources((HR,)), GUARDING)
    assert (gone.owners, gone.groups, gone.linked) == ({}, {}, ())
    undeclared = ownership([record("hr")], PeopleSources(), GUARDING)
    undeclared.refuse(*Owned)


def test_it_says_whether_somebody_is_to_have_access() -> None:
    off = Record("hr", "x1", SourcePerson("x1", "ana@harbor.example", "Ana", is_active=False), "p_ana")
    assert ownership([off], PeopleSources((HR,)), GUARDING).says_inactive
    assert not ownership([record("hr")], PeopleSources((HR,)), GUARDING).says_inactive


def test_everything_that_can_be_owned_has_words() -> None:
    assert set(CALLED) == set(Owned)
