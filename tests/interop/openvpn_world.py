"""A real OpenVPN server and laptops with OpenVPN, in network namespaces with TUN, in front of Limen on a real port: set
up by what `limen radius openvpn` writes, with limen-openvpn beside the server.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path
from shutil import which
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from tests.devices.served import OWNER, Served, served
from tests.enforcement.radius.networks import LAPTOP, door_of, run, ties_of, writing
from tests.interop.test_strongswan import INSIDE, OUTSIDE, cabled
from tests.waiting import until
from tests.web.conftest import House

from limen.cli.radius import certified
from limen.devices.certificates.authority import issued
from limen.devices.certificates.store import AUTHORITY
from limen.enforcement.radius import service
from limen.enforcement.radius.openvpn_configuration import OpenVpnServer, write
from limen.private_authority import Authority, Issued
from limen.ties import Certified

CLIENT = "127.0.0.1/32"
APPS = """
- id: laptop-vpn
  name: VPN of laptops
  label: internal
  owner: engineering
  protocol: radius
  radius:
    kind: wifi
    openvpn: true
    clients: [127.0.0.1]

- id: people-vpn
  name: VPN of people
  label: internal
  owner: engineering
  protocol: radius
  radius:
    kind: vpn
    openvpn: true
    clients: [127.0.0.1]
    same_address: false
"""
POLICIES = """
@id("healthy-laptops-tunnel")
@title("Staff's healthy devices use the VPN")
@reason("Tests.")
permit (principal in Group::"staff", action == Action::"connect", resource == App::"laptop-vpn")
when { context.device.known && context.device.compliance == "compliant" && context.device.binding >= 4 };

@id("staff-tunnel")
@title("Staff use the VPN with a passkey")
@reason("Tests.")
permit (principal in Group::"staff", action == Action::"connect", resource == App::"people-vpn")
when { context.auth.strength >= 3 };
"""
NAME = "openvpn.limen.harbor.localhost"


def missing() -> str:
    """Why no OpenVPN can run here; "" where it can."""
    if os.geteuid() != 0:
        return "needs root"
    if which("openvpn") is None:
        return "openvpn is missing (apt: openvpn)"
    if not Path("/dev/net/tun").exists():
        return "there is no /dev/net/tun"
    done = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "no network namespaces here"


@dataclass
class Process:
    """A program that runs in a namespace, and what it says."""

    log: Path
    running: subprocess.Popen[bytes]

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        self.running.send_signal(how)
        if how in {signal.SIGKILL, signal.SIGTERM}:
            self.running.wait(10)


@dataclass
class World:
    """`asks` is whom the server lets in: `device` or `person`. `folder` holds what Limen wrote for it."""

    limen: Served
    folder: Path
    logs: Path
    run: Path
    gateway: str
    laptop: str
    authority: Authority
    server: Process
    program: Process
    asks: str
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    started: list[Process] = field(default_factory=list)

    @property
    def house(self) -> House:
        return self.limen.house

    def certificate(self, authority: Authority | None = None, age: int = 0, device_id: str = LAPTOP) -> Issued:
        """One for the laptop's key, in the file that its profile names; counted by nobody yet."""
        numbers = self.key.public_key().public_numbers()
        jwk = {"kty": "EC", "crv": "P-256", "x": _url(numbers.x), "y": _url(numbers.y)}
        made = issued(authority or self.authority, device_id, jwk, self.house.clock.now() - age)
        read = x509.load_pem_x509_certificate(made.certificate.encode())
        packed = pkcs12.serialize_key_and_certificates(b"device", self.key, read, None, NoEncryption())
        (self.logs / "device.p12").write_bytes(packed)
        return made

    def count(self, made: Issued, owner: str = OWNER, device_id: str = LAPTOP) -> Certified:
        held = Certified(device_id, owner, made.until)
        ties_of(self.house).set_certificates(device_id, {made.fingerprint: held})
        return held

    def connect(self, *more: str, name: str = "laptop") -> Process:
        """OpenVPN on the laptop, by the profile that Limen wrote, as `openvpn --config`."""
        profile = (self.folder / f"{_called(self.asks)}.ovpn").read_text()
        profile = profile.replace("/etc/limen/device.p12", str(self.logs / "device.p12"))
        (self.logs / "laptop.ovpn").write_text(profile)
        command = ["ip", "netns", "exec", self.laptop, "openvpn", "--config", str(self.logs / "laptop.ovpn"), *more]
        process = started(self.logs / f"{name}-{len(self.started)}.log", *command)
        self.started.append(process)
        return process

    async def reaches_the_office(self) -> bool:
        said = await run("ip", "netns", "exec", self.laptop, "ping", "-c2", "-i0.3", "-W1", "-I", "tun0", INSIDE)
        return " 0 received" not in said and "received" in said

    async def is_in(self, laptop: Process) -> None:
        """Return when the laptop is through to the office."""
        await until(lambda: "Initialization Sequence Completed" in laptop.said() or laptop.running.poll() is not None)
        assert await self.reaches_the_office(), (laptop.said()[-2_000:], self.server.said()[-2_000:])

    async def is_out(self, within_seconds: float) -> float:
        """How many seconds it took until the server knew nobody any more."""
        began = time.monotonic()
        while self.present():
            assert time.monotonic() < began + within_seconds, self.server.said()[-2_000:]
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    def present(self) -> bool:
        """Whether anybody is in, as the server's own log tells: each that came in has gone."""
        said = self.server.said()
        return said.count("MULTI: primary virtual IP for") > said.count("client-instance exiting") + said.count(
            "client-instance restarting"
        )

    def limen_is_at(self, address: str) -> None:
        """Where the program finds Limen from now on: at 127.0.0.2 nothing answers."""
        (self.logs / "hosts").write_text(f"127.0.0.1 localhost\n{address} limen.harbor.localhost\n")

    def follow_again(self) -> None:
        self.program = begun(self.folder, self.logs, self.asks)
        self.started.append(self.program)


def started(log: Path, *command: str) -> Process:
    with log.open("ab") as out:
        return Process(log, subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL))


def begun(folder: Path, logs: Path, asks: str) -> Process:
    """limen-openvpn, as its unit starts it, where Limen's name is known."""
    program, told = str(folder / "limen-openvpn"), str(folder / f"{_called(asks)}.json")
    (logs / "hosts").write_text("127.0.0.1 localhost limen.harbor.localhost\n")
    own = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
    command = ("unshare", "--mount", "sh", "-c", own, "sh", str(logs / "hosts"), sys.executable, "-I", program, told)
    return started(logs / "program.log", *command)


@asynccontextmanager
async def world(
    folder: Path, asks: str = "device", *, own: str = "", apps: str = "", policies: str = ""
) -> AsyncIterator[World]:
    """`own` is what the company adds to the server's settings."""
    short = _short_folder()
    async with AsyncExitStack() as closing:
        closing.callback(shutil.rmtree, short, ignore_errors=True)
        gateway, laptop = await closing.enter_async_context(cabled(str(os.getpid() % 100_000)))
        written = writing(apps=APPS + apps, policies=POLICIES + policies)
        limen = await closing.enter_async_context(served(folder / "harbor", written))
        core, now = limen.house.limen.core, limen.house.clock.now()

        def made(transaction: Any) -> tuple[str, Authority]:
            secret = service.make_secret(transaction, core.keyring, CLIENT, now, "server")
            return secret, AUTHORITY.kept(transaction, core.keyring, now, "Harbor")

        secret, authority = await core.write(made)
        certificate, key = certified(authority, NAME, now)
        place, there = short / "run", folder / "openvpn"
        place.mkdir(mode=0o750)
        write(
            OpenVpnServer(
                folder=there,
                url=limen.address,
                client=CLIENT,
                secret=secret,
                asks=asks,
                name=NAME,
                certificate=certificate,
                key=key,
                devices=authority.certificate,
                remote=OUTSIDE,
                network=IPv4Network("10.78.0.0/24"),
                user="root",
                run=place,
            )
        )
        (there / "routes.conf").write_text(f'push "route 10.79.0.0 255.255.255.0"\n{own}')
        config = str(there / f"{_called(asks)}.conf")
        server = started(folder / "server.log", "ip", "netns", "exec", gateway, "openvpn", "--config", config)
        closing.callback(_stop, server)
        await until((place / _called(asks)).exists)
        program = begun(there, folder, asks)
        world = World(limen, there, folder, place, gateway, laptop, authority, server, program, asks)
        closing.callback(lambda: [_stop(one) for one in (world.program, program, *world.started)])
        await until(lambda: "Client connected from" in server.said())
        yield world


def _short_folder() -> Path:
    """A path of a socket has 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="lv", dir="/dev/shm"))
    folder.chmod(0o755)
    return folder


def _stop(process: Process) -> None:
    if process.running.poll() is None:
        process.running.kill()
        process.running.wait(10)


def _called(asks: str) -> str:
    return "devices" if asks == "device" else "people"


def _url(number: int) -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")


def session_ids(world: World) -> list[str]:
    """Who is in, by Limen."""
    return [one.id for one in door_of(world.house).sessions.open()]
