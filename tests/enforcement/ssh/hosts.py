"""Harbor with two hosts behind SSH, for whoever tests them: a conftest takes these over, or a file by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import SSHCertificate, load_ssh_public_identity
from tests.web.conftest import Browser, House, move_in

from limen.clock import HOUR, Milliseconds
from limen.enforcement.ssh.door import SshDoor
from limen.enforcement.ssh.hosts import SshHostService
from limen.facts import Grant
from limen.following.wire import line_of

HOST, OTHER = "db1.harbor.example", "db2.harbor.example"
APPS = """
- id: databases
  name: Databases
  label: internal
  owner: engineering
  protocol: ssh
  ssh:
    hosts: [db1.harbor.example, db2.harbor.example]
    logins: [deploy]
    own_accounts: true

- id: buildhost
  label: internal
  protocol: ssh
  ssh:
    hosts: [build.harbor.example]
    logins: [builder]
    forwarding: true
    same_address: false
"""
POLICIES = """
@id("staff-connects")
@title("Staff log in to the databases with a passkey")
@reason("Tests.")
permit (principal in Group::"staff", action == Action::"connect", resource)
when { resource.sensitivity <= 1 && context.auth.strength >= 3 };

@id("elevated-by-grant")
@title("Acting as root needs a grant")
@reason("Tests.")
permit (principal, action in [Action::"connect", Action::"elevate"], resource is App)
when { context.grant.active && context.auth.strength >= 3 };
"""
STATE = "s" * 22


def write(folder: Path) -> None:
    """Add the hosts, and who may reach them."""
    apps = folder / "apps.yaml"
    apps.write_text(apps.read_text() + APPS)
    (folder / "policies" / "60-ssh.cedar").write_text(POLICIES)


def door_of(house: House) -> SshDoor:
    return house.limen.core.offers.take(SshDoor)


def hosts_of(house: House) -> SshHostService:
    return house.limen.core.offers.take(SshHostService)


def grant(house: House, person: str, *actions: str, app: str = "databases", lasts: Milliseconds = HOUR) -> None:
    """Temporary access, put straight into the facts."""
    until = house.clock.now() + lasts
    house.limen.known.grants.put(person, (Grant("g_1", app, frozenset(actions), until, "a test", "p_ada"),))


@dataclass
class Somebody:
    """Somebody signed in with a passkey, and the key that `limen ssh` made on their computer."""

    browser: Browser
    id: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def fields(self, host: str = HOST, **other: str) -> dict[str, str]:
        key = line_of(self.key.public_key()).split()[1]
        return {"host": host, "account": "", "sudo": "", "key": key, "port": "2345", "state": STATE, **other}

    async def ask(self, host: str = HOST, **other: str) -> httpx2.Response:
        """As the browser does: look at the page, and press the button."""
        fields = self.fields(host, **other)
        page = await self.browser.get(f"/ssh/ask?{urlencode(fields)}")
        if page.status_code != 200:
            return page
        return await self.browser.post("/ssh/ask", **fields)

    async def certificate(self, host: str = HOST, **other: str) -> SSHCertificate:
        """The certificate that the program on their computer is given."""
        return certificate_in(await self.ask(host, **other))


def handed_over(answer: httpx2.Response) -> dict[str, list[str]]:
    """What goes to the program that waits, in the address that the page goes on to."""
    import re
    from html import unescape

    found = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
    assert found is not None, (answer.status_code, answer.headers.get("location"), answer.text[-2000:])
    url = urlsplit(unescape(found[1]))
    assert (url.scheme, url.netloc) == ("http", "127.0.0.1:2345")
    return parse_qs(url.query)


def line_in(answer: httpx2.Response) -> str:
    return "ssh-ed25519-cert-v01@openssh.com " + handed_over(answer)["certificate"][0]


def certificate_in(answer: httpx2.Response) -> SSHCertificate:
    read = load_ssh_public_identity(line_in(answer).encode())
    assert isinstance(read, SSHCertificate)
    read.verify_cert_signature()
    return read


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor", write)


@pytest.fixture
async def ida(harbor: House) -> Somebody:
    browser = harbor.browser()
    return Somebody(browser, await harbor.member(browser, "Ida", "staff"))
