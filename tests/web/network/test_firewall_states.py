"""Which of all that may be said of a firewall is said first; the pages are in test_firewall_pages.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from limen.clock import MINUTE, SECOND
from limen.events import Event
from limen.network.firewalls.followers import Heard
from limen.network.firewalls.limen_firewall import firewall as program
from limen.network.firewalls.store import TRIAL, WAITING, EnrolledFirewall, RulesetChange
from limen.network.firewalls.unheard import SILENT_AFTER
from limen.network.model import Firewall
from limen.network.remote.trial import TRIAL_SECONDS
from limen.network.shapes import MAKERS, PLACE_OF
from limen.web.network.firewall_states import FirewallState

NOW = 100 * MINUTE
GW1 = EnrolledFirewall("fw-1", "gw1", b"", 0, "a" * 64)
CHANGE = RulesetChange("nc-1", "gw1", "b" * 64, "confirmation", NOW, "")
SOUND = FirewallState(Firewall("gw1", "nftables", ()), GW1, Heard(NOW, 1, "a" * 64), None, None, (), NOW)


def event(kind: str, **details: str | int | bool) -> Event:
    return Event(at=NOW, kind=kind, details={"firewall": "gw1", **details})


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("in-force", {}),
        ("command", {"firewall": Firewall("gw1", "azure", ())}),
        ("new", {"enrolled": None}),
        ("empty", {"enrolled": replace(GW1, digest=""), "heard": Heard(NOW)}),
        ("outdated", {"is_outdated": True}),
        ("changed", {"is_outdated": True, "heard": Heard(NOW, 1, "c" * 64)}),
        ("waiting", {"change": replace(CHANGE, state=WAITING)}),
        ("trial", {"change": replace(CHANGE, state=TRIAL)}),
        ("silent", {"heard": None}),
        ("silent", {"heard": Heard(NOW - SILENT_AFTER - 1, 1, "a" * 64)}),
        ("changed", {"heard": Heard(NOW, 1, "c" * 64)}),
        ("changed", {"history": (event("network.drift", where="chain input", repaired=False),)}),
        ("in-force", {"history": (event("network.drift", where="chain input", repaired=True),)}),
        ("in-force", {"history": (event("network.drift", where="chain ip x y at forward", repaired=False),)}),
    ],
)
def test_what_matters_most_is_said_first(word: str, other: dict[str, Any]) -> None:
    assert replace(SOUND, **other).word == word


def test_a_change_that_was_confirmed_since_is_the_end_of_it() -> None:
    drift = event("network.drift", where="chain input", repaired=False)
    assert replace(SOUND, history=(event("network.change_confirmed"), drift)).word == "in-force"
    assert replace(SOUND, history=(event("network.change_made"), drift)).word == "changed"


def test_a_trial_has_so_many_seconds_left_and_none_where_nobody_knows() -> None:
    assert program.TRIAL_SECONDS == TRIAL_SECONDS
    trial = replace(SOUND, change=replace(CHANGE, state=TRIAL), trial_since=NOW - 20 * SECOND)
    assert trial.seconds_left == TRIAL_SECONDS - 20
    assert replace(trial, trial_since=NOW - 99 * SECOND).seconds_left == 0
    assert replace(trial, trial_since=None).seconds_left is None
    assert SOUND.seconds_left is None


def test_each_maker_whose_text_limen_writes_is_told_by_text() -> None:
    loads_texts = {kind for kind in PLACE_OF if replace(SOUND, firewall=Firewall("gw1", kind, ())).is_asked_nothing}
    assert loads_texts == set(MAKERS) == {"fortigate", "paloalto", "cisco", "windows"}
