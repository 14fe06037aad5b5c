"""Harbor over https behind a real front, and real Chromiums that trust it: each on a machine of its own.

The authority of the servers' certificates is made here and put into each browser's store (NSS), as an administrator's
would be: for a certificate that is only overlooked, Chromium binds no session to its key.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.devices.software_agent import SoftwareAgent
from tests.interop.fronts import program
from tests.interop.https_world import own_address, until
from tests.interop.real_apps import absent
from tests.journeys.conftest import CHROMIUM, FLAGS, Harbor, add_authenticator, hold, serve
from tests.ports import free_port

from limen import serving
from limen.cli.serve import _open_front, front_address
from limen.devices.service import Devices
from limen.front.config.guarded import guarded
from limen.front.config.render import TEMPLATES, front_config
from limen.listening import listen_on

EMBEDDED = "embedded"
DEVICE = "device.harbor.localhost"
"""Where browsers are asked for a client certificate."""
KEYS = "--enable-features=DeviceBoundSessions,EnableBoundSessionCredentialsSoftwareKeysForManualTesting"
"""Chromium on Linux has no keys in hardware for this, and keeps them in software behind a flag for tests alone."""


POLICY = """
@id("wiki-by-certificate")
@title("The wiki is read only over a connection with the device's certificate")
@reason("Nothing that can be copied out of a browser opens it.")
@reason_de("Was sich aus einem Browser kopieren lässt, öffnet es nicht.")
@phase("devices")
forbid (principal, action, resource == App::"wiki")
unless { context.device.known && context.device.binding >= 4 };
"""


@dataclass
class World:
    """Harbor behind a front on an address of its own; `root` is the authority that browsers are to trust."""

    harbor: Harbor
    address: str
    root: Path
    folder: Path

    def on(self, host: str, path: str = "/") -> str:
        return f"https://{host}.harbor.localhost{path}"

    def enrolled(self, owner: str) -> SoftwareAgent:
        """The agent of a new device of this person, enrolled and healthy."""
        harbor = self.harbor
        devices = harbor.limen.core.offers.take(Devices)

        async def enrol() -> SoftwareAgent:
            transport = httpx2.ASGITransport(app=harbor.limen.asgi, client=("203.0.113.7", 50_000))
            client = httpx2.AsyncClient(transport=transport, base_url=harbor.origin)
            agent = SoftwareAgent(client, now=lambda: harbor.limen.clock.now() // 1_000, audience=harbor.origin)
            await agent.enrol(await devices.token(owner, by="server"))
            await agent.report()
            return agent

        found: SoftwareAgent = harbor.run(enrol())
        return found

    def alerts(self) -> list[str]:
        """Whose cookies were copied, as Limen noticed."""
        journal = self.harbor.limen.journal

        async def found() -> list[str]:
            journal.flush()
            return [event.subject for event in journal.recent(500, lambda event: event.kind == "device.cookie_copied")]

        return list(self.harbor.run(found()))


@contextlib.contextmanager
def world(
    folder: Path, upstream: int, front: str = "nginx", *, with_certificates: bool = False, clock: Any = None
) -> Iterator[World]:
    """Harbor behind a front with its documented config. Its wiki may be on a host that asks for a certificate."""
    limen, address = free_port(), own_address()
    root = make_certificates(folder)

    def write(own: Path) -> None:
        settings, apps = own / "limen.toml", own / "apps.yaml"
        text = re.sub(r"^url = .*$", 'url = "https://limen.harbor.localhost"', settings.read_text(), flags=re.MULTILINE)
        said = 'trusted_proxies = ["127.0.0.1/32"]\n'
        if with_certificates:
            said += f'certificate_domain = "{DEVICE}"\n'
            apps.write_text(apps.read_text().replace("host: wiki.harbor.localhost", f"host: wiki.{DEVICE}"))
            (own / "policies" / "50-certificates.cedar").write_text(POLICY)
            (own / "policies" / "tests.yaml").write_text("[]\n")  # which know nothing of this policy
        if front == EMBEDDED:
            said += f'[https]\nmode = "files"\ncertificate = "{folder}/server.crt"\nkey = "{folder}/server.key"\n'
            said += f'listen = ["{address}"]\nhttp_port = 0\n'
        text = text.replace('check = ""\n', f'check = "127.0.0.1:{free_port()}"\n{said}')
        settings.write_text(text)

    harbor, stop = serve(folder, limen, upstream, clock, write)
    check = harbor.limen.enforcement.check
    harbor.run(check.start(harbor.limen.settings.listen.check))
    try:
        with _embedded(harbor, folder) if front == EMBEDDED else _front(front, harbor, folder, address):
            yield World(harbor, address, root, folder)
    finally:
        harbor.run(check.close())
        stop()


@contextlib.contextmanager
def _embedded(harbor: Harbor, folder: Path) -> Iterator[None]:
    """Limen's own front, as `limen serve --https` starts it."""
    closing = contextlib.AsyncExitStack()

    async def start() -> tuple[Any, asyncio.Task[None]]:
        await _open_front(closing, harbor.limen, folder)
        listen = front_address(folder, harbor.limen.settings)
        server = serving.http_server(harbor.limen)
        server.install_signal_handlers = lambda: None
        return server, asyncio.create_task(server.serve(sockets=[listen_on(listen)]))

    async def stop(server: Any, task: asyncio.Task[None]) -> None:
        server.should_exit = True
        await task
        await closing.aclose()

    program("caddy")
    started = harbor.run(start())
    try:
        yield
    finally:
        harbor.run(stop(*started))


@contextlib.contextmanager
def _front(kind: str, harbor: Harbor, folder: Path, address: str) -> Iterator[None]:
    binary, made = program(kind), folder / kind
    (made / "logs").mkdir(parents=True)
    for one in (folder, made):
        one.chmod(0o755)
    known = harbor.limen.known
    issuer = harbor.run(harbor.limen.core.offers.take(Devices).certificates.authority())
    (folder / "device-ca.crt").write_text(issuer.certificate)
    told = guarded(
        harbor.limen.settings,
        known.apps.values(),
        certificate=str(folder / "server.crt"),
        key=str(folder / "server.key"),
        authority=str(folder / "device-ca.crt"),
    )
    config = front_config(kind, told).replace("0.0.0.0", address)
    if kind == "caddy":  # which would get certificates by itself, and has none of this authority's here
        pair = f"{folder}/server.crt {folder}/server.key"
        config = config.replace("\ttls {\n", f"\ttls {pair} {{\n")
        config = config.replace("(asks_for_none) {\n", f"(asks_for_none) {{\n\ttls {pair}\n")
    (made / TEMPLATES[kind]).write_text(config)
    command = {
        "nginx": [binary, "-p", str(made), "-c", str(made / "nginx.conf"), "-g", "daemon off;"],
        "caddy": [binary, "run", "--adapter", "caddyfile", "--config", str(made / "Caddyfile")],
    }[kind]
    with (made / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, "HOME": str(made), "XDG_DATA_HOME": str(made)}
        )
        try:
            until(lambda: process.poll() is not None or _is_open(address))
            assert process.poll() is None, (made / "log").read_text()[-2_000:]
            yield
        finally:
            process.terminate()
            process.wait(10)


def _is_open(address: str) -> bool:
    with socket.socket() as there:
        return there.connect_ex((address, 443)) == 0


def make_certificates(folder: Path) -> Path:
    """An authority and a server's certificate; where the former is."""
    now = dt.datetime.now(dt.UTC)
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Harbor's servers")])
    ca = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(ca_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    names = ["limen.harbor.localhost", "*.harbor.localhost", DEVICE, f"*.{DEVICE}"]
    server = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    folder.joinpath("root.crt").write_bytes(ca.public_bytes(pem))
    folder.joinpath("server.crt").write_bytes(server.public_bytes(pem))
    folder.joinpath("server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "root.crt"


@dataclass
class Machine:
    """A browser with a home folder of its own: its profile, its store of certificates, its keys."""

    context: Any
    home: Path

    @property
    def page(self) -> Any:
        return self.context.pages[0]

    def cookies(self) -> list[dict[str, Any]]:
        return list(self.context.cookies())

    def steal(self, other: Machine) -> None:
        """Put every cookie of another browser into this one, as they are."""
        cdp = self.context.new_cdp_session(self.page)
        for one in other.cookies():
            where = {"url": f"https://{one['domain']}/", "path": "/", "secure": True, "httpOnly": one["httpOnly"]}
            assert cdp.send("Network.setCookie", {"name": one["name"], "value": one["value"], **where})["success"]

    def hold(self, credential: Any) -> None:
        """Give it a virtual authenticator with this passkey."""
        cdp = self.context.new_cdp_session(self.page)
        hold(cdp, add_authenticator(cdp), credential)

    def sign_in(self, world: World, credential: Any) -> None:
        """By the page, as a person does: whatever the answer tells the browser, it hears."""
        self.hold(credential)
        self.page.goto(world.on("limen", "/sign-in"))
        with contextlib.suppress(Exception):  # the authenticator answers the form's autofill by itself
            self.page.get_by_role("button", name=re.compile("passkey")).first.click(timeout=1_000)
        self.page.wait_for_url(re.compile(r"harbor\.localhost/(?!sign-in)"))


@contextlib.contextmanager
def machine(
    playwright: Any, home: Path, world: World, *flags: str, before: Callable[[Path], None] = lambda _store: None
) -> Iterator[Machine]:
    """A Chromium whose store trusts the authority of this world, and finds its hosts.

    `before` may put more into the store. Skipped loudly without Chromium or the tools of NSS.
    """
    if not Path(CHROMIUM).exists() or shutil.which("certutil") is None:
        absent("CHROMIUM OR certutil IS NOT INSTALLED: no browser was bound (apt-get install chromium libnss3-tools)")
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    subprocess.run(["certutil", "-d", f"sql:{store}", "-N", "--empty-password"], check=True, capture_output=True)
    command = ["certutil", "-d", f"sql:{store}", "-A", "-t", "C,,", "-n", "root", "-i", str(world.root)]
    subprocess.run(command, check=True, capture_output=True)
    before(store)
    context = playwright.chromium.launch_persistent_context(
        str(home / "profile"),
        executable_path=CHROMIUM,
        headless=True,
        env={**os.environ, "HOME": str(home)},
        args=[*FLAGS, f"--host-resolver-rules=MAP *.harbor.localhost {world.address}", *flags],
    )
    try:
        yield Machine(context, home)
    finally:
        context.close()
