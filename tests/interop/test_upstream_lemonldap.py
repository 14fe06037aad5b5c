"""Signing in with an account at LemonLDAP::NG, over real HTTP: as OpenID Connect issuer, and as SAML provider."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from tests.interop.lemonldap import NAME, portal
from tests.journeys.conftest import Harbor, serve
from tests.ports import free_ports

from limen.events import Event
from limen.facts import SessionState
from limen.sso.upstream import store

SECRET: Final = "s" * 43
OIDC, SAML = "lemon", "lemon-saml"


@pytest.fixture(scope="module")
def harbor(tmp_path_factory: pytest.TempPathFactory, upstream: int, names: None) -> Iterator[Harbor]:
    harbor_port, port = free_ports(2)
    there = f"http://{NAME}:{port}"
    metadata = f"{there}/saml/metadata"

    def write(folder: Path) -> None:
        (folder / "sign-in.yaml").write_text(
            f"""issuers:
  - id: {OIDC}
    name: Lemon
    issuer: {there}/
    client_id: harbor
    domains: [harbor.example]
    accounts: created
    groups: [staff]
  - id: {SAML}
    name: Lemon by SAML
    protocol: saml
    issuer: {metadata}
    saml: {{metadata: '{metadata}', email: mail, display_name: displayName}}
    domains: [harbor.example]
    accounts: created
    groups: [staff]
"""
        )

    running, stop = serve(tmp_path_factory.mktemp("harbor"), harbor_port, upstream, write=write)
    core = running.limen.core
    core.database.write(lambda t: store.keep_secret(t.connection, core.keyring, f"{there}/", SECRET, core.clock.now()))
    own = requests.get(f"{running.origin}/sign-in/with/{SAML}/metadata", timeout=10).text
    with portal(tmp_path_factory.mktemp("lemon") / "portal", port, running.origin, SECRET, OIDC, SAML, own) as log:
        yield running
        print(log.read_text()[-20_000:])
    stop()


class Browser:
    """Cookies of each host, and the forms of pages, sent as a browser does it: to other sites without their cookies."""

    def __init__(self) -> None:
        self.cookies: dict[str, dict[str, str]] = {}

    def ask(self, url: str, form: dict[str, str] | None = None, *, crossing: bool = False) -> requests.Response:
        held = {} if crossing else self.cookies.setdefault(urlsplit(url).netloc, {})
        sent = {"cookie": "; ".join(f"{name}={value}" for name, value in held.items()), "accept": "text/html"}
        method = "GET" if form is None else "POST"
        if form is not None and not crossing:
            sent |= {"origin": "{0.scheme}://{0.netloc}".format(urlsplit(url)), "sec-fetch-site": "same-origin"}
        answered = requests.request(method, url, data=form, headers=sent, allow_redirects=False, timeout=20)
        for cookie in answered.cookies:
            held[cookie.name] = cookie.value or ""
        return answered

    def follow(self, url: str, until: str, name: str) -> requests.Response:
        """Through its pages as one of its demo accounts, whose password is their name, to the first page there."""
        answered = self.ask(url)
        for _ in range(12):
            if 300 <= answered.status_code < 400:
                there = urljoin(answered.url, answered.headers["location"])
                answered = self.ask(there)
                if there.startswith(until) and "/back?" in there:
                    return answered
                continue
            action, fields = form_of(answered)
            if "password" in fields:
                fields |= {"user": name, "password": name}
            crosses = urlsplit(action).netloc != urlsplit(answered.url).netloc
            answered = self.ask(action, fields, crossing=crosses)
        raise AssertionError(f"it never came back: {answered.url} {answered.text}")


def form_of(page: requests.Response) -> tuple[str, dict[str, str]]:
    form = re.search(r"<form\b([^>]*)>(.*?)</form>", page.text, re.DOTALL)
    assert form, (page.url, page.status_code, page.text)
    action = re.search(r'action="([^"]*)"', form[1])
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", form[2]):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            fields[name[1]] = unescape(value[1]) if value else ""
    return urljoin(page.url, unescape(action[1]) if action and action[1] != "#" else page.url), fields


def signed_in(harbor: Harbor, browser: Browser, issuer: str, name: str) -> Event:
    away = browser.ask(f"{harbor.origin}/sign-in/with/{issuer}")
    assert away.status_code == 303, away.text
    done = browser.follow(away.headers["location"], harbor.origin, name)
    assert (done.status_code, done.headers.get("location")) == (303, "/onward?to=%2F"), done.text
    harbor.limen.journal.flush()
    return harbor.limen.journal.recent(20, lambda one: one.kind == "sign_in.succeeded")[0]


@pytest.mark.parametrize(("issuer", "name", "called"), [(OIDC, "dwho", "Doctor Who"), (SAML, "rtyler", "Rose Tyler")])
def test_in_with_an_account_there_and_out_when_it_is_over_there(
    harbor: Harbor, issuer: str, name: str, called: str
) -> None:
    browser = Browser()
    event = signed_in(harbor, browser, issuer, name)
    person = harbor.limen.known.people[event.actor]
    assert (person.email, person.name, person.groups) == (f"{name}@harbor.example", called, frozenset({"staff"}))
    assert (event.details["strength"], event.details["issuer"]) == (1, issuer)
    again = signed_in(harbor, browser, issuer, name)  # known by now, here and there
    assert again.actor == event.actor

    session = harbor.limen.known.sessions.get(again.session)
    over = browser.ask(f"http://{NAME}:{port_of(harbor)}/?logout=1")
    for url in re.findall(r'<(?:img|iframe)[^>]* src="([^"]+)"', over.text):  # by which it tells apps by SAML
        browser.ask(urljoin(over.url, unescape(url)))
    for _ in range(60):
        if harbor.limen.known.session_state(session, "", session.started_at) is not SessionState.LIVE:
            break
        time.sleep(0.05)
    assert harbor.limen.known.session_state(session, "", session.started_at) is SessionState.REVOKED


@pytest.mark.parametrize(("issuer", "name"), [(OIDC, "dwho"), (SAML, "rtyler")])
def test_who_signs_out_here_may_sign_out_there(harbor: Harbor, issuer: str, name: str) -> None:
    browser = Browser()
    signed_in(harbor, browser, issuer, name)
    portal_page = f"http://{NAME}:{port_of(harbor)}/"
    assert 'name="password"' not in browser.ask(portal_page).text
    page = browser.ask(f"{harbor.origin}/sessions")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf, page.text
    left = browser.ask(f"{harbor.origin}/sign-out", {"csrf": csrf[1]})
    assert left.status_code == 303, left.text
    goodbye = browser.ask(urljoin(page.url, left.headers["location"]))
    way = re.search(rf'href="(/signed-out/at/{issuer}[^"]*)"', goodbye.text)
    assert way, goodbye.text
    there = re.search(r'content="0;url=([^"]+)"', browser.ask(urljoin(page.url, unescape(way[1]))).text)
    assert there
    answered = browser.ask(unescape(there[1]))
    if "<form" in answered.text:  # it is not told who asks, so it asks back
        action, fields = form_of(answered)
        answered = browser.ask(action, fields)
    for url in re.findall(r'<(?:img|iframe)[^>]* src="([^"]+)"', answered.text):
        browser.ask(urljoin(answered.url, unescape(url)))
    assert 'name="password"' in browser.ask(portal_page).text


def port_of(harbor: Harbor) -> int:
    return urlsplit(harbor.limen.known.issuers[OIDC].url).port or 0
