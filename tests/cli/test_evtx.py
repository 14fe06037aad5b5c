"""`limen evtx`: what it prints is what a source of the kind `evtx` takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.monitor.normal_form.evtx_writer import event, evtx
from tests.monitor.normal_form.frames import events


def test_a_file_as_lines_that_are_read_as_its_events(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "Security.evtx"
    data = {"TargetUserName": "jane\r\nx", "LogonType": "3"}
    file.write_bytes(evtx([event(number, 4624, "Security", data) for number in (1, 2)]))
    assert leave("evtx", str(file)) == 0
    lines = capsys.readouterr().out
    assert lines.count("\n") == 2
    assert [one.kind for one in events("evtx", lines)] == ["4624", "4624"]


def test_what_is_no_such_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").write_bytes(b"MZ")
    assert leave("evtx", str(tmp_path / "x")) != 0
    assert str(tmp_path / "x") in capsys.readouterr().err
