from __future__ import annotations

from sqlalchemy import select
from tests.identity.conftest import House

from limen.clock import DAY, HOUR
from limen.facts import EVERYONE, Due, Needed, Person, RequiredFactor, RequiredFactors
from limen.identity.factor_reminders import reminder, stage_of
from limen.identity.model import Visitor
from limen.mail.store import mails
from limen.messages import Language


def queued(house: House) -> int:
    return len(house.database.read(lambda s: s.connection.execute(select(mails.c.id)).all()))


async def test_people_are_reminded_once_at_each_stage_until_they_have_it(house: House, visitor: Visitor) -> None:
    link = await house.invited()
    await house.enrol_with_password(link, visitor, "tidal marble lantern fox")
    at = house.clock.now() + 20 * DAY
    house.known.set_required_factors(RequiredFactors((RequiredFactor(EVERYONE, Needed.PASSKEY, "2026-12-14", at),)))
    remind = house.parts.reminders.remind
    before = queued(house)
    told = []
    for days in (0, 7, 0, 6, 0, 6, 0, 2):  # 20, 13, 13, 7, 7, 1, 1 days before, and after
        house.clock.forward(days * DAY)
        told.append(await remind())
    assert told == [0, 1, 0, 1, 0, 1, 0, 0]
    assert queued(house) == before + 3
    later = RequiredFactor(EVERYONE, Needed.PASSKEY, "2026-12-31", house.clock.now() + DAY)
    house.known.set_required_factors(RequiredFactors((later,)))
    assert await remind() == 1, "another day is told anew"
    assert await remind() == 0


async def test_who_has_it_or_is_not_here_yet_hears_nothing(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    await house.invited()
    at = house.clock.now() + DAY
    house.known.set_required_factors(RequiredFactors((RequiredFactor(EVERYONE, Needed.PASSKEY, "2026-11-25", at),)))
    assert await house.parts.reminders.remind() == 0


def test_stages() -> None:
    due = Due(Needed.PASSKEY, 100 * DAY)
    assert [
        stage_of(due, at) // DAY for at in (85 * DAY, 86 * DAY, 92 * DAY, 93 * DAY, 100 * DAY - HOUR, 100 * DAY)
    ] == [
        0,
        86,
        86,
        93,
        99,
        0,
    ]


async def test_the_mail_names_the_day_in_the_persons_language_and_has_no_secret(house: House) -> None:
    mia = Person("p_mia", "Mia", "mia@harbor.example", active=True)
    for needed in (Needed.PASSKEY, Needed.TWO_FACTORS):
        english, german = (
            reminder(mia, Due(needed, house.clock.now()), house.ports, one)
            for one in (Language.ENGLISH, Language.GERMAN)
        )
        assert english.subject != german.subject
        assert "23 Nov 2026" in english.subject or "24 Nov 2026" in english.subject
        assert "24. Nov" in german.subject
        assert "/required" not in english.text
