from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.policy.scene import app

from limen.company import route_changes
from limen.company.route_changes import PUBLIC, RouteChange, RouteChanges, changes_of
from limen.enforcement.paths import PathRefusedError
from limen.enforcement.request_action import Routes
from limen.facts import ActionRule, App, PublicRoute

GET, POST, ANY = frozenset({"GET"}), frozenset({"POST"}), frozenset[str]()
READ, WRITE = ActionRule("view", GET, "/**"), ActionRule("edit", POST, "/**")


def wiki(*rules: ActionRule, public: tuple[PublicRoute, ...] = ()) -> App:
    return replace(app(), rules=rules, public=public)


def of(old: App, new: App) -> set[tuple[frozenset[str], tuple[str, ...], str, str]]:
    found = changes_of(old, new)
    assert found.is_whole
    return {(one.methods, one.patterns, one.was, one.now) for one in found.changes}


def test_the_same_rules_change_nothing() -> None:
    assert changes_of(wiki(READ, WRITE), wiki(WRITE, READ)) == RouteChanges((), is_whole=True)


def test_a_milder_rule_is_told_where_nothing_stricter_fits() -> None:
    pay = ActionRule("administer", POST, "/pay")
    assert of(wiki(READ, WRITE, pay), wiki(READ, WRITE)) == {
        (POST, ("/pay",), "administer", "edit"),
        (frozenset({"PUT", "PATCH", "DELETE", "OPTIONS"}), ("/**",), "administer", "edit"),
    }


def test_what_no_rule_names_is_the_strictest_and_told_when_that_changes() -> None:
    found = of(wiki(READ, WRITE), wiki(READ, replace(WRITE, action="view")))
    methods = {one for some, patterns, was, now in found for one in some if (patterns, was, now)}
    assert {(patterns, was, now) for _, patterns, was, now in found} == {(("/**",), "edit", "view")}
    assert {"POST", "PUT", "DELETE"} <= methods
    assert "GET" not in methods


def test_a_public_route_is_open_to_everybody_but_its_other_spellings_are_not() -> None:
    route = PublicRoute(GET, "/export", "a try")
    assert of(wiki(READ), wiki(READ, public=(route,))) == {(frozenset({"GET", "HEAD"}), ("/export",), "view", PUBLIC)}


def test_paths_are_told_as_wide_as_they_are_alike() -> None:
    export = ActionRule("download", GET, "/export/**")
    get = frozenset({"GET", "HEAD"})
    found = of(wiki(READ), wiki(READ, export))
    assert (get, ("/export/**",), "view", "download") in found
    one = ActionRule("download", GET, "/files/*/raw")
    assert {patterns for methods, patterns, _, _ in of(wiki(READ), wiki(READ, one)) if methods == get} == {
        ("/files/*/raw",)
    }


def test_too_many_kinds_of_paths_are_said_to_be_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route_changes, "MOST_PATHS", 3)
    rules = [ActionRule("edit", GET, f"/a{number}/b/c") for number in range(20)]
    assert not changes_of(wiki(READ), wiki(READ, *rules)).is_whole


WORDS = ("a", "B", "c", "*")
PATTERNS = st.builds(
    lambda words, rest: "/" + "/".join([*words, *(["**"] if rest else [])]),
    st.lists(st.sampled_from(WORDS), max_size=3),
    st.booleans(),
)
SETS = st.sampled_from([ANY, GET, POST, frozenset({"GET", "PUT"})])
RULES = st.lists(
    st.builds(ActionRule, st.sampled_from(["view", "edit", "download", "administer"]), SETS, PATTERNS), max_size=4
)
PUBLICS = st.lists(st.builds(lambda m, p: PublicRoute(m, p, "a reason"), SETS, PATTERNS), max_size=2)
APPS = st.builds(lambda rules, public: wiki(*rules, public=tuple(public)), RULES, PUBLICS)
PATHS = st.builds(
    lambda words, end: "/" + "/".join(words) + ("/" if words and end else ""),
    st.lists(st.sampled_from(["a", "A", "b", "B", "c", "x", "any0"]), max_size=5),
    st.booleans(),
)


def meant(change: RouteChange, method: str, path: str) -> bool:
    """By brute force: may this change be about this request? `*` is read as any word, which is wider."""
    if change.methods and method not in change.methods and method in route_changes.METHODS:
        return False
    words = tuple(one for one in path.casefold().split("/") if one)
    for pattern in change.patterns:
        segments = [one for one in pattern.casefold().split("/") if one]
        any_rest = bool(segments) and segments[-1] == "**"
        segments = segments[:-1] if any_rest else segments
        if len(words) < len(segments) or (len(words) > len(segments) and not any_rest):
            continue
        if all(want in ("*", got) for want, got in zip(segments, words, strict=False)):
            return True
    return False


def asked(routes: Routes, method: str, path: str) -> str:
    try:
        found = routes.route(method.encode(), path.encode())
    except PathRefusedError:
        return "refused"
    return PUBLIC if found.public else found.request.action


@settings(max_examples=size(120, least=20), deadline=None)
@given(
    old=APPS,
    new=APPS,
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PURGE"]),
    paths=st.lists(PATHS, min_size=8, max_size=8),
)
def test_each_request_that_becomes_something_else_is_told_with_both_answers(
    old: App, new: App, method: str, paths: list[str]
) -> None:
    found = changes_of(old, new)
    assert found.is_whole
    for path in paths:
        was, now = asked(Routes(old), method, path), asked(Routes(new), method, path)
        if was != now:
            assert any((one.was, one.now) == (was, now) and meant(one, method, path) for one in found.changes)


@settings(max_examples=size(80, least=20), deadline=None)
@given(old=APPS, new=APPS)
def test_each_change_that_is_told_has_a_request_that_shows_it(old: App, new: App) -> None:
    for change in changes_of(old, new).changes:
        shown = [pattern.replace("**", "zz").replace("*", "zz") for pattern in change.patterns]
        shown += [pattern.removesuffix("/**") or "/" for pattern in change.patterns]
        for method in change.methods or {"GET", "PURGE"}:
            answers = {(asked(Routes(old), method, path), asked(Routes(new), method, path)) for path in shown}
            assert (change.was, change.now) in answers
