from __future__ import annotations

from ipaddress import ip_network

import pytest

from limen.importing.conditions import (
    ALWAYS,
    Condition,
    DuringHours,
    FromNetworks,
    InGroup,
    Not,
    Strength,
    all_of,
    any_of,
)
from limen.importing.described import described

NAMES = {"a": "Sales", "b": "Management"}
OFFICE = FromNetworks((ip_network("192.0.2.0/24"),))
HOURS = DuringHours(frozenset({1, 5}), 480, 1080)


@pytest.mark.parametrize(
    ("condition", "phrase"),
    [
        (ALWAYS, "everyone"),
        (all_of(InGroup("a"), InGroup("b"), Strength(2)), "Sales and Management, with two factors"),
        (all_of(Strength(1), OFFICE, Not(InGroup("a"))), "everyone, not Sales, from 192.0.2.0/24, with one factor"),
        (any_of(InGroup("b"), HOURS), "everyone, Management or Mon Fri 08:00 to 18:00"),
    ],
)
def test_a_condition_begins_with_who_is_meant(condition: Condition, phrase: str) -> None:
    assert described(condition, NAMES) == phrase
