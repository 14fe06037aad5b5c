"""What is asked and told; the whole of it with a real router: test_firewall.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from limen.following.program.asking import Limen
from limen.network.firewalls.limen_firewall import counts, following
from limen.network.firewalls.limen_firewall.firewall import Firewall
from limen.network.firewalls.limen_firewall.places import KEPT
from limen.network.firewalls.limen_firewall.traffic import Folded


class EndError(BaseException):
    """For ever is over."""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What Limen was asked; it has nothing new."""
    said: list[tuple[str, dict[str, Any]]] = []

    def ask(limen: Limen, path: str, about: dict[str, Any]) -> None:
        said.append((path, about))
        limen.at = 1_000.0

    monkeypatch.setattr(Limen, "ask", ask)
    monkeypatch.setattr(KEPT, "folder", tmp_path)
    KEPT.put("config", {"url": "https://limen.harbor.example", "authority": "", "secret": "s", "number": 7})
    return said


def test_a_question_says_what_is_in_force_and_how_the_last_change_went(asked: list[tuple[str, dict[str, Any]]]) -> None:
    KEPT.put("outcomes", {"all": [{"id": "c1", "is": "trial", "why": ""}]})
    KEPT.put("trial", {"needs": "confirmation"})
    firewall = Firewall()
    following._ask(firewall)
    ((path, said),) = asked
    assert path == "/network/firewall/state"
    assert said["change"] == {"id": "c1", "is": "trial", "why": ""}
    assert (said["after"], said["in_force"], said["has"]) == (0, "", [])  # nothing was followed since it began
    assert firewall.clock.now() == pytest.approx(1_000, abs=5)
    assert KEPT.read("trial")  # having reached Limen is not enough for this one


def test_what_could_not_be_told_is_told_later(
    asked: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    firewall, begun = Firewall(), Folded()
    begun.add("10.10.0.7", "10.20.0.5", 6, 443)
    firewall.drift.found.append({"at": 1})
    firewall.machines.moved.append("10.10.0.9")
    monkeypatch.setattr(counts, "counted", lambda: {("vlan10", "vlan20"): 9})
    monkeypatch.setattr(counts, "READ_SECONDS", 0.0)
    is_away, waits = [OSError, None, EndError], iter(range(6))

    def ask(_limen: Limen, path: str, about: dict[str, Any]) -> None:
        error = is_away.pop(0)
        if error is not None:
            raise error
        asked.append((path, about))

    def sleep(_seconds: float) -> None:
        if next(waits) > 3:
            raise EndError

    monkeypatch.setattr(Limen, "ask", ask)
    monkeypatch.setattr(following.time, "sleep", sleep)
    with pytest.raises(EndError):
        following._tell_for_ever(firewall, {"begun": begun})
    ((path, said),) = asked
    assert path == "/network/firewall/events"
    assert [each[1:] for each in said["begun"]] == [["10.10.0.7", "10.20.0.5", 6, 443, 1]]
    assert (said["drift"], said["lost"]) == ([{"at": 1}], 0)
    assert (said["counted"], said["moved"]) == ([["vlan10", "vlan20", 9]], ["10.10.0.9"])
    assert not firewall.drift.found
    assert not firewall.machines.moved


def test_a_state_that_could_not_be_followed_is_asked_for_again_and_what_is_over_is_closed_before_the_disk_is_needed(
    asked: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    firewall, done = Firewall(), list[str]()
    state = {"number": 9, "at": 1, "openings": [], "ruleset": "", "change": None, "repair": True}
    is_full = [True]

    def keep(_said: dict[str, Any], _answer: dict[str, Any]) -> None:
        done.append("keep")
        if is_full.pop() if is_full else False:
            raise OSError(28, "No space left on device")

    def ask(limen: Limen, path: str, about: dict[str, Any]) -> dict[str, Any]:
        asked.append((path, about))
        return {"state": "", "signature": ""}

    monkeypatch.setattr(Limen, "ask", ask)
    monkeypatch.setattr(following.STATES, "read", lambda _answer: state)
    monkeypatch.setattr(following, "keep_whole", keep)
    monkeypatch.setattr(firewall, "close", lambda _said: done.append("close"))
    with pytest.raises(OSError, match="space"):
        following._ask(firewall)
    assert done == ["close", "keep"]
    following._ask(firewall)
    following._ask(firewall)
    assert [said["after"] for _, said in asked] == [0, 0, 9]
