from __future__ import annotations

from limen.facts import ACTIONS
from limen.facts.directory_group import GROUP_ACTIONS


def test_what_can_be_asked_of_a_group_is_an_action() -> None:
    assert set(GROUP_ACTIONS) <= set(ACTIONS)
