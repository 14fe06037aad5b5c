"""Signing out by SAML: at an app, and from here by SOAP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.sso.saml.client import LEDGER_KEYS, A, P, Wiki, answered, decrypted, query_of, written
from tests.waiting import until
from tests.web.conftest import Browser, House, move_in

from limen.sso import sign_ins
from limen.sso.saml import bindings, names, soap
from limen.sso.saml.identity_provider import IdentityProvider
from limen.sso.saml.signatures import bare, check_query, check_signed

BYE = "https://ledger.harbor.example/bye"


async def index_of(browser: Browser, ledger: Wiki) -> str:
    clear = decrypted(answered(await ledger.asks(browser)), LEDGER_KEYS)
    statement = clear.assertion.find(f"{A}AuthnStatement")
    assert statement is not None
    return str(statement.get("SessionIndex"))


async def open_at(house: House, app: str) -> int:
    held = await house.limen.database.reading(lambda s: sign_ins.open_sign_ins(s.connection, app=app))
    return len(held)


async def test_a_signed_request_signs_out_everywhere_and_is_answered(house: House, mia: Browser, ledger: Wiki) -> None:
    index = await index_of(mia, ledger)
    done = await mia.get(ledger.way(ledger.logout("mia@harbor.example", index), "state", path="/saml/sign-out"))
    assert done.headers["location"].startswith(f"{BYE}?SAMLResponse=")
    arrived = bindings.from_query(done.headers["location"].partition("?")[2])
    provider = house.limen.core.offers.take(IdentityProvider)
    check_query(arrived.signed, arrived.algorithm, arrived.signature, [bare(provider.keys.every[0].certificate)])
    root = etree.fromstring(arrived.document)
    assert (root.get("InResponseTo"), root.get("Destination"), arrived.relay_state) == (ledger.ids[-1], BYE, "state")
    assert [one.get("Value") for one in root.iter(f"{P}StatusCode")] == [names.SUCCESS]
    assert (await mia.get("/")).headers["location"].startswith("/sign-in")
    assert await open_at(house, "ledger") == 0


async def test_by_post_it_is_the_same(house: House, mia: Browser, ledger: Wiki) -> None:
    index = await index_of(mia, ledger)
    document = ledger.signed(ledger.logout("mia@harbor.example", index))
    done = await ledger.posts(mia, document, "/saml/sign-out", relay_state="state")
    assert query_of(done.headers["location"])["RelayState"] == "state"
    assert (await mia.get("/")).headers["location"].startswith("/sign-in")
    assert await open_at(house, "ledger") == 0


async def test_what_is_not_signed_is_asked_first(mia: Browser, wiki: Wiki) -> None:
    name = (await wiki.signs_in(mia)).text("saml:Subject/saml:NameID")
    page = await mia.get(wiki.way(wiki.logout(name), "state", path="/saml/sign-out"))
    assert (page.status_code, 'action="/saml/leave"' in page.text) == (200, True)
    assert (await mia.get("/")).status_code == 200
    request = page.text.partition('name="request" value="')[2].partition('"')[0]
    await mia.get("/device")
    done = await mia.post("/saml/leave", request=request)
    assert "https://wiki.harbor.example/saml/bye?SAMLResponse=" in done.text
    assert (await mia.get("/")).headers["location"].startswith("/sign-in")


async def test_a_session_that_is_over_is_a_success(house: House, mia: Browser, ledger: Wiki) -> None:
    index = await index_of(mia, ledger)
    stranger = house.browser()
    way = ledger.way(ledger.logout("mia@harbor.example", index), path="/saml/sign-out")
    assert (await stranger.get(way)).headers["location"].startswith(BYE)
    assert await open_at(house, "ledger") == 0
    assert (await mia.get("/")).status_code == 200, "it hangs on no session of that browser"


class _Listening:
    """An app that is told of sign-outs by SOAP."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        listening = self

        class App(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listening.heard.append(self.rfile.read(int(self.headers["content-length"])))
                status = f'<p:Status><p:StatusCode Value="{names.SUCCESS}"/></p:Status>'
                answer = etree.fromstring(f'<p:LogoutResponse xmlns:p="{names.PROTOCOL}">{status}</p:LogoutResponse>')
                body = soap.enveloped(answer)
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), App)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server.server_address[1]}/soap"


@pytest.fixture
def listening() -> Iterator[_Listening]:
    app = _Listening()
    yield app
    app.server.shutdown()
    app.server.server_close()


async def test_an_app_is_told_by_soap_when_a_session_ends(tmp_path: Path, listening: _Listening) -> None:
    def write(folder: Path) -> None:
        written(folder)
        apps = folder / "apps.yaml"
        told = f"    logout_url: {BYE}\n    logout_service: {listening.url}\n"
        apps.write_text(apps.read_text().replace(f"    logout_url: {BYE}\n", told))

    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor", write)
        mia, ledger = house.browser(), Wiki.ledger(house)
        await house.member(mia, "Mia", "staff")
        index = await index_of(mia, ledger)
        await house.limen.identity.sessions.revoke_person(house.id_of("mia@harbor.example"), by="")
        await until(lambda: house.events("sso.sign_out_told"))
        assert [event.outcome for event in house.events("sso.sign_out_told")] == ["success"]
        (body,) = listening.heard
        request = etree.fromstring(body).find(f"{{{names.SOAP}}}Body/{P}LogoutRequest")
        assert request is not None
        certificate = bare(house.limen.core.offers.take(IdentityProvider).keys.every[0].certificate)
        check_signed(etree.fromstring(etree.tostring(request)), [certificate])
        told = (request.findtext(f"{A}NameID"), request.findtext(f"{P}SessionIndex"), request.get("Destination"))
        assert told == ("mia@harbor.example", index, listening.url)
