"""The letter of the month: in plain words of two languages, to administrators, once, also over a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.roadmap.report.made import ADA, CONTROLS
from tests.web.conftest import House, move_in

from limen.access.notices import origin
from limen.clock import HOUR, SECOND, Instant
from limen.identity.days import today
from limen.mail import store as mails
from limen.messages import Language
from limen.roadmap import store
from limen.roadmap.holding import Day
from limen.roadmap.model import Grade
from limen.roadmap.report.month import Month, month_before
from limen.roadmap.report.monthly import FROM_HOUR, PAGE, MonthlyLetters, about, letter_of
from limen.settings import Settings

SETTINGS = Settings(name="Harbor", domain="harbor.example")
MONTH = Month(date(2026, 11, 1), date(2026, 11, 30), 41, 12, 13, CONTROLS[:2], CONTROLS[2:3], 1, 2, CONTROLS[3])


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


@pytest.mark.parametrize("language", list(Language))
def test_the_letter_says_how_far_it_is_and_what_comes_next(language: Language) -> None:
    message = letter_of(MONTH, ADA, SETTINGS, language.value)
    assert message.language == language
    assert (message.to, "13" in message.subject, "41" in message.subject) == (ADA.email, True, True)
    for word in ("12", "13", "41", *(f"({one.id})" for one in CONTROLS[:4]), f"{origin(SETTINGS)}{PAGE}"):
        assert word in message.text
    assert "<script" not in message.html
    assert "{" not in message.text


def test_languages_differ_in_every_sentence_of_ours() -> None:
    english, german = (
        set(letter_of(MONTH, ADA, SETTINGS, one.value).text.split("\n\n"))
        for one in (Language.ENGLISH, Language.GERMAN)
    )
    assert {one.strip() for one in english & german} == {"Harbor", f"{origin(SETTINGS)}{PAGE}"}


def told(harbor: House) -> list[str]:
    known = harbor.limen.database.read(lambda s: mails.recent(s.connection, 100))
    return [one.person_id for one in known if one.about.startswith("roadmap-")]


def look_at(harbor: House, at: Instant) -> None:
    """Have the day of this instant on record."""
    day = today(harbor.limen.settings, at)
    one = Day("I2", day, at, at, 1, 1, Grade.MEASURED, 1.0, is_met=True)
    harbor.limen.database.write(lambda t: store.keep_days(t.connection, [one]))


def to_next_month(harbor: House, hour: int) -> None:
    now = datetime.fromtimestamp(harbor.clock.now() / SECOND, UTC)
    first = datetime(now.year + now.month // 12, now.month % 12 + 1, 3, hour, tzinfo=harbor.limen.settings.zone)
    harbor.clock.forward(int(first.timestamp()) * SECOND - harbor.clock.now())


async def test_administrators_are_told_once_a_month_also_after_a_restart(harbor: House) -> None:
    ada = await harbor.administrator(harbor.browser())
    await harbor.member(harbor.browser(), "Oscar", "staff")
    look_at(harbor, harbor.clock.now())
    to_next_month(harbor, FROM_HOUR - 2)
    assert await MonthlyLetters(harbor.limen.core).tell() == 0
    harbor.clock.forward(2 * HOUR)
    assert await MonthlyLetters(harbor.limen.core).tell() == 1
    assert told(harbor) == [ada]
    assert await MonthlyLetters(harbor.limen.core).tell() == 0
    await harbor.limen.journal.settled()
    since, _ = month_before(today(harbor.limen.settings, harbor.clock.now()))
    assert [one.details["month"] for one in harbor.events("roadmap.month_told")] == [about(since)]
    harbor.limen.database.write(lambda t: mails.purge(t.connection, harbor.clock.now(), kept_ms=-1))
    assert (told(harbor), await MonthlyLetters(harbor.limen.core).tell()) == ([], 0)


async def test_whoever_began_this_month_is_told_nothing_yet(harbor: House) -> None:
    await harbor.administrator(harbor.browser())
    to_next_month(harbor, FROM_HOUR + 1)
    look_at(harbor, harbor.clock.now())
    assert await MonthlyLetters(harbor.limen.core).tell() == 0
    assert MonthlyLetters(harbor.limen.core).every.once.name == "IN_ALL"
