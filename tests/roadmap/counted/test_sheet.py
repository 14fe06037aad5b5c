"""Sheets add up to what everything at once comes to."""

from __future__ import annotations

from hypothesis import given, strategies as st

from limen.roadmap.counted.sheet import PERMITTED, Adding, Attempt, OfPerson, Sheet, Unnamed, sum_of, telling
from limen.roadmap.devices.refusals import Asked, refusals

CLASSES = ("a", "b", "c")
ATTEMPTS = st.lists(st.tuples(st.integers(0, 40), st.sampled_from((PERMITTED, *CLASSES))), max_size=30)


def shut_out(attempts: list[tuple[int, str]], counting: set[str]) -> list[tuple[int, int]]:
    """From when to when, if these classes count."""
    asked = [Asked("ada", "crm", "edit", at, name == PERMITTED) for at, name in attempts if name in counting]
    return [(one.at, one.until) for one in refusals(asked, ())]


@given(ATTEMPTS, st.integers(0, 40), st.sets(st.sampled_from(CLASSES)))
def test_what_is_left_of_attempts_tells_the_same_whatever_classes_count(
    attempts: list[tuple[int, str]], cut: int, classes: set[str]
) -> None:
    counting = classes | {PERMITTED}
    parts = [telling(one for one in attempts if (one[0] < cut) is early) for early in (True, False)]
    wanted = shut_out(attempts, counting)
    assert shut_out(telling(attempts), counting) == wanted
    assert shut_out(telling(parts[0] + parts[1]), counting) == wanted


USED = ("crm", "view", "permit", ("staff",), "r1")


def a_sheet(at: int) -> Sheet:
    adding = Adding()
    adding.use("ada", USED, 2, at)
    adding.opened["ada", ("crm", "view", 1, "HEALTHY")] += 2
    adding.attempts["ada", "crm", "view"] = [(at, PERMITTED)]
    adding.permits["crm", 3] += 2
    adding.unknown["crm", ("place",)] += 2
    return adding.sheet()


def test_counts_add_up_and_the_newest_and_the_first_stay() -> None:
    ada = OfPerson(((USED, 4, 9),), ((("crm", "view", 1, "HEALTHY"), 4),), (Attempt("crm", "view", 5, PERMITTED),), {})
    wanted = Sheet({"ada": ada}, Unnamed((("crm", 3, 4),), (("crm", ("place",), 4),)))
    assert sum_of([a_sheet(5), a_sheet(9)]) == wanted
    assert sum_of([a_sheet(9), a_sheet(5)]) == wanted
    assert sum_of([]) == Sheet()


def test_one_that_is_not_whole_makes_no_sum_whole() -> None:
    assert not sum_of([a_sheet(5), Sheet({}, Unnamed(is_whole=False))]).together.is_whole
