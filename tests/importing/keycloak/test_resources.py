from __future__ import annotations

import pytest

from limen.importing.conditions import ALWAYS, NEVER, InGroup, Strength
from limen.importing.keycloak.authorization import Resource
from limen.importing.keycloak.resources import host_of, pattern_of, protected
from limen.importing.report import Effect, Report

A, B = InGroup("a"), InGroup("b")
CLIENT = {"clientId": "x", "rootUrl": "https://x.harbor.example"}


@pytest.mark.parametrize(
    ("uri", "pattern"),
    [
        ("/*", "/**"), ("/api/*", "/api/**"), ("/api", "/api"), ("/shelf/{id}/label", "/shelf/*/label"), ("/", "/"),
        ("/*.html", ""), ("*", ""), ("/a*", ""), ("https://x/y", ""), ("", ""), ("/a b", ""),
    ],
)  # fmt: skip
def test_what_a_uri_is_as_a_pattern(uri: str, pattern: str) -> None:
    assert pattern_of(uri) == pattern


def test_each_path_has_what_its_resource_needs_and_no_other_is_open() -> None:
    resources = [Resource("r", ("/a/*",), A, ("r", 0)), Resource("s", ("/b",), NEVER, ("r", 1))]
    app = protected(CLIENT, resources, Strength(1), Report())
    assert app is not None
    assert app.patterns == ("/b", "/a/**")
    assert len(app.access) == 1
    assert "A" not in app.host


def test_what_is_no_pattern_is_needed_everywhere() -> None:
    report = Report()
    resources = [Resource("r", ("/*",), A, ("r", 0)), Resource("s", ("/*.html",), B, ("r", 1))]
    app = protected(CLIENT, resources, ALWAYS, report)
    assert app is not None
    assert repr(B) in repr(app.access[0].when)
    items = report.account({"r": [{"uris": ["/*"]}, {"uris": ["/*.html"]}]}).items
    assert [one.effect for one in items] == [Effect.SAME, Effect.STRICTER]


def test_a_client_without_an_address_has_no_app_of_its_own() -> None:
    assert protected({"clientId": "x"}, [Resource("r", ("/*",), A, ("r", 0))], ALWAYS, Report()) is None
    assert host_of({"baseUrl": "https://[", "adminUrl": "https://y.harbor.example/z"}) == "y.harbor.example"
