"""What an app has against what it should have, without an app."""

from __future__ import annotations

from dataclasses import replace

from tests.sso.provisioning.rows import NOW, TODAY, WIKI, account, person

from limen.connectors.scim.users import FoundUser
from limen.sso.provisioning.comparing import compare
from limen.sso.provisioning.model import HeldAccount, State, wanted


def found(number: int, *, is_active: bool = True, name: str = "", external_id: str = "") -> FoundUser:
    address = f"p{number}@harbor.example"
    external_id = external_id or f"pa_{number}"
    return FoundUser(f"r{number}", external_id, address, name or f"Ada {number}", address, is_active)


def said(held: list[HeldAccount], there: list[FoundUser], settled: set[str] | None = None) -> list[tuple[str, str]]:
    users = {one.id: wanted(person(int(one.id[3:])), WIKI, one.id, TODAY) for one in held if one.state is State.ACTIVE}
    several = compare(
        held,
        {name: user for name, user in users.items() if user is not None},
        there,
        {"p9@harbor.example": "pe_9"},
        NOW,
        settled={one.id for one in held} if settled is None else settled,
        app="wiki",
    )
    return [(one.kind.value, one.account_id or one.person_id) for one in several]


def test_each_difference_is_named() -> None:
    held = [account(one) for one in (1, 2, 3, 4)] + [account(5, State.INACTIVE), account(6, State.INACTIVE)]
    there = [found(1), found(2, is_active=False), found(3, name="Eve"), found(5), found(6, is_active=False), found(9)]
    assert said(held, there) == [
        ("off", "pa_2"),
        ("changed", "pa_3"),
        ("missing", "pa_4"),
        ("back", "pa_5"),
        ("stranger", "pe_9"),
    ]
    assert said(held, there, settled=set()) == [("stranger", "pe_9")]


def test_what_is_on_its_way_or_not_kept_by_the_app_is_no_difference() -> None:
    made = account(7, State.CREATING, remote_id="")
    assert said([made], [found(7)]) == []
    leaving = account(8, State.LEAVING)
    assert said([leaving], [found(8)]) == []
    assert said([account(1, ignored="displayName")], [found(1, name="x")]) == []


def test_a_second_account_that_claims_to_be_the_first_is_a_strangers() -> None:
    double = replace(found(1), id="r99")
    assert said([account(1)], [found(1), double]) == [("stranger", "")]
