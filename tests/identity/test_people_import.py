from __future__ import annotations

import pytest
from tests.identity.conftest import House

from limen.identity.days import today
from limen.identity.errors import LastAdministratorError, UnfitError
from limen.identity.model import PersonStatus, Visitor
from limen.identity.people_csv import read_people
from limen.identity.people_import import MOST_BY_HAND, Difference, Done, Invite, difference

GROUPS = {group: group for group in ("staff", "finance", "administrators", "leads")}
LIST = "name,email,groups\nEve,eve@harbor.example,staff\nBen,ben@harbor.example,staff;finance\n"


async def against(house: House, text: str, **how: bool) -> Difference:
    members = await house.parts.people.all()
    read, on = read_people(text.encode(), GROUPS), today(house.ports.settings, house.clock.now())
    return difference(read, members, guarding=("leads",), owned={}, on=on, **how)


async def test_a_list_is_shown_done_and_then_nothing_is_left_to_do(house: House) -> None:
    await house.parts.people.invite("Benn", "ben@harbor.example", ["staff"], by="")
    await house.parts.people.invite("Noa", "noa@harbor.example", ["staff"], by="")
    shown = await against(house, LIST)
    (change,) = shown.changed
    assert ([row.name for row in shown.new], change.is_renamed, set(change.joins), shown.unchanged) == (
        ["Eve"],
        True,
        {"finance"},
        0,
    )
    assert [one.person.name for one in shown.missing] == ["Noa"]
    assert await house.parts.people_import.apply(shown, by="p_ada", invite=Invite.BY_MAIL) == Done(
        added=1, changed=1, mailed=1
    )
    again = await against(house, LIST)
    assert (again.is_nothing, again.unchanged) == (True, 2)
    assert {p.name: p.groups for p in house.known.people.values()}["Ben"] == {"staff", "finance"}
    listed = [event for event in house.events() if event.details.get("by_list")]
    assert [event.kind for event in listed] == ["person.invited", "person.changed", "person.changed"]
    assert {event.actor for event in listed} == {"p_ada"}


async def test_links_to_hand_over_are_given_out_once_and_each_enrols_its_person(house: House, visitor: Visitor) -> None:
    done = await house.parts.people_import.apply(await against(house, LIST), by="p_ada", invite=Invite.BY_HAND)
    assert [name for name, _ in done.links] == ["Eve", "Ben"]
    assert (done.added, done.mailed) == (2, 0)
    for name, issued in done.links:
        assert (await house.parts.links.open(issued.token.reveal(), visitor)).name == name


async def test_more_links_than_anybody_hands_over_are_refused_and_nothing_is_done(house: House) -> None:
    text = "name,email\n" + "".join(f"P{n},p{n}@harbor.example\n" for n in range(MOST_BY_HAND + 1))
    shown = await against(house, text)
    with pytest.raises(UnfitError):
        await house.parts.people_import.apply(shown, by="p_ada", invite=Invite.BY_HAND)
    assert await house.parts.people.all() == []


async def test_who_is_missing_goes_only_when_asked_to(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await house.parts.people.invite("Noa", "noa@harbor.example", ["staff"], by="")
    text = f"name,email\n{ada.person.name},{ada.person.email}\n"
    assert (await against(house, text)).is_nothing
    shown = await against(house, text, remove_missing=True)
    assert (await house.parts.people_import.apply(shown, by="")).deactivate == 1
    statuses = {one.person.name: one.status for one in await house.parts.people.all()}
    assert statuses["Noa"] is PersonStatus.INACTIVE
    back = await against(house, "name,email\nNoa,noa@harbor.example\n")
    assert "is deactivated" in back.problems[0].what


async def test_the_last_administrator_can_not_be_listed_away(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    shown = await against(house, LIST, remove_missing=True)
    assert "protected group" in shown.problems[0].what
    shown = await against(house, LIST, remove_missing=True, may_protected=True)
    with pytest.raises(LastAdministratorError):
        await house.parts.people_import.apply(shown, by="")
    assert len(await house.parts.people.all()) == 1


async def test_what_changed_meanwhile_is_not_overwritten(house: House) -> None:
    issued = await house.parts.people.invite("Ben", "ben@harbor.example", ["staff"], by="")
    shown = await against(house, LIST)
    await house.parts.people.set_groups(issued.link.person_id, ["finance"], by="")
    with pytest.raises(UnfitError, match="meantime"):
        await house.parts.people_import.apply(shown, by="")
    assert len(await house.parts.people.all()) == 1
    assert (await against(house, LIST)).digest != shown.digest


async def test_a_list_with_problems_changes_nothing(house: House) -> None:
    shown = await against(house, LIST + "X,nobody,\n", remove_missing=True)
    assert len(shown.problems) == 2
    with pytest.raises(UnfitError):
        await house.parts.people_import.apply(shown, by="")


async def test_who_gets_a_role_is_said_apart_and_a_link_of_a_helper_dies_with_it(house: House) -> None:
    link = (await house.parts.people.invite("Eve", "eve@harbor.example", ["staff"], by="p_hal")).link
    await house.parts.people.invite("Ben", "ben@harbor.example", ["staff"], by="p_ada")
    text = LIST.replace("staff\nBen", "staff;leads\nBen")
    (problem,) = (await against(house, text)).problems
    assert "this would change who is in leads" in problem.what
    shown = await against(house, text, may_protected=True)
    await house.parts.people_import.apply(shown, by="p_ada")
    assert [one.issued_by for one in await house.parts.links.outstanding()] == ["p_ada"], link
