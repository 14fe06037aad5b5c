"""What is done to people in one transaction: the same events, ends and errors whoever asks for it."""

from __future__ import annotations

import pytest
from tests.identity.conftest import House
from tests.identity.test_invitation import queued

from limen.facts import Person, SessionState
from limen.identity.errors import LastAdministratorError
from limen.identity.membership import MOST_NAMED, Membership, an_administrator_remains
from limen.identity.model import ADMINISTRATORS, PersonStatus, Visitor
from limen.identity.store import links, people
from limen.storage.database import Transaction


async def test_each_operation_says_its_event_and_marks_the_person(house: House) -> None:
    eve = Person("p_eve", "Eve", "eve@harbor.example", groups=frozenset({"staff"}))

    def work(transaction: Transaction) -> int:
        members = Membership(transaction, 7, "p_ada", by_list=True)
        assert members.add(eve)
        assert not members.add(Person("p_other", "Other", "eve@harbor.example"))
        members.rename("p_eve", "Eva")
        assert members.readdress("p_eve", "eva@harbor.example")
        members.set_groups("p_eve", frozenset({"finance"}))
        members.deactivate("p_eve")
        members.reactivate("p_eve")
        return transaction.changed_seq

    assert await house.ports.write(work) > 0
    said = [(event.kind, event.details.get("change"), event.details.get("by_list")) for event in house.events()]
    assert said == [
        ("person.invited", None, True),
        ("person.changed", "name", True),
        ("person.changed", "email", True),
        ("person.changed", "groups", True),
        ("sessions.revoked", None, None),
        ("person.changed", "let-go", True),
        ("departure.began", None, None),
        ("person.changed", "taken-back", True),
    ]
    assert {(event.actor, event.subject, event.at) for event in house.events()} == {("p_ada", "p_eve", 7)}
    groups = {
        name: event.details[name] for event in house.events() for name in ("joined", "left") if name in event.details
    }
    assert groups == {"joined": "finance", "left": "staff"}
    assert house.events()[0].details["joined"] == "staff"
    known = house.known.people["p_eve"]
    assert (known.name, known.groups, known.active) == ("Eva", {"finance"}, False)


async def test_groups_that_decide_about_limen_are_named_first_of_many(house: House) -> None:
    groups = frozenset({ADMINISTRATORS, *(f"a-group-{number}" for number in range(90))})
    person = Person("p_eve", "Eve", "eve@harbor.example", groups=groups)
    await house.ports.write(lambda transaction: Membership(transaction, 7, "p_ada").add(person))
    (said,) = house.events()
    assert str(said.details["joined"]).startswith(f"{ADMINISTRATORS}, a-group-0")
    assert len(str(said.details["joined"])) == MOST_NAMED


async def test_who_is_let_go_has_no_session_no_link_and_no_mail_with_one(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    eve = await house.invited("Eve", "eve@harbor.example", by_mail=True)
    now = house.clock.now()
    for person_id in (ben.person.id, eve.link.person_id):
        await house.ports.write(lambda transaction, who=person_id: Membership(transaction, now, "").deactivate(who))
    assert house.known.session_state(ben.session, "", now) is SessionState.REVOKED
    assert house.database.read(lambda s: links.still_good(s.connection, now)) == []
    assert await queued(house) == []


async def test_the_same_groups_again_end_no_link_and_others_end_those_that_a_helper_issued(house: House) -> None:
    def invited(transaction: Transaction) -> None:
        Membership(transaction, 7, "p_helper").add(Person("p_eve", "Eve", "eve@harbor.example"))

    await house.ports.write(invited)
    await house.parts.people.invite_again("p_eve", by="p_helper")
    now = house.clock.now()

    async def moved(*groups: str) -> int:
        return await house.ports.write(
            lambda transaction: Membership(transaction, now, "p_ada").set_groups("p_eve", frozenset(groups))
        )

    assert [await moved(), await moved("finance"), await moved("staff")] == [0, 1, 0]


async def test_an_administrator_remains_or_nothing_is_done(house: House, visitor: Visitor) -> None:
    ada = (await house.administrator(house.passkey(), visitor)).person.id

    def emptied(transaction: Transaction) -> None:
        with an_administrator_remains(transaction):
            people.set_status(transaction.connection, ada, PersonStatus.INACTIVE)

    with pytest.raises(LastAdministratorError):
        await house.ports.write(emptied)
    assert house.database.read(lambda s: people.active_in(s.connection, ADMINISTRATORS)) == {ada}
    await house.ports.write(lambda transaction: people.set_status(transaction.connection, ada, PersonStatus.INACTIVE))
    await house.ports.write(emptied)  # there was none before: nothing is taken


async def test_an_error_inside_is_not_taken_for_a_missing_administrator(house: House, visitor: Visitor) -> None:
    ada = (await house.administrator(house.passkey(), visitor)).person.id

    def failing(transaction: Transaction) -> None:
        with an_administrator_remains(transaction):
            people.set_status(transaction.connection, ada, PersonStatus.INACTIVE)
            raise KeyError(ada)

    with pytest.raises(KeyError):
        await house.ports.write(failing)
