from __future__ import annotations

from itertools import product

from hypothesis import given, strategies as st

from limen.enforcement.request_action import Routes
from limen.facts import ActionRule, App, Label, Upstream
from limen.importing.paths import EVERYTHING, are_disjoint, covers, is_pattern, ordered

PATTERNS = ["/", *("/" + "/".join(one) for length in (1, 2, 3) for one in product("ab*", repeat=length))]
PATTERNS += [f"{one.rstrip('/')}/**" for one in PATTERNS]
PATHS = ["/", *("/" + "/".join(one) for length in (1, 2, 3) for one in product("abc", repeat=length))]


def _fits(pattern: str, path: str) -> bool:
    app = App(
        "x", "X", "x.harbor.example", Upstream(""), Label.INTERNAL, rules=(ActionRule("view", frozenset(), pattern),)
    )
    return Routes(app).route(b"GET", path.encode()).request.route == pattern


@given(st.sampled_from(PATTERNS), st.sampled_from(PATTERNS))
def test_what_is_said_of_patterns_is_what_limen_makes_of_paths(one: str, other: str) -> None:
    fit = [(_fits(one, path), _fits(other, path)) for path in PATHS]
    if covers(one, other):
        assert all(wide for wide, narrow in fit if narrow)
    if are_disjoint(one, other):
        assert not any(both == (True, True) for both in fit)
    else:
        assert any(both == (True, True) for both in fit)


@given(st.lists(st.sampled_from(PATTERNS), max_size=6))
def test_whatever_is_covered_stands_before_its_cover_and_the_whole_app_last(patterns: list[str]) -> None:
    found = ordered(patterns)
    assert found[-1] == EVERYTHING
    for at, one in enumerate(found):
        assert not any(covers(before, one) and not covers(one, before) for before in found[:at])


def test_what_apps_yaml_takes_as_a_pattern() -> None:
    assert [one for one in ("/a", "/a/**", "/", "a", "/a/../b", "/a b", "/a?b", "/**/a", "//") if is_pattern(one)] == [
        "/a", "/a/**", "/",
    ]  # fmt: skip
