"""What Limen told, put in force."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.enforcement.ssh.hosts import door_of, hosts_of
from tests.enforcement.ssh.real_host import needs_a_host
from tests.enforcement.ssh.world import World, read_authority
from tests.waiting import until

from limen.clock import HOUR
from limen.enforcement.ssh.authorities import Purpose
from limen.enforcement.ssh.followers import NAMESPACE
from limen.enforcement.ssh.limen_ssh_host import told
from limen.enforcement.ssh.limen_ssh_host.places import KEPT, STATES
from limen.following import keys as following_keys
from limen.following.program.kept import Wrong


def test_what_is_told_is_for_sshd_and_for_what_runs_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    created: list[str] = []
    monkeypatch.setattr(KEPT, "folder", tmp_path)
    monkeypatch.setattr(told, "create", created.append)
    KEPT.put("config", {"host": "h1", "secret": "s"})
    about = {"host": "h1", "number": 6, "at": 1, "signers": ["ssh-ed25519 AAAA"], "authorities": ["ssh-ed25519 BBBB"]}
    said = {**about, "revoked": "S1JM", "ended": [7], "accounts": ["ida"], "certificate": ""}
    told.take_over({"state": json.dumps(said)}, is_first=True)
    assert created == ["ida"]
    assert KEPT.read("ended") == [7]
    kept = {one.name: oct(one.stat().st_mode)[-3:] for one in tmp_path.iterdir()}
    assert kept == {"config": "600", "ended": "600", "revoked": "644", "authorities": "644", "signers": "644"}
    with pytest.raises(Wrong):
        told.take_over({"state": json.dumps({**said, "host": "h2"})}, is_first=True)


def test_states_are_signed_for_what_the_program_takes() -> None:
    assert STATES.namespace == NAMESPACE


@needs_a_host
async def test_keys_that_are_renewed_are_known_before_they_sign(world: World) -> None:
    before = await world.ask()
    assert await hosts_of(world.limen.house).renew_keys("")
    followers = door_of(world.limen.house).followers
    number = followers.number
    await until(lambda: followers.is_in_force("databases", number))
    world.limen.house.clock.forward(25 * HOUR)
    signing = followers.authorities.signing(Purpose.PEOPLE, world.limen.house.clock.now())
    world.limen.house.clock.forward(-25 * HOUR)
    assert signing.line in world.host.run("cat", "/etc/limen-ssh/authorities")
    assert await world.log_in(before, "echo", "in") == "in\n"
    with pytest.MonkeyPatch.context() as patch:  # as it will be in a day, while the host's clock is now
        patch.setattr(following_keys, "AHEAD", 0)
        after = await world.ask()
    assert read_authority(after.certificate) == signing.line
    assert await world.log_in(after, "echo", "in") == "in\n"
