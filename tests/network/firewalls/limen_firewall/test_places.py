"""What the program and Limen have to say alike."""

from __future__ import annotations

from limen.network.firewalls.followers import MOST_OPENINGS, NAMESPACE
from limen.network.firewalls.limen_firewall import told
from limen.network.firewalls.limen_firewall.places import PROGRAM, STATES, UNIT


def test_states_are_signed_for_what_the_program_takes() -> None:
    assert STATES.namespace == NAMESPACE
    assert told.MOST_OPENINGS == MOST_OPENINGS


def test_the_unit_is_called_as_the_program() -> None:
    assert UNIT.stem == PROGRAM.name
