from __future__ import annotations

from pathlib import Path

from limen.facts import Person
from limen.identity.model import PersonStatus
from limen.identity.store import erasure, people
from limen.identity.store.erasure import erased_people
from limen.mail.store import mails
from limen.storage import Database
from limen.storage.tables import metadata

NOW = 1_800_000_000_000


def test_the_list_of_erased_people_says_whose_bodies_are_still_in_the_journal(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    mia = Person("p_mia", "Mia", "mia@harbor.example", groups=frozenset({"staff"}))
    database.write(lambda tx: people.add(tx.connection, mia, PersonStatus.INVITED, NOW))
    assert database.read(lambda s: erasure.rows_of(s.connection, "p_mia")) == {"people": 1, "memberships": 1}
    assert database.read(lambda s: erasure.keys_of(s.connection, "p_mia")) == ([], [])
    assert database.read(lambda s: erasure.invited_before(s.connection, NOW)) == []
    assert database.read(lambda s: erasure.invited_before(s.connection, NOW + 1)) == ["p_mia"]
    assert database.read(lambda s: erasure.let_go_before(s.connection, NOW + 1)) == []
    database.write(lambda tx: erasure.delete_person(tx.connection, "p_mia", NOW))
    assert database.read(lambda s: erasure.rows_of(s.connection, "p_mia")) == {}
    assert database.read(lambda s: erasure.erased_ids(s.connection)) == [("p_mia", NOW)]
    assert database.read(lambda s: erasure.waiting_in_journal(s.connection)) == ["p_mia"]
    database.write(lambda tx: erasure.gone_from_journal(tx.connection, ["p_mia"], NOW))
    assert database.read(lambda s: erasure.waiting_in_journal(s.connection)) == []
    database.write(lambda tx: erasure.delete_person(tx.connection, "p_mia", NOW + 1))  # erased again, after a restore
    assert database.read(lambda s: erasure.waiting_in_journal(s.connection)) == ["p_mia"]
    database.close()


def test_every_column_that_may_name_a_person_is_known() -> None:
    """A new table that tells of a person by another column has to be looked at here, and in `erasure`."""
    assert mails.name in metadata.tables
    assert erased_people.name in metadata.tables
    named = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.c if c.name.endswith(("_by", "author"))}
    assert named <= {"links.issued_by", "revisions.author"}  # opaque ids of who did it: they stay
    theirs = {t.name for t in metadata.sorted_tables if "person_id" in t.c or "owner_id" in t.c}
    assert {"links", "mails", "memberships", "passkeys", "passwords", "codes", "sessions", "browsers"} <= theirs
