"""`kill -9` of a real restore and a real upgrade in their middle: there is the old or the new, never half of either."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.backup.saved_company import Served, make_older, on_free_port, serve_once

from limen.backup.errors import BackupError
from limen.backup.places import BEFORE_UPGRADE, refuse_half_restored
from limen.company.load import load_settings
from limen.storage.database_check import counts_of, refuse_damage, schema_of
from limen.storage.journal import verify
from limen.storage.keyring import journal_key
from limen.storage.master_key import written_key
from limen.storage.upgrade import newest_version

SECONDS = 60
KILLED_WHERE_IT_PLACES = """
import os, signal, sys
from limen.backup import restore
from limen.cli.main import main
place = restore._place
def placed(source, target):
    if target.name == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
    place(source, target)
restore._place = placed
main(sys.argv[2:])
"""
KILLED_WHERE_IT_MIGRATES = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from limen.cli.main import main
@event.listens_for(Engine, "before_cursor_execute")
def look(connection, cursor, statement, parameters, context, many):
    if "CREATE TABLE app_tokens" in statement and str(connection.engine.url).endswith("limen.db"):
        os.kill(os.getpid(), signal.SIGKILL)
main(sys.argv[1:])
"""


def limen(*words: object) -> list[str]:
    return [sys.executable, "-m", "limen.cli.main", *map(str, words)]


def ended(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=SECONDS, check=False)


@pytest.fixture
def served(tmp_path: Path) -> Served:
    served = serve_once(tmp_path)
    on_free_port(served.root)
    return served


@pytest.mark.parametrize("place", ["journal", "limen.db"])
def test_a_restore_killed_in_its_middle_starts_nothing_and_begins_anew(
    served: Served, tmp_path: Path, place: str
) -> None:
    file, key, there = tmp_path / "b.tar.gz", tmp_path / "safe.key", tmp_path / "there"
    served.back_up(file)
    key.touch(0o600)
    key.write_text(written_key(served.key))
    words = ["restore", file, there, "--key", key]

    assert ended(sys.executable, "-c", KILLED_WHERE_IT_PLACES, place, *words).returncode == -signal.SIGKILL

    with pytest.raises(BackupError, match="not finished"):
        refuse_half_restored(there, load_settings(there))
    assert ended(*limen(*words)).returncode == 0
    refuse_half_restored(there, load_settings(there))
    assert counts_of(there / "data" / "limen.db")["people"] == 1
    assert verify(there / "data" / "journal", (journal_key(served.key),)).problems == ()


def test_an_upgrade_killed_in_its_middle_leaves_the_old_and_a_server_brings_it_over_by_itself(served: Served) -> None:
    make_older(served)
    killed = ended(sys.executable, "-c", KILLED_WHERE_IT_MIGRATES, "upgrade", served.root)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert schema_of(served.database) == "0006"
    assert "mails" not in counts_of(served.database)
    refuse_damage(served.database)

    server = subprocess.Popen(limen("serve", served.root), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        assert any("Limen is running for" in line for line in server.stdout)
    finally:
        server.terminate()
        server.communicate(timeout=SECONDS)

    assert schema_of(served.database) == newest_version()
    assert counts_of(served.database)["people"] == 1
    saved = list((served.root / "data" / BEFORE_UPGRADE).glob("*-0006.tar.gz"))
    assert len(saved) == 2, "one of the killed try, one of the server"
    assert verify(served.root / "data" / "journal", (journal_key(served.key),)).problems == ()
