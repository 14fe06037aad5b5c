"""Logs of Windows as files: real ones, read by the library; damaged ones, and what is none."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from tests.monitor.normal_form.evtx_writer import CHUNK, HEADER, event, evtx
from tests.monitor.normal_form.frames import RECEIVED

from limen.clock import from_iso
from limen.monitor.normal_form.evtx_files import EVENTS_A_FRAME, EvtxError, frames_of
from limen.monitor.normal_form.reading import read

SIGNED_IN = {"TargetUserName": "jane", "IpAddress": "203.0.113.9", "LogonType": "3"}


def test_a_file_comes_in_frames_of_events(tmp_path: Path) -> None:
    file = tmp_path / "Security.evtx"
    file.write_bytes(evtx([event(number, 4624, "Security", SIGNED_IN) for number in range(1, 51)]))
    (frame,) = frames_of(file, "harbor", RECEIVED)
    found = read(frame)
    assert (len(found), frame.kind, EVENTS_A_FRAME >= 50) == (50, "evtx", True)
    first = found[0]
    assert (first.user, first.src_ip, first.host, first.kind) == ("jane", "203.0.113.9", "wren.harbor.example", "4624")
    assert (first.at, first.service, first.class_uid) == (from_iso("2026-11-27T09:15:30.250Z"), "security", 3002)
    assert len({one.uid for one in found}) == 50
    assert [one.uid for one in read(next(iter(frames_of(file, "harbor", RECEIVED + 1))))] == [one.uid for one in found]


def test_old_logs_keep_their_time(tmp_path: Path) -> None:
    file = tmp_path / "a.evtx"
    file.write_bytes(evtx([event(1, 4624, "Security", SIGNED_IN)]))
    (frame,) = frames_of(file, "harbor", from_iso("2031-01-01T00:00:00Z"))
    assert read(frame)[0].at == from_iso("2026-11-27T09:15:30.250Z")


@pytest.mark.parametrize("content", [b"", b"MZ", b"ElfFile\0" + b"\xff" * 200, b"\0" * (HEADER + CHUNK)])
def test_what_is_no_log_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.evtx"
    file.write_bytes(content)
    with pytest.raises(EvtxError):
        list(frames_of(file, "harbor", RECEIVED))


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(EvtxError):
        list(frames_of(Path("/nowhere/x.evtx"), "harbor", RECEIVED))


@pytest.mark.parametrize("at", [HEADER + 520, HEADER + 600, HEADER + 700, HEADER + 900])
def test_a_damaged_file_ends_nothing(tmp_path: Path, at: int) -> None:
    whole = bytearray(evtx([event(number, 4624, "Security", SIGNED_IN) for number in range(1, 9)]))
    whole[at : at + 8] = b"\xff" * 8
    file = tmp_path / "x.evtx"
    file.write_bytes(whole)
    with contextlib.suppress(EvtxError):
        assert all(read(frame) for frame in frames_of(file, "harbor", RECEIVED))
