"""Signing in with an account at npm's oidc-provider, over real HTTP."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from tests.interop.fronts import program
from tests.interop.real_apps import node_environment
from tests.journeys.conftest import Harbor, serve
from tests.ports import free_ports

from limen.facts import SessionState
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


class Browser:
    """Cookies of each host, whatever their `Secure` says, and what a page's form sends."""

    def __init__(self) -> None:
        self.cookies: dict[str, dict[str, str]] = {}

    def ask(self, url: str, **form: str) -> requests.Response:
        held = self.cookies.setdefault(urlsplit(url).netloc, {})
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in held.items())}
        method = "POST" if form else "GET"
        answered = requests.request(method, url, data=form or None, headers=sent, allow_redirects=False, timeout=10)
        for cookie in answered.cookies:
            held[cookie.name] = cookie.value or ""
        return answered

    def follow(self, url: str, until: str) -> requests.Response:
        """Through its login and consent pages, to the first address that begins so."""
        answered = self.ask(url)
        for _ in range(12):
            if 300 <= answered.status_code < 400:
                there = urljoin(answered.url, answered.headers["location"])
                if there.startswith(until):
                    return self.ask(there)
                answered = self.ask(there)
                continue
            action = re.search(r'action="([^"]+)"', answered.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answered.text)
            assert action, answered.text
            assert prompt, answered.text
            typed = {"login": "mia", "password": "anything"} if prompt[1] == "login" else {}
            answered = self.ask(urljoin(answered.url, action[1]), prompt=prompt[1], **typed)
        raise AssertionError("it never came back")


def test_in_by_userinfo_and_out_when_it_is_over_there(harbor: Harbor) -> None:
    browser = Browser()
    away = browser.ask(f"{harbor.origin}/sign-in/with/npm")
    assert away.status_code == 303, away.text
    done = browser.follow(away.headers["location"], harbor.origin)
    assert (done.status_code, done.headers.get("location")) == (303, "/onward?to=%2F"), done.text
    harbor.limen.journal.flush()
    event = harbor.limen.journal.recent(20, lambda one: one.kind == "sign_in.succeeded")[0]
    person = harbor.limen.known.people[event.actor]
    assert (person.email, person.name, event.details["strength"]) == ("mia@harbor.example", "mia", 1)

    page = browser.ask(f"{harbor.origin}/signed-out/at/npm").text.replace("&amp;", "&")
    there = re.search(r'content="0;url=([^"]+)"', page)
    assert there
    asked = browser.ask(there[1])
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', asked.text))
    action = re.search(r'action="([^"]+)"', asked.text)
    assert action, asked.text
    browser.ask(urljoin(asked.url, action[1]), **{**fields, "logout": "yes"})
    session = harbor.limen.known.sessions.get(event.session)
    for _ in range(60):
        if harbor.limen.known.session_state(session, "", session.started_at) is not SessionState.LIVE:
            break
        time.sleep(0.05)
    assert harbor.limen.known.session_state(session, "", session.started_at) is SessionState.REVOKED
