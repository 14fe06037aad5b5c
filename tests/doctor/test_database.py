# ruff: noqa: ASYNC220, ASYNC240 -- each of these tests has its event loop to itself
from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.doctor.scene import outside, setup
from tests.postgresql import Cluster

from limen.doctor import database as looking
from limen.doctor.database import database
from limen.doctor.machine import this_machine
from limen.finding import Finding, State
from limen.settings import Database as ServerSettings
from limen.storage import Database
from limen.storage.backend import backend_of
from limen.storage.upgrade import newest_version

HOLDS = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    Database.open(tmp_path / "data" / "limen.db").close()
    return tmp_path / "data" / "limen.db"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "_BETWEEN_SECONDS", 0.005)


async def looked(tmp_path: Path, **changes) -> Finding:
    found, *_ = await database(setup(tmp_path, outside_=outside(**changes)))
    return found


async def test_a_whole_database_is_fine_and_nothing_is_written(tmp_path: Path, file: Path) -> None:
    before = sorted(one.name for one in file.parent.iterdir()), file.read_bytes()
    found = await looked(tmp_path)
    assert found.state is State.OK
    assert "it is intact" in found.what
    assert (sorted(one.name for one in file.parent.iterdir()), file.read_bytes()) == before


async def test_before_the_first_start_there_is_none(tmp_path: Path) -> None:
    assert (await looked(tmp_path)).state is State.SKIPPED
    assert not (tmp_path / "data").exists()


async def test_another_process_that_locks_it_is_named(tmp_path: Path, file: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        found = await looked(tmp_path, write_holder=this_machine().write_holder)
    finally:
        process.communicate("", timeout=60)
    assert found.state is State.WRONG
    assert "the database is locked" in found.what
    assert f"(pid {process.pid})" in found.what
    assert str(process.pid) in found.fix
    assert (await looked(tmp_path, write_holder=this_machine().write_holder)).state is State.OK


async def test_damage_a_newer_limen_and_rubbish_are_told(tmp_path: Path, file: Path) -> None:
    with sqlite3.connect(file) as one:
        one.execute("UPDATE alembic_version SET version_num = '9999'")
    one.close()
    found = await looked(tmp_path)
    assert found.state is State.WRONG
    assert "version 9999" in found.what
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * 8192 + whole[12288:])
    found = await looked(tmp_path)
    assert found.state is State.WRONG
    assert "backup" in found.fix
    file.write_bytes(b"this is no database, and it never was one" * 100)
    assert (await looked(tmp_path)).state is State.WRONG


@pytest.mark.slow
async def test_a_server_is_examined_and_its_absence_told_without_a_password(
    tmp_path: Path, postgresql: Cluster
) -> None:
    scene = setup(tmp_path, outside_=outside())

    async def found(url: str) -> Finding:
        scene.settings = scene.settings.model_copy(update={"database": ServerSettings(url=url)})
        one, *_ = await database(scene)
        return one

    with postgresql.database() as url:
        assert (await found(url)).state is State.SKIPPED
        Database.open(url).close()
        whole = await found(url)
        assert (whole.state, whole.where) == (State.OK, backend_of(url).place)
        assert newest_version() in whole.what
    gone = await found(url)
    assert (gone.state, gone.where) == (State.WRONG, url)
    assert (await found("postgresql://limen:tidal@db/limen")).state is State.WRONG
    assert "tidal" not in str(await found("postgresql://limen:tidal@db/limen"))
