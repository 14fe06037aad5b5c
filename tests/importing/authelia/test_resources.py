from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from limen.enforcement.request_action import Routes
from limen.facts import ActionRule, App, Label, Upstream
from limen.importing.authelia.resources import ANYTHING, UNKNOWN, read_resource

EXPRESSIONS = (
    "^/api([/?].*)?$",
    "^/api",
    "^/api/.*$",
    "^/api/",
    "^/$",
    "^/a$",
    "^/a(/.*)?$",
    "^/(a|api)/.*$",
    "^/a/b?",
    "^/a/b/.+$",
    "^/a|^/b",
    "^/([/?].*)?$",
    "^/a/([/?].*)?$",
    "^.*$",
    "",
    "^/(\\?.*)?$",
    "\\.png$",
    "/a",
    "^/a/(b|c)([/?].*)?$",
    "^/a.b",
    "^/api[/?].*$",
    "^/a/(b)?$",
    "^/a*",
    "^/a/[^/]+$",
    "^/.+$",
)
SEGMENTS = st.lists(st.sampled_from(["a", "b", "c", "api", "ab", "x.png", ""]), max_size=4)


def _fits(pattern: str, target: str) -> bool:
    app = App(
        "x", "X", "x.harbor.example", Upstream(""), Label.INTERNAL, rules=(ActionRule("view", frozenset(), pattern),)
    )
    return Routes(app).route(b"GET", target.encode()).request.route == pattern


@given(st.sampled_from(EXPRESSIONS), SEGMENTS, st.sampled_from(["", "?", "?q=1", "?q=/a/b"]))
def test_what_an_expression_surely_fits_it_fits_and_it_fits_nothing_else_than_it_may(
    expression: str, segments: list[str], query: str
) -> None:
    target = (
        "/"
        + "/".join(one for one in segments if one)
        + ("/" if segments[-1:] == [""] and any(segments) else "")
        + query
    )
    paths = read_resource(expression)
    does = re.search(expression, target) is not None
    if any(_fits(one, target) for one in paths.surely):
        assert does, (expression, target, paths)
    if does:
        assert any(_fits(one, target) for one in paths.patterns), (expression, target, paths)


@pytest.mark.parametrize(
    ("expression", "surely"),
    [
        ("^/api([/?].*)?$", {"/api/**"}),
        ("^/(img|css)([/?].*)?$", {"/img/**", "/css/**"}),
        ("^/([/?].*)?$", {"/"}),
        ("^/api\\-v2/x([/?].*)?$", {"/api-v2/x/**"}),
    ],
)
def test_the_usual_forms_are_exact(expression: str, surely: set[str]) -> None:
    paths = read_resource(expression)
    assert (paths.surely, paths.is_exact) == (surely, True)


def test_what_is_not_plain_may_be_anything() -> None:
    assert read_resource("^/" + "(a|b)" * 10) == UNKNOWN
    assert read_resource("^/" + "a" * 600) == UNKNOWN
    assert read_resource("(?i)^/a") == UNKNOWN
    assert read_resource("^.*$") == ANYTHING
