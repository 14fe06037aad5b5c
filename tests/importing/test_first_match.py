from __future__ import annotations

from itertools import product

from hypothesis import given, strategies as st

from limen.importing.conditions import ALWAYS, AllOf, AnyOf, Condition, InGroup, Not, Strength, any_of
from limen.importing.first_match import OPEN, REFUSED, Ruled, is_open, ways_in

RULES = st.builds(
    Ruled, st.sampled_from([ALWAYS, InGroup("a"), InGroup("b")]), st.sampled_from([OPEN, 1, 2, REFUSED]), st.booleans()
)


def _holds(condition: Condition, held: frozenset[str], strength: int) -> bool:
    match condition:
        case InGroup(key):
            return key in held
        case Strength(least):
            return strength >= least
        case Not(inner):
            return not _holds(inner, held, strength)
        case AllOf(parts):
            return all(_holds(one, held, strength) for one in parts)
        case AnyOf(parts):
            return any(_holds(one, held, strength) for one in parts)
    raise AssertionError(condition)


def _first(rules: list[Ruled], fits: list[bool], held: frozenset[str], strength: int) -> bool:
    """What the first rule that fits says; of one that is not sure, `fits` says whether it does."""
    for rule, also in zip(rules, fits, strict=True):
        if _holds(rule.when, held, strength) and (rule.is_sure or also):
            return strength >= rule.level
    return False


@given(st.lists(RULES, max_size=5))
def test_nobody_gets_in_whom_any_reading_of_the_rules_keeps_out(rules: list[Ruled]) -> None:
    ways = any_of(*ways_in(rules))
    for held, strength in product((frozenset[str](), frozenset("a"), frozenset("b"), frozenset("ab")), (1, 2)):
        readings = [_first(rules, list(fits), held, strength) for fits in product((False, True), repeat=len(rules))]
        if _holds(ways, held, strength):
            assert all(readings)
        elif all(one.is_sure for one in rules):
            assert not any(readings)


def test_open_to_everybody_is_only_what_nothing_could_keep_shut() -> None:
    opened = Ruled(ALWAYS, OPEN)
    assert is_open([opened])
    assert is_open([Ruled(InGroup("a"), OPEN), opened])
    assert not is_open([Ruled(InGroup("a"), REFUSED), opened])
    assert not is_open([Ruled(ALWAYS, OPEN, is_sure=False)])
    assert not is_open([])
