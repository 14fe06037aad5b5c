from __future__ import annotations

from tests.policy.scene import app

from limen.access.standing.listing import Row, listed
from limen.access.standing.privilege import Held, StandingPrivilege
from limen.facts import LIMEN, Label, Person

PEOPLE = {
    one: Person(one, one.title(), "", frozenset(groups), active=True)
    for one, groups in {"ana": ("finance",), "ben": ("finance",), "eva": ("break-glass",)}.items()
}
WIKI, PAYROLL, ITSELF = app(), app(Label.RESTRICTED, "payroll"), app(Label.RESTRICTED, LIMEN)


def of(*held: Held, is_exact: bool = True) -> StandingPrivilege:
    return StandingPrivilege(held, is_exact, 1.0, 1)


def test_people_who_hold_the_same_by_the_same_permits_are_one_row() -> None:
    found = of(
        Held(("ana",), "payroll", "view", ("f",)),
        Held(("ben",), "payroll", "view", ("f",)),
        Held(("ana",), "payroll", "edit", ("g",)),
        Held(("ben",), "payroll", "edit", ("g",)),
    )
    listing = listed(found, PEOPLE, [PAYROLL])
    assert listing.rows == (Row("payroll", ("ana", "ben"), ("view", "edit"), ("f", "g"), True),)
    assert listing.people == {"ana", "ben"}
    assert listing.of("payroll") == listing.rows
    assert listing.of("wiki") == ()


def test_what_is_sensitive_most_comes_first() -> None:
    found = of(Held(("ana",), "wiki", "administer", ("w",)), Held(("ana",), "payroll", "view", ("f",)))
    assert [row.app for row in listed(found, PEOPLE, [WIKI, PAYROLL]).rows] == ["payroll", "wiki"]


def test_limen_itself_and_break_glass_stand_apart() -> None:
    found = of(
        Held(("ana",), LIMEN, "administer", ("run",)),
        Held(("ben", "eva"), LIMEN, "administer", ("run",)),
        Held(("eva",), "wiki", "administer", ("w",)),
    )
    listing = listed(found, PEOPLE, [WIKI, ITSELF])
    assert listing.rows == ()
    assert [row.people for row in listing.limen] == [("ana", "ben")]
    assert {(row.app, row.people) for row in listing.break_glass} == {(LIMEN, ("eva",)), ("wiki", ("eva",))}


def test_a_doubt_makes_a_row_of_its_own() -> None:
    found = of(
        Held(("ana",), "payroll", "view", ("f",)),
        Held(("ben",), "payroll", "view", ("f",), is_certain=False),
        is_exact=False,
    )
    listing = listed(found, PEOPLE, [PAYROLL])
    assert {(row.people, row.is_certain) for row in listing.rows} == {(("ana",), True), (("ben",), False)}
    assert not listing.is_exact


def test_anybody_is_kept() -> None:
    assert listed(of(Held(("",), "payroll", "view", ("f",))), PEOPLE, [PAYROLL]).rows[0].people == ("",)
