"""The interface of tunnels; with a real WireGuard: tests/network/tunnels, and tests/attacks/test_tunnels.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall import tunnels
from limen.network.firewalls.limen_firewall.places import KEPT
from limen.network.firewalls.limen_firewall.tunnels import Tunnels, is_interface

SAID = {"interface": "lo", "port": 51_820, "addresses": ["10.99.0.1/24"], "peers": []}


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been run."""
    commands: list[str] = []
    monkeypatch.setattr(KEPT, "folder", tmp_path)
    monkeypatch.setattr(tunnels, "run", lambda *words, given="": commands.append(" ".join(words)) or "key\n")
    monkeypatch.setattr(tunnels.shutil, "which", lambda _: "/usr/bin/wg")
    return commands


def test_without_tunnels_nothing_is_done(ran: list[str]) -> None:
    Tunnels().follow(None)
    assert ran == []


def test_an_interface_that_limen_did_not_make_is_left_alone(ran: list[str]) -> None:
    with pytest.raises(Wrong):
        Tunnels().follow(SAID)
    assert ran == ["wg genkey"]


def test_the_same_again_changes_nothing_and_its_end_takes_the_interface(ran: list[str]) -> None:
    KEPT.put("tunnels", {"interface": "lo"})
    one = Tunnels()
    one.follow(SAID)
    assert one.key == "key"
    assert "wg syncconf lo /dev/stdin" in ran
    ran.clear()
    one.follow(SAID)
    assert ran == []
    one.follow(None)
    assert [one.split()[:3] for one in ran] == [["ip", "link", "delete"]]
    assert (one.key, KEPT.read("tunnels")) == ("", {})


def test_interfaces_are_known_by_name() -> None:
    assert is_interface("lo")
    assert not is_interface("")
    assert not is_interface("nothing0")


def test_whose_agent_nobody_hears_has_no_tunnel(ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []

    def ran_with(*words: str, given_: list[str] = given, **about: str) -> str:
        given_.append(about.get("given", "")) if words[:2] == ("wg", "syncconf") else None
        return "key\n"

    monkeypatch.setattr(tunnels, "run", ran_with)
    KEPT.put("tunnels", {"interface": "lo"})
    one, peer = Tunnels(), {"key": "x" * 43 + "=", "addresses": ["10.99.0.7"]}
    one.follow({**SAID, "peers": [peer]})
    assert one.forget()
    assert not one.forget()
    assert [text.count("[Peer]") for text in given] == [1, 0]
