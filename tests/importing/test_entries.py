from __future__ import annotations

from limen.company.apps_text import written_entry
from limen.facts import PublicRoute
from limen.facts.service_provider import AssertionConsumer, ServiceProvider
from limen.importing.entries import NOWHERE, entry_of
from limen.importing.model import App, OidcRegistration


def test_an_app_behind_limen_says_each_path_for_reading_and_writing() -> None:
    app = App(
        "k",
        "X",
        (),
        host="x.harbor.example",
        patterns=("/api/**",),
        public=(PublicRoute(frozenset({"GET"}), "/h", "Open"),),
    )
    entry = entry_of(app, "x")
    assert entry["upstream"] == NOWHERE
    assert entry["actions"]["view"] == ["GET,OPTIONS,PROPFIND /api/**", "GET,OPTIONS,PROPFIND /**"]
    assert entry["public"] == [{"route": "GET /h", "why": "Open"}]


def test_apps_that_sign_people_in_have_their_registration() -> None:
    client = OidcRegistration("x", ("https://x.example/b",), is_public=True, asks_consent=True, needs_pkce=True)
    entry = entry_of(App("k", "X", (), url="https://x.example/", oidc=client), "x")
    assert entry["oidc"] == {
        "redirect_uris": ["https://x.example/b"], "client": "public", "consent": "once",
        "scopes": ["openid", "profile", "email", "groups"],
    }  # fmt: skip
    provider = ServiceProvider("urn:x", (AssertionConsumer("https://x.example/acs", 1),))
    saml = entry_of(App("k", "X", (), url="https://x.example/", saml=provider), "x")["saml"]
    assert saml["acs"] == [{"url": "https://x.example/acs", "index": 1}]


def test_no_word_breaks_out_of_its_line() -> None:
    text = written_entry(entry_of(App("k", 'a: "b"\n- id: evil', (), host="x.harbor.example"), "x"))
    assert [line for line in text.splitlines() if line.startswith("- ")] == ["- id: x"]
