"""Another user of the machine against an agent that runs as root: their session, their sockets, their files.

What is tried on state, locks and links is in tests/test_state.py; on tools, PATH and environment in
tests/collectors/test_machine.py.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from agent.tests.collectors.healthy import LINUX, MOUNTS
from agent.tests.collectors.recorded import Recorded
from agent.tests.collectors.seeing import see
from agent.tests.collectors.test_machine import is_gone
from agent.tests.proof.asking import ASKED, ORIGIN
from agent.tests.test_enrolling import with_path
from tests.interop.real_apps import absent

from limen_agent.collectors import tools
from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.linux.threats import SPOOL
from limen_agent.collectors.this_machine import ThisMachine
from limen_agent.proof import server as proofs
from limen_agent.proof.server import ProofServer
from limen_agent.service import running

NOBODY = 65534
UNIT = Path(__file__).parents[2] / "systemd" / "limen-agent.service"

HANGING = """
import json, time
from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.machine import User
from limen_agent.collectors.tools import run_tool

began = time.monotonic()
try:
    run_tool(("sleep", "SECONDS"), 0.3, User(65534, 65534, "nobody", "/"), {})
except UndeterminedError as undetermined:
    print(json.dumps([undetermined.reason, time.monotonic() - began]))
"""


def look_as_the_unit(seconds: str, *, without: str = "") -> tuple[str, float]:
    """A tool that hangs in a person's session, asked with what the unit leaves of root."""
    left = UNIT.read_text().partition("CapabilityBoundingSet=")[2].partition("\n")[0].casefold().split()
    kept = ["-all", *(f"+{name.removeprefix('cap_')}" for name in left if name != without)]
    confined = ["setpriv", "--no-new-privs", f"--bounding-set={','.join(kept)}"]
    command = [*confined, sys.executable, "-c", HANGING.replace("SECONDS", seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=with_path(), timeout=60)
    reason, took_s = json.loads(done.stdout)
    return reason, took_s


def runs(seconds: str) -> bool:
    return any(
        file.read_bytes() == f"sleep\0{seconds}\0".encode()
        for file in Path("/proc").glob("[0-9]*/cmdline")
        if file.exists()
    )


def test_a_tool_that_a_person_makes_hang_is_ended_by_what_the_unit_leaves_of_root() -> None:
    if not shutil.which("setpriv") or os.geteuid() != 0:
        absent("SETPRIV IS NOT INSTALLED, OR THIS IS NOT ROOT: a person's hanging tool was not tried")
    reason, took_s = look_as_the_unit("9.871")
    assert reason == "timed_out"
    assert took_s < 2
    assert not runs("9.871")


def test_a_tool_that_can_not_be_ended_holds_nothing_up() -> None:
    if not shutil.which("setpriv") or os.geteuid() != 0:
        absent("SETPRIV IS NOT INSTALLED, OR THIS IS NOT ROOT: a tool beyond our power was not tried")
    reason, took_s = look_as_the_unit("3.873", without="cap_kill")
    assert reason == "timed_out"
    assert took_s < 3


def test_what_a_tool_leaves_behind_is_ended_with_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tools, "TOOLS_IN", (str(tmp_path), "/usr/bin", "/bin"))
    (tmp_path / "leave").write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/pid\nexit 0\n")
    (tmp_path / "leave").chmod(0o755)
    with pytest.raises(UndeterminedError) as undetermined:
        ThisMachine().run("leave", seconds=0.4)
    assert undetermined.value.reason == "timed_out"
    assert is_gone(int((tmp_path / "pid").read_text()))


# the port on loopback


@contextmanager
def listening(ports: list[int]) -> Iterator[tuple[ProofServer, list[str]]]:
    server = ProofServer(
        ports=ports,
        origins=["https://login.harbor.example"],
        device="d_1",
        prove=lambda _: "",
        may_ask=lambda: frozenset({os.geteuid()}),
    )
    stopping, said = threading.Event(), list[str]()
    thread = threading.Thread(target=running.listen_to_browsers, args=(server, stopping, said.append), daemon=True)
    thread.start()
    yield server, said
    stopping.set()
    thread.join(60)
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_of_the_machine_is_refused(proving) -> None:
    script = """
import os, socket, sys
port, origin, body, user = sys.argv[1:]
os.setgroups([])
os.setgid(int(user))
os.setuid(int(user))
head = f"POST /prove HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nOrigin: {origin}\\r\\n"
head += "Content-Type: application/json\\r\\n"
with socket.socket() as there:
    there.connect(("127.0.0.1", int(port)))
    there.sendall(f"{head}Content-Length: {len(body)}\\r\\n\\r\\n{body}".encode())
    print(there.recv(4096).split()[1].decode())
"""
    command = [sys.executable, "-c", script, str(proving.port), ORIGIN, json.dumps(ASKED)]
    statuses = [
        subprocess.run([*command, str(user)], capture_output=True, text=True, check=True).stdout.strip()
        for user in (0, NOBODY)
    ]
    assert statuses == ["200", "403"]


HOLDING = """
import os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
held = []
for _ in range(100):
    held.append(socket.socket())
    held[-1].connect(("127.0.0.1", int(sys.argv[1])))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_who_holds_connections_keeps_nobody_out(monkeypatch) -> None:
    monkeypatch.setattr(proofs, "SECONDS", 20.0)
    with listening([0]) as (server, _):
        until(lambda: server.port)
        command = [sys.executable, "-c", HOLDING, str(server.port)]
        other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            assert other.stdout.readline() == "held\n"
            with socket.create_connection(("127.0.0.1", server.port), 5) as mine:
                host = f"Host: 127.0.0.1:{server.port}\r\nOrigin: https://login.harbor.example"
                mine.sendall(f"GET /hello HTTP/1.1\r\n{host}\r\n\r\n".encode())
                assert b" 200 " in mine.recv(4096)
        finally:
            other.communicate("")


def test_ports_that_somebody_took_first_are_taken_when_they_are_free(monkeypatch) -> None:
    monkeypatch.setattr(running, "PORTS_AGAIN_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as taken, listening([taken.getsockname()[1]]) as (server, said):
        until(lambda: said)
        time.sleep(0.2)
        assert (server.port, len(said)) == (0, 1)
        port = taken.getsockname()[1]
        taken.close()
        until(lambda: server.port)
        assert server.port == port


# the folder that anti-malware may write to


def test_a_scanner_that_was_taken_over_and_floods_its_folder_hides_nothing_and_costs_little(monkeypatch) -> None:
    flood = {f"{SPOOL}/{number:06}.json": b"{}" for number in range(20_000)}
    machine = replace(LINUX, files={**LINUX.files, **flood})
    read = list[str]()

    def counting(machine: Recorded, path: str, longest: int = 4096) -> bytes:
        read.append(path)
        return recorded_read(machine, path, longest)

    recorded_read = Recorded.read
    monkeypatch.setattr(Recorded, "read", counting)
    assert len(see(machine, "threats").observed["active"]) == 20
    assert len(read) == 1000


# what they mount


@pytest.mark.parametrize("named", ["/dev/nvme0n1p2", "/dev/none"])
def test_what_a_person_mounts_and_names_like_a_disk_is_none(named) -> None:
    mounted = "80 29 0:70 / /home/mallory/x rw,nosuid,nodev - fuse.any {} rw,user_id={},group_id=1001\n"
    by_a_person, by_root = (
        LINUX.with_file("/proc/self/mountinfo", MOUNTS + mounted.format(named, user)) for user in (1001, 0)
    )
    assert see(by_a_person, "disk_encryption").observed == see(LINUX, "disk_encryption").observed
    assert see(by_root, "disk_encryption").observed.get("encrypted") is not True


def until(holds, seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not come to be"
        time.sleep(0.02)
