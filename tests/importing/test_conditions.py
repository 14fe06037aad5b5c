from __future__ import annotations

from ipaddress import ip_network
from itertools import product

from hypothesis import given, strategies as st

from limen.importing.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    ByMethods,
    Condition,
    FromNetworks,
    InGroup,
    Not,
    NotFromNetworks,
    Strength,
    all_of,
    alternatives,
    any_of,
    groups_in,
    negated,
)

A, B, C = InGroup("a"), InGroup("b"), InGroup("c")
ATOMS = st.sampled_from([A, B, C, Strength(1), Strength(2), ByMethods(frozenset({"GET"}))])
TREES = st.recursive(
    ATOMS,
    lambda inner: (
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


def _holds(condition: Condition, held: frozenset[str], strength: int, method: str) -> bool:
    match condition:
        case InGroup(key):
            return key in held
        case Strength(least):
            return strength >= least
        case ByMethods(methods):
            return method in methods
        case Not(inner):
            return not _holds(inner, held, strength, method)
        case AllOf(parts):
            return all(_holds(one, held, strength, method) for one in parts)
        case AnyOf(parts):
            return any(_holds(one, held, strength, method) for one in parts)
    raise AssertionError(condition)


CASES = [
    (frozenset(word), strength, method)
    for word, strength, method in product(("", "a", "b", "ab", "abc"), (0, 1, 2), ("GET", "POST"))
]


@given(st.lists(TREES, max_size=4))
def test_the_simplest_form_means_the_same(parts: list[Condition]) -> None:
    for case in CASES:
        assert _holds(all_of(*parts), *case) == all(_holds(one, *case) for one in parts)
        assert _holds(any_of(*parts), *case) == any(_holds(one, *case) for one in parts)


@given(TREES)
def test_alternatives_together_mean_the_whole(tree: Condition) -> None:
    for case in CASES:
        assert any(_holds(one, *case) for one in alternatives(tree)) == _holds(tree, *case)


@given(TREES)
def test_the_contrary_never_holds_where_the_condition_does(tree: Condition) -> None:
    """A strength has no contrary that is safe, so that the contrary may hold less often than it could."""
    for case in CASES:
        assert not (_holds(negated(tree), *case) and _holds(tree, *case))


def test_equal_conditions_are_equal_however_they_were_put_together() -> None:
    assert all_of(A, Strength(1), B) == all_of(Strength(1), B, A)
    assert any_of(all_of(A, B), all_of(B, A)) == all_of(A, B)
    assert all_of(A, any_of(A, B)) == A
    assert all_of(Strength(1), Strength(3)) == Strength(3)
    assert (all_of(), any_of(), any_of(A, ALWAYS), all_of(A, NEVER)) == (ALWAYS, NEVER, ALWAYS, NEVER)


def test_what_is_not_from_a_network_is_from_a_known_address() -> None:
    networks = (ip_network("192.0.2.0/24"),)
    assert negated(FromNetworks(networks)) == NotFromNetworks(networks)
    assert negated(all_of(A, FromNetworks(networks))) == any_of(Not(A), NotFromNetworks(networks))


def test_the_groups_that_a_condition_names() -> None:
    assert sorted(groups_in(all_of(A, any_of(B, Not(C))))) == ["a", "b", "c"]
