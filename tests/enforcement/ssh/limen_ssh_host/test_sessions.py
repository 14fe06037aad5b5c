"""The end of sessions, with all that runs in them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.devices.served import OWNER
from tests.enforcement.ssh.real_host import Client, needs_a_host
from tests.enforcement.ssh.world import World, line_of_output

from limen.clock import SECOND
from limen.enforcement.ssh.limen_ssh_host import records, sessions
from limen.enforcement.ssh.limen_ssh_host.places import KEPT, RUN
from limen.enforcement.ssh.limen_ssh_host.processes import start_of


def record(pid: int, **about: object) -> dict[str, object]:
    return {
        "pid": pid,
        "start": start_of(pid),
        "account": "ida",
        "is_elevated": False,
        "logind": "",
        "audit": "",
        **about,
    }


def test_what_a_session_leaves_is_known_by_its_account_where_that_is_somebodys_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (KEPT, RUN):
        monkeypatch.setattr(one, "folder", tmp_path)
    KEPT.put("made", {"ida": 54_321})
    monkeypatch.setattr(sessions, "uids_of", lambda pid: {54_321} if pid == os.getppid() else {0})
    gone = record(os.getpid(), is_own=True)
    assert sessions.remains_of(gone) == {os.getppid()}
    assert sessions.remains_of({**gone, "is_own": False}) == set()
    records.keep(record(os.getpid()))  # ida is in by another session
    assert sessions.remains_of(gone) == set()


def test_a_session_without_a_terminal_is_used_while_commands_of_it_run() -> None:
    words = ["sh", "-c", "read line; sleep 30 & sleep 30 & echo; wait"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        assert not sessions.is_used(record(shell.pid))
        shell.stdin.write(b"\n")
        shell.stdin.flush()
        shell.stdout.readline()
        assert sessions.is_used(record(shell.pid))
        os.killpg(shell.pid, signal.SIGKILL)


@needs_a_host
async def test_acting_as_root_and_the_session_end_with_the_grant_while_limen_is_away(world: World) -> None:
    world.grant("elevate", lasts=9 * SECOND)
    issued = await world.ask(is_elevated=True)
    session = world.client.stay(issued.certificate, "ida", "sudo -n id -un; sudo -n sleep 61; sleep 62")
    assert await asyncio.to_thread(line_of_output, session) == "root"
    assert "NOTAFTER=" in world.host.run("cat", "/etc/sudoers.d/limen-ssh_ida")
    world.host.cut_off()
    assert await asyncio.to_thread(session.wait, 30) != 0
    assert 0 <= time.time() - issued.until / SECOND < 1
    assert world.host.run("pgrep", "-x", "sleep", "-a", check=False).count("sleep 6") == 0
    world.host.run("test", "!", "-e", "/etc/sudoers.d/limen-ssh_ida")


@needs_a_host
async def test_a_revoked_certificate_opens_nothing_and_what_is_open_is_cut(world: World) -> None:
    issued = await world.ask()
    other = Client(world.client.folder.with_name("other"), world.host, key=world.client.key)
    other.trust(*issued.vouching)
    session = other.stay(issued.certificate, "ida", "echo in; (setsid sleep 71 &) ; sleep 72")
    assert await asyncio.to_thread(line_of_output, session) == "in"
    began = time.monotonic()
    await world.limen.house.limen.identity.people.set_groups(OWNER, [], by="")
    assert await asyncio.to_thread(session.wait, 10) != 0
    took = time.monotonic() - began
    assert took < 5, took
    assert "refused" in await world.log_in(issued, "true", check=False)
    assert "revoked" in world.host.said("sshd").lower()
    assert world.host.run("pgrep", "-x", "sleep", "-a", check=False).count("sleep 72") == 0
