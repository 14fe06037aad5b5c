from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from limen.cli import workers
from limen.company.load import load_company, load_settings
from limen.company.places import database_of, journal_folder, workers_folder
from limen.company.publish import SERVER, publish
from limen.demo.harbor import copy_to
from limen.errors import LimenError
from limen.storage import Database
from limen.storage.lock_holders import PARENT_LOCK
from limen.storage.segments.lock import lock_chain


@pytest.fixture
def harbor(tmp_path: Path) -> Path:
    copy_to(tmp_path, prefer_usual_ports=False)
    database = Database.open(database_of(tmp_path, load_settings(tmp_path)))
    publish(database, load_company(tmp_path), SERVER, "first", 1_800_000_000_000)
    database.close()
    return tmp_path


def test_each_worker_is_a_line_and_nobody_is_said(harbor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workers.run("list", harbor)
    assert "limen serve" in capsys.readouterr().out
    database = Database.open(database_of(harbor, load_settings(harbor)))
    database.workers.chain = "main-2"
    database.workers.register(0)
    workers.run("list", harbor)
    assert f"main-2  pid {os.getpid()}" in capsys.readouterr().out
    workers.run("list", harbor, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert (said["journal"], said["pid"], said["seq"], said["requests"]) == ("main-2", os.getpid(), 0, 0)
    assert said["behind"] > 0
    database.close()


def test_the_parent_is_told_to_replace_them_and_what_is_none_is_not(
    harbor: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings(harbor)
    with pytest.raises(LimenError):
        workers.run("restart", harbor)
    chain = journal_folder(harbor, settings) / "main"
    chain.mkdir(parents=True, exist_ok=True)
    alone = lock_chain(chain)
    with pytest.raises(LimenError):
        workers.run("restart", harbor)
    alone.close()
    lock = workers_folder(harbor, settings) / PARENT_LOCK
    lock.parent.mkdir(exist_ok=True)
    # Whoever started the tests may have had SIGHUP ignored, which children inherit.
    opening = f"import fcntl, signal; signal.signal(signal.SIGHUP, signal.SIG_DFL); f = open({str(lock)!r}, 'a')"
    parent = subprocess.Popen(
        [sys.executable, "-c", f"{opening}; fcntl.flock(f, 2); print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    workers.run("restart", harbor)
    assert parent.wait(10) == -signal.SIGHUP
    parent.communicate()
    assert capsys.readouterr().out
