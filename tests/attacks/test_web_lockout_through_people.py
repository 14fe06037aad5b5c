"""Locking everybody out without touching a policy: through groups, through letting go, through a factor."""

from __future__ import annotations

import pytest
from tests.web import conftest as web
from tests.web.conftest import Browser, House

from limen.identity.errors import NobodyCouldAdministerError
from limen.identity.store import factors

house, browser = web.house, web.browser


async def weak_administrator(house: House) -> str:
    """Bob, an administrator with a password alone, for whom the console of Harbor never opens."""
    bob = await house.member(house.browser(), "Bob", "administrators", "staff")

    def weaken(transaction) -> None:
        for key in factors.passkeys_of(transaction.connection, bob):
            factors.delete_passkey(transaction, bob, key.id)
        factors.set_password(transaction, bob, "x", house.clock.now())

    await house.limen.database.writing(weaken)
    return bob


async def test_the_last_who_can_get_in_leaves_no_group_that_lets_them(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    await weak_administrator(house)
    await browser.get(f"/console/people/{ada}")
    answered = await browser.post(f"/console/people/{ada}/groups", groups="staff")
    assert answered.status_code == 400
    assert "Nobody would be able to administer Limen" in answered.text
    assert (await browser.get("/console")).status_code == 200
    assert house.limen.known.people[ada].groups == {"administrators", "staff"}


async def test_the_last_who_can_get_in_is_not_let_go(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    bob = await weak_administrator(house)
    with pytest.raises(NobodyCouldAdministerError):
        await house.limen.identity.people.deactivate(ada, by=bob)
    assert (await browser.get("/console")).status_code == 200, "her session lives"
    await house.limen.identity.people.deactivate(bob, by=ada)
    assert not house.limen.known.people[bob].active


async def test_the_passkey_without_which_nobody_gets_in_stays(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)

    def give_the_second_way(transaction) -> None:
        factors.set_password(transaction, ada, "x", house.clock.now())
        factors.set_code(transaction, ada, b"x", 0, house.clock.now())

    await house.limen.database.writing(give_the_second_way)
    (passkey,) = (await house.limen.identity.factors.of_person(ada)).passkeys
    await browser.get("/passkeys")
    answered = await browser.post(f"/passkeys/{passkey.id}/remove")
    assert "Nobody would be able to administer Limen" in answered.text
    assert (await house.limen.identity.factors.of_person(ada)).passkeys == (passkey,)


async def test_where_nobody_could_get_in_anyway_people_can_still_be_let_go(house: House, browser: Browser) -> None:
    ada = await house.administrator(browser)
    mia = await house.member(house.browser(), "Mia", "staff")
    await weak_administrator(house)

    def lose(transaction) -> None:
        for key in factors.passkeys_of(transaction.connection, ada):
            factors.delete_passkey(transaction, ada, key.id)
        factors.set_password(transaction, ada, "x", house.clock.now())

    await house.limen.database.writing(lose)
    await house.limen.identity.people.deactivate(mia, by=ada)
    assert not house.limen.known.people[mia].active
