# ruff: noqa: ASYNC240 -- each of these tests has its event loop to itself
from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from tests.doctor.scene import outside, setup

from limen.doctor.keys import keys
from limen.finding import Finding, State
from limen.storage import Database, Keyring, master_key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "data" / "master.key"
    database = Database.open(tmp_path / "data" / "limen.db")
    Keyring.open(database, master_key(file, {}))
    database.close()
    return file


async def looked(tmp_path: Path, **environ: str) -> Finding:
    (found,) = await keys(setup(tmp_path, outside_=outside(environ=environ)))
    return found


async def test_a_key_that_opens_the_keyring_is_fine_and_never_said(tmp_path: Path, file: Path) -> None:
    found = await looked(tmp_path)
    assert found.state is State.OK
    assert "opens the keyring" in found.what
    assert file.read_text().strip() not in str(found)


async def test_one_that_others_may_read_is_wrong(tmp_path: Path, file: Path) -> None:
    file.chmod(0o644)
    found = await looked(tmp_path)
    assert found.state is State.WRONG
    assert "mode 0644" in found.what
    assert f"chmod 600 {file}" in found.fix


async def test_another_ones_a_broken_and_a_missing_key_are_told_apart(tmp_path: Path, file: Path) -> None:
    other = urlsafe_b64encode(os.urandom(32)).decode()
    found = await looked(tmp_path, LIMEN_MASTER_KEY=other)
    assert (found.state, found.where) == (State.WRONG, "the variable LIMEN_MASTER_KEY")
    assert "does not match" in found.what
    assert other not in str(found)
    file.write_text("x")
    assert "contains no master key" in (await looked(tmp_path)).what
    file.unlink()
    found = await looked(tmp_path)
    assert found.state is State.WRONG
    assert "is missing" in found.what
    assert not file.exists()


async def test_before_the_first_start_there_is_none_and_none_is_made(tmp_path: Path) -> None:
    assert (await looked(tmp_path)).state is State.SKIPPED
    assert not list(tmp_path.iterdir())


async def test_one_that_belongs_to_somebody_else_is_wrong(tmp_path: Path, file: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away: another owner's key is NOT tested")
    os.chown(file, 4321, -1)
    found = await looked(tmp_path)
    assert found.state is State.WRONG
    assert "belongs to user 4321" in found.what
