"""Mails to who made a link that needs a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from limen.clock import DAY, HOUR
from limen.data.inventory.model import Audience
from limen.data.links.letters import Letters
from limen.data.links.model import KeptLink, LinkState
from limen.facts import Person
from limen.mail import Mails, store
from limen.pillars import pillars
from limen.settings import Settings
from limen.storage import Database, Keyring

NOW = 1_800_000_000_000
MIA = Person("p_mia", "Mia", "mia@harbor.example", active=True)
NAME = "http://evil.example/sign-in"
LINK = KeptLink(
    "dl_1", "finance", "A", "a", "p", "A", NAME, "1", Audience.ANYONE, (), "p_mia", "e1", made_at=NOW, due_at=NOW + DAY
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    pillars()
    opened = Database.open(f"sqlite:///{tmp_path / 'mails.db'}")
    yield opened
    opened.close()


def letters(keyring: Keyring, person: Person | None = MIA, language: str = "en") -> Letters:
    return Letters(keyring, Settings(name="Harbor", domain="harbor.example"), lambda _: person, lambda *_: language)


def told(database: Database, letters: Letters, *links: KeptLink) -> list[tuple[str, str]]:
    """The address and text of each mail that waits."""
    for one in links:
        database.write(lambda t, of=one: letters.tell(t, of))
    due = database.write(lambda t: store.take_due(t.connection, NOW + 9 * DAY, 50, NOW))
    made = [Mails(letters.keyring).opened(one) for one in due]
    return [(one.to, f"{one.subject} {one.text} {one.html}") for one in made]


@pytest.mark.parametrize("language", ["en", "de"])
def test_it_names_the_page_and_no_document(database: Database, language: str) -> None:
    keyring = Keyring.open(database, b"m" * 32)
    ((to, text),) = told(database, letters(keyring, language=language), LINK)
    assert (to, "/data" in text, "evil" in text, "mail.data-link" in text) == (MIA.email, True, False, False)


def test_who_makes_many_links_is_written_to_once_an_hour(database: Database) -> None:
    writing = letters(Keyring.open(database, b"m" * 32))
    many = [replace(LINK, id=f"dl_{one}") for one in range(9)]
    assert len(told(database, writing, *many)) == 1
    assert len(told(database, writing, replace(LINK, id="dl_x", made_at=NOW + HOUR, due_at=NOW + 2 * DAY))) == 2


def test_nobody_is_written_to_of_what_is_over_or_who_is_gone(database: Database) -> None:
    keyring = Keyring.open(database, b"m" * 32)
    assert told(database, letters(keyring), replace(LINK, due_at=NOW)) == []
    for person in (None, replace(MIA, active=False), replace(MIA, email="")):
        assert told(database, letters(keyring, person), replace(LINK, state=LinkState.WAITS)) == []
