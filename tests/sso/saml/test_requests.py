"""A request that begins here asks for nothing."""

from __future__ import annotations

from limen.facts import App, Upstream
from limen.sso.saml.requests import SignInRequest, SignOutRequest

APP = App("manual", "Manual", "", Upstream(""))


def test_what_is_not_asked_for_is_asked_of_nobody() -> None:
    asked = SignInRequest(APP, "", "https://wiki.example/acs")
    assert (asked.is_passive, asked.wants_new_proof, asked.classes, asked.subject) == (False, False, (), "")
    assert not SignOutRequest(APP, "_1", "mia", ()).is_signed
