"""Signing in with an account at npm's oidc-provider, over real HTTP."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from tests.interop.browser_of_sites import BrowserOfSites, ends, form_of
from tests.interop.fronts import program
from tests.interop.real_apps import node_environment
from tests.journeys.conftest import Harbor, serve
from tests.ports import free_ports

from limen.sso.upstream import store

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def harbor(tmp_path_factory: pytest.TempPathFactory, upstream: int, names: None) -> Iterator[Harbor]:
    harbor_port, peer_port = free_ports(2)
    origin = f"http://limen.harbor.localhost:{harbor_port}"
    url = f"http://127.0.0.1:{peer_port}"

    def write(folder: Path) -> None:
        (folder / "sign-in.yaml").write_text(
            f"issuers:\n  - {{id: npm, name: Peer, issuer: '{url}', client_id: limen, domains: [harbor.example],"
            " accounts: created, groups: [staff]}\n"
        )

    back = f"{origin}/sign-in/with/npm/back"
    peer_in = node_environment("oidc-provider")
    command = [program("node"), HERE / "oidc_provider.mjs", peer_in, str(peer_port), back]
    command += [f"{origin}/signed-out", f"{origin}/sign-in/signed-out-elsewhere"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as peer:
        assert peer.stdout
        assert any("ready" in line for line in peer.stdout)
        running, stop = serve(tmp_path_factory.mktemp("npm"), harbor_port, upstream, write=write)
        core = running.limen.core
        core.database.write(lambda t: store.keep_secret(t.connection, core.keyring, url, "s" * 43, core.clock.now()))
        yield running
        stop()
        peer.terminate()


def through(browser: BrowserOfSites, url: str, until: str) -> requests.Response:
    """Through its login and consent pages, to the first address that begins so."""
    answered = browser.ask(url)
    for _ in range(12):
        if 300 <= answered.status_code < 400:
            there = urljoin(answered.url, answered.headers["location"])
            answered = browser.ask(there)
            if there.startswith(until):
                return answered
            continue
        is_login = form_of(answered)[1]["prompt"] == "login"
        answered = browser.send(answered, **({"login": "mia", "password": "anything"} if is_login else {}))
    raise AssertionError("it never came back")


def test_in_by_userinfo_and_out_when_it_is_over_there(harbor: Harbor) -> None:
    browser = BrowserOfSites()
    away = browser.ask(f"{harbor.origin}/sign-in/with/npm")
    assert away.status_code == 303, away.text
    done = through(browser, away.headers["location"], harbor.origin)
    assert (done.status_code, done.headers.get("location")) == (303, "/onward?to=%2F"), done.text
    harbor.limen.journal.flush()
    event = harbor.limen.journal.recent(20, lambda one: one.kind == "sign_in.succeeded")[0]
    person = harbor.limen.known.people[event.actor]
    assert (person.email, person.name, event.details["strength"]) == ("mia@harbor.example", "mia", 1)

    page = browser.ask(f"{harbor.origin}/signed-out/at/npm").text.replace("&amp;", "&")
    there = re.search(r'content="0;url=([^"]+)"', page)
    assert there
    browser.send(browser.ask(there[1]), logout="yes")
    assert ends(harbor, event.session)
