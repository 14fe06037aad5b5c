"""Every table goes there and back unchanged, and what can't go is refused whole."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest
from sqlalchemy import insert
from tests.postgresql import Cluster

from limen.events import Event
from limen.identity.store.tables import passkeys, people, spent_challenges
from limen.storage import Database, Keyring, Transaction
from limen.storage.backend import backend_of
from limen.storage.database_check import refuse_damage
from limen.storage.errors import CopyFailedError
from limen.storage.table_copy import Digest, digests
from limen.storage.tables import changes

pytestmark = pytest.mark.slow
PERSON = {"id": "p1", "name": "Łucja O'Neil ✓", "email": "l@harbor.example", "status": "active", "created_at": 1 << 40}


def fill(transaction: Transaction) -> None:
    one = transaction.connection
    one.execute(insert(people), [PERSON])
    key = {"id": "k1", "person_id": "p1", "credential_id": bytes(range(256)), "public_key": b"", "sign_count": 0}
    more = {"user_verified": True, "device_type": "single_device", "backed_up": False, "transports": "", "aaguid": ""}
    one.execute(insert(passkeys), [key | more | {"name": "Key", "added_at": 7}])
    one.execute(insert(spent_challenges), [{"challenge_hash": b"\0" * 32, "expires_at": -1}])
    for n in range(2_500):
        one.execute(insert(changes), [{"kind": "person", "key": str(n), "at": n}])
    transaction.say(Event(at=5, kind="session.revoked", actor="p1"))


def filled(where: Path | str) -> Database:
    database = Database.open(where)
    Keyring.open(database, b"k" * 32)
    database.write(fill)
    return database


def held(database: Database) -> dict[str, Digest]:
    return database.read(lambda snapshot: digests(snapshot.connection))


def test_there_and_back_nothing_changes_and_the_numbers_go_on(tmp_path: Path, postgresql: Cluster) -> None:
    first = filled(tmp_path / "first.db")
    first.write(lambda t: t.connection.exec_driver_sql("DELETE FROM outbox"))
    before = held(first)
    first.close()
    told: list[tuple[int, int]] = []
    with postgresql.database() as url:
        server = backend_of(url)
        server.put_back(tmp_path / "first.db", lambda done, whole: told.append((done, whole)))
        assert told[-1][0] == told[-1][1] == sum(one.rows for one in before.values())
        there = Database.open(url)
        assert held(there) == before
        assert there.write(lambda t: t.changed("person", "new")) == 2_501
        after = held(there)
        assert server.copy_to(tmp_path / "second.db", lambda: "that instant") == "that instant"
        assert there.write(lambda t: [t.say(Event(at=6, kind="session.revoked")), t.said_seq][1]) == 2
        there.close()
    assert stat.S_IMODE((tmp_path / "second.db").stat().st_mode) == 0o600
    refuse_damage(tmp_path / "second.db")
    back = Database.open(tmp_path / "second.db")
    assert held(back) == after
    assert back.write(lambda t: [t.say(Event(at=6, kind="session.revoked")), t.said_seq][1]) == 2
    back.close()


@pytest.mark.parametrize(("name", "what"), [("a\0b", "NUL"), ("x" * 81, "too long")])
def test_what_can_not_be_written_there_leaves_everything_as_it_was(
    tmp_path: Path, postgresql: Cluster, name: str, what: str
) -> None:
    database = Database.open(tmp_path / "first.db")
    database.write(lambda t: t.connection.execute(insert(people), [PERSON | {"name": name}]))
    database.close()
    with postgresql.database() as url:
        there = filled(url)
        before = held(there)
        with pytest.raises(CopyFailedError, match=f"people.*{what}"):
            there.backend.put_back(tmp_path / "first.db")
        assert held(there) == before
        there.close()


def test_a_copy_is_of_one_instant_and_nobody_commits_meanwhile(tmp_path: Path, postgresql: Cluster) -> None:
    with postgresql.database(like="pattern") as url:
        database, other = Database.open(url), Database.open(f"{url}&options=-c%20lock_timeout%3D100")

        def at_that_instant() -> bool:
            with pytest.raises(Exception, match="Another program"):
                other.write(lambda t: t.changed("person", "during"))
            return True

        database.write(lambda t: t.changed("person", "before"))
        assert database.backend.copy_to(tmp_path / "copy.db", at_that_instant)
        assert backend_of(tmp_path / "copy.db").counts()["changes"] == 1
        database.close()
        other.close()


def test_a_digest_tells_every_kind_of_value_apart_and_not_the_order() -> None:
    rows: list[dict[str, object]] = [{"a": one} for one in (1, 1.0, True, "1", b"1", None, "", b"", "None", 0)]
    assert len({Digest().with_row(row) for row in rows}) == len(rows)
    assert Digest().with_row({"a": "x", "b": "y"}) != Digest().with_row({"a": "xb", "": "y"})
    assert Digest().with_row(rows[0]).with_row(rows[1]) == Digest().with_row(rows[1]).with_row(rows[0])
    assert Digest().with_row(rows[0]).with_row(rows[0]) != Digest()
    with pytest.raises(ValueError, match="kind"):
        Digest().with_row({"a": time})
