"""Limen on a real port and a host that follows it, for whoever tests them: a conftest takes these over."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity
from tests.devices.served import OWNER, Served, served
from tests.enforcement.ssh.hosts import HOST, door_of, grant, hosts_of, write
from tests.enforcement.ssh.real_host import Client, RealHost, real_host

from limen.clock import HOUR, Milliseconds
from limen.enforcement.ssh.door import Asked, Issued
from limen.facts import Auth, Factor, Session
from limen.following.wire import line_of


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


def line_of_output(session: subprocess.Popen[str]) -> str:
    assert session.stdout is not None
    return session.stdout.readline().strip()
