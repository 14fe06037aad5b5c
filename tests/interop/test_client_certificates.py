"""Client certificates at real nginx and Caddy with the documented configs, and in a real Chromium with a store."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from joserfc.jwk import ECKey
from playwright.sync_api import sync_playwright
from tests.devices.software_agent import SoftwareAgent
from tests.interop.bound_world import DEVICE, EMBEDDED, World, machine, make_certificates, world
from tests.interop.https_world import ask, get

from limen.devices.certificates.authority import issued
from limen.devices.model import State
from limen.devices.service import Devices
from limen.private_authority import Authority
from limen_agent.certificate import Certificate, put_into

HOST = f"wiki.{DEVICE}"
MANAGED = Path("/etc/chromium/policies/managed/limen-certificates-under-test.json")


@dataclass
class Laptop:
    """An enrolled device with its certificate and key in PEM, and its owner's cookie at the wiki."""

    agent: SoftwareAgent
    owner: str
    certificate: Certificate
    cookie: str

    def into(self, store: Path) -> None:
        put_into(self.certificate, store)

    def pair(self, folder: Path) -> Path:
        path = folder / f"{self.agent.device}.pem"
        path.write_text(self.certificate.certificate + self.certificate.key)
        return path


def laptop(own: World, name: str, *, is_there: bool = False) -> Laptop:
    """Somebody, who may be there already, with an enrolled, healthy device that asked for a certificate."""
    harbor = own.harbor
    if not is_there:
        harbor.signed_in(name, "staff")
    owner, key = harbor.people[name], ECKey.generate_key("P-256")
    agent = own.enrolled(owner)
    named = {part: key.as_dict(private=False)[part] for part in ("kty", "crv", "x", "y")}
    answer = harbor.run(agent.post("/agent/certificate", agent.signed("certificate", {"key": named}))).json()
    pem = key.as_pem(private=True).decode()
    made = Certificate(answer["certificate"], answer["authority"], answer["until"], answer["renew_after"], key=pem)
    return Laptop(agent, owner, made, app_cookie(own, owner))


def app_cookie(own: World, owner: str) -> str:
    """The secret of a session at the wiki, as the hand-over opens one."""
    known = own.harbor.limen.known
    root = next(one for one in known.sessions.values() if one.person_id == owner and not one.parent)
    opened = own.harbor.limen.identity.sessions.open_app_session(root.id, "wiki", "203.0.113.7", "Mozilla/5.0")
    return str(own.harbor.run(opened))


def trusting(own: World, pair: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(own.root))
    if pair is not None:
        context.load_cert_chain(pair)
    return context


def status(own: World, cookie: str, pair: Path | None = None, *, fields: str = "", name: str = HOST) -> int:
    """What the wiki answers over a connection with this certificate; `name` is what TLS is asked for."""
    sent = f"Cookie: __Host-limen-app={cookie}\r\nSec-Fetch-Site: none\r\n{fields}"
    try:
        answer = ask(own.address, 443, get("/", HOST, sent), context=trusting(own, pair), name=name)
    except ssl.SSLError:  # Caddy refuses what is none of our authority in TLS itself
        return 0
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.fixture(scope="module", params=["nginx", "caddy", EMBEDDED])
def own(request, tmp_path_factory: pytest.TempPathFactory, upstream: int) -> Iterator[World]:
    folder = tmp_path_factory.mktemp(f"certificates-{request.param}")
    with world(folder, upstream, request.param, with_certificates=True) as running:
        yield running


def test_only_the_devices_own_certificate_opens_what_asks_for_one(own: World, tmp_path: Path) -> None:
    ida, mia = laptop(own, "Ida"), laptop(own, "Mia")
    pair, other = ida.pair(tmp_path), mia.pair(tmp_path)
    assert status(own, ida.cookie, pair) == 200
    assert status(own, ida.cookie) == 403  # a copied cookie, at once
    assert own.alerts() == [ida.owner]
    assert status(own, ida.cookie, other) == 403  # a colleague's device
    assert status(own, "x" * 43, pair) == 401  # a certificate signs nobody in
    foreign = tmp_path / "foreign.pem"
    make_certificates(tmp_path)
    foreign.write_text((tmp_path / "server.crt").read_text() + (tmp_path / "server.key").read_text())
    assert status(own, ida.cookie, foreign) in {0, 400}
    for forged in (quote(ida.certificate.certificate), f":{base64_of(ida.certificate.certificate)}:"):
        field = f"X-Limen-Certificate: {forged}\r\n"
        assert status(own, ida.cookie, fields=field) == 403
        assert status(own, ida.cookie, fields=field, name="limen.harbor.localhost") in {403, 421}
        assert status(own, ida.cookie, fields=field.replace("Limen-C", "Limen_C")) in {400, 403}


def base64_of(pem: str) -> str:
    return "".join(pem.split("-----")[2].split())


def test_one_that_our_authority_signed_but_nobody_was_given_opens_nothing(own: World, tmp_path: Path) -> None:
    ada, key = laptop(own, "Ada"), ECKey.generate_key("P-256")
    issuing = own.harbor.limen.core.offers.take(Devices).certificates
    authority: Authority = own.harbor.run(issuing.authority())
    made = issued(authority, ada.agent.device, key.as_dict(private=False), own.harbor.limen.clock.now())
    pair = tmp_path / "stray.pem"
    pair.write_text(made.certificate + key.as_pem(private=True).decode())
    assert status(own, ada.cookie, pair) == 403


@pytest.mark.parametrize("state", [State.QUARANTINED, State.LOST])
def test_the_next_request_of_a_device_that_is_taken_away_is_refused(own: World, tmp_path: Path, state: State) -> None:
    lost = laptop(own, f"Kai {state}")
    pair = lost.pair(tmp_path)
    assert status(own, lost.cookie, pair) == 200
    own.harbor.run(own.harbor.limen.core.offers.take(Devices).change(lost.agent.device, state, by="server"))
    assert status(own, lost.cookie, pair) == 401  # its session has ended with it


@pytest.mark.parametrize("own", [EMBEDDED], indirect=True)
def test_chromium_has_it_in_its_store_and_a_thief_with_every_cookie_has_nothing(own: World, tmp_path: Path) -> None:
    passkey, _ = own.harbor._enrolled(own.harbor._invited("Zoe", ("staff",)), "Mozilla/5.0")
    zoe = laptop(own, "Zoe", is_there=True)
    MANAGED.parent.mkdir(parents=True, exist_ok=True)
    chosen = json.dumps({"pattern": f"https://[*.]{DEVICE}", "filter": {}})
    MANAGED.write_text(json.dumps({"AutoSelectCertificateForUrls": [chosen]}))
    try:
        with sync_playwright() as playwright, machine(playwright, tmp_path / "zoe", own, before=zoe.into) as hers:
            hers.sign_in(own, passkey.credentials[0])
            hers.page.goto(f"https://{HOST}/")
            assert hers.page.inner_text("h1") == f"The app on {HOST}"
            with machine(playwright, tmp_path / "thief", own) as thief:
                thief.steal(hers)
                thief.page.goto(f"https://{HOST}/")
                assert "The app on" not in thief.page.inner_text("body")
            assert zoe.owner in own.alerts()
            hers.page.goto(f"https://{HOST}/again")
            assert hers.page.inner_text("h1") == f"The app on {HOST}"
            hers.page.goto(own.on("limen", "/devices/prove?app=limen&to=/devices"))
            there = hers.page.locator(f"a[href^='https://{DEVICE}/.limen/device']").get_attribute("href")
            hers.page.goto(str(there))  # where no page reaches the agent, the certificate says which device it is
            assert hers.page.url == own.on("limen", "/devices")
            assert hers.page.locator(".label.this").count() == 1
    finally:
        MANAGED.unlink(missing_ok=True)
