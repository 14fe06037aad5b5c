"""Backup, wipe, restore: the same decision; what was open is dead; never half of anything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.backup.saved_company import ADA, SEED, Served

from limen.app import open_limen
from limen.backup.errors import BackupError, BackupUnfitError, NotEmptyError
from limen.backup.fence import epoch_of, promoted_in, refuse_if_replaced
from limen.backup.places import refuse_half_restored
from limen.backup.restore import restore
from limen.clock import SystemClock
from limen.company.load import load_company, load_settings
from limen.identity.store import factors, links, sessions
from limen.storage import Database, Keyring
from limen.storage.journal import Reader, verify

NOW = SystemClock().now


def test_backup_wipe_restore_and_everything_is_there_and_nothing_is_open(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    made = served.back_up(file)
    before = load_company(served.root).revision
    shutil.rmtree(served.root)

    done = restore(file, served.root, NOW(), key=served.key)

    assert done.wrote_folder
    assert load_company(served.root).revision == before == made.revision
    assert "data/" in (served.root / ".gitignore").read_text().splitlines()
    reader = Reader(served.root / "data" / "journal")
    event = reader.find(served.decision)
    assert event is not None
    assert reader.facts_of(event) is not None
    database = Database.open(served.database)
    keyring = Keyring.open(database, served.key)
    assert verify(reader.root, keyring.journal_keys).problems == ()
    with_seed = database.read(lambda s: factors.sealed_seed_of(s.connection, ADA.id))
    sealed = with_seed if isinstance(with_seed, bytes) else with_seed[0]
    assert keyring.open_sealed("codes", ADA.id, "seed", sealed) == SEED
    session = database.read(lambda s: sessions.by_id(s.connection, "s1"))
    assert session is not None
    assert database.read(lambda s: sessions.not_before_of(s.connection, "company", "")) > session[1].started_at
    assert database.read(lambda s: links.still_good(s.connection, NOW())) == []
    assert done.links == 1
    database.close()


async def test_the_restored_company_starts_says_so_and_no_cut_is_taken_for_a_fall(
    served: Served, tmp_path: Path
) -> None:
    from contextlib import AsyncExitStack

    file, there = tmp_path / "b.tar.gz", tmp_path / "there"
    served.back_up(file)
    restore(file, there, NOW(), key=served.key)
    async with AsyncExitStack() as closing:
        limen = await open_limen(closing, load_settings(there), there, first=lambda: load_company(there))
        await limen.journal.settled()
        kinds = [event.kind for event in limen.journal.recent(50)]
        assert "limen.restored" in kinds
        assert "journal.recovered" not in kinds
        assert "journal.damaged" not in kinds
        assert limen.journal.find(served.decision) is not None
    assert verify(there / "data" / "journal").problems == ()


def test_it_never_lies_over_data_or_into_a_strange_folder(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    served.back_up(file)
    was = served.database.read_bytes()
    with pytest.raises(NotEmptyError, match="already contains data"):
        restore(file, served.root, NOW(), key=served.key)
    assert served.database.read_bytes() == was
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "thesis.odt").touch()
    with pytest.raises(NotEmptyError, match="neither empty"):
        restore(file, strange, NOW(), key=served.key)
    assert [one.name for one in strange.iterdir()] == ["thesis.odt"]


def test_a_restore_that_was_cut_off_starts_nothing_and_begins_anew(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, there = tmp_path / "b.tar.gz", tmp_path / "there"
    served.back_up(file)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("limen.backup.restore.shutil.rmtree", killed)  # nothing is tidied up after a kill -9
        with pytest.raises(KeyboardInterrupt):
            restore(file, there, NOW(), key=served.key)
    with pytest.raises(BackupError, match="not finished"):
        refuse_half_restored(there, load_settings(there))
    restore(file, there, NOW(), key=served.key)
    refuse_half_restored(there, load_settings(there))
    assert verify(there / "data" / "journal").problems == ()


def test_the_promoted_machine_goes_on_and_the_other_refuses(served: Served, tmp_path: Path) -> None:
    shared, there = tmp_path / "shared", tmp_path / "there"
    shared.mkdir()
    served.back_up(shared / "b.tar.gz")
    restore(shared / "b.tar.gz", there, NOW(), key=served.key, promote_in=shared)
    assert epoch_of(there / "data") == 1
    promoted = promoted_in(shared, served.key)
    assert promoted is not None
    assert promoted.epoch == 1
    refuse_if_replaced(there / "data", shared, served.key)
    with pytest.raises(BackupError, match="took this one's place"):
        refuse_if_replaced(served.root / "data", shared, served.key)


def test_without_the_key_nothing_is_left_behind(served: Served, tmp_path: Path) -> None:
    file, there = tmp_path / "b.tar.gz", tmp_path / "there"
    served.back_up(file)
    with pytest.raises(BackupUnfitError, match="--key"):
        restore(file, there, NOW())
    assert not (there / "data" / ".restoring").exists()
    assert not (there / "data" / "limen.db").exists()
