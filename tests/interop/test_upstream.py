"""Signing in at Limen with an account at another Limen, over real HTTP: in, confirmed, and out again at both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from tests.interop.browser_of_sites import BrowserOfSites, ends
from tests.interop.two_limens import TwoLimens, two_limens, two_limens_by_saml


@pytest.fixture(scope="module", params=[two_limens, two_limens_by_saml], ids=["oidc", "saml"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, upstream: int, names: None
) -> Iterator[TwoLimens]:
    with request.param(tmp_path_factory.mktemp("two"), upstream) as running:
        yield running


def in_by_works(both: TwoLimens, person: BrowserOfSites) -> requests.Response:
    away = person.ask(f"{both.harbor.origin}/sign-in/with/works")
    assert away.status_code == 303, away.text
    answered = person.ask(away.headers["location"])
    if answered.status_code == 200:  # by SAML it is a page that posts
        answered = person.send(answered)
    assert answered.status_code == 303, answered.text
    return person.ask(urljoin(both.harbor.origin, answered.headers["location"]))


def events(harbor: Any, kind: str) -> list[Any]:
    harbor.limen.journal.flush()
    return list(harbor.limen.journal.recent(50, lambda event: event.kind == kind))


def test_in_with_the_strength_that_was_proved_and_out_when_it_is_over_there(both: TwoLimens) -> None:
    cookies = both.works.signed_in("Mia Works", "staff")
    mia = BrowserOfSites({urlsplit(both.works.origin).netloc: cookies})
    done = in_by_works(both, mia)
    assert (done.status_code, done.headers.get("location")) == (303, "/onward?to=%2F"), done.text
    signed_in = events(both.harbor, "sign_in.succeeded")[0]
    assert (signed_in.details["strength"], signed_in.details["issuer"]) == (both.strength, "works")
    person = both.harbor.limen.known.people[signed_in.actor]
    assert (person.email, person.groups) == ("mia.works@harbor.example", frozenset({"staff"}))
    assert mia.ask(f"{both.harbor.origin}/sessions").status_code == 200

    both.works.run(both.works.limen.identity.sessions.revoke_person(both.works.people["Mia Works"], by=""))
    assert ends(both.harbor, signed_in.session)
    assert mia.ask(f"{both.harbor.origin}/sessions").headers["location"].startswith("/sign-in")


def test_who_may_not_use_harbor_there_is_sent_back_with_a_no(both: TwoLimens) -> None:
    guest = BrowserOfSites({urlsplit(both.works.origin).netloc: both.works.signed_in("Gil Guest", "guests")})
    away = guest.ask(f"{both.harbor.origin}/sign-in/with/works")
    answered = guest.ask(away.headers["location"])
    assert answered.headers["location"].startswith("/not-yet")
    assert "gil.guest@harbor.example" not in [one.email for one in both.harbor.limen.known.people.values()]
