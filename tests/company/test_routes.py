from __future__ import annotations

import pytest

from limen.company.routes import Route, RouteError, read_route


@pytest.mark.parametrize(
    ("text", "methods", "pattern"),
    [
        ("GET /**", {"GET", "HEAD"}, "/**"),
        ("POST,PUT /a/*/b", {"POST", "PUT"}, "/a/*/b"),
        ("ANY /settings/**", set(), "/settings/**"),
        ("PROPFIND /dav/", {"PROPFIND"}, "/dav/"),
        ("GET /", {"GET", "HEAD"}, "/"),
    ],
)
def test_a_route_is_methods_and_a_pattern(text: str, methods: set[str], pattern: str) -> None:
    assert read_route(text) == Route(frozenset(methods), pattern)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("GET", "is not a valid route"),
        ("GET /a /b", "is not a valid route"),
        ("get /a", "is not a valid method"),
        ("GET, POST /a", "is not a valid route"),
        ("GET a", "does not start with"),
        ("GET /a/../b", "is not normalised"),
        ("GET //a", "is not normalised"),
        ("GET /**/a", "must come last"),
        ("GET /a*", "can't be matched"),
        ("GET /a?b", "can't be matched"),
        ("GET /%2e", "can't be matched"),
    ],
)
def test_what_is_no_route_says_what_to_do(text: str, what: str) -> None:
    with pytest.raises(RouteError, match=what) as caught:
        read_route(text)
    assert caught.value.fix
