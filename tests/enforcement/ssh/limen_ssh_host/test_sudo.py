"""Who may act as root, until when."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from tests.enforcement.ssh.real_host import needs_a_host
from tests.enforcement.ssh.world import World, line_of_output

from limen.clock import SECOND
from limen.enforcement.ssh.limen_ssh_host import records, sudo
from limen.enforcement.ssh.limen_ssh_host.places import RUN
from limen.enforcement.ssh.limen_ssh_host.processes import start_of


@needs_a_host
def test_it_lasts_until_the_latest_end_of_the_sessions_that_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RUN, "folder", tmp_path / "run")
    monkeypatch.setattr(sudo, "SUDOERS", tmp_path)
    here = {"pid": os.getpid(), "start": start_of(os.getpid()), "account": "ida.k"}
    records.keep({**here, "is_elevated": True, "until": 4_102_444_800.0})
    records.keep({**here, "pid": 1, "start": 7, "is_elevated": True, "until": 4_200_000_000.0})
    sudo.write_sudoers("ida.k")
    assert "NOTAFTER=21000101000000Z " in (tmp_path / "limen-ssh_ida_k").read_text()
    records.keep({**here, "is_elevated": True, "until": time.time() - 1})
    sudo.write_sudoers("ida.k")
    assert not (tmp_path / "limen-ssh_ida_k").exists()


def test_a_name_that_limen_does_not_give_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sudo, "SUDOERS", tmp_path)
    monkeypatch.setattr(RUN, "folder", tmp_path / "run")
    for name in ("ALL", "ida ALL=(ALL) ALL #", "../x", ""):
        sudo.write_sudoers(name)
    assert list(tmp_path.iterdir()) == []


@needs_a_host
async def test_sudo_itself_holds_to_the_end_where_nothing_else_runs(world: World) -> None:
    world.grant("elevate", lasts=9 * SECOND)
    issued = await world.ask(is_elevated=True)
    session = world.client.stay(
        issued.certificate, "ida", "sudo -n id -un; while sudo -n true 2>&1; do sleep 0.1; done; date +%s.%N; sleep 9"
    )
    assert await asyncio.to_thread(line_of_output, session) == "root"
    world.host.run("pkill", "-STOP", "-f", "limen-ssh-host follow")  # in the host's own PID namespace
    ended = 0.0
    while not ended:
        said = await asyncio.to_thread(line_of_output, session)
        ended = float(said) if said.replace(".", "").isdigit() else 0.0
    assert abs(ended - issued.until / SECOND) < 1.5
    session.kill()
