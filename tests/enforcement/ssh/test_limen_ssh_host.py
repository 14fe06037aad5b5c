"""The program for hosts with the real sshd, PAM and sudo: logging in, ending, acting as root, and Limen away."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity
from tests.devices.served import OWNER, Served, served, until
from tests.enforcement.ssh.hosts import HOST, door_of, grant, hosts_of, write
from tests.enforcement.ssh.real_host import Client, RealHost, needs_a_host, real_host

from limen.clock import HOUR, SECOND, Milliseconds
from limen.enforcement.ssh.authorities import Purpose
from limen.enforcement.ssh.door import Asked, Issued
from limen.facts import Auth, Factor, Session
from limen.following import keys as following_keys
from limen.following.wire import line_of

pytestmark = needs_a_host


def read_authority(certificate: str) -> str:
    """Who signed it."""
    read = load_ssh_public_identity(certificate.encode())
    assert isinstance(read, SSHCertificate)
    key = read.signature_key()
    assert isinstance(key, Ed25519PublicKey)
    return line_of(key)


@dataclass
class World:
    """Limen on a real port, and a host that follows it."""

    limen: Served
    host: RealHost
    client: Client

    def session(self, session_id: str = "s_ida") -> Session:
        """Ida, signed in with a passkey at this computer."""
        now = self.limen.house.clock.now()
        auth = Auth(3, frozenset({Factor.PASSKEY}), now)
        session = Session(session_id, OWNER, auth, now, now + 8 * HOUR, 2 * HOUR, address="127.0.0.1")
        known = self.limen.house.limen.known
        if known.sessions.get(session_id) is None:
            known.sessions.put(session_id, session)
        return known.sessions.get(session_id) or session

    async def ask(self, *, account: str = "", is_elevated: bool = False) -> Issued:
        key = line_of(self.client.key.public_key())
        person = self.limen.house.limen.known.people[OWNER]
        asked = Asked(host=HOST, key=key, account=account, is_elevated=is_elevated)
        issued = await door_of(self.limen.house).ask(asked, self.session(), person, "127.0.0.1")
        self.client.trust(*issued.vouching)
        return issued

    def grant(self, *actions: str, lasts: Milliseconds = HOUR) -> None:
        grant(self.limen.house, OWNER, *actions, lasts=lasts)

    def take_grants(self) -> None:
        self.limen.house.limen.known.grants.drop(OWNER)

    async def log_in(self, issued: Issued, *command: str, check: bool = True) -> str:
        return await asyncio.to_thread(self.client.log_in, issued.certificate, issued.account, *command, check=check)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[RealHost]:
    with real_host(tmp_path / "host") as one:
        yield one


@pytest.fixture
async def world(tmp_path: Path, host: RealHost) -> AsyncIterator[World]:
    async with served(tmp_path / "harbor", write) as limen:
        token = await hosts_of(limen.house).token(HOST, by="")
        await asyncio.to_thread(host.enrol, limen.address, token)
        yield World(limen, host, Client(tmp_path / "client", host))


async def test_somebody_logs_in_to_an_account_that_is_created_for_them(world: World) -> None:
    issued = await world.ask()
    assert (await world.log_in(issued, "id", "-un")).strip() == "ida"
    assert f"(serial {door_of(world.limen.house).live()[0].serial})" in world.host.said("sshd")
    assert "refused" in await world.log_in(issued, "sudo", "-n", "id", check=False)


def line_of_output(session: subprocess.Popen[str]) -> str:
    assert session.stdout is not None
    return session.stdout.readline().strip()


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


async def test_nobody_is_let_in_where_nothing_would_end_their_session(world: World) -> None:
    issued = await world.ask()
    world.host.run("pkill", "-KILL", "-f", "limen-ssh-host follow")  # in the host's own PID namespace
    world.host.run("sh", "-c", "echo 1 > /run/limen-ssh/alive")
    assert "refused" in await world.log_in(issued, "true", check=False)
    world.host.follow()
    assert await world.log_in(issued, "echo", "in") == "in\n"


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


async def test_nobody_is_let_in_while_the_clocks_differ(world: World) -> None:
    issued = await world.ask()
    assert await world.log_in(issued, "echo", "in") == "in\n"
    followers = door_of(world.limen.house).followers

    async def asked_again() -> None:
        for _ in range(2):
            followers.change()
            await until(lambda: followers.is_in_force("databases", followers.number))

    await asked_again()
    assert followers.heard_of(HOST).clock == 0
    world.limen.house.clock.forward(35 * SECOND)
    await asked_again()
    assert followers.heard_of(HOST).clock in {-34, -35}
    assert "refused" in await world.log_in(issued, "echo", "in", check=False)
    world.limen.house.clock.forward(-35 * SECOND)
    await asked_again()
    assert followers.heard_of(HOST).clock == 0
    await asyncio.sleep(0.3)
    assert await world.log_in(issued, "echo", "in") == "in\n"


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
