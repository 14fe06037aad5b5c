"""Sessions as they are known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen.enforcement.ssh.limen_ssh_host.places import RUN
from limen.enforcement.ssh.limen_ssh_host.processes import start_of
from limen.enforcement.ssh.limen_ssh_host.records import drop, is_in, keep, record_of, records

HERE = {"pid": os.getpid(), "start": start_of(os.getpid()), "account": "ida", "serial": 1}


def test_a_session_is_known_while_its_process_is_that_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RUN, "folder", tmp_path)
    assert records() == []
    keep(HERE)
    keep({**HERE, "start": 7, "account": "kim"})
    (tmp_path / "sessions" / ".limen.half").write_text("{")
    assert len(records()) == 2
    assert record_of(os.getpid()) == HERE
    assert (is_in("ida"), is_in("kim")) == (True, False)
    drop(HERE)
    drop(HERE)
    assert (record_of(os.getpid()), is_in("ida")) == (None, False)
    assert (tmp_path / "sessions").stat().st_mode & 0o777 == 0o700
