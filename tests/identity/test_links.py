"""One-time links."""

from __future__ import annotations

import pytest
from tests.identity.conftest import ORIGIN, House

from limen.clock import DAY, MINUTE
from limen.identity.errors import LinkRefusedError, SlowedError, UnknownError
from limen.identity.guesses import PACES
from limen.identity.model import LinkPurpose, Visitor
from limen.identity.store import tables


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
