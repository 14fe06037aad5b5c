from __future__ import annotations

from dataclasses import replace

from limen.access.service_accounts import store
from limen.access.service_accounts.model import Seen
from limen.storage import Database

BACKUP = Seen(external_id="1", kind="principal", name="backup", secrets=1, secret_at=5)


def test_what_a_directory_has_is_taken_over_and_a_claim_goes_on(where: str) -> None:
    database = Database.open(where)
    other = Seen(external_id="2", kind="principal", name="n" * 999, detail="d" * 999)
    assert database.write(lambda t: store.keep(t.connection, "corp", [BACKUP, other], 10)) == (2, 0)
    assert database.write(lambda t: store.keep(t.connection, "cloud", [BACKUP], 10)) == (1, 0)
    (first, *_) = [one for one in database.read(lambda s: store.every(s.connection)) if one.directory == "corp"]
    claimed = replace(first, owner="p_ada", purpose="Backups", until=99, claimed_at=11, claimed_by="p_root")
    database.write(lambda t: store.claim(t.connection, claimed))
    renamed = replace(BACKUP, name="backup2")
    assert database.write(lambda t: store.keep(t.connection, "corp", [renamed], 20)) == (0, 1)
    (kept,) = [one for one in database.read(lambda s: store.every(s.connection)) if one.directory == "corp"]
    assert (kept.id, kept.name, kept.owner, kept.first_seen_at, kept.seen_at) == (first.id, "backup2", "p_ada", 10, 20)
    assert database.read(lambda s: store.by_id(s.connection, kept.id)) == kept
    assert database.write(lambda t: store.forget_directories(t.connection, ["corp"])) == 1
    assert [one.directory for one in database.read(lambda s: store.every(s.connection))] == ["corp"]
    database.close()
