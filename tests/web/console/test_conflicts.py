"""What was chosen of a conflict, and how much of it can be written anew."""

from __future__ import annotations

import pytest

from limen.company.resolution import Disagreement
from limen.web.console.conflicts import MOST_PARTS, MOST_VALUE_WRITTEN, MOST_WRITTEN, Conflicting, Picked, picked_of

PART = Disagreement("apps.yaml", "wiki", "mine", "theirs")


@pytest.mark.parametrize(
    ("sent", "picked"),
    [
        ({"take0": ["ours"]}, Picked("ours", "mine", "")),
        ({"take0": ["theirs"], "own0": ["a\r\nb"]}, Picked("theirs", "theirs", "a\nb")),
        ({"take0": ["own"], "own0": ["a\r\nb"]}, Picked("own", "a\nb", "a\nb")),
        ({"own0": ["a"]}, Picked("", None, "a")),
        ({"take0": ["ours", "theirs"]}, Picked("", None, "")),
        ({"take0": ["everything"]}, Picked("", None, "")),
    ],
)
def test_what_was_chosen_is_one_of_three_or_nothing(sent: dict[str, list[str]], picked: Picked) -> None:
    assert picked_of([PART], sent) == (picked,)


def test_a_file_that_one_side_has_not_is_chosen_as_nothing() -> None:
    gone = Disagreement("policies/70-new.cedar", "", "mine", None)
    assert picked_of([gone], {"take0": ["theirs"]}) == (Picked("theirs", None, ""),)


def test_only_so_much_can_be_written_as_a_form_holds() -> None:
    large = Disagreement("apps.yaml", "", "x" * MOST_VALUE_WRITTEN, "y")
    too_large = Disagreement("apps.yaml", "", "x" * (MOST_VALUE_WRITTEN + 1), "y")
    writable = [
        row[2] for row in Conflicting((), [too_large, *[large] * (MOST_WRITTEN // MOST_VALUE_WRITTEN), PART]).shown
    ]
    assert writable == [False, *[True] * (MOST_WRITTEN // MOST_VALUE_WRITTEN), False]


@pytest.mark.parametrize(
    ("number", "is_resolvable"), [(0, False), (1, True), (MOST_PARTS, True), (MOST_PARTS + 1, False)]
)
def test_more_parts_than_anybody_looks_through_are_made_again(number: int, is_resolvable: bool) -> None:
    assert Conflicting((), [PART] * number).is_resolvable is is_resolvable
