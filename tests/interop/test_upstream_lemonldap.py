"""Signing in with an account at LemonLDAP::NG, over real HTTP: as OpenID Connect issuer, and as SAML provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from tests.interop.browser_of_sites import BrowserOfSites, ends, form_of
from tests.interop.lemonldap import NAME, portal
from tests.journeys.conftest import Harbor, serve
from tests.ports import free_ports

from limen.events import Event
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
    own = requests.get(f"{running.origin}/sign-in/with/{SAML}/metadata", timeout=60).text
    with portal(tmp_path_factory.mktemp("lemon") / "portal", port, running.origin, SECRET, OIDC, SAML, own) as log:
        yield running
        print(log.read_text()[-20_000:])
    stop()


def through(browser: BrowserOfSites, url: str, until: str, name: str) -> requests.Response:
    """Through its pages as one of its demo accounts, whose password is their name, to the first page there."""
    answered = browser.ask(url)
    for _ in range(12):
        if 300 <= answered.status_code < 400:
            there = urljoin(answered.url, answered.headers["location"])
            answered = browser.ask(there)
            if there.startswith(until) and "/back?" in there:
                return answered
            continue
        _, fields = form_of(answered)
        answered = browser.send(answered, **({"user": name, "password": name} if "password" in fields else {}))
    raise AssertionError(f"it never came back: {answered.url} {answered.text}")


def signed_in(harbor: Harbor, browser: BrowserOfSites, issuer: str, name: str) -> Event:
    away = browser.ask(f"{harbor.origin}/sign-in/with/{issuer}")
    assert away.status_code == 303, away.text
    done = through(browser, away.headers["location"], harbor.origin, name)
    assert (done.status_code, done.headers.get("location")) == (303, "/onward?to=%2F"), done.text
    harbor.limen.journal.flush()
    return harbor.limen.journal.recent(20, lambda one: one.kind == "sign_in.succeeded")[0]


@pytest.mark.parametrize(("issuer", "name", "called"), [(OIDC, "dwho", "Doctor Who"), (SAML, "rtyler", "Rose Tyler")])
def test_in_with_an_account_there_and_out_when_it_is_over_there(
    harbor: Harbor, issuer: str, name: str, called: str
) -> None:
    browser = BrowserOfSites()
    event = signed_in(harbor, browser, issuer, name)
    person = harbor.limen.known.people[event.actor]
    assert (person.email, person.name, person.groups) == (f"{name}@harbor.example", called, frozenset({"staff"}))
    assert (event.details["strength"], event.details["issuer"]) == (1, issuer)
    again = signed_in(harbor, browser, issuer, name)  # known by now, here and there
    assert again.actor == event.actor

    over = browser.ask(f"http://{NAME}:{port_of(harbor)}/?logout=1")
    for url in re.findall(r'<(?:img|iframe)[^>]* src="([^"]+)"', over.text):  # by which it tells apps by SAML
        browser.ask(urljoin(over.url, unescape(url)))
    assert ends(harbor, again.session)


@pytest.mark.parametrize(("issuer", "name"), [(OIDC, "dwho"), (SAML, "rtyler")])
def test_who_signs_out_here_may_sign_out_there(harbor: Harbor, issuer: str, name: str) -> None:
    browser = BrowserOfSites()
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
        answered = browser.send(answered)
    for url in re.findall(r'<(?:img|iframe)[^>]* src="([^"]+)"', answered.text):
        browser.ask(urljoin(answered.url, unescape(url)))
    assert 'name="password"' in browser.ask(portal_page).text


def port_of(harbor: Harbor) -> int:
    return urlsplit(harbor.limen.known.issuers[OIDC].url).port or 0
