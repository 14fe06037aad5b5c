"""A host is set up, shut, and left as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.enforcement.ssh.real_host import needs_a_host
from tests.enforcement.ssh.world import World

from limen.enforcement.ssh.limen_ssh_host import setting_up
from limen.enforcement.ssh.limen_ssh_host.places import KEPT
from limen.enforcement.ssh.limen_ssh_host.setting_up import enrol, status
from limen.following.program.kept import Wrong


def test_without_what_it_needs_no_token_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_up.shutil, "which", lambda _: None)
    monkeypatch.setattr(setting_up.Limen, "ask", lambda *_: pytest.fail("it asked"))
    with pytest.raises(Wrong, match="sudo"):
        enrol("https://limen.harbor.example", "", "token")


def test_no_number_of_crashes_ends_what_takes_revocations() -> None:
    assert "StartLimitIntervalSec=0" in setting_up._UNIT.partition("[Service]")[0]


def test_a_host_that_did_not_enrol_has_no_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KEPT, "folder", tmp_path)
    with pytest.raises(Wrong):
        status()


@needs_a_host
async def test_every_other_way_in_can_be_shut_and_all_of_it_undone(world: World) -> None:
    issued = await world.ask()
    world.host.run("limen-ssh-host", "only")
    assert "follows" in world.host.run("limen-ssh-host", "status")
    assert await world.log_in(issued, "echo", "in") == "in\n"
    shut = world.host.run("/usr/sbin/sshd", "-T")
    assert {"passwordauthentication no", "authorizedkeysfile none"} <= set(shut.splitlines())
    world.host.run("limen-ssh-host", "leave")
    for path in ("/etc/limen-ssh", "/etc/ssh/sshd_config.d/10-limen.conf", "/etc/ssh/sshd_config.d/11-limen-only.conf"):
        world.host.run("test", "!", "-e", path)
    assert "limen" not in world.host.run("cat", "/etc/pam.d/sshd")
