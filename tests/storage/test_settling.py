"""A command returns when every worker knows what it changed: here `opened`, as all commands use it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.company.small_folder import small_folder

from limen.cli.open_company import opened
from limen.company.load import load_settings
from limen.company.places import database_of
from limen.errors import LimenError
from limen.storage import Database, Transaction, settling as module


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How often a command waited, in place of waiting."""
    found: list[float] = []
    monkeypatch.setattr(module, "sleep", found.append)
    return found


def _end_somebody(transaction: Transaction) -> int:
    return transaction.changed("person", "p_1")


def test_a_command_returns_when_every_worker_knows_what_it_changed(
    tmp_path: Path, rests: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    with opened(root) as here:
        here.database.write(_end_somebody)
    assert rests == []  # no worker answers
    worker = Database.open(database_of(root, load_settings(root)))
    worker.claim()
    worker.workers.register(worker.read(lambda snapshot: snapshot.seq))
    known = []

    def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 3:
            known.append(worker.read(lambda snapshot: snapshot.seq))
            assert worker.workers.acknowledge(known[-1])

    monkeypatch.setattr(module, "sleep", rest)
    with opened(root) as here:
        assert here.newest()
    assert rests == []  # nothing was changed
    with opened(root) as here:
        seq = here.database.write(_end_somebody)
    assert (len(rests), known) == (3, [seq])
    worker.close()


def test_a_command_waits_for_a_worker_that_hangs_for_no_longer_than_a_lease(
    tmp_path: Path, rests: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    worker = Database.open(database_of(root, load_settings(root)))
    worker.claim()
    worker.workers.register(0)
    now = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "sleep", lambda seconds: now.append(now.pop() + seconds))
    with pytest.raises(LimenError):
        _end_and_fail(root)
    assert now == [pytest.approx(100.0 + module.LEASE_SECONDS)]
    worker.close()


def _end_and_fail(root: Path) -> None:
    with opened(root) as here:
        here.database.write(_end_somebody)
        raise LimenError("it failed afterwards", "")


def test_a_register_that_can_not_be_asked_is_waited_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = small_folder(tmp_path)
    assert leave("apply", str(root), "-m", "Begin") == 0
    now = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "sleep", lambda seconds: now.append(now.pop() + seconds))
    with opened(root) as here:
        here.database.write(_end_somebody)
        monkeypatch.setattr(here.database.workers, "behind", _gone)
    assert now == [pytest.approx(100.0 + module.LEASE_SECONDS)]


def _gone(_seq: int, _seconds: float) -> bool:
    raise OSError
