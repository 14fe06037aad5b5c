"""What PAM calls at each login."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.enforcement.ssh.hosts import door_of
from tests.enforcement.ssh.real_host import needs_a_host
from tests.enforcement.ssh.world import World

from limen.enforcement.ssh.limen_ssh_host import logins
from limen.enforcement.ssh.limen_ssh_host.places import KEPT, RUN
from limen.following.program.kept import Wrong


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (KEPT, RUN):
        monkeypatch.setattr(one, "folder", tmp_path)
    (tmp_path / "authorities").write_text("ssh-ed25519 AAAA\n")


def test_another_way_to_log_in_is_left_alone() -> None:
    logins.admit("password", "ida", 1)
    logins.open_session("password", "ida", 1)
    assert not RUN.path("sessions").exists()


def test_what_was_admitted_and_is_not_said_any_more_is_refused() -> None:
    admitted = logins.admitted_file(1)
    admitted.parent.mkdir()
    admitted.write_text("another")
    with pytest.raises(Wrong):
        logins.open_session("", "ida", 1)
    assert not admitted.exists()


def test_an_error_ends_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    monkeypatch.setattr(logins.os, "kill", lambda pid, _signal: killed.append(pid))
    monkeypatch.setattr(logins.os, "getppid", lambda: 4_242)
    about = {
        "PAM_TYPE": "open_session",
        "PAM_USER": "ida",
        "SSH_AUTH_INFO_0": "publickey ssh-ed25519-cert-v01@openssh.com AAAA",
    }
    for task in ("admit", "session"):
        with pytest.raises(Wrong):
            logins.session(about, task)
    assert killed == [4_242, 4_242]


@needs_a_host
async def test_somebody_logs_in_to_an_account_that_is_created_for_them(world: World) -> None:
    issued = await world.ask()
    assert (await world.log_in(issued, "id", "-un")).strip() == "ida"
    assert f"(serial {door_of(world.limen.house).live()[0].serial})" in world.host.said("sshd")
    assert "refused" in await world.log_in(issued, "sudo", "-n", "id", check=False)
