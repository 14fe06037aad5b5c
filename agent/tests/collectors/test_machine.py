"""Tools and files are read as if whoever wrote them were hostile: in time, in size, without a shell."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from limen_agent.collectors import machine, tools as module
from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.machine import User
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.collectors.tools import find_tool


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which tools are looked for, beside the system's."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setattr(module, "TOOLS_IN", (str(folder), "/usr/bin", "/bin"))
    return folder


def write(tools: Path, name: str, script: str) -> None:
    (tools / name).write_text(f"#!/bin/sh\n{script}\n")
    (tools / name).chmod(0o755)


def reason_of(*words: str, seconds: float = 5) -> str:
    with pytest.raises(UndeterminedError) as undetermined:
        ThisMachine().run(*words, seconds=seconds)
    return undetermined.value.reason


def test_a_tool_runs_in_its_own_small_world_without_a_shell(tools, monkeypatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.setenv("LD_PRELOAD", "/tmp/evil.so")
    write(tools, "tell", 'echo "$1|$LC_ALL|$LANG|$LD_PRELOAD|$PWD"; cat; echo to the other >&2; exit 3')
    ran = ThisMachine().run("tell", "$(touch /tmp/x); `id` * ;")
    assert (ran.code, ran.out, ran.err) == (3, "$(touch /tmp/x); `id` * ;|C|||/\n", "to the other\n")


def test_a_tool_that_hangs_is_ended_with_all_that_it_started(tools, tmp_path) -> None:
    write(tools, "hang", f"sleep 60 & echo $! > {tmp_path}/pid; trap '' TERM; sleep 60")
    began = time.monotonic()
    assert reason_of("hang", seconds=0.5) == "timed_out"
    assert time.monotonic() - began < 5
    pid = int((tmp_path / "pid").read_text())
    assert is_gone(pid)


def test_a_tool_that_closes_its_output_and_stays_is_ended(tools) -> None:
    write(tools, "stay", "exec >&- 2>&-; sleep 60")
    assert reason_of("stay", seconds=0.5) == "timed_out"


def test_an_endless_output_is_cut_and_its_tool_ended(tools, monkeypatch) -> None:
    monkeypatch.setattr(module, "LONGEST_OUTPUT", 100_000)
    write(tools, "flood", "exec cat /dev/zero")
    assert reason_of("flood") == "unreadable"
    write(tools, "flood", "exec cat /dev/zero >&2")
    assert reason_of("flood") == "unreadable"


def test_output_that_is_cut_off_or_binary_is_unreadable(tools) -> None:
    write(tools, "cut", "printf 'On'")
    write(tools, "binary", "printf 'a\\000b\\n'")
    assert reason_of("cut") == reason_of("binary") == "unreadable"


def test_tools_are_found_in_the_systems_folders_alone(tmp_path, monkeypatch) -> None:
    write(tmp_path, "nft", "echo mine")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert find_tool("sh") in {"/usr/bin/sh", "/bin/sh"}
    with pytest.raises(UndeterminedError):
        find_tool("no-such-tool")
    assert not find_tool("env").startswith(str(tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a tool as somebody else")
def test_a_tool_of_a_persons_session_runs_as_that_person(tools) -> None:
    ran = ThisMachine().run("id", user=User(65534, 65534, "nobody", "/nonexistent"))
    assert "uid=65534" in ran.out
    assert "root" not in ran.out


def test_files_that_are_none_or_too_long_are_not_read(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").write_bytes(b"x" * 2_000_000)
    for path, reason in (("pipe", "unreadable"), ("long", "unreadable"), ("none", "missing_tool"), ("", "unreadable")):
        with pytest.raises(UndeterminedError) as undetermined:
            ThisMachine().read(str(tmp_path / path))
        assert undetermined.value.reason == reason
    with pytest.raises(UndeterminedError):
        ThisMachine().read("/dev/zero")


def answering(path: Path, answer: bytes, *, holds: bool = False) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()

    def serve() -> None:
        try:
            while True:
                there, _ = listening.accept()
                there.recv(100)
                there.sendall(answer)
                if not holds:
                    there.close()
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    return listening


@pytest.mark.skipif(os.geteuid() != 0, reason="the service that answers must be of the system")
def test_a_service_is_asked_in_time_and_size(tmp_path) -> None:
    with answering(tmp_path / "good", b"PONG\0"):
        assert ThisMachine().ask(str(tmp_path / "good"), b"zPING\0") == b"PONG\0"
    with answering(tmp_path / "long", b"x" * 10_000), pytest.raises(UndeterminedError) as undetermined:
        ThisMachine().ask(str(tmp_path / "long"), b"zPING\0")
    assert undetermined.value.reason == "unreadable"
    with answering(tmp_path / "slow", b"PO", holds=True), pytest.raises(UndeterminedError) as undetermined:
        ThisMachine().ask(str(tmp_path / "slow"), b"zPING\0", seconds=0.3)
    assert undetermined.value.reason == "timed_out"
    with pytest.raises(UndeterminedError) as undetermined:
        ThisMachine().ask(str(tmp_path / "none"), b"zPING\0")
    assert undetermined.value.reason == "missing_tool"


def test_a_service_that_a_person_put_there_is_not_asked(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(machine, "FIRST_PERSON", 0)  # whoever runs this test counts as a person
    with answering(tmp_path / "fake", b"PONG\0"), pytest.raises(UndeterminedError, match="no service of the system"):
        ThisMachine().ask(str(tmp_path / "fake"), b"zPING\0")


def is_gone(pid: int) -> bool:
    for _ in range(3_000):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False
