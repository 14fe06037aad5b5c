"""Mails about reviews: who hears of one, and that none holds anything to press."""

from __future__ import annotations

from tests.access.at_harbor import AtHarbor, Colleague
from tests.access.reviews.harbor_reviews import begun

from limen.access.reviews.model import Verdict
from limen.clock import DAY, MINUTE
from limen.mail import Mails, Message
from limen.mail.store import take_due


async def mails(harbor: AtHarbor) -> list[Message]:
    """All that waits to be sent."""
    core, now = harbor.house.limen.core, harbor.house.clock.now()
    due = await core.database.writing(lambda t: take_due(t.connection, now + MINUTE, 50, now + DAY))
    return [Mails(core.keyring).opened(one) for one in due]


async def test_reviewers_hear_of_it_and_whoever_is_asked(harbor: AtHarbor, farid: Colleague, oscar: Colleague) -> None:
    greta = await harbor.colleague("Greta", "staff", "sales")
    await mails(harbor)
    under = await begun(harbor)
    people = harbor.house.limen.known.people
    told = await mails(harbor)
    assert {one.to for one in told} == {people[farid.id].email, people[greta.id].email}
    assert all("/access/reviews" in one.text and under.review.id not in one.text for one in told)
    await under.tells(farid, await under.row(greta.id), Verdict.ASK, "Do you?")
    (asked,) = await mails(harbor)
    assert asked.to == people[greta.id].email
    assert "Do you?" not in asked.text
