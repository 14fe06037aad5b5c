"""`limen erase` by hand: what it shows first, what it refuses, and what is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.backup.saved_company import Served, serve_once
from tests.cli.test_main import leave
from tests.golden import Expected

from limen.facts import Factor, Person
from limen.identity.model import PersonStatus
from limen.identity.store import erasure, factors, people
from limen.privacy.tombstones import FILE
from limen.storage import Database
from limen.storage.segments.lock import lock_chain

MIA = Person("p_mia", "Mia Moor", "mia@harbor.example", groups=frozenset({"staff"}))


@pytest.fixture
def served(tmp_path: Path) -> Served:
    served = serve_once(tmp_path)
    database = Database.open(served.database)
    database.write(lambda tx: people.add(tx.connection, MIA, PersonStatus.ACTIVE, 1))
    database.close()
    return served


def is_here(served: Served, person_id: str) -> bool:
    database = Database.open(served.database)
    try:
        return database.read(lambda s: people.status_of(s.connection, person_id)) is not None
    finally:
        database.close()


def test_it_is_shown_first_then_done_and_the_journal_holds(
    tmp_path: Path, served: Served, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    root = str(served.root)
    assert leave("erase", "mia@harbor.example", root) == 0
    said = capsys.readouterr().out
    assert "Mia Moor <mia@harbor.example>, active, id p_mia" in said
    expected(said, {str(tmp_path): "FOLDER"})
    assert "Nothing was changed" in said
    assert leave("erase", "p_mia", root, "--yes", "-m", "asked for it") == 1
    assert "still has access" in capsys.readouterr().err
    assert leave("erase", "p_mia", root, "--yes", "--deactivate") == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
    assert is_here(served, "p_mia")
    assert leave("erase", "p_mia", root, "--yes", "--deactivate", "-m", "asked for it") == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})
    assert not is_here(served, "p_mia")
    assert (served.root / "data" / FILE).read_text().splitlines()[-1].startswith("p_mia ")
    assert leave("journal", "verify", root) == 0
    assert leave("erase", "p_mia", root) == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})


def test_the_last_who_could_administer_stays(
    tmp_path: Path, served: Served, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    assert leave("erase", "p_ada", str(served.root), "--yes", "--deactivate", "-m", "asked for it") == 1
    assert "last active administrator" in capsys.readouterr().err
    ben = Person("p_ben", "Ben", "ben@harbor.example", groups=frozenset({"administrators", "staff"}), active=True)
    database = Database.open(served.database)
    database.write(lambda tx: people.add(tx.connection, ben, PersonStatus.ACTIVE, 1))
    assert database.read(lambda s: factors.held_by(s.connection, "p_ada")) >= {Factor.PASSKEY}
    database.close()  # Ben is an administrator, and has nothing to prove it with
    assert leave("erase", "p_ada", str(served.root), "--yes", "--deactivate", "-m", "asked for it") == 1
    expected(capsys.readouterr().err, {str(tmp_path): "FOLDER"})
    assert is_here(served, "p_ada")


def test_a_restore_with_the_kept_list_brings_nobody_back(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    from limen.clock import SystemClock
    from limen.privacy.erase import erase_again

    backup, there = tmp_path / "before.tar.gz", tmp_path / "there"
    served.back_up(backup)
    assert leave("erase", "p_mia", str(served.root), "--yes", "--deactivate", "-m", "asked for it") == 0
    (there / "data").mkdir(parents=True)
    for kept in ("master.key", FILE):
        (there / "data" / kept).write_bytes((served.root / "data" / kept).read_bytes())
        (there / "data" / kept).chmod(0o600)
    assert leave("restore", str(backup), str(there)) == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})
    database = Database.open(there / "data" / "limen.db")
    assert database.read(lambda s: people.status_of(s.connection, "p_mia")) is not None
    assert erase_again(database, there / "data", SystemClock().now()) == 1  # as the start does, before all else
    assert database.read(lambda s: people.status_of(s.connection, "p_mia")) is None
    assert database.read(lambda s: erasure.waiting_in_journal(s.connection)) == ["p_mia"]
    database.close()


def test_a_running_server_does_the_journals_part(
    tmp_path: Path, served: Served, capsys: pytest.CaptureFixture[str], expected: Expected
) -> None:
    with lock_chain(served.root / "data" / "journal" / "main"):
        assert leave("erase", "p_mia", str(served.root), "--yes", "--deactivate", "-m", "asked for it") == 0
    expected(capsys.readouterr().out, {str(tmp_path): "FOLDER"})
    database = Database.open(served.database)
    assert database.read(lambda s: erasure.waiting_in_journal(s.connection)) == ["p_mia"]
    database.close()
