"""Harbor's small apps: real, and closed to whoever comes without Limen's word."""

from __future__ import annotations

import socket

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from tests.ports import free_port

from limen.demo.upstreams import serve_upstreams, upstream_of
from limen.facts import App, Label, Upstream
from limen.listening import AddressInUseError

CRM = App(id="crm", name="Customers", host="crm.harbor.localhost", upstream=Upstream(""), label=Label.CONFIDENTIAL)
HANDBOOK = App(id="handbook", name="Handbook", host="h.harbor.localhost", upstream=Upstream(""), label=Label.PUBLIC)
VOUCHED = {"x-limen-assertion": "good"}


def verify(assertion: str, app: App) -> str:
    return f"Farid <{app.id}>" if assertion == "good" else ""


def client(app: App) -> TestClient:
    return TestClient(upstream_of(app, verify))


def test_a_page_greets_whom_limen_vouches_for_and_escapes_it() -> None:
    page = client(CRM).get("/customers/1", headers=VOUCHED)
    assert page.status_code == 200
    assert "Farid &lt;crm&gt;" in page.text


def test_without_limens_word_only_what_is_public_opens() -> None:
    assert client(CRM).get("/").status_code == 403
    assert client(HANDBOOK).get("/").status_code == 200
    assert client(CRM).get("/healthz").text == "ok\n"


def test_exports_are_csv_and_changes_are_taken() -> None:
    assert client(CRM).get("/export/x.csv", headers=VOUCHED).headers["content-type"].startswith("text/csv")
    assert client(CRM).post("/x", content=b"12345", headers=VOUCHED).text == "POST /x: 5 bytes taken\n"


def test_a_websocket_echoes_for_whom_limen_vouches_for_only() -> None:
    with client(CRM).websocket_connect("/live", headers=VOUCHED) as socket:
        socket.send_text("tide")
        assert socket.receive_text() == "tide"
    with pytest.raises(WebSocketDisconnect), client(CRM).websocket_connect("/live"):
        pass


async def test_a_port_that_is_taken_is_an_error_and_not_the_end_of_the_program() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUseError, match=str(port)):
            await serve_upstreams({port: Starlette()})
