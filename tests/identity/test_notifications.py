"""What a person is told of their account: in their language, without a link, and out of a thief's reach."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from tests.identity.conftest import House
from tests.identity.test_factors import add

from limen.facts import Person
from limen.identity.model import Visitor
from limen.identity.notifications import Occasion, told
from limen.mail.store import MailState, mails


@pytest.mark.parametrize("occasion", list(Occasion))
def test_it_says_what_happened_and_what_to_do_in_english_and_german(house: House, occasion: Occasion) -> None:
    ada = Person("p_1", "Ada {name} <b>", "ada@harbor.example")
    at = house.clock.now()
    english, german = (told(ada, occasion, at, house.ports, language) for language in ("en", "de"))
    assert "24 November 2026" in english.text
    assert "This wasn't me" in english.text
    assert "24. November 2026" in german.text
    assert "Das war ich nicht" in german.text
    for mail in (english, german):
        assert "Ada {name} <b>" in mail.text
        assert "<b>" not in mail.html
        assert "href" not in mail.html
        assert "/enrol" not in mail.text


async def test_what_is_told_goes_out_although_links_are_withdrawn(house: House, visitor: Visitor) -> None:
    ada = await house.administrator(house.passkey(), visitor)
    await add(house, ada, visitor)
    code = (await house.parts.recovery.make(ada.session))[0]
    await house.parts.recovery.redeem(visitor, "ada@harbor.example", code)
    await house.parts.people.access_pass(ada.person.id, by="", why="She called.", is_stolen=True)
    rows = house.database.read(lambda s: s.connection.execute(select(mails.c.state, mails.c.about)).all())
    assert [row.state for row in rows] == [MailState.QUEUED] * 4
    assert all(row.about.startswith("told_") for row in rows)
