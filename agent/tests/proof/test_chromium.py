"""A page in a real browser asks the real listener: with the permission for the local network, and without."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.interop.real_apps import absent

from limen_agent.proof.server import ProofServer

CHROMIUM = "/usr/bin/chromium"
ASK = """async ([port, method, path, body]) => {
  try {
    const headers = body ? { "content-type": "application/json" } : {};
    const asked = { method, mode: "cors", credentials: "omit", headers, body };
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, asked);
    return await reply.text();
  } catch { return "refused"; }
}"""
PROVE = ["POST", "/prove", json.dumps({"challenge": "c" * 43, "session": "s" * 64})]
HELLO = ["GET", "/hello", None]


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>A page</title>")

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """Pages that the browser takes for public ones."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def agent(site: int) -> Iterator[int]:
    server = ProofServer(
        ports=[0],
        origins=[f"http://localhost:{site}"],
        device="d_1",
        prove=lambda asked: f"signed for {asked.origin}",
        may_ask=lambda: frozenset({os.geteuid()}),
    )
    server.start()
    yield server.port
    server.stop()


@pytest.fixture(scope="module")
def browser(site: int) -> Iterator[Browser]:
    if not os.path.exists(CHROMIUM):  # noqa: PTH110
        absent("CHROMIUM IS NOT INSTALLED: no page asked the agent")
    with sync_playwright() as driver:
        words = ["--no-sandbox", f"--ip-address-space-overrides=127.0.0.1:{site}=public"]
        running = driver.chromium.launch(executable_path=CHROMIUM, args=words)
        yield running
        running.close()


@pytest.mark.parametrize(
    ("host", "is_permitted", "is_answered"),
    [("localhost", True, True), ("localhost", False, False), ("127.0.0.1", True, False)],
    ids=["limen", "limen without the permission", "another site"],
)
def test_only_a_page_of_limen_that_may_reach_this_machine_is_answered(
    browser: Browser, site: int, agent: int, host: str, is_permitted: bool, is_answered: bool
) -> None:
    origin = f"http://{host}:{site}"
    context = browser.new_context()
    if is_permitted:
        context.grant_permissions(["local-network-access"], origin=origin)
    page = context.new_page()
    page.goto(origin)
    answers = [page.evaluate(ASK, [agent, *asked]) for asked in (HELLO, PROVE)]
    context.close()
    assert [answer != "refused" for answer in answers] == [is_answered, is_answered]
    assert (f"signed for {origin}" in answers[1]) is is_answered
