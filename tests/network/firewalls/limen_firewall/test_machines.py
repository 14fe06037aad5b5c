"""Which machine has an address; with a real link: tests/attacks/test_firewalls.py."""

from __future__ import annotations

import json
from typing import Any

import pytest

from limen.network.firewalls.limen_firewall import machines
from limen.network.firewalls.limen_firewall.machines import Machines


def at(address: str, to: str = "") -> dict[str, Any]:
    return {"id": address, "source": [address, to or address]}


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found: dict[str, str] = {}

    def run(*_words: str) -> str:
        listed = [{"dst": address, "lladdr": each, "state": ["STALE"]} for address, each in found.items()]
        unsure = [
            {"dst": "10.10.0.9", "state": ["FAILED"]},
            {"dst": "10.10.0.8", "lladdr": "x", "state": ["INCOMPLETE"]},
        ]
        return json.dumps([*listed, *unsure])

    monkeypatch.setattr(machines, "run", run)
    return found


def test_an_opening_is_for_the_machine_that_had_the_address(link: dict[str, str]) -> None:
    link |= {"10.10.0.7": "02:00:00:00:00:07", "fd00:10::7": "02:00:00:00:00:07"}
    one, open_ = Machines(), [at("10.10.0.7"), at("fd00:10::7"), at("10.10.0.8"), at("10.10.0.0", "10.10.0.255")]
    assert one.elsewhere(open_) == []
    link["10.10.0.7"] = "02:00:00:00:00:66"
    assert one.elsewhere(open_) == [at("10.10.0.7")]
    assert one.moved == ["10.10.0.7"]
    assert one.elsewhere([at("fd00:10::7")]) == []
    assert one.elsewhere([at("10.10.0.7")]) == []  # opened anew, for the machine that is there now


def test_what_is_not_on_the_link_is_left_to_the_rules(link: dict[str, str]) -> None:
    one = Machines()
    assert one.elsewhere([at("10.10.0.9"), at("10.10.0.8")]) == []
    link["10.10.0.9"] = "02:00:00:00:00:09"
    assert one.elsewhere([at("10.10.0.9")]) == []
    assert one.moved == []
