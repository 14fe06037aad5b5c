"""People: invited, moved between groups, let go."""

from __future__ import annotations

import pytest
from tests.identity.conftest import House

from limen.facts import Factor, SessionState
from limen.identity.errors import LastAdministratorError, LinkRefusedError, UnfitError, UnknownError
from limen.identity.model import PersonStatus, Visitor


async def test_who_is_invited_is_known_but_not_active(house: House) -> None:
    link = await house.invited(groups=["staff", "finance"])
    person = house.known.people[link.link.person_id]
    assert (person.name, person.email, person.active) == ("Ben", "ben@harbor.example", False)
    assert person.groups == {"staff", "finance"}
    (member,) = await house.parts.people.all()
    assert (member.status, member.factors) == (PersonStatus.INVITED, frozenset())


async def test_one_address_is_one_person_however_it_is_typed(house: House) -> None:
    await house.invited()
    with pytest.raises(UnfitError, match="already"):
        await house.parts.people.invite("Other", "BEN@HARBOR.example", by="")
    assert len(await house.parts.people.all()) == 1


@pytest.mark.parametrize("groups", [["Staff"], [""], ["a" * 65], ['x"; permit'], [str(n) for n in range(101)]])
async def test_a_group_name_that_policies_could_not_name_is_refused(house: House, groups: list[str]) -> None:
    with pytest.raises(UnfitError):
        await house.invited(groups=groups)


async def test_events_carry_ids_and_no_names(house: House) -> None:
    link = await house.invited()
    assert [event.kind for event in house.events()] == ["person.invited", "link.issued"]
    assert all(event.subject == link.link.person_id for event in house.events())
    assert "ben" not in repr(house.events()).lower()


async def test_a_second_invitation_replaces_the_first(house: House, visitor: Visitor) -> None:
    first = await house.invited()
    second = await house.parts.people.invite_again(first.link.person_id, by="")
    with pytest.raises(LinkRefusedError):
        await house.parts.links.open(first.token.reveal(), visitor)
    assert (await house.parts.links.open(second.token.reveal(), visitor)).email == "ben@harbor.example"


async def test_letting_go_kills_sessions_and_links_at_once(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    with pytest.raises(UnfitError, match="access pass"):
        await house.parts.people.invite_again(ben.person.id, by="")
    link = await house.parts.people.access_pass(ben.person.id, by="", why="He sat before me.")
    await house.parts.people.deactivate(ben.person.id, by="p_ada")
    assert house.known.session_state(ben.session, "", house.clock.now()) is not SessionState.LIVE
    with pytest.raises(LinkRefusedError):
        await house.parts.links.open(link.token.reveal(), visitor)
    with pytest.raises(UnknownError):
        await house.parts.people.invite_again(ben.person.id, by="")


async def test_who_is_taken_back_signs_in_anew_and_no_old_session_revives(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    passkey = house.passkey()
    ben = await house.enrol(await house.invited(), passkey, visitor)
    await house.parts.people.deactivate(ben.person.id, by="")
    await house.parts.people.reactivate(ben.person.id, by="")
    assert house.known.session_state(ben.session, "", house.clock.now()) is SessionState.REVOKED
    again = await house.sign_in(passkey, visitor)
    assert house.known.session_state(again.session, "", house.clock.now()) is SessionState.LIVE


async def test_groups_and_names_change_in_the_facts_at_once(house: House) -> None:
    person_id = (await house.invited(groups=["staff"])).link.person_id
    await house.parts.people.set_groups(person_id, ["finance"], by="")
    await house.parts.people.rename(person_id, "Benno", by="")
    person = house.known.people[person_id]
    assert (person.groups, person.name) == ({"finance"}, "Benno")


async def test_the_last_administrator_can_neither_leave_the_group_nor_be_let_go(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    with pytest.raises(LastAdministratorError):
        await house.parts.people.set_groups(ada.person.id, ["staff"], by="")
    with pytest.raises(LastAdministratorError):
        await house.parts.people.deactivate(ada.person.id, by="")
    assert house.known.people[ada.person.id].groups == {"administrators", "staff"}
    assert house.known.session_state(ada.session, "", house.clock.now()) is SessionState.LIVE


async def test_nobody_unknown_is_changed(house: House) -> None:
    for change in (
        house.parts.people.deactivate("p_x", by=""),
        house.parts.people.reactivate("p_x", by=""),
        house.parts.people.set_groups("p_x", [], by=""),
        house.parts.people.rename("p_x", "X", by=""),
        house.parts.people.invite_again("p_x", by=""),
    ):
        with pytest.raises(UnknownError):
            await change


async def test_the_list_shows_who_has_which_factor(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    await house.invited()
    ada, ben = await house.parts.people.all()
    assert (ada.person.name, ada.status, ada.factors) == ("Ada Harbor", PersonStatus.ACTIVE, {Factor.PASSKEY})
    assert ben.status is PersonStatus.INVITED


async def test_a_link_of_a_helper_dies_when_groups_change_and_those_of_who_could_issue_another_stay(
    house: House, visitor: Visitor
) -> None:
    people, links = house.parts.people, house.parts.links
    ada = (await house.administrator(house.passkey(), visitor)).person.id
    for by, left in (("p_hal", 0), (ada, 1), ("p_jo", 1), ("", 1), ("server", 1)):
        invited = (await people.invite("Eve", f"eve{by}@harbor.example", ["staff"], by=by, by_mail=True)).link
        await people.set_groups(invited.person_id, ["staff"], by="p_jo")
        assert invited.id in {one.id for one in await links.outstanding()}, "nothing changed"
        withdrawn = await people.set_groups(invited.person_id, ["finance"], by="p_jo")
        assert (withdrawn, [one.id for one in await links.outstanding()].count(invited.id)) == (1 - left, left), by


async def test_nobody_gets_a_link_who_was_seen_in_other_groups(house: House, visitor: Visitor) -> None:
    people = house.parts.people
    eve = (await house.invited(groups=["staff"])).link.person_id
    with pytest.raises(UnfitError, match="meantime"):
        await people.invite_again(eve, by="p_hal", seen_in=frozenset({"finance"}))
    ben = (await house.administrator(house.passkey(), visitor)).person.id
    with pytest.raises(UnfitError, match="meantime"):
        await people.access_pass(ben, by="p_hal", why="They called.", seen_in=frozenset({"staff"}))
    assert (await people.invite_again(eve, by="p_hal", seen_in=frozenset({"staff"}))).link.issued_by == "p_hal"
