from __future__ import annotations

from typing import Any

import pytest

from limen.identity.sources.scim.member_changes import member_changes

ONE, TWO = [{"value": "1"}], [{"value": "1"}, {"value": "2", "display": "Two"}]


@pytest.mark.parametrize(
    ("operations", "after"),
    [
        ([("add", "members", TWO)], {"0", "1", "2"}),
        ([("add", "", {"members": ONE})], {"0", "1"}),
        ([("add", "Members", {"value": "1"})], {"0", "1"}),
        ([("remove", 'members[value eq "0"]', None)], set()),
        ([("remove", 'members[ value  EQ "0" ]', None)], set()),
        ([("remove", "members", [{"value": "0"}])], set()),
        ([("remove", "members", None), ("add", "members", ONE)], {"1"}),
        ([("replace", "members", TWO), ("remove", 'members[value eq "1"]', None)], {"2"}),
        ([("add", "members", ONE), ("remove", "members", ONE)], {"0"}),
    ],
)
def test_members_that_are_named_by_their_ids_are_changed(
    operations: list[tuple[str, str, Any]], after: set[str]
) -> None:
    changes = member_changes(operations)
    assert changes is not None
    assert changes.after(["0"]) == after


@pytest.mark.parametrize(
    "operation",
    [
        ("replace", "displayName", "x"),
        ("add", "", {"members": ONE, "displayName": "x"}),
        ("remove", 'members[display eq "x"]', None),
        ("remove", 'members[value eq "0" or value eq "1"]', None),
        ("remove", 'members[value eq "0"].display', None),
        ("add", "members", "1"),
        ("add", "members", [{"value": 1}]),
        ("add", "members", ["1"]),
    ],
)
def test_whatever_says_anything_else_is_left_to_the_library(operation: tuple[str, str, Any]) -> None:
    assert member_changes([operation]) is None
