"""Signing in at Limen with an account at another Limen, over real HTTP: in, confirmed, and out again at both."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from tests.interop.two_limens import TwoLimens, two_limens, two_limens_by_saml

from limen.facts import SessionState


@pytest.fixture(scope="module", params=[two_limens, two_limens_by_saml], ids=["oidc", "saml"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, upstream: int, names: None
) -> Iterator[TwoLimens]:
    with request.param(tmp_path_factory.mktemp("two"), upstream) as running:
        yield running


class Person:
    """A program that is somebody's browser: the cookies of each host, and one step at a time."""

    def __init__(self, cookies: dict[str, dict[str, str]]) -> None:
        self.cookies = cookies

    def get(self, url: str) -> requests.Response:
        held = self.cookies.setdefault(urlsplit(url).netloc, {})
        sent = "; ".join(f"{name}={value}" for name, value in held.items())
        answered = requests.get(url, headers={"cookie": sent}, allow_redirects=False, timeout=10)
        held.update({name: value for name, value in answered.cookies.items() if value})
        return answered

    def post(self, page: requests.Response) -> requests.Response:
        """Send the one form of a page to another site, which gets no cookies by it (SameSite=Lax)."""
        form = re.search(r'<form method="post" action="([^"]+)" data-post>(.*?)</form>', page.text, re.DOTALL)
        assert form, page.text
        fields = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[2])}
        origin = {"origin": "{0.scheme}://{0.netloc}".format(urlsplit(page.url)), "sec-fetch-site": "cross-site"}
        return requests.post(unescape(form[1]), fields, headers=origin, allow_redirects=False, timeout=10)


def in_by_works(both: TwoLimens, person: Person) -> requests.Response:
    away = person.get(f"{both.harbor.origin}/sign-in/with/works")
    assert away.status_code == 303, away.text
    answered = person.get(away.headers["location"])
    if answered.status_code == 200:  # by SAML it is a page that posts
        answered = person.post(answered)
    assert answered.status_code == 303, answered.text
    return person.get(urljoin(both.harbor.origin, answered.headers["location"]))


def events(harbor: Any, kind: str) -> list[Any]:
    harbor.limen.journal.flush()
    return list(harbor.limen.journal.recent(50, lambda event: event.kind == kind))


def test_in_with_the_strength_that_was_proved_and_out_when_it_is_over_there(both: TwoLimens) -> None:
    cookies = both.works.signed_in("Mia Works", "staff")
    mia = Person({urlsplit(both.works.origin).netloc: cookies})
    done = in_by_works(both, mia)
    assert (done.status_code, done.headers.get("location")) == (303, "/onward?to=%2F"), done.text
    signed_in = events(both.harbor, "sign_in.succeeded")[0]
    assert (signed_in.details["strength"], signed_in.details["issuer"]) == (both.strength, "works")
    person = both.harbor.limen.known.people[signed_in.actor]
    assert (person.email, person.groups) == ("mia.works@harbor.example", frozenset({"staff"}))
    assert mia.get(f"{both.harbor.origin}/sessions").status_code == 200

    both.works.run(both.works.limen.identity.sessions.revoke_person(both.works.people["Mia Works"], by=""))
    known, session = both.harbor.limen.known, known_session(both, signed_in.session)
    for _ in range(60):
        if known.session_state(session, "", session.started_at) is not SessionState.LIVE:
            break
        time.sleep(0.05)
    assert known.session_state(session, "", session.started_at) is SessionState.REVOKED
    assert mia.get(f"{both.harbor.origin}/sessions").headers["location"].startswith("/sign-in")


def known_session(both: TwoLimens, session_id: str) -> Any:
    return both.harbor.limen.known.sessions.get(session_id)


def test_who_may_not_use_harbor_there_is_sent_back_with_a_no(both: TwoLimens) -> None:
    guest = Person({urlsplit(both.works.origin).netloc: both.works.signed_in("Gil Guest", "guests")})
    away = guest.get(f"{both.harbor.origin}/sign-in/with/works")
    answered = guest.get(away.headers["location"])
    assert answered.headers["location"].startswith("/not-yet")
    assert "gil.guest@harbor.example" not in [one.email for one in both.harbor.limen.known.people.values()]
