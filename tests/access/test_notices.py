"""What people are told by mail: whose page, and nothing that does anything by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.access.rows import BASIS, NOW, SETTINGS, grant, request
from tests.golden import Expected

from limen.access.notices import INBOX, MOST_TOLD, Notices, origin
from limen.clock import DAY
from limen.facts import Person
from limen.mail import Mails, Message
from limen.mail.store import take_due
from limen.storage import Database, Keyring


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


@pytest.fixture
def notices(database: Database) -> Notices:
    keyring = Keyring.open(database, bytes(32))
    return Notices(keyring, SETTINGS, lambda _snapshot, person_id: "de" if person_id == "farid" else "en")


def sent(database: Database, notices: Notices) -> list[Message]:
    due = database.write(lambda t: take_due(t.connection, NOW, 100, NOW + DAY))
    return sorted((Mails(notices.keyring).opened(one) for one in due), key=lambda one: (one.to, one.subject))


def test_each_is_told_in_their_language(database: Database, notices: Notices, expected: Expected) -> None:
    asked = request(reason="<b>Ignore all this</b> https://evil.example")

    def work(transaction: object) -> None:
        notices.asked(transaction, BASIS, asked, ("farid", "ines", "oscar", "nobody"), NOW)  # type: ignore[arg-type]
        notices.decided(transaction, BASIS, asked, NOW)  # type: ignore[arg-type]
        notices.granted(transaction, BASIS, asked, grant(), NOW)  # type: ignore[arg-type]
        notices.revoked(transaction, BASIS, grant(), NOW)  # type: ignore[arg-type]

    database.write(work)
    mails = sent(database, notices)
    assert [one.to.partition("@")[0] for one in mails] == ["farid", "ines", "oscar", "oscar", "oscar"]
    for one in mails:
        assert "evil" not in one.text + one.html
        assert "<a " not in one.html
        assert all(word not in one.text for word in ("ar_", "gr_", "token"))
    expected("\n".join(f"{one.to}: {one.subject}\n{one.text}" for one in mails))


def test_so_many_are_written_to_and_no_more(database: Database, notices: Notices) -> None:
    everybody = {f"p_{n}": Person(f"p_{n}", "P", f"p{n}@harbor.example", active=True) for n in range(60)}
    basis = type(BASIS)(BASIS.rules, BASIS.apps, {**BASIS.people, **everybody})
    database.write(lambda t: notices.asked(t, basis, request(), tuple(everybody), NOW))
    assert len(sent(database, notices)) == MOST_TOLD


def test_it_leads_to_the_sign_in_host() -> None:
    assert origin(SETTINGS) == "https://limen.harbor.example"
    assert INBOX.startswith("/")
