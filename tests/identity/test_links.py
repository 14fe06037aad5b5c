"""One-time links."""

from __future__ import annotations

import pytest
from tests.identity.conftest import ORIGIN, House

from limen.clock import DAY, MINUTE
from limen.identity.errors import LinkRefusedError, SlowedError, UnknownError
from limen.identity.guesses import PACES
from limen.identity.lost_passkey import lose_passkey
from limen.identity.membership import Membership
from limen.identity.model import ADMINISTRATORS, LinkPurpose, Visitor
from limen.identity.store import factors, tables


async def test_the_first_administrators_link_lives_fifteen_minutes(house: House, visitor: Visitor) -> None:
    link = await house.first()
    assert link.url == f"{ORIGIN}/enrol#{link.token.reveal()}"
    house.clock.forward(15 * MINUTE - 1)
    opened = await house.parts.links.open(link.token.reveal(), visitor)
    assert (opened.link.purpose, opened.name, opened.email) == (LinkPurpose.FIRST_ADMINISTRATOR, "", "")
    house.clock.forward(1)
    with pytest.raises(LinkRefusedError):
        await house.parts.links.open(link.token.reveal(), visitor)


async def test_a_new_start_issues_a_new_link_and_the_older_dies(house: House, visitor: Visitor) -> None:
    older, newer = await house.first(), await house.first()
    with pytest.raises(LinkRefusedError):
        await house.parts.links.open(older.token.reveal(), visitor)
    assert (await house.parts.links.open(newer.token.reveal(), visitor)).link == newer.link


async def test_there_is_no_such_link_once_there_is_an_administrator(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    assert await house.parts.links.first_administrator() is None


async def test_only_the_hash_of_a_link_is_kept_and_nothing_shows_it(house: House) -> None:
    link = await house.first()
    kept = house.database.read(lambda s: s.connection.execute(tables.links.select()).mappings().one())
    assert kept["token_hash"] == link.token.hash
    secret = link.token.reveal()
    assert secret not in repr(dict(kept)) + repr(link) + repr(house.events())


async def test_opening_spends_nothing(house: House, visitor: Visitor) -> None:
    link = await house.invited()
    for _ in range(5):
        opened = await house.parts.links.open(link.token.reveal(), visitor)
        assert (opened.name, opened.email) == ("Ben", "ben@harbor.example")


async def test_an_invitation_lives_seven_days_and_is_listed(house: House, visitor: Visitor) -> None:
    link = await house.invited()
    assert await house.parts.links.outstanding() == [link.link]
    house.clock.forward(7 * DAY)
    assert await house.parts.links.outstanding() == []
    with pytest.raises(LinkRefusedError):
        await house.parts.links.open(link.token.reveal(), visitor)


async def test_a_revoked_link_opens_nothing_and_is_revoked_once(house: House, visitor: Visitor) -> None:
    link = await house.invited()
    await house.parts.links.revoke(link.link.id, by="p_ada")
    with pytest.raises(LinkRefusedError):
        await house.parts.links.open(link.token.reveal(), visitor)
    with pytest.raises(UnknownError):
        await house.parts.links.revoke(link.link.id, by="p_ada")
    with pytest.raises(UnknownError):
        await house.parts.links.revoke("l_unknown", by="p_ada")


async def test_trying_links_at_random_is_journaled_and_slowed(house: House, visitor: Visitor) -> None:
    free = PACES["link"].free
    for _ in range(free + 1):
        with pytest.raises(LinkRefusedError):
            await house.parts.links.open("x" * 43, visitor)
    with pytest.raises(SlowedError):
        await house.parts.links.open("x" * 43, visitor)
    assert house.words("link.refused") == ["unknown-or-over"] * (free + 1)


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "\ud800", "x" * 1_000_000])
async def test_what_is_no_token_is_refused_like_any_other(house: House, visitor: Visitor, token: str) -> None:
    with pytest.raises(LinkRefusedError):
        await house.parts.links.open(token, visitor)


@pytest.mark.parametrize("how", ["deactivated", "not-me", "suspended", "left-a-group", "lost"])
async def test_links_that_a_leaver_or_a_thief_issued_die_and_are_said(
    house: House, visitor: Visitor, stranger: Visitor, how: str
) -> None:
    await house.administrator(house.passkey(), visitor)
    hal = await house.enrol(await house.invited("Hal", "hal@harbor.example"), house.passkey(), visitor)
    mia = await house.enrol(await house.invited("Mia", "mia@harbor.example"), house.passkey(), visitor)
    people, by = house.parts.people, hal.person.id
    await moved(house, by, "helpdesk", "staff")
    issued = [
        await people.access_pass(mia.person.id, by=by, why="x", good_for=DAY),
        await people.invite("New", "new@harbor.example", by=by),
    ]
    if how == "deactivated":
        await people.deactivate(by, by="p_ada")
    elif how == "not-me":
        await house.parts.recovery.not_me(hal.session)
    elif how == "left-a-group":
        await moved(house, by, "staff")
    elif how == "lost":
        passkey = house.database.read(lambda s: factors.passkeys_of(s.connection, by))[0].id
        await house.ports.write(lambda t: lose_passkey(t, by, passkey, by=by, now=house.clock.now()))
    else:
        await house.ports.write(
            lambda transaction: Membership(transaction, house.clock.now(), "").suspend(by, "alert 1")
        )
    for one in issued:
        with pytest.raises(LinkRefusedError):
            await house.parts.links.open(one.token.reveal(), stranger)
    said = [event for event in house.events("person.changed") if event.details["change"] == "link-revoked"]
    assert {(one.details["link"], one.subject) for one in said} == {(one.link.id, one.link.person_id) for one in issued}


async def moved(house: House, person_id: str, *groups: str) -> None:
    await house.ports.write(
        lambda transaction: Membership(transaction, house.clock.now(), "p_ada").set_groups(person_id, frozenset(groups))
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("helpdesk",), ("helpdesk", "staff")),
        ((ADMINISTRATORS, "staff"), (ADMINISTRATORS,)),
    ],
)
async def test_links_stay_of_whoever_joins_a_group_or_administers_on(
    house: House, visitor: Visitor, stranger: Visitor, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    await house.administrator(house.passkey(), visitor)
    hal = await house.enrol(await house.invited("Hal", "hal@harbor.example"), house.passkey(), visitor)
    await moved(house, hal.person.id, *before)
    issued = await house.parts.people.invite("New", "new@harbor.example", by=hal.person.id)
    await moved(house, hal.person.id, *after)
    assert (await house.parts.links.open(issued.token.reveal(), stranger)).link.id == issued.link.id


async def test_whoever_is_no_longer_active_issues_no_link(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    hal = await house.enrol(await house.invited("Hal", "hal@harbor.example"), house.passkey(), visitor)
    mia = await house.enrol(await house.invited("Mia", "mia@harbor.example"), house.passkey(), visitor)
    new = await house.parts.people.invite("New", "new@harbor.example", by="p_ada")
    await house.parts.people.deactivate(hal.person.id, by="p_ada")
    with pytest.raises(UnknownError):
        await house.parts.people.access_pass(mia.person.id, by=hal.person.id, why="x")
    with pytest.raises(UnknownError):
        await house.parts.people.invite_again(new.link.person_id, by=hal.person.id)
    assert [one.id for one in await house.parts.links.outstanding()] == [new.link.id]
