"""A door as a fact: one action, and an end."""

from __future__ import annotations

from limen.facts.network_service import MINUTES, NETWORK_ACTIONS, NetworkService


def test_a_door_has_one_action_and_an_hour_unless_said_otherwise() -> None:
    assert NETWORK_ACTIONS == ("connect",)
    assert NetworkService(("erp",), ("rdp",)).minutes == MINUTES == 60
