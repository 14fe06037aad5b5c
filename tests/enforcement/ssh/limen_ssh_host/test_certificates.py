"""What a certificate says, of those that sshd took."""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.devices.served import OWNER
from tests.enforcement.ssh.real_host import needs_a_host
from tests.enforcement.ssh.world import World

from limen.clock import SECOND
from limen.enforcement.ssh.authorities import AuthorityKey, Purpose
from limen.enforcement.ssh.certificates import PersonCertificate, sign_person
from limen.enforcement.ssh.limen_ssh_host.certificates import Certificate, presented
from limen.enforcement.ssh.limen_ssh_host.places import KEPT, OWN, SUDO
from limen.following.program.kept import Wrong, write

NOW = int(time.time() * 1_000)
AUTHORITY, OTHER = (
    AuthorityKey(f"ca_{n}", NOW, Ed25519PrivateKey.generate().private_bytes_raw(), Purpose.PEOPLE) for n in range(2)
)
SAID = PersonCertificate(
    serial=2**62,
    key_id="p_ida s_1 d_1",
    account="ida",
    app="databases",
    valid_until=NOW + 600_000,
    until=NOW + 3_600_000,
    address="2001:db8::7",
    is_own=True,
    is_elevated=True,
)


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KEPT, "folder", tmp_path)
    write(tmp_path / "authorities", f"{AUTHORITY.line}\n")


def line(authority: AuthorityKey = AUTHORITY) -> str:
    """As sshd tells of it."""
    return "publickey " + sign_person(authority, Ed25519PrivateKey.generate().public_key(), SAID, NOW)


def test_what_limen_signed_is_read() -> None:
    found = presented(f"password\n{line()}")
    assert found is not None
    one = found[1]
    assert (one.serial, one.key_id, one.until) == (2**62, "p_ida s_1 d_1", SAID.until / 1_000)
    assert one.before == SAID.valid_until // 1_000
    assert {OWN, SUDO} <= set(one.extensions)


def test_another_way_in_is_none_of_limens() -> None:
    assert presented("") is None
    assert presented("password") is None
    assert presented("publickey ssh-ed25519 AAAA") is None


def test_one_of_another_authority_is_refused() -> None:
    with pytest.raises(Wrong):
        presented(line(OTHER))


@pytest.mark.parametrize("size", [0, 3, 30, 100, 250])
def test_one_that_is_cut_off_is_refused(size: int) -> None:
    with pytest.raises(Wrong):
        Certificate(base64.b64decode(line().split()[2])[:size])


@needs_a_host
async def test_a_certificate_ends_by_itself_while_limen_is_away(world: World) -> None:
    await world.limen.house.limen.identity.people.set_groups(OWNER, [], by="")
    world.grant("connect", lasts=9 * SECOND)
    issued = await world.ask()
    assert issued.until <= world.limen.house.clock.now() + 9 * SECOND
    assert (await world.log_in(issued, "true")) == ""
    world.host.cut_off()
    await asyncio.sleep(max(0.0, issued.until / SECOND - time.time()) + 0.1)
    assert "refused" in await world.log_in(issued, "true", check=False)
    assert "expired" in world.host.said("sshd")
