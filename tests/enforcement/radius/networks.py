"""Harbor with a Wi-Fi, a VPN and a switch that ask by RADIUS, and the real FreeRADIUS between them and Limen."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import IO, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.devices.served import OWNER, Served, served
from tests.ports import free_port
from tests.web.conftest import House, move_in

from limen.cli.radius import certified
from limen.clock import HOUR, Milliseconds
from limen.devices.certificates.authority import issued
from limen.devices.certificates.store import AUTHORITY
from limen.enforcement.radius import service, store
from limen.enforcement.radius.configuration import FreeRadius, write as write_configuration
from limen.enforcement.radius.door import RadiusDoor, Reply, Verdict
from limen.enforcement.radius.questions import Asker
from limen.facts import Auth, Device, Factor, Grant, Session
from limen.pillar import Core
from limen.private_authority import Authority, Issued
from limen.ties import Certified, Ties

LAPTOP = "d_laptop"
CLIENT = "127.0.0.1/32"
APPS = """
- id: office-wifi
  name: Office Wi-Fi
  label: internal
  owner: engineering
  protocol: radius
  radius:
    kind: wifi
    clients: [127.0.0.1]
    vlan: "20"
    disconnect_port: {port}

- id: vpn
  name: VPN
  label: internal
  owner: engineering
  protocol: radius
  radius:
    kind: vpn
    clients: [127.0.0.1]
    disconnect_port: {port}

- id: core-switch
  name: Core switch
  label: confidential
  owner: engineering
  protocol: radius
  radius:
    kind: gear
    clients: [10.0.0.0/24]
    privilege: 15
"""
POLICIES = """
@id("healthy-devices-join")
@title("Staff's healthy devices join the Wi-Fi")
@reason("Tests.")
permit (principal in Group::"staff", action == Action::"connect", resource == App::"office-wifi")
when { context.device.known && context.device.compliance == "compliant" && context.device.binding >= 4 };

@id("staff-vpn")
@title("Staff use the VPN")
@reason("Tests.")
permit (principal in Group::"staff", action == Action::"connect", resource == App::"vpn")
when { context.auth.strength >= 3 };
"""
VPN = Asker("ida@harbor.example", CLIENT, "127.0.0.1", "198.51.100.9")
SWITCH = Asker("ida@harbor.example", "10.0.0.0/24", "10.0.0.7", "10.9.9.9")
WIFI = Asker(LAPTOP, CLIENT, "127.0.0.1", "02-00-00-00-00-01")
needs_freeradius = pytest.mark.skipif(which("freeradius") is None, reason="freeradius is missing (apt: freeradius)")


def writing(port: int = 3799, apps: str = "", policies: str = "") -> Any:
    """Writes the networks into a folder, and what a test has beside them."""

    def write(folder: Path) -> None:
        file = folder / "apps.yaml"
        file.write_text(file.read_text() + APPS.format(port=port) + apps)
        (folder / "policies" / "60-radius.cedar").write_text(POLICIES + policies)

    return write


def door_of(house: House) -> RadiusDoor:
    return house.limen.core.offers.take(RadiusDoor)


def ties_of(house: House) -> Ties:
    return house.limen.core.offers.take(Ties)


def healthy(house: House, device_id: str = LAPTOP) -> None:
    house.limen.known.devices.put(Device(device_id, known=True, compliance="compliant", managed=True))


def grant(house: House, person: str, app: str, *actions: str, lasts: Milliseconds = HOUR) -> None:
    """Temporary access, put straight into the facts."""
    until = house.clock.now() + lasts
    house.limen.known.grants.put(person, (Grant("g_1", app, frozenset(actions), until, "a test", "p_ada"),))


def certify(house: House, owner: str, lasts: Milliseconds = 24 * HOUR, device_id: str = LAPTOP) -> int:
    """A certificate of this device counts from now on; the second at which it ends."""
    until = (house.clock.now() + lasts) // 1_000 * 1_000
    ties_of(house).set_certificates(device_id, {b"c" * 32: Certified(device_id, owner, until)})
    healthy(house, device_id)
    return until // 1_000


def signed_in(house: House, person: str, session_id: str = "s_ida", strength: int = 3) -> Session:
    """Somebody signed in with a passkey just now."""
    now = house.clock.now()
    auth = Auth(strength, frozenset({Factor.PASSKEY}), now)
    session = Session(session_id, person, auth, now, now + 8 * HOUR, 2 * HOUR, address="198.51.100.9")
    house.limen.known.sessions.put(session_id.encode(), session)
    return session


async def ended(house: House, app: str) -> str:
    """Why a session of this app ended, as the journal says; "" where none did."""
    for _ in range(100):
        for event in house.events("radius.session_ended"):
            if event.details["app"] == app:
                return event.reason
        await asyncio.sleep(0.02)
    return ""


def ida(harbor: House) -> str:
    return harbor.id_of("ida@harbor.example")


async def confirmed(harbor: House, asker: Asker = VPN, session: Session | None = None) -> Reply:
    """Ida signs in there, and types the number in the portal."""
    door, session = door_of(harbor), session or signed_in(harbor, ida(harbor))
    asked = await door.login(asker, "", "")
    assert asked.verdict is Verdict.ASK
    await door.confirm(harbor.limen.known.people[ida(harbor)], session, asked.number, "198.51.100.9", is_tied=False)
    return await door.login(asker, "", asked.state)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", writing())
        browser = house.browser()
        await house.member(browser, "Ida", "staff")
        yield house


# The real one


@dataclass
class Network:
    """FreeRADIUS, as `limen radius config` sets it up, in front of Limen on a real port."""

    limen: Served
    folder: Path
    secret: str
    port: int
    authority: Authority
    process: subprocess.Popen[bytes]
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def house(self) -> House:
        return self.limen.house

    def certificate(self, device_id: str = LAPTOP, authority: Authority | None = None, age: int = 0) -> Issued:
        """One for this network's key, and counted by nobody yet."""
        public = self.key.public_key().public_numbers()
        jwk = {"kty": "EC", "crv": "P-256", "x": _url(public.x), "y": _url(public.y)}
        made = issued(authority or self.authority, device_id, jwk, self.house.clock.now() - age)
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "device.pem").write_text(made.certificate)
        (self.folder / "device.key").write_bytes(private)
        return made

    def count(self, made: Issued, device_id: str = LAPTOP) -> None:
        held = Certified(device_id, OWNER, made.until)
        ties_of(self.house).set_certificates(device_id, {made.fingerprint: held})

    async def joins(self, **other: str) -> str:
        """What eapol_test, which is wpa_supplicant, says of joining by 802.1X."""
        said = {
            "key_mgmt": "IEEE8021X",
            "eap": "TLS",
            "identity": f'"{LAPTOP}"',
            "ca_cert": f'"{self.folder}/devices.pem"',
            "client_cert": f'"{self.folder}/device.pem"',
            "private_key": f'"{self.folder}/device.key"',
            "domain_suffix_match": '"radius.limen.harbor.localhost"',
            **other,
        }
        lines = "\n".join(f"{name}={value}" for name, value in said.items())
        (self.folder / "eapol.conf").write_text(f"network={{\n{lines}\n}}\n")
        where = ["-a", "127.0.0.1", "-p", str(self.port), "-s", self.secret, "-r0", "-t8"]
        return await run("eapol_test", "-c", str(self.folder / "eapol.conf"), *where)

    async def sends(self, kind: str, *attributes: str, secret: str = "", seconds: int = 8, proves: bool = True) -> str:
        """What radclient says of the answer to one packet."""
        port = self.port + 1 if kind == "acct" else self.port
        said = [*attributes, *(["Message-Authenticator=0x00"] if proves and kind == "auth" else [])]
        where = ["-x", "-r", "1", "-t", str(seconds), f"127.0.0.1:{port}", kind, secret or self.secret]
        return await run("radclient", *where, given="\n".join(said) + "\n")


def _started(own: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["freeradius", "-f", "-xx", "-l", "stdout", "-d", str(own)], stdout=log, stderr=log)


def _url(number: int) -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")


async def run(*command: str, given: str = "") -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate(given.encode())
    return said.decode(errors="replace")


@asynccontextmanager
async def network(
    folder: Path,
    disconnect_port: int = 3799,
    *,
    apps: str = "",
    policies: str = "",
    gateway: str = "",
) -> AsyncIterator[Network]:
    """`gateway` is the address of one more client, beyond loopback, with the same secret."""
    async with served(folder / "harbor", writing(disconnect_port, apps, policies)) as limen:
        own = folder / "freeradius"
        secret, port, authority = await set_up(limen.house.limen.core, limen.address, own, gateway)
        with freeradius(own) as process:
            yield Network(limen, own, secret, port, authority, process)


async def set_up(core: Core, address: str, own: Path, gateway: str = "") -> tuple[str, int, Authority]:
    """Write the configuration of a RADIUS server in front of this Limen: its client's secret, its port, and who signs
    the certificates of devices.
    """
    now = core.clock.now()

    def made(transaction: Any) -> tuple[str, str, Authority]:
        secret = service.make_secret(transaction, core.keyring, "127.0.0.1", now, "server")
        if gateway:
            sealed = core.keyring.seal(store.CLIENTS, f"{gateway}/32", "sealed", secret.encode())
            store.put_client(transaction.connection, f"{gateway}/32", sealed, now)
        token = service.make_server(transaction, now, "server")
        return secret, token, AUTHORITY.kept(transaction, core.keyring, now, "Harbor")

    secret, token, authority = await core.write(made)
    certificate, key = certified(authority, "radius.limen.harbor.localhost", now)
    port = free_port()
    write_configuration(
        FreeRadius(
            folder=own,
            url=address,
            token=token,
            secrets={CLIENT: secret, **({f"{gateway}/32": secret} if gateway else {})},
            certificate=certificate,
            key=key,
            devices=authority.certificate,
            address="*" if gateway else "127.0.0.1",
            port=port,
            accounting=port + 1,
        )
    )
    return secret, port, authority


@contextmanager
def freeradius(own: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The real one, from when it is ready until the end."""
    said = own.with_suffix(".log")
    with said.open("wb") as log:
        process = _started(own, log)
        try:
            for _ in range(200):
                if b"Ready to process requests" in said.read_bytes():
                    break
                assert process.poll() is None, said.read_text()[-3_000:]
                time.sleep(0.05)
            yield process
        finally:
            process.terminate()
            process.wait(10)
            if os.environ.get("LIMEN_KEEPS_LOGS"):
                print(said.read_text()[-20_000:])
