from __future__ import annotations

from limen.facts import ACTIONS
from limen.facts.radius_service import RADIUS_ACTIONS


def test_what_can_be_asked_of_each_kind_are_actions() -> None:
    assert all(set(actions) <= set(ACTIONS) for actions in RADIUS_ACTIONS.values())
