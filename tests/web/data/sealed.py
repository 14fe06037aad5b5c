"""Harbor with sealed files, for whoever tests them: a conftest takes these over."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.web.conftest import Browser, House, move_in

from limen.data.sealing import opening, wire
from limen.data.sealing.age_keys import Identity
from limen.data.sealing.sealer import Sealer
from limen.data.sealing.service import Sealing
from limen.data.sealing.wire import Allowed, Opened
from limen.facts import Label

PAPER, SAFE = Identity(b"\1" * 32), Identity(b"\2" * 32)
"""Two recovery keys."""
STATE, PORT = "s" * 22, "2345"
POLICIES = """
@id("staff-opens")
@title("Staff open sealed files with a passkey")
@reason("Tests.")
permit (principal in Group::"staff", action == Action::"download", resource == App::"sealed-files")
when { resource.sensitivity <= 2 && context.auth.strength >= 3 };

@id("contractors-open-documents")
@title("Contractors open sealed files with a passkey")
@reason("Tests.")
permit (principal in Group::"contractors", action == Action::"download", resource is Document)
when { resource in App::"sealed-files" && resource.sensitivity <= 2 && context.auth.strength >= 3 };
"""


def write(folder: Path) -> None:
    """Add recovery keys, and who may open what."""
    settings = folder / "limen.toml"
    keys = f'recovery = ["{PAPER.recipient.text}", "{SAFE.recipient.text}"]'
    settings.write_text(f"{settings.read_text()}\n[data.sealing]\n{keys}\n")
    (folder / "policies" / "60-sealed.cedar").write_text(POLICIES)


def sealing_of(house: House) -> Sealing:
    return house.limen.core.offers.take(Sealing)


@dataclass
class Somebody:
    """Somebody signed in with a passkey, and what `limen seal` and `limen open` made on their computer."""

    browser: Browser
    id: str
    signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    identity: Identity = field(default_factory=Identity.new)

    def seal_fields(self, label: str = "confidential", **other: str) -> dict[str, str]:
        key = self.signing.public_key().public_bytes_raw().hex()
        return {"label": label, "key": key, "port": PORT, "state": STATE, **other}

    def open_fields(self, *paths: Path, **other: str) -> dict[str, str]:
        files = wire.asked_text(opening.asked_of(path) for path in paths)
        return {"files": files, "key": self.identity.recipient.raw.hex(), "port": PORT, "state": STATE, **other}

    async def confirm(self, page: str, fields: dict[str, str]) -> httpx2.Response:
        """As the browser does: look at the page, and press the button."""
        shown = await self.browser.get(f"{page}?{urlencode(fields)}")
        return shown if shown.status_code != 200 else await self.browser.post(page, **fields)

    async def seals(self, path: Path, label: str = "confidential") -> Path:
        """A file sealed in their name."""
        said = wire.unpacked(handed_over(await self.confirm("/data/seal", self.seal_fields(label))), Allowed)
        target = path.with_name(f"{path.name}.age")
        Sealer.of_person(said, self.signing).seal(path, target, said.certified.certificate.since)
        return target

    async def opens(self, *paths: Path) -> Opened:
        return wire.unpacked(handed_over(await self.confirm("/data/open", self.open_fields(*paths))), Opened)


def handed_over(answer: httpx2.Response) -> str:
    """What goes to the command that waits, in the address that the page goes on to."""
    found = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
    assert found is not None, (answer.status_code, answer.headers.get("location"), answer.text[-2000:])
    url = urlsplit(unescape(found[1]))
    assert (url.scheme, url.netloc) == ("http", f"127.0.0.1:{PORT}")
    told = parse_qs(url.query)
    assert set(told) == {"state", "said"}
    assert told["state"] == [STATE]
    return told["said"][0]


async def sealed_by_server(house: House, folder: Path, *names: str, label: Label = Label.CONFIDENTIAL) -> list[Path]:
    """Files sealed on the server itself."""
    from limen.data.sealing import sealing_keys

    company, now = sealing_of(house).company, house.clock.now()
    key = await house.limen.core.write(lambda tx: sealing_keys.key_now(tx, company, label, now))
    found = []
    for name in names:
        (folder / name).write_text(name)
        found.append(folder / f"{name}.age")
        Sealer.of_server(company, key).seal(folder / name, found[-1], now)
    return found


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor", write)


@pytest.fixture
async def ida(harbor: House) -> Somebody:
    browser = harbor.browser()
    return Somebody(browser, await harbor.member(browser, "Ida", "staff"))
