"""Mails about reviews: who hears of one, in their language, and that none holds anything that does something."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.access.reviews.made import REVIEW, row
from tests.access.rows import NOW, SETTINGS, occasion
from tests.golden import Expected

from limen.access.reviews.letters import Letters
from limen.clock import DAY
from limen.mail import Mails, Message
from limen.mail.store import take_due
from limen.storage import Database, Keyring


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


@pytest.fixture
def letters(database: Database) -> Letters:
    keyring = Keyring.open(database, bytes(32))
    return Letters(keyring, SETTINGS, lambda _snapshot, person_id: "de" if person_id == "farid" else "en")


def sent(database: Database, letters: Letters) -> list[Message]:
    due = database.write(lambda t: take_due(t.connection, NOW, 100, NOW + DAY))
    return sorted((Mails(letters.keyring).opened(one) for one in due), key=lambda one: (one.to, one.subject))


def test_reviewers_hear_how_much_waits_and_others_once_they_may_decide(
    database: Database, letters: Letters, expected: Expected
) -> None:
    rows = [row(), row(id="rr_2", person_id="maren"), row(id="rr_3", person_id="farid", reviewers=("maren",))]
    database.write(lambda t: letters.due(occasion(t), REVIEW, rows))
    mails = sent(database, letters)
    assert [one.to.partition("@")[0] for one in mails] == ["farid", "maren", "oscar"]
    database.write(lambda t: letters.asked(occasion(t), REVIEW, rows[:1]))
    mails += sent(database, letters)
    for one in mails:
        assert "<a " not in one.html
        assert all(word not in one.text for word in ("rv_", "rr_", "token"))
    expected("\n".join(f"{one.to}: {one.subject}\n{one.text}" for one in mails))


def test_whoever_is_gone_is_not_written_to(database: Database, letters: Letters) -> None:
    database.write(lambda t: letters.due(occasion(t), REVIEW, [row(reviewers=("nobody",))]))
    database.write(lambda t: letters.asked(occasion(t), REVIEW, [row(person_id="nobody")]))
    assert sent(database, letters) == []
