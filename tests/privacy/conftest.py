"""A database with two people in every table that knows people, and a journal in which both did something."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert

from limen.clock import DAY, HOUR, SetClock
from limen.events import Event
from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.sessions import end_everything_of
from limen.identity.store import people
from limen.mail.store import Mail, MailState, insert_mail
from limen.pillars import pillars
from limen.storage import Database, Transaction
from limen.storage.journal import Journal
from limen.storage.tables import metadata

NOW = 1_800_000_000_000
KEYS = (b"k" * 32,)
MIA, ADA = "p_mia", "p_ada"
NAMES = {MIA: "Mia Moor", ADA: "Ada Harbor"}


@dataclass
class Place:
    root: Path
    database: Database
    journal: Journal
    clock: SetClock

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"


def filled(transaction: Transaction, person_id: str, groups: frozenset[str]) -> None:
    """A row of this person's in every table that has rows of people, whatever else is in it."""
    person = Person(person_id, NAMES[person_id], f"{person_id}@harbor.example", groups=groups, active=True)
    people.add(transaction.connection, person, PersonStatus.ACTIVE, NOW - 400 * DAY)
    mail = Mail(f"m_{person_id}", person_id, "l_x", MailState.SENT, NOW, NOW + DAY, NOW, 1)
    insert_mail(transaction.connection, mail, b"sealed")
    for table in metadata.sorted_tables:
        whose = next((name for name in ("person_id", "owner_id") if name in table.c), "")
        if not whose or table.name in {"mails", "memberships", "erased_people"}:
            continue
        row: dict[str, object] = {}
        for column in table.c:
            kind = column.type.python_type
            row[column.name] = {int: NOW, bytes: f"{table.name} {person_id}".encode(), bool: True}.get(
                kind, f"{column.name}-{person_id}"[:40]
            )
            if column.name in {"strength", "last_step", "sign_count"}:
                row[column.name] = 1
        row |= {whose: person_id}
        row |= {"purpose": "enrol"} if table.name == "links" else {}
        row |= {"proofs": f"passkey={NOW}", "expires_at": NOW + HOUR} if table.name == "sessions" else {}
        row |= {"actions": "view"} if table.name == "app_tokens" else {}
        number = int.from_bytes(person_id.encode())
        row |= {name: number for name in ("serial", "seq") if name in table.c}
        transaction.connection.execute(insert(table).values(**row))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: its tables take longer than most tests. The parts are taken in first: they say what there is."""
    pillars()
    file = tmp_path_factory.mktemp("empty") / "limen.db"
    Database.open(file).close()
    return file


@pytest.fixture
def place(tmp_path: Path, empty_database: Path) -> Iterator[Place]:
    clock = SetClock(NOW)
    shutil.copyfile(empty_database, tmp_path / "limen.db")
    database = Database.open(tmp_path / "limen.db", clock=clock)
    journal = Journal.open(tmp_path / "journal", KEYS, database=database, clock=clock)

    def fill(transaction: Transaction) -> None:
        filled(transaction, MIA, frozenset({"staff"}))
        filled(transaction, ADA, frozenset({"staff", "administrators"}))
        for person_id in (MIA, ADA):
            transaction.say(Event(at=NOW, kind="sign_in.succeeded", actor=person_id, address="203.0.113.7"))
        transaction.say(Event(at=NOW, kind="person.changed", actor=ADA, subject=MIA, details={"change": "groups"}))

    database.write(fill)
    journal.wait_settled()
    yield Place(tmp_path, database, journal, clock)
    journal.close()
    database.close()


def deactivate(place: Place, person_id: str) -> None:
    def work(transaction: Transaction) -> None:
        people.set_status(transaction.connection, person_id, PersonStatus.INACTIVE)
        end_everything_of(transaction, person_id, place.clock.now(), ADA, "person-let-go")

    place.database.write(work)
